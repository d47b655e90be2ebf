//! Sources of uploads: a file, memory, or a reader of the caller.

mod file;
mod occupancy;
mod open;
mod reader;
mod spool;

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use crate::error::{Error, Result};
use occupancy::{Occupancy, Occupied};

pub use occupancy::ReservationEnd;
pub(crate) use open::OpenSource;
pub use reader::Reader;

/// A source of bytes. Clones share it; one upload uses it at a time.
#[derive(Clone)]
pub struct Source(Arc<Shared>);

struct Shared {
    origin: Origin,
    occupancy: Arc<Occupancy>,
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

    /// The last component of the path, when the source is a file.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        match &self.0.origin {
            Origin::File { path, .. } => path.file_name()?.to_str(),
            _ => None,
        }
    }

    /// Takes the source for one upload, so that the upload's last use of it can be waited for.
    ///
    /// # Errors
    /// `State` while another upload has it.
    pub fn reserve(&self) -> Result<Reservation> {
        let (occupied, end) = Occupancy::enter(&self.0.occupancy)?;
        Ok(Reservation { source: self.clone(), _occupied: occupied, end })
    }

    fn of(origin: Origin) -> Self {
        Source(Arc::new(Shared { origin, occupancy: Arc::default() }))
    }
}

/// The right of one upload to read a source. It ends when this is dropped.
#[derive(Debug)]
pub struct Reservation {
    source: Source,
    // After the source, because fields are dropped in their order: a waiter finds the source unreferenced.
    _occupied: Occupied,
    end: ReservationEnd,
}

impl Reservation {
    /// The source.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where the end of the reservation can be waited for.
    #[must_use]
    pub fn end(&self) -> ReservationEnd {
        self.end.clone()
    }
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

    #[test]
    fn a_waiter_finds_the_source_unreferenced() {
        let witness = Arc::new(());
        struct Owner {
            _alive: Arc<()>,
        }
        impl AsRef<[u8]> for Owner {
            fn as_ref(&self) -> &[u8] {
                b"content"
            }
        }
        let source = Source::from_bytes(Bytes::from_owner(Owner { _alive: Arc::clone(&witness) }));
        let reservation = source.reserve().unwrap();
        let end = reservation.end();
        drop(source);
        let reader = std::thread::spawn(move || drop(reservation));
        end.wait();
        assert_eq!(Arc::strong_count(&witness), 1, "the memory is the caller's again");
        reader.join().unwrap();
    }

    #[test]
    fn a_later_reservation_is_not_waited_for() {
        let source = Source::from_bytes("content");
        let end = source.reserve().unwrap().end();
        let _later = source.reserve().unwrap();
        end.wait();
    }
}
