//! The file that a download makes: it gets its name only when it is whole.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempPath;

use crate::context::Call;
use crate::error::{Error, Result};
use crate::options::IfExists;

use super::destination::Destination;
use super::left_over::{LeftOver, Note};
use super::target::Target;
use super::temporary;
use super::version::Version;

/// How much is collected before it is written.
const BUFFER: usize = 256 * 1024;

/// The bits that a part needs so that a later download can go on with it, whatever those of the replaced file are.
const TO_GO_ON: u32 = 0o600;

/// The file at the target of a download, from its first byte until it is whole.
pub(super) struct FileInTheMaking {
    target: Target,
    /// The temporary file that has the content so far; `None` until there is some.
    part: Option<Part>,
    /// How many bytes there are, with what was not written yet.
    position: u64,
    /// What was not written yet.
    pending: Vec<u8>,
}

/// A temporary file in the folder of its final path. Dropping it removes it, unless it is to be kept.
struct Part {
    file: Arc<File>,
    temporary: TempPath,
    /// What a later download needs to go on, when this one is to be kept.
    note: Option<Note>,
}

impl FileInTheMaking {
    /// Nothing of the file yet.
    pub(super) fn new(target: Target) -> Self {
        FileInTheMaking { target, part: None, position: 0, pending: Vec::new() }
    }

    /// What an earlier download of `content` to this target has left, and the version that it is of.
    ///
    /// # Errors
    /// `State` while another one writes it, `Io`.
    pub(super) async fn left_over(call: &Call, target: Target, content: String) -> Result<(Self, Version)> {
        call.threads().work(move || FileInTheMaking::left_over_now(target, &content)).await
    }

    fn left_over_now(target: Target, content: &str) -> Result<(Self, Version)> {
        let LeftOver { mut file, temporary, note, position, version } = LeftOver::open(&target, content)?;
        keep_owner_and_mode(&file, target.path(), TO_GO_ON)
            .and_then(|()| file.set_len(position))
            .and_then(|()| file.seek(SeekFrom::Start(position)))
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{}'", target.name()), &cause))?;
        let part = Part { file: Arc::new(file), temporary, note: Some(note) };
        Ok((FileInTheMaking { target, part: Some(part), position, pending: Vec::new() }, version))
    }

    async fn flush(&mut self, call: &Call) -> Result<()> {
        let Some(part) = &self.part else { return Ok(()) };
        let (file, name) = (Arc::clone(&part.file), self.target.name().to_owned());
        let pending = std::mem::take(&mut self.pending);
        let write = move || {
            let written = (&*file).write_all(&pending);
            written.map_err(|cause| Error::io(format!("cannot write the download to '{name}'"), &cause))
        };
        call.threads().work(write).await
    }

    /// Gives the file its name, returns when the disk has both, and tells the size.
    pub(super) async fn finish(&mut self, call: &Call, if_exists: IfExists) -> Result<u64> {
        self.flush(call).await?;
        if let Some(part) = self.part.take() {
            let target = self.target.clone();
            call.threads().work(move || rename(part, &target, if_exists)).await?;
        }
        Ok(self.position)
    }

    /// Keeps what there is for a later download, when it can go on with it. For one that has failed.
    pub(super) async fn give_up(mut self, call: &Call) {
        // What cannot be written now has to come again.
        let _ = self.flush(call).await;
        if let Some(part) = self.part.take() {
            let remove = move || {
                part.remove_unless_useful();
                Ok(())
            };
            let _ = call.threads().work(remove).await;
        }
    }
}

impl Destination for FileInTheMaking {
    fn position(&self) -> u64 {
        self.position
    }

    fn can_restart(&self) -> bool {
        true
    }

    async fn restart(&mut self, call: &Call, version: &Version) -> Result<()> {
        let (target, version, part) = (self.target.clone(), version.clone(), self.part.take());
        self.position = 0;
        self.pending.clear();
        self.part = Some(call.threads().work(move || Part::empty(part, &target, &version)).await?);
        Ok(())
    }

    async fn write(&mut self, call: &Call, bytes: Bytes) -> Result<()> {
        self.pending.extend_from_slice(&bytes);
        self.position += bytes.len() as u64;
        if self.pending.len() < BUFFER { Ok(()) } else { self.flush(call).await }
    }
}

impl Part {
    /// An empty one for this version: the one that there is, or a new one.
    fn empty(part: Option<Part>, target: &Target, version: &Version) -> Result<Self> {
        let Some(part) = part else { return Part::create(target) };
        let emptied = (|| {
            if let Some(note) = &part.note {
                // Never beside content of another version.
                note.remove();
            }
            part.file.set_len(0)?;
            (&*part.file).rewind()?;
            part.note.as_ref().map_or(Ok(()), |note| note.write(version))
        })();
        emptied.map_err(|cause| Error::io(format!("cannot begin the download to '{}' anew", target.name()), &cause))?;
        Ok(part)
    }

    fn create(target: &Target) -> Result<Self> {
        let (file, temporary) = temporary::create_beside(target.path()).map_err(|cause| target.no_temporary(&cause))?;
        keep_owner_and_mode(&file, target.path(), 0)
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{}'", target.name()), &cause))?;
        Ok(Part { file: Arc::new(file), temporary, note: None })
    }

    /// Removes it when no later download can go on with it.
    fn remove_unless_useful(mut self) {
        let is_useful =
            self.note.as_ref().is_some_and(Note::is_there) && self.file.metadata().is_ok_and(|found| found.len() > 0);
        if let Some(note) = self.note.take_if(|_| !is_useful) {
            note.remove();
            self.temporary.disable_cleanup(false);
        }
    }
}

fn rename(part: Part, target: &Target, if_exists: IfExists) -> Result<()> {
    let Part { file, temporary, note } = part;
    let name = target.name();
    if note.is_some() {
        keep_owner_and_mode(&file, target.path(), 0)
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{name}'"), &cause))?;
    }
    file.sync_all().map_err(|cause| Error::io(format!("cannot write the download to '{name}' to the disk"), &cause))?;
    let persisted = match if_exists {
        IfExists::Replace | IfExists::Resume => temporary.persist(target.path()),
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
    if let Some(note) = note {
        note.remove();
    }
    sync_folder(target.path())
        .map_err(|cause| Error::io(format!("cannot write the folder of '{name}' to the disk"), &cause))
}

/// Gives a new file the owner, group and mode of the one that it will replace, when there is one: owner and group as far
/// as this process may, and the bits that lend the rights of the owner and the group only together with these. It gets
/// the bits `more` in any case.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, replaced: &Path, more: u32) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let Ok(old) = std::fs::symlink_metadata(replaced) else { return Ok(()) };
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) && fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        // Its own groups may be given by the owner, too.
        let _ = fchown(file, None, Some(old.gid()));
    }
    let new = file.metadata()?;
    let lending = if (new.uid(), new.gid()) == (old.uid(), old.gid()) { 0o7000 } else { 0 };
    file.set_permissions(std::fs::Permissions::from_mode(old.mode() & (0o777 | lending) | more))
}

/// Other systems have no modes. Compiled, not tested.
#[cfg(not(unix))]
fn keep_owner_and_mode(_file: &File, _replaced: &Path, _more: u32) -> io::Result<()> {
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

    async fn begun(target: Target) -> Result<FileInTheMaking> {
        let mut file = FileInTheMaking::new(target);
        file.restart(&call(), &Version::default()).await?;
        Ok(file)
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
        let mut file = begun(target(&path)).await.unwrap();
        file.write(&call(), "half".into()).await.unwrap();
        assert!(!path.exists());
        drop(file);
        assert!(names(folder.path()).is_empty(), "what was given up leaves nothing");

        let mut file = begun(target(&path)).await.unwrap();
        file.write(&call(), "whole".into()).await.unwrap();
        file.finish(&call(), IfExists::Replace).await.unwrap();
        assert_eq!(names(folder.path()), ["a.png"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[tokio::test]
    async fn an_existing_file_is_kept_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let target = Target::resolve(&path, IfExists::Fail).unwrap();
        let mut file = begun(target).await.unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert_eq!(Target::resolve(&path, IfExists::Fail).unwrap_err().kind(), ErrorKind::Exists);
        assert!(Target::resolve(&path, IfExists::Replace).is_ok());
        assert_eq!(file.finish(&call(), IfExists::Fail).await.unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(names(folder.path()), ["a.png"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Part::create(&target(&folder.path().join("missing/a.png"))).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("missing/a.png"), "{error}");
    }

    #[cfg(unix)]
    mod unix {
        use super::*;
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        async fn replace(path: &Path) -> Result<()> {
            let target = Target::resolve(path, IfExists::Replace)?;
            let mut file = begun(target).await?;
            file.write(&call(), "new".into()).await?;
            file.finish(&call(), IfExists::Replace).await.map(drop)
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
