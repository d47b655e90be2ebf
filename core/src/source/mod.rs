//! Sources of uploads: a file, memory, or a reader of the caller.

mod file;
mod lease;
mod reader;
mod spool;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};

pub(crate) use file::Fingerprint;
pub(crate) use lease::Lease;
pub use reader::Reader;

/// A source of bytes. Clones share it; one upload uses it at a time.
#[derive(Clone)]
pub struct Source(Arc<Shared>);

struct Shared {
    origin: Origin,
    is_in_use: AtomicBool,
}

enum Origin {
    File { file: Arc<File>, path: PathBuf },
    Memory(Bytes),
    Reader(Arc<Mutex<Box<dyn Reader>>>),
}

impl Source {
    /// The file at `path`, opened now, so that a missing file is noticed here.
    ///
    /// # Errors
    /// `Io` when it cannot be opened, `Argument` when it is not a regular file.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display();
        // Asked before opening, because opening a FIFO waits for its writer.
        let metadata =
            std::fs::metadata(path).map_err(|cause| Error::io(format!("cannot read the file '{name}'"), &cause))?;
        if metadata.is_dir() {
            return Err(Error::argument(format!("'{name}' is a directory: only files can be uploaded")));
        }
        if !metadata.is_file() {
            return Err(Error::argument(format!("'{name}' is not a regular file: upload it through a reader")));
        }
        let file = File::open(path).map_err(|cause| Error::io(format!("cannot open the file '{name}'"), &cause))?;
        Ok(Self::of(Origin::File { file: Arc::new(file), path: path.to_owned() }))
    }

    /// Bytes in memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(Origin::Memory(bytes.into()))
    }

    /// A reader of the caller. One that cannot tell its size is first copied to a temporary file.
    #[must_use]
    pub fn from_reader(reader: Box<dyn Reader>) -> Self {
        Self::of(Origin::Reader(Arc::new(Mutex::new(reader))))
    }

    /// The last component of the path, when the source is a file; made readable when it is not UTF-8.
    #[must_use]
    pub fn file_name(&self) -> Option<Cow<'_, str>> {
        match &self.0.origin {
            Origin::File { path, .. } => path.file_name().map(std::ffi::OsStr::to_string_lossy),
            _ => None,
        }
    }

    /// Takes the source for one call.
    fn reserve(&self) -> Result<Reservation> {
        if self.0.is_in_use.swap(true, Ordering::AcqRel) {
            return Err(Error::new(ErrorKind::State, "the source is in use by another upload"));
        }
        Ok(Reservation { source: self.clone() })
    }

    fn of(origin: Origin) -> Self {
        Source(Arc::new(Shared { origin, is_in_use: AtomicBool::new(false) }))
    }
}

/// The right of one call to read a source. It ends when this is dropped.
struct Reservation {
    source: Source,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.source.0.is_in_use.store(false, Ordering::Release);
    }
}

/// A buffer of zeros.
///
/// # Errors
/// `Resources` when there is no memory for it.
fn buffer(length: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(length).map_err(|_| Error::out_of_memory(length as u64))?;
    buffer.resize(length, 0);
    Ok(buffer)
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.origin {
            Origin::File { path, .. } => write!(f, "Source({})", path.display()),
            Origin::Memory(bytes) => write!(f, "Source({} bytes in memory)", bytes.len()),
            Origin::Reader(_) => f.write_str("Source(reader)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn files_that_cannot_be_uploaded_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.png");
        let error = Source::from_path(&missing).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("missing.png"), "{error}");
        let error = Source::from_path(folder.path()).unwrap_err();
        assert!(error.message().contains("is a directory"), "{error}");
        assert!(Source::from_path("/dev/null").unwrap_err().message().contains("not a regular file"));
    }
}
