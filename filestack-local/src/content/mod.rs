//! The results of requests: files, archives, data.

pub(crate) mod aliases;
pub(crate) mod archive;
pub(crate) mod blob;
pub(crate) mod decoding;
pub(crate) mod digests;
pub(crate) mod fetch;
pub(crate) mod filename;

use serde_json::Value;

use archive::Archive;
use blob::Blob;

/// The outcome of a request.
#[derive(Debug)]
pub(crate) enum Content {
    /// A file.
    Blob(Blob),
    /// Several files in one, made while it is sent.
    Archive(Archive),
    /// A reply that is data about a file.
    Json(Value),
}
