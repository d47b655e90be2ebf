//! Sources of uploads: a file, memory, or a reader of the caller.

#[cfg(unix)]
mod descriptor;
mod file;
mod lease;
mod reader;
mod reading;
mod spool;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::error::{Error, ErrorKind, Result};

#[cfg(unix)]
use descriptor::Descriptor;
pub(crate) use file::Fingerprint;
use file::Range;
pub(crate) use lease::Lease;
pub use reader::{Given, Reader};

/// A source of bytes. Clones share it; one upload uses it at a time.
#[derive(Clone)]
pub struct Source(Arc<Shared>);

struct Shared {
    origin: Origin,
    is_in_use: AtomicBool,
    /// The reader can be asked again. Remembered until it is.
    ready: Notify,
}

enum Origin {
    /// A file that each upload opens for itself.
    Path(PathBuf),
    File {
        file: Arc<File>,
        name: Name,
        range: Range,
    },
    Memory(Bytes),
    Reader {
        reader: Arc<Mutex<Box<dyn Reader>>>,
        /// Whether it has waited itself when it has nothing yet, as a descriptor has.
        waits: bool,
    },
}

/// What a file is called.
#[derive(Clone)]
enum Name {
    Path(PathBuf),
    /// It was open already.
    Descriptor,
}

impl Name {
    fn in_errors(&self) -> String {
        match self {
            Name::Path(path) => format!("the file '{}'", path.display()),
            Name::Descriptor => "the descriptor's file".to_owned(),
        }
    }
}

impl Source {
    /// The file at `path`, opened now, so that a missing file is noticed here.
    ///
    /// # Errors
    /// `Io` when it cannot be opened, `Argument` when it is not a regular file.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = Name::Path(path.to_owned());
        Ok(Self::of(Origin::File { file: open(path)?, name, range: Range::default() }))
    }

    /// The file at `path`, which an upload opens when it begins.
    #[must_use]
    pub fn at_path(path: impl Into<PathBuf>) -> Self {
        Self::of(Origin::Path(path.into()))
    }

    /// Bytes in memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(Origin::Memory(bytes.into()))
    }

    /// A reader of the caller. One that cannot tell its size is first copied to a temporary file.
    #[must_use]
    pub fn from_reader(reader: Box<dyn Reader>) -> Self {
        Self::of_reader(reader, false)
    }

    /// An open descriptor. A regular file is read by position, from `offset` or else from its present position on, and
    /// `size` bytes of it or all; what else can be read, such as a pipe or a socket, is read as a reader is.
    ///
    /// # Errors
    /// `Argument` when nothing can be read from it, or when it has no positions and `offset` asks for one.
    #[cfg(unix)]
    pub fn from_fd(descriptor: std::os::fd::OwnedFd, offset: Option<u64>, size: Option<u64>) -> Result<Self> {
        match Descriptor::open(descriptor, offset)? {
            Descriptor::File(file, offset) => {
                let range = Range { offset, size };
                Ok(Self::of(Origin::File { file: Arc::new(file), name: Name::Descriptor, range }))
            }
            Descriptor::Stream(stream) => Ok(Self::of_reader(Box::new(stream.of_size(size)), true)),
        }
    }

    /// Says that a reader that had nothing yet can be asked again. Remembered when it is asked already.
    pub fn ready(&self) {
        self.0.ready.notify_one();
    }

    /// The last component of the path, when the source is a file; made readable when it is not UTF-8.
    #[must_use]
    pub fn file_name(&self) -> Option<Cow<'_, str>> {
        match &self.0.origin {
            Origin::Path(path) | Origin::File { name: Name::Path(path), .. } => {
                path.file_name().map(std::ffi::OsStr::to_string_lossy)
            }
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
        Source(Arc::new(Shared { origin, is_in_use: AtomicBool::new(false), ready: Notify::new() }))
    }

    fn of_reader(reader: Box<dyn Reader>, waits: bool) -> Self {
        Self::of(Origin::Reader { reader: Arc::new(Mutex::new(reader)), waits })
    }
}

/// Opens a file that can be uploaded.
fn open(path: &Path) -> Result<Arc<File>> {
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
    Ok(Arc::new(file))
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

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.origin {
            Origin::Path(path) => write!(f, "Source({})", Name::Path(path.clone()).in_errors()),
            Origin::File { name, .. } => write!(f, "Source({})", name.in_errors()),
            Origin::Memory(bytes) => write!(f, "Source({} bytes in memory)", bytes.len()),
            Origin::Reader { .. } => f.write_str("Source(reader)"),
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
