//! Files that one call of one process has at a time: they are locked, and what lies in their place is never followed.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How often a file that is locked is tried again: others lock it for a moment only to look at it.
const MOST_TRIES: usize = 10;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// Opens the regular file at `path` to be read and written, or makes an empty one with these permissions, and locks it;
/// `None` while another call or process has it. Blocks.
pub(crate) fn open(path: &Path, mode: u32) -> io::Result<Option<File>> {
    for _ in 0..MOST_TRIES {
        let file = open_regular(path, mode)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN_TRIES),
            // Where the file system has no locks, there is nothing to be known.
            _ if is_at(&file, path) => return Ok(Some(file)),
            _ => {}
        }
    }
    Ok(None)
}

/// Whether `path` still leads to this file.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let (opened, named) = (file.metadata(), std::fs::symlink_metadata(path));
    matches!((opened, named), (Ok(opened), Ok(named)) if is_same(&opened, &named))
}

/// Whether both are one file.
#[cfg(unix)]
pub(crate) fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Other systems have no files without a name. Compiled, not tested.
#[cfg(not(unix))]
pub(crate) fn is_same(_one: &std::fs::Metadata, _other: &std::fs::Metadata) -> bool {
    true
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "other systems have no such permissions"))]
fn open_regular(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A FIFO would wait for its other end.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed()).mode(mode);
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("something else has its name")) }
}
