//! What is uploaded: a file, memory, or a reader of the caller.

mod reader;
mod reservation;
mod spool;

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::sys;

pub use reader::Reader;
pub(crate) use reservation::Reservation;
use reservation::Turnstile;

/// A source of bytes. Clones share it; one upload uses it at a time.
#[derive(Clone)]
pub struct Source(Arc<Shared>);

struct Shared {
    content: Content,
    turnstile: Arc<Turnstile>,
}

enum Content {
    File { file: Arc<File>, path: PathBuf },
    Memory(Bytes),
    Reader(Arc<Mutex<Box<dyn Reader>>>),
}

impl Source {
    /// The file at `path`, opened now, so that a missing file is noticed here.
    ///
    /// # Errors
    /// `Io` when it cannot be opened, `Argument` when it is no regular file.
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
            return Err(Error::argument(format!("'{name}' is no regular file: upload it through a reader")));
        }
        let file = File::open(path).map_err(|cause| Error::io(format!("cannot open the file '{name}'"), &cause))?;
        Ok(Self::of(Content::File { file: Arc::new(file), path: path.to_owned() }))
    }

    /// Bytes in memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(Content::Memory(bytes.into()))
    }

    /// A reader of the caller. One that cannot tell its size is first copied to a temporary file.
    #[must_use]
    pub fn from_reader(reader: Box<dyn Reader>) -> Self {
        Self::of(Content::Reader(Arc::new(Mutex::new(reader))))
    }

    /// The last component of the path, when the source is a file.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        match &self.0.content {
            Content::File { path, .. } => path.file_name()?.to_str(),
            _ => None,
        }
    }

    /// Takes the source for one upload.
    ///
    /// # Errors
    /// `State` while another upload has it.
    pub(crate) fn reserve(&self) -> Result<Reservation> {
        Reservation::new(self)
    }

    fn of(content: Content) -> Self {
        Source(Arc::new(Shared { content, turnstile: Arc::default() }))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.content {
            Content::File { path, .. } => write!(f, "Source({})", path.display()),
            Content::Memory(bytes) => write!(f, "Source({} bytes in memory)", bytes.len()),
            Content::Reader(_) => f.write_str("Source(reader)"),
        }
    }
}

/// A source in use by one upload, with its size.
pub(crate) struct OpenSource {
    // Before the reservation, so that the source is given back last.
    input: Input,
    size: u64,
    _reservation: Reservation,
}

enum Input {
    File(OpenFile),
    Memory(Bytes),
    Reader { reader: Arc<Mutex<Box<dyn Reader>>>, position: u64 },
}

impl OpenSource {
    /// Opens a reserved source and learns its size. May block: it asks the file system or the reader.
    pub(crate) fn new(reservation: Reservation) -> Result<Self> {
        let source = reservation.source();
        let (input, size) = match &source.0.content {
            Content::File { file, path } => OpenFile::open(Arc::clone(file), &path.display().to_string())?,
            Content::Memory(bytes) => (Input::Memory(bytes.clone()), bytes.len() as u64),
            Content::Reader(reader) => {
                let mut locked = reader.lock().unwrap_or_else(PoisonError::into_inner);
                // Asking for the size may move to the end, as it does in a FILE.
                let size = locked.size()?;
                locked.rewind()?;
                match size {
                    Some(size) => (Input::Reader { reader: Arc::clone(reader), position: 0 }, size),
                    None => OpenFile::open(Arc::new(spool::to_temporary_file(&mut **locked)?), "a temporary copy")?,
                }
            }
        };
        if size == 0 {
            let name = source.file_name().map_or_else(|| "the source".to_owned(), |name| format!("the file '{name}'"));
            return Err(Error::argument(format!("{name} is empty, and the service takes no empty files")));
        }
        Ok(OpenSource { input, size, _reservation: reservation })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Goes back to the first byte, to read everything again.
    ///
    /// # Errors
    /// `State` when a reader was read and cannot go back.
    pub(crate) fn rewind(&mut self) -> Result<()> {
        if let Input::Reader { reader, position } = &mut self.input
            && *position > 0
        {
            reader.lock().unwrap_or_else(PoisonError::into_inner).rewind()?;
            *position = 0;
        }
        Ok(())
    }

    /// The `length` bytes from `offset`. Each byte is asked for once, in ascending order.
    ///
    /// # Errors
    /// `SourceChanged` when the source ends before, or goes on after, the size that it told.
    pub(crate) fn read(&mut self, offset: u64, length: usize) -> Result<Bytes> {
        let end = offset + length as u64;
        match &mut self.input {
            Input::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                Ok(bytes.slice(start..start + length))
            }
            Input::File(open) => {
                let bytes = open.read(offset, length)?;
                if end == self.size {
                    open.check_unchanged()?;
                }
                Ok(bytes)
            }
            Input::Reader { reader, position } => {
                let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                debug_assert_eq!(*position, offset, "parts of a reader are read in order");
                let mut buffer = vec![0; length];
                let read = reader::read_full(&mut **reader, &mut buffer)?;
                *position += read as u64;
                if read < length {
                    return Err(changed(format!("the reader ended after {position} of {} bytes", self.size)));
                }
                if end == self.size && reader.read(&mut [0])? != 0 {
                    return Err(changed(format!("the reader goes on after the {} bytes of its size", self.size)));
                }
                Ok(buffer.into())
            }
        }
    }
}

/// A file as it was when the upload began.
struct OpenFile {
    file: Arc<File>,
    name: String,
    size: u64,
    modified: Option<SystemTime>,
}

impl OpenFile {
    fn open(file: Arc<File>, name: &str) -> Result<(Input, u64)> {
        let metadata =
            file.metadata().map_err(|cause| Error::io(format!("cannot read the size of '{name}'"), &cause))?;
        let size = metadata.len();
        let open = OpenFile { file, name: name.to_owned(), size, modified: metadata.modified().ok() };
        Ok((Input::File(open), size))
    }

    fn read(&self, offset: u64, length: usize) -> Result<Bytes> {
        let mut buffer = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match sys::file::read_at(&self.file, &mut buffer[filled..], offset + filled as u64) {
                Ok(0) => return Err(changed(format!("the file '{}' became shorter", self.name))),
                Ok(read) => filled += read,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Error::io(format!("cannot read the file '{}'", self.name), &cause)),
            }
        }
        Ok(buffer.into())
    }

    fn check_unchanged(&self) -> Result<()> {
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

fn changed(what: String) -> Error {
    Error::new(ErrorKind::SourceChanged, format!("{what} while it was uploaded: nothing was stored"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn open(source: &Source) -> Result<OpenSource> {
        OpenSource::new(source.reserve()?)
    }

    #[test]
    fn files_that_cannot_be_uploaded_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.png");
        let error = Source::from_path(&missing).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("missing.png"), "{error}");
        let error = Source::from_path(folder.path()).unwrap_err();
        assert!(error.message().contains("is a directory"), "{error}");
        assert!(Source::from_path("/dev/null").unwrap_err().message().contains("no regular file"));
    }

    #[test]
    fn an_empty_source_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for source in [Source::from_path(file.path()).unwrap(), Source::from_bytes(Bytes::new())] {
            let error = open(&source).map(|_| ()).unwrap_err();
            assert!(error.message().contains("empty"), "{error}");
        }
    }

    #[test]
    fn a_source_serves_one_upload_at_a_time() {
        let source = Source::from_bytes("abc");
        let first = open(&source).unwrap();
        assert_eq!(open(&source).map(|_| ()).unwrap_err().kind(), ErrorKind::State);
        drop(first);
        assert!(open(&source).is_ok());
    }

    #[test]
    fn a_file_that_changes_is_noticed() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        let mut open = open(&Source::from_path(file.path()).unwrap()).unwrap();
        assert_eq!(open.read(0, 4).unwrap(), "0123");
        file.write_all(b"more").unwrap();
        assert_eq!(open.read(4, 6).unwrap_err().kind(), ErrorKind::SourceChanged);
        file.as_file().set_len(3).unwrap();
        assert_eq!(open.read(4, 6).unwrap_err().kind(), ErrorKind::SourceChanged);
    }
}
