//! The Filestack SDK as an ordinary asynchronous Rust crate, and the C library built on it.
//!
//! A [`Client`] uploads a [`Source`] and makes a [`Filelink`]; a filelink, or an external URL, begins a
//! [`Transformation`]; both are delivered to memory or a file. [`Security`] signs what needs credentials. The C API
//! in [`ffi`] adds nothing but C. Unsafe code lives in `ffi` and `sys` only.

#![deny(unsafe_code)]

mod background;
mod client;
mod delivery;
mod endpoints;
mod error;
pub mod ffi;
mod filelink;
mod location;
mod redaction;
pub mod security;
mod source;
mod suggestion;
mod sys;
pub mod transformation;
mod transport;
mod upload;
mod video;
pub mod webhook;

pub use client::{Client, ClientOptions};
pub use delivery::{IfExists, RequestOptions};
pub use endpoints::{Endpoint, Endpoints};
pub use error::{Error, ErrorKind, Result};
pub use filelink::{Filelink, METADATA_FIELDS, UploadReply};
pub use location::Location;
pub use security::{Policy, Security};
pub use source::{Reader, Source};
pub use transformation::Transformation;
pub use transport::Settings;
pub use upload::{Intelligent, StoreOptions, UploadOptions};
pub use video::{VideoJob, VideoStatus};
