//! Where a download goes: a file, memory, or a sink of the caller.

use std::future::Future;

use bytes::Bytes;

use crate::context::Call;
use crate::error::{Error, Result};
use crate::sink;

use super::version::Version;

/// Takes the content of a download in order.
pub(super) trait Destination: Send {
    /// How many bytes it has.
    fn position(&self) -> u64;

    /// Whether it can forget what it has.
    fn can_restart(&self) -> bool;

    /// Forgets what it has, and gets ready for the first byte of `version`.
    fn restart(&mut self, call: &Call, version: &Version) -> impl Future<Output = Result<()>> + Send;

    /// Appends to it, and returns when it has taken the bytes.
    fn write(&mut self, call: &Call, bytes: Bytes) -> impl Future<Output = Result<()>> + Send;
}

/// Memory of the library's own.
impl Destination for Vec<u8> {
    fn position(&self) -> u64 {
        self.len() as u64
    }

    fn can_restart(&self) -> bool {
        true
    }

    async fn restart(&mut self, _call: &Call, _version: &Version) -> Result<()> {
        self.clear();
        Ok(())
    }

    async fn write(&mut self, _call: &Call, bytes: Bytes) -> Result<()> {
        let size = self.len() as u64 + bytes.len() as u64;
        self.try_reserve(bytes.len()).map_err(|_| Error::out_of_memory(size))?;
        self.extend_from_slice(&bytes);
        Ok(())
    }
}

/// What the caller has lent.
impl Destination for sink::Lease {
    fn position(&self) -> u64 {
        self.taken()
    }

    fn can_restart(&self) -> bool {
        false
    }

    /// It has nothing yet.
    async fn restart(&mut self, _call: &Call, _version: &Version) -> Result<()> {
        Ok(())
    }

    async fn write(&mut self, _call: &Call, bytes: Bytes) -> Result<()> {
        self.take(bytes).await
    }
}
