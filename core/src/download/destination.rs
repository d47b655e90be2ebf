//! The destination of a download: a file that gets its name only when it is whole.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tempfile::{Builder, TempPath};

use crate::context::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::options::IfExists;

/// How a file that is being written begins and ends its name, so that a leftover tells what it is.
const TEMPORARY_PREFIX: &str = ".";
const TEMPORARY_SUFFIX: &str = ".filestack-part";

/// How much is collected before it is written.
const BUFFER: usize = 256 * 1024;

/// A temporary file in the folder of its final path; dropping it removes it.
pub(super) struct Destination {
    file: Arc<File>,
    temporary: TempPath,
    path: PathBuf,
    /// What was not written yet.
    pending: Vec<u8>,
}

impl Destination {
    /// Refuses a destination that can be known to fail before anything is asked of the service. Blocks.
    pub(super) fn check(path: &Path, if_exists: IfExists) -> Result<()> {
        let name = path.display();
        if path.file_name().is_none() {
            return Err(Error::argument(format!("the destination '{name}' names no file")));
        }
        match std::fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                Err(Error::argument(format!("the destination '{name}' is a directory: name a file in it")))
            }
            Ok(_) if if_exists == IfExists::Fail => Err(exists(path)),
            _ => Ok(()),
        }
    }

    /// Creates the temporary file.
    pub(super) async fn create(call: &Call, path: &Path) -> Result<Self> {
        let path = path.to_owned();
        call.threads().work(move || Destination::create_now(path)).await
    }

    fn create_now(path: PathBuf) -> Result<Self> {
        let mut prefix = OsString::from(TEMPORARY_PREFIX);
        prefix.push(path.file_name().unwrap_or_default());
        prefix.push(".");
        let (file, temporary) = Builder::new()
            .prefix(&prefix)
            .suffix(TEMPORARY_SUFFIX)
            // The caller's umask decides, as for any file that a program writes; the default would be 0600.
            .make_in(folder(&path), |temporary| File::options().write(true).create_new(true).open(temporary))
            .map_err(|cause| Error::io(format!("cannot write beside '{}'", path.display()), &cause))?
            .into_parts();
        Ok(Destination { file: Arc::new(file), temporary, path, pending: Vec::new() })
    }

    /// Appends to the file.
    pub(super) async fn write(&mut self, call: &Call, bytes: Bytes) -> Result<()> {
        self.pending.extend_from_slice(&bytes);
        if self.pending.len() < BUFFER { Ok(()) } else { self.flush(call).await }
    }

    async fn flush(&mut self, call: &Call) -> Result<()> {
        let (file, path) = (Arc::clone(&self.file), self.path.clone());
        let pending = std::mem::take(&mut self.pending);
        let write = move || {
            let written = (&*file).write_all(&pending);
            written.map_err(|cause| Error::io(format!("cannot write the download of '{}'", path.display()), &cause))
        };
        call.threads().work(write).await
    }

    /// Gives the file its name.
    pub(super) async fn finish(mut self, call: &Call, if_exists: IfExists) -> Result<()> {
        self.flush(call).await?;
        let Destination { file, temporary, path, .. } = self;
        let name = move || {
            drop(file);
            let persisted = match if_exists {
                IfExists::Replace => temporary.persist(&path),
                IfExists::Fail => temporary.persist_noclobber(&path),
            };
            match persisted {
                Ok(()) => Ok(()),
                Err(failure) if failure.error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(&path)),
                Err(failure) => Err(Error::io(format!("cannot create '{}'", path.display()), &failure.error)),
            }
        };
        call.threads().work(name).await
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn exists(path: &Path) -> Error {
    Error::new(ErrorKind::Exists, format!("the destination '{}' exists already and is kept", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use crate::options::ClientOptions;

    fn call() -> Call {
        Context::new(None, ClientOptions::new()).unwrap().begin(None, "the test", None).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn the_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let mut destination = Destination::create(&call(), &path).await.unwrap();
        destination.write(&call(), "half".into()).await.unwrap();
        assert!(!path.exists());
        drop(destination);
        assert!(names(folder.path()).is_empty(), "what was given up leaves nothing");

        let mut destination = Destination::create(&call(), &path).await.unwrap();
        destination.write(&call(), "whole".into()).await.unwrap();
        destination.finish(&call(), IfExists::Replace).await.unwrap();
        assert_eq!(names(folder.path()), ["a.png"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[tokio::test]
    async fn an_existing_file_is_kept_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let destination = Destination::create(&call(), &path).await.unwrap();
        assert!(Destination::check(&path, IfExists::Fail).is_ok());
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(Destination::check(&path, IfExists::Fail).unwrap_err().kind(), ErrorKind::Exists);
        assert!(Destination::check(&path, IfExists::Replace).is_ok());
        assert_eq!(destination.finish(&call(), IfExists::Fail).await.unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["a.png"]);
    }

    #[test]
    fn impossible_destinations_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Destination::check(folder.path(), IfExists::Replace).unwrap_err().message().contains("directory"));
        assert!(Destination::check(Path::new("/"), IfExists::Replace).is_err());
        let error = Destination::create_now(folder.path().join("missing/a.png")).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("missing/a.png"), "{error}");
    }
}
