//! The destination of a download: a file that gets its name only when it is whole.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};
use tokio::io::AsyncWriteExt as _;

use crate::error::{Error, ErrorKind, Result};
use crate::options::IfExists;

/// How a file that is being written begins and ends its name, so that a leftover tells what it is.
const TEMPORARY_PREFIX: &str = ".";
const TEMPORARY_SUFFIX: &str = ".filestack-part";

/// A temporary file in the folder of its final path; dropping it removes it.
pub(super) struct Destination {
    file: tokio::fs::File,
    temporary: TempPath,
    path: PathBuf,
}

impl Destination {
    /// Refuses a destination that can be known to fail before anything is asked of the service.
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
    pub(super) fn create(path: &Path) -> Result<Self> {
        let mut prefix = OsString::from(TEMPORARY_PREFIX);
        prefix.push(path.file_name().unwrap_or_default());
        prefix.push(".");
        let (file, temporary) = Builder::new()
            .prefix(&prefix)
            .suffix(TEMPORARY_SUFFIX)
            // The caller's umask decides, as for any file that a program writes; the default would be 0600.
            .make_in(folder(path), |temporary| File::options().write(true).create_new(true).open(temporary))
            .map_err(|cause| Error::io(format!("cannot write beside '{}'", path.display()), &cause))?
            .into_parts();
        Ok(Destination { file: tokio::fs::File::from_std(file), temporary, path: path.to_owned() })
    }

    /// Appends to the file.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(|cause| self.write_error(&cause))
    }

    /// Gives the file its name.
    pub(super) async fn finish(mut self, if_exists: IfExists) -> Result<()> {
        self.file.flush().await.map_err(|cause| self.write_error(&cause))?;
        let persisted = match if_exists {
            IfExists::Replace => self.temporary.persist(&self.path),
            IfExists::Fail => self.temporary.persist_noclobber(&self.path),
        };
        match persisted {
            Ok(()) => Ok(()),
            Err(failure) if failure.error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(&self.path)),
            Err(failure) => Err(Error::io(format!("cannot create '{}'", self.path.display()), &failure.error)),
        }
    }

    fn write_error(&self, cause: &std::io::Error) -> Error {
        Error::io(format!("cannot write the download of '{}'", self.path.display()), cause)
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
        let mut destination = Destination::create(&path).unwrap();
        destination.write(b"half").await.unwrap();
        assert!(!path.exists());
        drop(destination);
        assert!(names(folder.path()).is_empty(), "what was given up leaves nothing");

        let mut destination = Destination::create(&path).unwrap();
        destination.write(b"whole").await.unwrap();
        destination.finish(IfExists::Replace).await.unwrap();
        assert_eq!(names(folder.path()), ["a.png"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[tokio::test]
    async fn an_existing_file_is_kept_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let destination = Destination::create(&path).unwrap();
        assert!(Destination::check(&path, IfExists::Fail).is_ok());
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(Destination::check(&path, IfExists::Fail).unwrap_err().kind(), ErrorKind::Exists);
        assert!(Destination::check(&path, IfExists::Replace).is_ok());
        assert_eq!(destination.finish(IfExists::Fail).await.unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["a.png"]);
    }

    #[test]
    fn impossible_destinations_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Destination::check(folder.path(), IfExists::Replace).unwrap_err().message().contains("directory"));
        assert!(Destination::check(Path::new("/"), IfExists::Replace).is_err());
        let error = Destination::create(&folder.path().join("missing/a.png")).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("missing/a.png"), "{error}");
    }
}
