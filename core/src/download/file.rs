//! The file that a download makes: it gets its name only when it is whole.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tempfile::TempPath;

use crate::context::Call;
use crate::error::{Error, Result};
use crate::operation::Operation;
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
    place: Arc<Mutex<Place>>,
    /// What a thread does with the file now. Kept here, so that the end can wait for it.
    running: Option<BoxFuture<'static, Result<()>>>,
    /// How many bytes there are, with what was not written yet.
    position: u64,
    /// What was not written yet.
    pending: Vec<u8>,
}

/// Where the content is.
enum Place {
    Nowhere,
    Part(Part),
    /// It is whole, and has the name of the file.
    Target,
}

/// A temporary file in the folder of its final path. Dropping it removes it, unless it is to be kept.
struct Part {
    file: File,
    temporary: TempPath,
    /// What a later download needs to go on, when this one is to be kept.
    note: Option<Note>,
}

impl FileInTheMaking {
    /// Nothing of the file yet.
    pub(super) fn new(target: Target) -> Self {
        let place = Arc::new(Mutex::new(Place::Nowhere));
        FileInTheMaking { target, place, running: None, position: 0, pending: Vec::new() }
    }

    /// Goes on with what an earlier download of `content` to this target has left, and tells which version that is of.
    ///
    /// # Errors
    /// `State` while another one writes it, `Io`.
    pub(super) async fn take_left_over(&mut self, call: &Call, content: String) -> Result<Version> {
        let (target, found) = (self.target.clone(), Arc::new(OnceLock::new()));
        let tell = Arc::clone(&found);
        let take = move |place: &mut Place| {
            let (part, position, version) = Part::left_over(&target, &content)?;
            *place = Place::Part(part);
            tell.get_or_init(|| (position, version));
            Ok(())
        };
        self.work(call, take).await?;
        let (position, version) = found.get().cloned().unwrap_or_default();
        self.position = position;
        Ok(version)
    }

    /// Lets a thread do something with the file. It is done to its end, whatever becomes of the call.
    async fn work(&mut self, call: &Call, job: impl FnOnce(&mut Place) -> Result<()> + Send + 'static) -> Result<()> {
        let place = Arc::clone(&self.place);
        let work = call.threads().work(move || job(&mut place.lock().unwrap_or_else(PoisonError::into_inner)));
        let outcome = self.running.insert(work).await;
        self.running = None;
        outcome
    }

    async fn flush(&mut self, call: &Call) -> Result<()> {
        let name = self.target.name().to_owned();
        let pending = std::mem::take(&mut self.pending);
        let write = move |place: &mut Place| match place {
            Place::Part(part) => (&part.file)
                .write_all(&pending)
                .map_err(|cause| Error::io(format!("cannot write the download to '{name}'"), &cause)),
            Place::Nowhere | Place::Target => Ok(()),
        };
        self.work(call, write).await
    }

    /// Gives the file its name, returns when the disk has both, and tells the size.
    pub(super) async fn finish(&mut self, call: &Call, if_exists: IfExists) -> Result<u64> {
        self.flush(call).await?;
        let (target, operation) = (self.target.clone(), call.operation().clone());
        self.work(call, move |place| put_in_place(place, &target, if_exists, &operation)).await?;
        Ok(self.position)
    }

    /// Ends what is made of the file, when a thread has done what it does now. What is not whole is removed, unless a
    /// later download can go on with it. Tells the size of a file that has got its name while its call was ended.
    pub(super) async fn end(mut self, call: &Call) -> Option<u64> {
        if let Some(running) = self.running.take()
            && running.await.is_ok()
            && matches!(*self.place.lock().unwrap_or_else(PoisonError::into_inner), Place::Target)
        {
            return Some(self.position);
        }
        // What cannot be written now has to come again.
        let _ = self.flush(call).await;
        let remove = |place: &mut Place| {
            if let Place::Part(part) = std::mem::replace(place, Place::Nowhere) {
                part.remove_unless_useful();
            }
            Ok(())
        };
        let _ = self.work(call, remove).await;
        None
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
        let (target, version) = (self.target.clone(), version.clone());
        self.position = 0;
        self.pending.clear();
        let empty = move |place: &mut Place| {
            *place = Place::Part(match std::mem::replace(place, Place::Nowhere) {
                Place::Part(part) => part.emptied(&target, &version)?,
                Place::Nowhere | Place::Target => Part::create(&target)?,
            });
            Ok(())
        };
        self.work(call, empty).await
    }

    async fn write(&mut self, call: &Call, bytes: Bytes) -> Result<()> {
        self.pending.extend_from_slice(&bytes);
        self.position += bytes.len() as u64;
        if self.pending.len() < BUFFER { Ok(()) } else { self.flush(call).await }
    }
}

impl Part {
    /// The same, empty, for this version.
    fn emptied(mut self, target: &Target, version: &Version) -> Result<Self> {
        let emptied = (|| {
            if let Some(note) = &self.note {
                // Never beside content of another version.
                note.remove();
            }
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.note.as_ref().map_or(Ok(()), |note| note.write(version))
        })();
        emptied.map_err(|cause| Error::io(format!("cannot begin the download to '{}' anew", target.name()), &cause))?;
        Ok(self)
    }

    /// What an earlier download of `content` to the target has left, how much that is, and of which version.
    fn left_over(target: &Target, content: &str) -> Result<(Self, u64, Version)> {
        let LeftOver { mut file, temporary, note, position, version } = LeftOver::open(target, content)?;
        keep_owner_and_mode(&file, target.path(), TO_GO_ON)
            .and_then(|()| file.set_len(position))
            .and_then(|()| file.seek(SeekFrom::Start(position)))
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{}'", target.name()), &cause))?;
        Ok((Part { file, temporary, note: Some(note) }, position, version))
    }

    fn create(target: &Target) -> Result<Self> {
        let (file, temporary) = temporary::create_beside(target.path()).map_err(|cause| target.no_temporary(&cause))?;
        keep_owner_and_mode(&file, target.path(), 0)
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{}'", target.name()), &cause))?;
        Ok(Part { file, temporary, note: None })
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

/// Gives the part the name of the file, unless the call is over by then. The part is lost when that fails.
fn put_in_place(place: &mut Place, target: &Target, if_exists: IfExists, operation: &Operation) -> Result<()> {
    let name = target.name();
    if let Place::Part(part) = place {
        part.file
            .sync_all()
            .map_err(|cause| Error::io(format!("cannot write the download to '{name}' to the disk"), &cause))?;
        operation.check()?;
    }
    let Place::Part(part) = std::mem::replace(place, Place::Nowhere) else { return Ok(()) };
    rename(part, target, if_exists)?;
    *place = Place::Target;
    sync_folder(target.path())
        .map_err(|cause| Error::io(format!("cannot write the folder of '{name}' to the disk"), &cause))
}

fn rename(part: Part, target: &Target, if_exists: IfExists) -> Result<()> {
    let Part { file, temporary, note } = part;
    let name = target.name();
    if note.is_some() {
        keep_owner_and_mode(&file, target.path(), 0)
            .map_err(|cause| Error::io(format!("cannot prepare the download to '{name}'"), &cause))?;
    }
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
    Ok(())
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
