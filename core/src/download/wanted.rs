//! The content of a download: where it is, and what errors call it.

use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// Content of the service.
pub(crate) struct Wanted {
    /// Where it is.
    pub(crate) url: String,
    /// What errors call it: "download of 'H'".
    pub(crate) what: String,
    /// Whether the service makes it of a file, so that its text may be an error.
    pub(crate) is_converted: bool,
    /// Whether something is made each time that it is asked for, so that it must not be asked for twice.
    pub(crate) makes_something: bool,
    /// Where it is, without credentials: the same for every call.
    pub(crate) unsigned_url: String,
}

impl Wanted {
    /// Names what is downloaded, and shows nothing of it.
    pub(super) fn digest(&self) -> String {
        hex(&Sha256::digest(&self.unsigned_url))
    }
}
