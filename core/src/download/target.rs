//! The target of a download: the file that a path stands for, when it can be made or replaced.

use std::io;
use std::path::{Path, PathBuf, is_separator};

use crate::error::{Error, ErrorKind, Result};
use crate::locked_file;
use crate::options::IfExists;

use super::temporary;

/// How many symbolic links are followed, as Linux does.
const MOST_LINKS: usize = 40;

/// What to do about a destination that cannot be written.
const ADVICE: &str = "open it and download to a sink (download_to), or read the content into memory (get_content)";

/// The file that a download makes or replaces.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Absolute, and no symbolic link: where the file itself is.
    path: PathBuf,
    /// As the caller named it.
    name: String,
}

impl Target {
    /// Finds the file that `path` stands for, and refuses what can be known to fail before anything is asked of the
    /// service. A relative path is resolved now; symbolic links are followed. Blocks.
    ///
    /// # Errors
    /// `Argument` when it is not a regular file, `Exists` when it may not be replaced, `Io`.
    pub(super) fn resolve(path: &Path, if_exists: IfExists) -> Result<Self> {
        let name = path.display().to_string();
        let is_folder = path.as_os_str().as_encoded_bytes().last().is_some_and(|&last| is_separator(char::from(last)));
        if path.file_name().is_none() || is_folder {
            return Err(Error::argument(format!("the destination '{name}' names no file")));
        }
        let failed = |cause: io::Error| Error::io(format!("cannot find the destination '{name}'"), &cause);
        let absolute = std::path::absolute(path).map_err(failed)?;
        // What the path leads to, even where its text does not tell, as below /proc/self/fd.
        let found = match std::fs::metadata(&absolute) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            outcome => Some(outcome.map_err(failed)?),
        };
        if let Some(found) = &found {
            check_type(&name, found)?;
        }
        if if_exists == IfExists::Fail && absolute.symlink_metadata().is_ok() {
            return Err(exists(&name));
        }
        let target = Target { path: follow_links(absolute).map_err(failed)?, name };
        if let Some(found) = &found {
            target.check_place(found)?;
        }
        Ok(target)
    }

    /// Refuses a file that has another place than its path says, or one that cannot be replaced by renaming.
    fn check_place(&self, found: &std::fs::Metadata) -> Result<()> {
        let by_path = std::fs::symlink_metadata(&self.path);
        if !by_path.is_ok_and(|by_path| locked_file::is_same(&by_path, found)) {
            let problem = "is an open file without a name, which cannot be replaced";
            return Err(Error::argument(format!("the destination '{}' {problem}: {ADVICE}", self.name)));
        }
        if is_mount_point(&self.path) { Err(self.mount_point(None)) } else { Ok(()) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What errors call it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The error for a file that may not be replaced.
    pub(super) fn exists(&self) -> Error {
        exists(&self.name)
    }

    /// The error for a folder in which no temporary file can be made.
    pub(super) fn no_temporary(&self, cause: &io::Error) -> Error {
        // Also where the file itself may be written to.
        let hint = match cause.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                " (the folder must be writable, because a download replaces its file only when it is whole)"
            }
            _ => "",
        };
        Error::io(format!("cannot write a temporary file beside '{}'{hint}", self.name), cause)
    }

    /// The error for a file that another one is mounted over.
    pub(super) fn mount_point(&self, os_code: Option<i32>) -> Error {
        let problem = "is a mount point, and a download replaces its file by renaming";
        Error::new(ErrorKind::Io, format!("the destination '{}' {problem}: name another file, or {ADVICE}", self.name))
            .with_os_code(os_code)
    }
}

/// Follows symbolic links to the file, which need not exist. Links on the way to its folder are the system's matter.
fn follow_links(mut path: PathBuf) -> io::Result<PathBuf> {
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&path) {
            Ok(link) => path = temporary::folder(&path).join(link),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn check_type(name: &str, found: &std::fs::Metadata) -> Result<()> {
    if found.is_file() {
        return Ok(());
    }
    if found.is_dir() {
        return Err(Error::argument(format!("the destination '{name}' is a directory: name a file in it")));
    }
    let kind = special_type(found);
    Err(Error::argument(format!("the destination '{name}' is {kind}, not a regular file: {ADVICE}")))
}

#[cfg(unix)]
fn special_type(found: &std::fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let file_type = found.file_type();
    match () {
        () if file_type.is_char_device() => "a character device",
        () if file_type.is_block_device() => "a block device",
        () if file_type.is_fifo() => "a FIFO",
        () if file_type.is_socket() => "a socket",
        () => "a special file",
    }
}

/// Other systems do not tell. Compiled, not tested.
#[cfg(not(unix))]
fn special_type(_found: &std::fs::Metadata) -> &'static str {
    "a special file"
}

/// Whether another file is mounted over this one, so that it cannot be replaced.
#[cfg(target_os = "linux")]
fn is_mount_point(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE)
        .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

/// Other systems tell when the file is renamed.
#[cfg(not(target_os = "linux"))]
fn is_mount_point(_path: &Path) -> bool {
    false
}

fn exists(name: &str) -> Error {
    Error::new(ErrorKind::Exists, format!("the destination '{name}' exists already and is kept"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_targets_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| Target::resolve(path, IfExists::Replace).unwrap_err();
        assert!(refused(folder.path()).message().contains("directory"));
        for path in ["/", "", "..", "missing/"] {
            assert_eq!(refused(Path::new(path)).kind(), ErrorKind::Argument, "{path}");
        }
    }

    #[test]
    fn a_relative_path_is_resolved_at_once() {
        let target = Target::resolve(Path::new("missing-file"), IfExists::Replace).unwrap();
        assert_eq!(target.path(), std::env::current_dir().unwrap().join("missing-file"));
        assert_eq!(target.name(), "missing-file");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_regular_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for (path, kind) in
            [(Path::new("/dev/null"), "a character device"), (&link, "a character device"), (&socket, "a socket")]
        {
            let error = Target::resolve(path, IfExists::Replace).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Argument);
            assert!(error.message().contains(kind) && error.message().contains("get_content"), "{error}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_open_file_without_a_name_is_refused() {
        use std::os::fd::AsRawFd as _;
        let file = tempfile::tempfile().unwrap();
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let error = Target::resolve(Path::new(&path), IfExists::Replace).unwrap_err();
        assert!(error.message().contains("without a name"), "{error}");
    }
}
