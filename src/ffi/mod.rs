//! The C API: one file per object. Thin: check, convert, call, convert back.
//!
//! The rules that every exported function obeys stand at the top of the generated header and are tested by
//! the C programs in `tests/c`. Each function goes through [`guard`], so no panic leaves the library.

// The C names of types are their Rust names, so that the header shows what the code says.
#![allow(non_camel_case_types)]
#![allow(unsafe_code)]
// What a caller must keep is the contract of the whole header, stated once at its top.
#![allow(clippy::missing_safety_doc)]

pub mod arguments;
mod callback;
mod guard;
mod handle;
mod object;
mod runtime;

pub mod version;

pub mod status;

pub mod error;

pub mod memory;

pub mod log;

pub mod policy;

pub mod security;

pub mod client_options;

pub mod store_options;

pub mod upload_options;

pub mod request_options;

pub mod client;

pub mod source;

pub mod filelink;

pub mod filelink_reply;

pub mod transformation;

pub mod catalogue;

pub mod client_calls;

pub mod filelink_calls;

pub mod transformation_calls;

pub mod av_job;

pub mod webhook;
