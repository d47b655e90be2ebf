//! A file, wherever its bytes are: on disk, in memory, among the stored ones or not.

use std::fs::File;
use std::io::{self, Cursor, Read, Write as _};
use std::path::PathBuf;

use axum::body::Body;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::content::decoding;
use crate::content::filename;
use crate::database::FileRecord;
use crate::errors::{Result, ServiceError};
use crate::hex::hex;
use crate::images::Input;
use crate::storage::{Received, Storage, send_file};

/// A file, wherever its bytes are.
#[derive(Debug)]
pub(crate) struct Blob {
    place: Place,
    pub(crate) filename: String,
    pub(crate) mimetype: String,
    pub(crate) size: u64,
    /// Changes when the bytes do.
    pub(crate) version: String,
    /// The record of a stored file.
    pub(crate) record: Option<Box<FileRecord>>,
    /// Seconds for which clients may keep it, whatever tasks say.
    pub(crate) max_age: Option<u32>,
}

#[derive(Debug)]
enum Place {
    /// A file that stays.
    Disk(PathBuf),
    /// A file that goes with this value.
    Temporary(NamedTempFile),
    Memory(Bytes),
}

impl Blob {
    /// A stored file as it is.
    pub(crate) fn stored(storage: &Storage, record: FileRecord) -> Self {
        Self {
            place: Place::Disk(storage.object_path(&record.object)),
            filename: record.filename.clone(),
            mimetype: record.mimetype.clone(),
            size: record.size,
            version: record.object.clone(),
            record: Some(Box::new(record)),
            max_age: None,
        }
    }

    /// A file that belongs to somebody else and stays where it is.
    pub(crate) fn found(path: PathBuf, filename: String, mimetype: String, size: u64, version: String) -> Self {
        Self { place: Place::Disk(path), filename, mimetype, size, version, record: None, max_age: None }
    }

    /// Bytes that came over the network.
    pub(crate) fn received(received: Received, filename: String, mimetype: String) -> Self {
        Self {
            place: Place::Temporary(received.file),
            filename,
            mimetype,
            size: received.size,
            version: hex(&received.md5),
            record: None,
            max_age: None,
        }
    }

    /// The result of a conversion.
    pub(crate) fn made(bytes: Vec<u8>, filename: String, mimetype: String, version: String) -> Self {
        let size = bytes.len() as u64;
        Self { place: Place::Memory(bytes.into()), filename, mimetype, size, version, record: None, max_age: None }
    }

    /// Says for how long clients may keep it.
    pub(crate) fn with_max_age(self, max_age: Option<u32>) -> Self {
        Self { max_age, ..self }
    }

    /// Gives the file name the extension of another format.
    pub(crate) fn with_extension(mut self, extension: Option<&str>) -> Self {
        let Some(extension) = extension.filter(|_| filename::mimetype_of(&self.filename) != self.mimetype) else {
            return self;
        };
        // What follows a dot is an extension when it is known as one; otherwise it is part of the name.
        let stem = match self.filename.rsplit_once('.') {
            Some((stem, known)) if !stem.is_empty() && filename::is_extension(known) => stem,
            _ => self.filename.as_str(),
        };
        self.filename = format!("{stem}.{extension}");
        self
    }

    /// The bytes as conversions take them; good for as long as this value is.
    pub(crate) fn input(&self) -> Input {
        match &self.place {
            Place::Disk(path) => Input::File(path.clone()),
            Place::Temporary(file) => Input::File(file.path().to_owned()),
            Place::Memory(bytes) => Input::Memory(bytes.clone()),
        }
    }

    /// Reads the bytes. Blocks.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match &self.place {
            Place::Disk(path) => Box::new(File::open(path)?),
            Place::Temporary(file) => Box::new(file.reopen()?),
            Place::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        })
    }

    /// SHA-256 of the bytes. Blocks.
    pub(crate) fn digest(&self) -> io::Result<[u8; 32]> {
        let mut hash = Sha256::new();
        io::copy(&mut self.open()?, &mut HashWriter(&mut hash))?;
        Ok(hash.finalize().into())
    }

    /// `length` bytes from `start` on, for a reply.
    pub(crate) async fn body(&self, start: u64, length: u64) -> Result<Body> {
        let index = |position: u64| usize::try_from(position).unwrap_or(usize::MAX);
        Ok(match &self.place {
            Place::Disk(path) => send_file(path, start, length).await?,
            // The opened file can be read on when its name is gone.
            Place::Temporary(file) => send_file(file.path(), start, length).await?,
            Place::Memory(bytes) => Body::from(bytes.slice(index(start)..index(start + length))),
        })
    }

    /// Puts the bytes among the objects of `storage`; returns the object's id and size.
    pub(crate) async fn keep(self, storage: &Storage, base64decode: bool) -> Result<(String, u64)> {
        let storage = storage.clone();
        let kept = tokio::task::spawn_blocking(move || self.write(&storage, base64decode));
        kept.await.map_err(ServiceError::internal)?
    }

    fn write(self, storage: &Storage, base64decode: bool) -> Result<(String, u64)> {
        let mut target = storage.temporary_file()?;
        let mut source = self.open()?;
        let size = if base64decode {
            decoding::decode(source, &mut target)?
        } else if let Place::Temporary(file) = self.place {
            // What was received is in the right folder already.
            target = file;
            self.size
        } else {
            io::copy(&mut source, &mut target)?
        };
        target.flush()?;
        Ok((storage.keep_object(target)?, size))
    }
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Blob {
        Blob::made(text.as_bytes().to_vec(), "a".to_owned(), "b/c".to_owned(), "v".to_owned())
    }

    #[tokio::test]
    async fn bytes_are_kept_wherever_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let received = storage.receive(Body::from("filestack"), 9).await.unwrap();
        let temporary = Blob::received(received, "a".to_owned(), "b/c".to_owned());
        assert_eq!(temporary.digest().unwrap(), made("filestack").digest().unwrap());
        for blob in [temporary, made("filestack")] {
            let (object, size) = blob.keep(&storage, false).await.unwrap();
            assert_eq!(
                (std::fs::read(storage.object_path(&object)).unwrap().as_slice(), size),
                (b"filestack".as_slice(), 9)
            );
        }
    }

    #[test]
    fn extensions_follow_the_format() {
        for (filename, expected) in [
            ("a.jpg", "a.png"),
            ("a.b.tiff", "a.b.png"),
            ("a", "a.png"),
            ("v1.2 final", "v1.2 final.png"),
            (".jpg", ".jpg.png"),
            ("a.PNG", "a.PNG"),
            ("", ".png"),
        ] {
            let blob = Blob::made(Vec::new(), filename.to_owned(), "image/png".to_owned(), "v".to_owned());
            assert_eq!(blob.with_extension(Some("png")).filename, expected);
        }
        assert_eq!(made("").with_extension(None).filename, "a");
    }

    #[tokio::test]
    async fn base64_is_decoded() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let (object, size) = made("Zmls\r\nZXN0\n\nYWNr\n").keep(&storage, true).await.unwrap();
        assert_eq!(
            (std::fs::read(storage.object_path(&object)).unwrap().as_slice(), size),
            (b"filestack".as_slice(), 9)
        );
        let refused = made("not base64!").keep(&storage, true).await.unwrap_err();
        assert_eq!(refused.status(), axum::http::StatusCode::BAD_REQUEST);
    }
}
