//! The destination of a download: a file that gets its name only when it is whole.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempPath;

use crate::context::Call;
use crate::error::{Error, Result};
use crate::options::IfExists;

use super::target::Target;
use super::temporary;

/// How much is collected before it is written.
const BUFFER: usize = 256 * 1024;

/// A temporary file in the folder of its final path; dropping it removes it.
pub(super) struct Destination {
    file: Arc<File>,
    temporary: TempPath,
    target: Target,
    /// What was not written yet.
    pending: Vec<u8>,
}

impl Destination {
    /// Creates the temporary file.
    pub(super) async fn create(call: &Call, target: &Target) -> Result<Self> {
        let target = target.clone();
        call.threads().work(move || Destination::create_now(target)).await
    }

    fn create_now(target: Target) -> Result<Self> {
        let (file, temporary) = temporary::create_beside(target.path()).map_err(|cause| {
            // Also where the file itself may be written to.
            let hint = match cause.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    " (the folder must be writable, because a download replaces its file only when it is whole)"
                }
                _ => "",
            };
            Error::io(format!("cannot write a temporary file beside '{}'{hint}", target.name()), &cause)
        })?;
        keep_owner_and_mode(&file, target.path())
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{}'", target.name()), &cause))?;
        Ok(Destination { file: Arc::new(file), temporary, target, pending: Vec::new() })
    }

    /// Appends to the file.
    pub(super) async fn write(&mut self, call: &Call, bytes: Bytes) -> Result<()> {
        self.pending.extend_from_slice(&bytes);
        if self.pending.len() < BUFFER { Ok(()) } else { self.flush(call).await }
    }

    async fn flush(&mut self, call: &Call) -> Result<()> {
        let (file, name) = (Arc::clone(&self.file), self.target.name().to_owned());
        let pending = std::mem::take(&mut self.pending);
        let write = move || {
            let written = (&*file).write_all(&pending);
            written.map_err(|cause| Error::io(format!("cannot write the download to '{name}'"), &cause))
        };
        call.threads().work(write).await
    }

    /// Gives the file its name, and returns when the disk has both.
    pub(super) async fn finish(mut self, call: &Call, if_exists: IfExists) -> Result<()> {
        self.flush(call).await?;
        let Destination { file, temporary, target, .. } = self;
        call.threads().work(move || rename(&file, temporary, &target, if_exists)).await
    }
}

fn rename(file: &File, temporary: TempPath, target: &Target, if_exists: IfExists) -> Result<()> {
    let name = target.name();
    file.sync_all().map_err(|cause| Error::io(format!("cannot write the download to '{name}' to the disk"), &cause))?;
    let persisted = match if_exists {
        IfExists::Replace => temporary.persist(target.path()),
        IfExists::Fail => temporary.persist_noclobber(target.path()),
    };
    match persisted.map_err(|failure| failure.error) {
        Ok(()) => {}
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Err(target.exists()),
        Err(cause) if cause.kind() == io::ErrorKind::ResourceBusy => {
            return Err(target.mount_point(cause.raw_os_error()));
        }
        Err(cause) => return Err(Error::io(format!("cannot replace '{name}' by the downloaded file"), &cause)),
    }
    sync_folder(target.path())
        .map_err(|cause| Error::io(format!("cannot write the folder of '{name}' to the disk"), &cause))
}

/// Gives a new file the owner, group and mode of the one that it will replace, when there is one: owner and group as far
/// as this process may, and the bits that lend the rights of the owner and the group only together with these.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, replaced: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let Ok(old) = std::fs::symlink_metadata(replaced) else { return Ok(()) };
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // Its own groups may be given by the owner, too.
        let _ = fchown(file, None, Some(old.gid()));
    }
    let new = file.metadata()?;
    let lending = if (new.uid(), new.gid()) == (old.uid(), old.gid()) { 0o7000 } else { 0 };
    file.set_permissions(std::fs::Permissions::from_mode(old.mode() & (0o777 | lending)))
}

/// Other systems have no modes. Compiled, not tested.
#[cfg(not(unix))]
fn keep_owner_and_mode(_file: &File, _replaced: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes the new name to the disk, where the file system can.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    use rustix::io::Errno;
    let cannot = |cause: &io::Error| {
        [Errno::INVAL, Errno::NOTSUP, Errno::ACCESS]
            .iter()
            .any(|errno| cause.raw_os_error() == Some(errno.raw_os_error()))
    };
    match File::open(temporary::folder(path)).and_then(|folder| folder.sync_all()) {
        Err(cause) if !cannot(&cause) => Err(cause),
        _ => Ok(()),
    }
}

/// Other systems cannot. Compiled, not tested.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use crate::error::ErrorKind;
    use crate::options::{ClientOptions, RequestOptions};

    fn call() -> Call {
        Context::new(None, ClientOptions::new())
            .unwrap()
            .begin(RequestOptions::default().control(), "the test", None)
            .unwrap()
    }

    fn target(path: &Path) -> Target {
        Target::resolve(path, IfExists::Replace).unwrap()
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
        let mut destination = Destination::create(&call(), &target(&path)).await.unwrap();
        destination.write(&call(), "half".into()).await.unwrap();
        assert!(!path.exists());
        drop(destination);
        assert!(names(folder.path()).is_empty(), "what was given up leaves nothing");

        let mut destination = Destination::create(&call(), &target(&path)).await.unwrap();
        destination.write(&call(), "whole".into()).await.unwrap();
        destination.finish(&call(), IfExists::Replace).await.unwrap();
        assert_eq!(names(folder.path()), ["a.png"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[tokio::test]
    async fn an_existing_file_is_kept_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let target = Target::resolve(&path, IfExists::Fail).unwrap();
        let destination = Destination::create(&call(), &target).await.unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(Target::resolve(&path, IfExists::Fail).unwrap_err().kind(), ErrorKind::Exists);
        assert!(Target::resolve(&path, IfExists::Replace).is_ok());
        assert_eq!(destination.finish(&call(), IfExists::Fail).await.unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["a.png"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Destination::create_now(target(&folder.path().join("missing/a.png"))).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("missing/a.png"), "{error}");
    }

    #[cfg(unix)]
    mod unix {
        use super::*;
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        async fn replace(path: &Path) -> Result<()> {
            let target = Target::resolve(path, IfExists::Replace)?;
            let mut destination = Destination::create(&call(), &target).await?;
            destination.write(&call(), "new".into()).await?;
            destination.finish(&call(), IfExists::Replace).await
        }

        #[tokio::test]
        async fn the_mode_is_kept() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a");
            for mode in [0o600, 0o640, 0o755, 0o444] {
                std::fs::write(&path, "old").unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
                replace(&path).await.unwrap();
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode);
                assert_eq!(std::fs::read(&path).unwrap(), b"new");
                std::fs::remove_file(&path).unwrap();
            }
        }

        #[tokio::test]
        async fn links_are_followed_also_to_another_folder_and_to_nothing() {
            let folder = tempfile::tempdir().unwrap();
            let other = tempfile::tempdir().unwrap();
            std::fs::write(other.path().join("file"), "old").unwrap();
            let link = folder.path().join("link");
            for pointed_to in [other.path().join("file"), other.path().join("missing")] {
                symlink(&pointed_to, &link).unwrap();
                symlink("link", folder.path().join("second")).unwrap();
                replace(&folder.path().join("second")).await.unwrap();
                assert!(link.symlink_metadata().unwrap().is_symlink());
                assert_eq!(std::fs::read(&pointed_to).unwrap(), b"new");
                std::fs::remove_file(&link).unwrap();
                std::fs::remove_file(folder.path().join("second")).unwrap();
            }
            assert!(names(folder.path()).is_empty());
            symlink("loop", folder.path().join("loop")).unwrap();
            assert_eq!(replace(&folder.path().join("loop")).await.unwrap_err().kind(), ErrorKind::Io);
        }
    }
}
