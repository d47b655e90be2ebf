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
mod filelink;
mod generation;
mod handle;
mod hashing;
mod limits;
mod location;
mod operation;
mod options;
mod pieces;
pub mod redaction;
pub mod security;
mod sink;
mod source;
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
pub use error::{Error, ErrorKind, Limit, Result};
pub use filelink::{Filelink, METADATA_FIELDS};
pub use generation::{Epoch, Generation, Host};
pub use location::Location;
pub use operation::{Operation, Progress};
pub use options::{ClientOptions, IfExists, Intelligent, RequestOptions, StoreOptions, UploadOptions};
pub use security::{Policy, Security};
pub use sink::{Sink, Writer, Written};
pub use source::{Given, Reader, Source};
pub use stored_file::{StoredFile, UploadReply};
pub use threads::{Job, Purpose, Spawn, Threads};
pub use transformation::Transformation;
pub use transport::Settings;
