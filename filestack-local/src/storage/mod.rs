//! Bytes on disk: complete objects, parts of uploads under way, and how bytes get in and out.
//!
//! Every name on disk is made here from random letters; nothing that a client sends becomes part of a path.

pub(crate) mod signing;

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use md5::{Digest as _, Md5};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use crate::errors::{Result, ServiceError};
use crate::handles;

/// Letters in the id of an object.
const OBJECT_LENGTH: usize = 32;
/// Bytes that are read from disk at once while sending.
const SEND_BUFFER: usize = 256 * 1024;
/// Frames of a request body that may wait for the disk.
const RECEIVE_QUEUE: usize = 8;

/// The data folder.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    root: PathBuf,
}

/// A request body on disk that has no name yet: dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) file: NamedTempFile,
    pub(crate) size: u64,
    pub(crate) md5: [u8; 16],
}

impl Storage {
    /// Prepares the folder and removes what an earlier process left half-written.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let storage = Self { root: root.to_owned() };
        match fs::remove_dir_all(storage.temporary()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for folder in [storage.temporary(), root.join("objects"), root.join("parts")] {
            fs::create_dir_all(folder)?;
        }
        Ok(storage)
    }

    fn temporary(&self) -> PathBuf {
        self.root.join("temporary")
    }

    /// A nameless file on the same file system as everything else, so that renaming it is atomic.
    pub(crate) fn temporary_file(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(self.temporary())
    }

    /// The path of a part or chunk by its recorded name.
    pub(crate) fn part_path(&self, name: &str) -> PathBuf {
        self.root.join("parts").join(name)
    }

    /// The path of an object by its id.
    pub(crate) fn object_path(&self, id: &str) -> PathBuf {
        // Two letters of fan-out keep folders small.
        self.root.join("objects").join(id.get(..2).unwrap_or("__")).join(id)
    }

    /// Gives a received body a name among the parts of an upload.
    pub(crate) fn keep_part(&self, upload_id: &str, file: NamedTempFile) -> io::Result<String> {
        let name = format!("{upload_id}/{}", handles::random_name(20));
        fs::create_dir_all(self.part_path(upload_id))?;
        file.persist(self.part_path(&name))?;
        Ok(name)
    }

    /// Gives a finished file its place among the objects and returns its id.
    pub(crate) fn keep_object(&self, file: NamedTempFile) -> io::Result<String> {
        let id = handles::random_name(OBJECT_LENGTH);
        let path = self.object_path(&id);
        fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
        // The record that will name this object must never outlive its bytes.
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(id)
    }

    /// Removes an object that no record names any more; what is being read of it can be read to its end.
    pub(crate) fn forget_object(&self, id: &str) {
        // A file that stays behind costs disk, not correctness.
        let _ = fs::remove_file(self.object_path(id));
    }

    /// Removes a part or chunk that nothing names any more.
    pub(crate) fn forget_part(&self, name: &str) {
        // A file that stays behind costs disk, not correctness, and goes with its upload.
        let _ = fs::remove_file(self.part_path(name));
    }

    /// Removes everything that was received for an upload.
    pub(crate) fn forget_upload(&self, upload_id: &str) {
        let _ = fs::remove_dir_all(self.part_path(upload_id));
    }

    /// Removes the parts of all uploads that are not among `open`; a process that was killed may have left them.
    pub(crate) fn forget_other_uploads(&self, open: &HashSet<String>) -> io::Result<()> {
        for entry in fs::read_dir(self.root.join("parts"))? {
            let name = entry?.file_name();
            if let Some(upload_id) = name.to_str().filter(|name| !open.contains(*name)) {
                self.forget_upload(upload_id);
            }
        }
        Ok(())
    }

    /// Removes the objects that are not among `recorded`; a process that was killed may have left them.
    pub(crate) fn forget_other_objects(&self, recorded: &HashSet<String>) -> io::Result<()> {
        for folder in fs::read_dir(self.root.join("objects"))? {
            let folder = folder?;
            // Whatever else the user keeps there.
            if !folder.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(folder.path())? {
                let name = entry?.file_name();
                if let Some(id) = name.to_str().filter(|name| is_object(name) && !recorded.contains(*name)) {
                    self.forget_object(id);
                }
            }
        }
        Ok(())
    }

    /// Streams a request body to disk and hashes it on the way; more than `limit` bytes are an error.
    pub(crate) async fn receive(&self, body: Body, limit: u64) -> Result<Received> {
        let mut file = self.temporary_file()?;
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<Bytes>(RECEIVE_QUEUE);
        // One blocking thread for the whole body: writing and hashing never stall the network threads.
        let writer = tokio::task::spawn_blocking(move || -> io::Result<Received> {
            let mut hash = Md5::new();
            let mut size = 0;
            while let Some(bytes) = receiver.blocking_recv() {
                hash.update(&bytes);
                file.write_all(&bytes)?;
                size += bytes.len() as u64;
            }
            file.flush()?;
            Ok(Received { file, size, md5: hash.finalize().into() })
        });
        let mut frames = body.into_data_stream();
        let mut received = 0;
        while let Some(frame) = frames.next().await {
            let bytes = frame.map_err(|error| incomplete(&error.to_string()))?;
            received += bytes.len() as u64;
            if received > limit {
                return Err(incomplete("the body is longer than announced"));
            }
            if sender.send(bytes).await.is_err() {
                // The writer has failed; its reason is below.
                break;
            }
        }
        drop(sender);
        Ok(writer.await.map_err(ServiceError::internal)??)
    }
}

/// Whether a file among the objects can be one.
fn is_object(name: &str) -> bool {
    name.len() == OBJECT_LENGTH && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn incomplete(reason: &str) -> ServiceError {
    ServiceError::xml(axum::http::StatusCode::BAD_REQUEST, "IncompleteBody", reason)
}

/// Streams `length` bytes of a file from `start` on.
pub(crate) async fn send_file(path: &Path, start: u64, length: u64) -> io::Result<Body> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(io::SeekFrom::Start(start)).await?;
    Ok(Body::from_stream(ReaderStream::with_capacity(file.take(length), SEND_BUFFER)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;

    #[tokio::test]
    async fn bodies_are_hashed_and_vanish_unless_kept() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let received = storage.receive(Body::from("filestack"), 9).await.unwrap();
        assert_eq!((received.size, hex(&received.md5)), (9, "4d9248e9ad027c6f03a90897e329ca92".to_owned()));
        let path = received.file.path().to_owned();
        drop(received);
        assert!(!path.exists());
        assert!(storage.receive(Body::from("filestack"), 8).await.is_err());
    }

    #[test]
    fn parts_belong_to_uploads() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let [kept, left_behind] =
            ["open", "complete"].map(|id| storage.keep_part(id, storage.temporary_file().unwrap()).unwrap());
        storage.forget_other_uploads(&HashSet::from(["open".to_owned()])).unwrap();
        assert!(storage.part_path(&kept).exists() && !storage.part_path(&left_behind).exists());
    }

    #[test]
    fn objects_that_no_record_names_go() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let [kept, left_behind] = [(); 2].map(|()| storage.keep_object(storage.temporary_file().unwrap()).unwrap());
        let notes = storage.object_path(&left_behind).with_file_name("notes.txt");
        fs::write(&notes, "mine").unwrap();
        fs::write(folder.path().join("objects/notes.txt"), "mine").unwrap();
        storage.forget_other_objects(&HashSet::from([kept.clone()])).unwrap();
        assert!(storage.object_path(&kept).exists() && !storage.object_path(&left_behind).exists() && notes.exists());
    }

    #[tokio::test]
    async fn half_written_files_go_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let (_, left_behind) = storage.temporary_file().unwrap().keep().unwrap();
        Storage::open(folder.path()).unwrap();
        assert!(!left_behind.exists());
    }
}
