//! A source in use by one upload: its size, and its bytes in order.

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::transport::Content;

use super::file::{OpenFile, changed};
use super::reader::{self, Reader};
use super::{Origin, Reservation, spool};

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
        let (input, size) = match &source.0.origin {
            Origin::File { file, path } => open_file(Arc::clone(file), &path.display().to_string())?,
            Origin::Memory(bytes) => (Input::Memory(bytes.clone()), bytes.len() as u64),
            Origin::Reader(reader) => {
                let mut locked = reader.lock().unwrap_or_else(PoisonError::into_inner);
                // Asking for the size may move to the end, as it does in a FILE.
                let size = locked.size()?;
                locked.rewind()?;
                match size {
                    Some(size) => (Input::Reader { reader: Arc::clone(reader), position: 0 }, size),
                    None => open_file(Arc::new(spool::to_temporary_file(&mut **locked)?), "a temporary copy")?,
                }
            }
        };
        if size == 0 {
            let name = source.file_name().map_or_else(|| "the source".to_owned(), |name| format!("the file '{name}'"));
            return Err(Error::argument(format!("{name} is empty, and the service takes no empty files")));
        }
        Ok(OpenSource { input, size, _reservation: reservation })
    }
}

impl Content for OpenSource {
    fn size(&self) -> u64 {
        self.size
    }

    /// `State` when a reader was read and cannot go back.
    fn rewind(&mut self) -> Result<()> {
        if let Input::Reader { reader, position } = &mut self.input
            && *position > 0
        {
            reader.lock().unwrap_or_else(PoisonError::into_inner).rewind()?;
            *position = 0;
        }
        Ok(())
    }

    /// `SourceChanged` when the source ends before, or goes on after, the size that it told.
    fn read(&mut self, offset: u64, length: usize) -> Result<Bytes> {
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

fn open_file(file: Arc<File>, name: &str) -> Result<(Input, u64)> {
    let open = OpenFile::new(file, name)?;
    let size = open.size();
    Ok((Input::File(open), size))
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::*;
    use crate::error::ErrorKind;
    use std::io::Write as _;

    fn open(source: &Source) -> Result<OpenSource> {
        OpenSource::new(source.reserve()?)
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
