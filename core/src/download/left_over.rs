//! What a download with [`IfExists::Resume`](crate::IfExists::Resume) leaves when it fails, so that a later one, perhaps
//! of another process, goes on: the part of the file, and beside it a note of what it is a part of.
//!
//! Both have names that follow from the file's. The part is locked by the process that writes it. The note stands before
//! the first byte of its content does, and what it says is believed only together with the part's size.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::TempPath;

use crate::error::{Error, ErrorKind, Result};
use crate::locked_file;

use super::target::Target;
use super::temporary;
use super::version::Version;

/// What the number in a note must be.
const FORMAT: u32 = 1;

/// The largest note that is read.
const LARGEST_NOTE: u64 = 64 * 1024;

/// A part that is locked by this process.
pub(super) struct LeftOver {
    pub(super) file: File,
    pub(super) temporary: TempPath,
    pub(super) note: Note,
    /// How many bytes of this version it has.
    pub(super) position: u64,
    pub(super) version: Version,
}

/// The note beside a part.
#[derive(Clone, Debug)]
pub(super) struct Note {
    path: PathBuf,
    content: String,
}

#[derive(Serialize, Deserialize)]
struct Text {
    format: u32,
    /// Names what is downloaded.
    content: String,
    etag: String,
    size: Option<u64>,
}

impl LeftOver {
    /// Opens the left-over of a download of `content` to `target`, or makes an empty one. Blocks.
    ///
    /// # Errors
    /// `State` when a download of another call or process writes it, `Io`.
    pub(super) fn open(target: &Target, content: &str) -> Result<Self> {
        let path = temporary::part_to_keep(target.path());
        let file = lock(&path, target)?;
        let mut temporary = TempPath::try_from_path(&path).map_err(|cause| target.no_temporary(&cause))?;
        temporary.disable_cleanup(true);
        let note = Note { path: temporary::note_of(&path), content: content.to_owned() };
        let length = file.metadata().map_or(0, |found| found.len());
        let (position, version) = match note.read() {
            Some(version) if length > 0 && version.size.is_none_or(|size| length <= size) => {
                // One byte less than all, so that there is something to ask for.
                let position = version.size.map_or(length, |size| length.min(size - 1));
                (position, version)
            }
            _ => (0, Version::default()),
        };
        Ok(LeftOver { file, temporary, note, position, version })
    }
}

impl Note {
    /// Notes the version that an empty part will be of. Without an entity tag there is nothing to go on with.
    pub(super) fn write(&self, version: &Version) -> io::Result<()> {
        let Some(etag) = version.etag.clone() else { return Ok(()) };
        let text = Text { format: FORMAT, content: self.content.clone(), etag, size: version.size };
        std::fs::write(&self.path, serde_json::to_vec(&text)?)
    }

    /// Whether there is something to go on with.
    pub(super) fn is_there(&self) -> bool {
        self.read().is_some()
    }

    /// Removes it, when it is there.
    pub(super) fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    /// The version that was noted, when it is one of the same content.
    fn read(&self) -> Option<Version> {
        let found = std::fs::symlink_metadata(&self.path).ok()?;
        if !found.is_file() || found.len() > LARGEST_NOTE {
            return None;
        }
        let text: Text = serde_json::from_slice(&std::fs::read(&self.path).ok()?).ok()?;
        let is_usable = text.format == FORMAT && text.content == self.content && text.size != Some(0);
        is_usable.then_some(Version { etag: Some(text.etag), last_modified: None, size: text.size })
    }
}

/// Opens the part and locks it.
fn lock(path: &Path, target: &Target) -> Result<File> {
    // The caller's umask decides, as for any file that a program writes.
    locked_file::open(path, 0o666).map_err(|cause| target.no_temporary(&cause))?.ok_or_else(|| {
        let problem = "is being downloaded by another call or process";
        Error::new(ErrorKind::State, format!("the destination '{}' {problem}: wait for its end", target.name()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::IfExists;
    use std::io::Write as _;

    fn target(folder: &tempfile::TempDir) -> Target {
        Target::resolve(&folder.path().join("a.bin"), IfExists::Resume).unwrap()
    }

    fn version(size: Option<u64>) -> Version {
        Version { etag: Some("\"a\"".into()), last_modified: None, size }
    }

    /// Leaves a part of this many bytes of this version of "content".
    fn leave(folder: &tempfile::TempDir, length: usize, version: &Version) {
        let mut left = LeftOver::open(&target(folder), "content").unwrap();
        left.file.set_len(0).unwrap();
        left.note.remove();
        left.note.write(version).unwrap();
        left.file.write_all(&vec![7; length]).unwrap();
    }

    #[test]
    fn a_part_goes_on_where_it_ends_when_it_can_be_one() {
        for (length, size, position) in
            [(4, Some(10), 4), (10, Some(10), 9), (11, Some(10), 0), (4, None, 4), (0, Some(10), 0), (1, Some(1), 0)]
        {
            let folder = tempfile::tempdir().unwrap();
            leave(&folder, length, &version(size));
            let found = LeftOver::open(&target(&folder), "content").unwrap();
            assert_eq!(found.position, position, "{length} {size:?}");
            let expected = if length == 0 || length == 11 { Version::default() } else { version(size) };
            assert_eq!(found.version, expected, "{length} {size:?}");
        }
    }

    #[test]
    fn what_is_not_known_to_be_of_the_same_content_counts_as_nothing() {
        let folder = tempfile::tempdir().unwrap();
        leave(&folder, 4, &version(Some(10)));
        assert_eq!(LeftOver::open(&target(&folder), "other content").unwrap().position, 0);
        let note = LeftOver::open(&target(&folder), "content").unwrap().note.path;
        let text = std::fs::read_to_string(&note).unwrap();
        for damaged in [&text[..text.len() / 2], "", "[]", &text.replace("\"format\":1", "\"format\":2")] {
            std::fs::write(&note, damaged).unwrap();
            assert_eq!(LeftOver::open(&target(&folder), "content").unwrap().position, 0, "{damaged}");
        }
        std::fs::write(&note, &text).unwrap();
        assert_eq!(LeftOver::open(&target(&folder), "content").unwrap().position, 4);
        leave(&folder, 4, &Version::default());
        assert_eq!(LeftOver::open(&target(&folder), "content").unwrap().position, 0, "it has no entity tag");
    }

    #[test]
    fn one_download_at_a_time_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let running = LeftOver::open(&target(&folder), "content").unwrap();
        let error = LeftOver::open(&target(&folder), "content").map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert!(error.message().contains("a.bin"), "{error}");
        drop(running);
        assert!(LeftOver::open(&target(&folder), "content").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, temporary::part_to_keep(target(&folder).path())).unwrap();
        assert_eq!(LeftOver::open(&target(&folder), "content").map(|_| ()).unwrap_err().kind(), ErrorKind::Io);
        assert_eq!(std::fs::read(&other).unwrap(), b"mine");
    }
}
