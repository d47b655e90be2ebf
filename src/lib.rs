//! The C API of libfilestack: one file per object. Thin: check, convert, call the core, convert back.
//!
//! The rules that every exported function obeys stand at the top of the generated header and are tested by
//! the C programs in `tests/c`. Each function goes through [`guard`], so no panic leaves the library.
//!
//! The header's sections follow the order of the public modules below. A file whose name continues that of an object,
//! such as `client_upload` that of `client`, belongs to the object's section.

// Functions that may call one of the host's destroy functions are `extern "C-unwind"`: that function may end its
// thread by `pthread_exit`, which unwinds.

// The C names of types are their Rust names, so that the header shows what the code says.
#![allow(non_camel_case_types)]
// What a caller must keep is the contract of the whole header, stated once at its top.
#![allow(clippy::missing_safety_doc)]
// A panic that was caught is a bug all the same: whatever can fail at the boundary returns an error.
#![deny(clippy::expect_used, clippy::panic, clippy::unreachable, clippy::unwrap_used)]

mod call;
mod callback;
mod failure;
mod guard;
mod handle;
mod log_queue;
mod milliseconds;
mod object;
mod outcome;
mod process;
mod queue_signal;
mod runtime;
mod signals;
mod start;
mod threads;

pub mod arguments;

pub mod client;
pub mod client_options;
pub mod client_upload;

pub mod upload_options;

pub mod store_options;

pub mod request_options;

pub mod progress;

pub mod operation;
pub mod operation_result;
pub mod operation_stats;

pub mod queue;

pub mod filelink;
pub mod filelink_analysis;
pub mod filelink_changes;
pub mod filelink_content;

pub mod transformation;
pub mod transformation_param;
pub mod transformation_result;

pub mod av_job;
pub mod av_job_status;

pub mod sink;
pub mod source;

pub mod security;

mod poisonable;
pub mod policy;

pub mod webhook;

pub mod error;
pub mod error_object;

pub mod status;
pub mod status_code;

pub mod buffer;
pub mod memory;

pub mod log;

pub mod catalogue;

pub mod version;

pub mod library;
