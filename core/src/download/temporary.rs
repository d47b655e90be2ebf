//! The temporary file of a download, beside the file that it becomes.
//!
//! Its name has the same length whatever the file is called, so that every name that the file system allows can be
//! downloaded. It tells which file it belongs to, and the process that writes it holds a lock: so the next download to the
//! same file can remove what a killed process has left.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::{Builder, TempPath};

use crate::hex::hex;

const PREFIX: &str = ".filestack-";
const SUFFIX: &str = ".part";
const NOTE_EXTENSION: &str = "json";

/// How many bytes of the digest of a file's name are in the name of its temporary file.
const DIGEST_BYTES: usize = 8;

/// How often a new file is made, should another download take it for a left-over before it is locked.
const MOST_TRIES: usize = 16;

/// Creates the temporary file for `path`, locked, and removes those that killed processes and failed downloads have left
/// for the same path.
pub(super) fn create_beside(path: &Path) -> io::Result<(File, TempPath)> {
    let prefix = format!("{}-", stem(path));
    remove_part(&part_to_keep(path));
    remove_left_overs(folder(path), &prefix);
    for _ in 0..MOST_TRIES {
        let (file, temporary) = Builder::new()
            .prefix(&prefix)
            .suffix(SUFFIX)
            // The caller's umask decides, as for any file that a program writes; the default would be 0600.
            .make_in(folder(path), |temporary| File::options().write(true).create_new(true).open(temporary))?
            .into_parts();
        let is_taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock)) || !temporary.exists();
        if !is_taken {
            return Ok((file, temporary));
        }
    }
    Err(io::Error::other("other programs remove it"))
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// The temporary file for `path` that is kept when the download fails.
pub(super) fn part_to_keep(path: &Path) -> PathBuf {
    folder(path).join(format!("{}{SUFFIX}", stem(path)))
}

/// The note beside a part that is kept.
pub(super) fn note_of(part: &Path) -> PathBuf {
    part.with_extension(NOTE_EXTENSION)
}

/// How the names of the temporary files of `path` begin.
fn stem(path: &Path) -> String {
    let digest = Sha256::digest(path.file_name().unwrap_or_default().as_encoded_bytes());
    format!("{PREFIX}{}", hex(&digest[..DIGEST_BYTES]))
}

/// Removes the temporary files that no process holds. What cannot be removed is left: nobody asked for it.
fn remove_left_overs(folder: &Path, prefix: &str) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_temporary = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(SUFFIX));
        if is_temporary {
            remove_part(&entry.path());
        }
    }
}

/// Removes a temporary file that no process holds, and its note.
fn remove_part(path: &Path) {
    if path.symlink_metadata().is_ok_and(|found| found.is_file())
        && let Ok(file) = File::open(path).or_else(|_| File::options().write(true).open(path))
        && file.try_lock().is_ok()
    {
        let _ = std::fs::remove_file(note_of(path));
        let _ = std::fs::remove_file(path);
    }
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

    #[test]
    fn the_name_has_one_length() {
        let lengths = ["a", &"x".repeat(255), &"ü".repeat(127)].map(|name| stem(Path::new(name)).len());
        assert_eq!(lengths, [lengths[0]; 3]);
        assert_ne!(stem(Path::new("/x/a")), stem(Path::new("/x/b")));
    }

    #[test]
    fn what_was_kept_to_go_on_with_is_removed_by_one_that_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let part = part_to_keep(&path);
        std::fs::write(note_of(&part), "{}").unwrap();
        let running = File::create(&part).unwrap();
        running.lock().unwrap();
        drop(create_beside(&path).unwrap());
        assert_eq!(names(folder.path()).len(), 2, "another process writes it");
        drop(running);
        drop(create_beside(&path).unwrap());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn only_what_nobody_writes_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let (running, running_path) = create_beside(&path).unwrap();
        let (killed, killed_path) = create_beside(&path).unwrap();
        let killed_path = killed_path.keep().unwrap();
        drop(killed);
        let (_other, other_path) = create_beside(&folder.path().join("b.bin")).unwrap();
        std::fs::write(folder.path().join("mine.part"), "").unwrap();
        assert_eq!(names(folder.path()).len(), 4);

        let (next, next_path) = create_beside(&path).unwrap();
        assert!(!killed_path.exists(), "it is a left-over");
        assert!(running_path.exists() && next_path.exists() && other_path.exists());
        assert!(folder.path().join("mine.part").exists());
        drop((running, running_path, next, next_path));
        assert_eq!(names(folder.path()).len(), 2);
    }
}
