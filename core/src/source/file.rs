//! A file that is uploaded, read at positions, so that its parts can be read without moving a shared cursor.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};

use super::buffer;

/// A file as it was when the upload began.
pub(super) struct OpenFile {
    file: Arc<File>,
    name: String,
    size: u64,
    modified: Option<SystemTime>,
}

impl OpenFile {
    pub(super) fn new(file: Arc<File>, name: &str) -> Result<Self> {
        let metadata =
            file.metadata().map_err(|cause| Error::io(format!("cannot read the size of '{name}'"), &cause))?;
        Ok(OpenFile { file, name: name.to_owned(), size: metadata.len(), modified: metadata.modified().ok() })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The `length` bytes from `offset`.
    pub(super) fn read(&self, offset: u64, length: usize) -> Result<Bytes> {
        let mut buffer = buffer(length)?;
        let mut filled = 0;
        while filled < length {
            match read_at(&self.file, &mut buffer[filled..], offset + filled as u64) {
                Ok(0) => return Err(changed(format!("the file '{}' became shorter", self.name))),
                Ok(read) => filled += read,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Error::io(format!("cannot read the file '{}'", self.name), &cause)),
            }
        }
        Ok(buffer.into())
    }

    /// Fails when the file was written to since it was opened.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let now = self
            .file
            .metadata()
            .map_err(|cause| Error::io(format!("cannot read the size of '{}'", self.name), &cause))?;
        if now.len() != self.size || now.modified().ok() != self.modified {
            return Err(changed(format!("the file '{}' was written to", self.name)));
        }
        Ok(())
    }
}

/// Reads up to `buffer.len()` bytes from `offset`.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads up to `buffer.len()` bytes from `offset`. Compiled, not tested.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// The error for a source that is not what it was when the upload began.
pub(super) fn changed(what: String) -> Error {
    Error::new(ErrorKind::SourceChanged, format!("{what} while it was uploaded: nothing was stored"))
}
