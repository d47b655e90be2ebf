//! The Filestack SDK as an asynchronous Rust crate.
//!
//! A [`Client`] uploads a [`Source`] and makes a [`Filelink`]; a filelink or an external URL begins a
//! [`Transformation`]; the content of both is downloaded to memory or to a file. [`Security`] signs what needs
//! credentials. The crate is layered: a module uses only those that stand before it in ARCHITECTURE.md, and
//! `tests/layers.rs` checks that.

#![forbid(unsafe_code)]

mod av_job;
mod client;
mod context;
#[cfg(unix)]
mod descriptor;
mod domain;
mod download;
mod endpoints;
mod error;
mod file_api;
mod filelink;
mod generation;
mod handle;
mod hashing;
mod hex;
mod limits;
mod location;
mod locked_file;
mod operation;
mod options;
mod pieces;
mod progress;
pub mod redaction;
mod reporter;
pub mod security;
mod sink;
mod source;
mod statistics;
mod stored_file;
mod suggestion;
mod threads;
pub mod transformation;
mod transport;
mod upload;
mod url_length;
mod web_url;
pub mod webhook;

pub use av_job::{AvJob, AvStatus};
pub use client::Client;
pub use context::Context;
pub use endpoints::{Endpoint, Endpoints};
pub use error::{Error, ErrorKind, Limit, Remedy, Result};
pub use file_api::METADATA_FIELDS;
pub use filelink::Filelink;
pub use generation::{Epoch, Generation, Host};
pub use location::Location;
pub use operation::Operation;
pub use options::{
    ClientOptions, FilenameSanitizer, IfExists, Intelligent, RequestOptions, StoreOptions, UploadOptions, Verify,
};
pub use progress::{CallState, Observer, Progress, Reports};
pub use security::{Policy, Security};
pub use sink::{Sink, Writer, Written};
pub use source::{Given, Reader, Source};
pub use statistics::Statistics;
pub use stored_file::{StoredFile, UploadReply};
pub use threads::{Job, Purpose, Spawn, Threads};
pub use transformation::Transformation;
pub use transport::Settings;
