//! Open descriptors of the host: what they are, and what they are open for.

use std::os::fd::OwnedFd;

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// What is to be done with a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Reading,
    Writing,
}

/// What kind of file it is. `name` is what errors call it: "the descriptor of the sink".
///
/// # Errors
/// `Argument` when it is a directory or not open for this, `Io` when the system does not tell.
pub(crate) fn file_type(descriptor: &OwnedFd, name: &str, access: Access) -> Result<FileType> {
    let failed = |cause: Errno| Error::io(format!("cannot inspect {name}"), &cause.into());
    let refused = |problem: &str| Err(Error::argument(format!("{name} {problem}")));
    let file_type = FileType::from_raw_mode(fstat(descriptor).map_err(failed)?.st_mode);
    if file_type == FileType::Directory {
        return refused("is a directory: open a file in it");
    }
    let flags = fcntl_getfl(descriptor).map_err(failed)?;
    match (access, flags & OFlags::RWMODE) {
        (Access::Reading, _) if is_path_only(flags) => refused("was opened with O_PATH: open it for reading"),
        (Access::Writing, _) if is_path_only(flags) => refused("was opened with O_PATH: open it for writing"),
        (Access::Reading, OFlags::WRONLY) => refused("is open for writing only: open it for reading"),
        (Access::Writing, OFlags::RDONLY) => refused("is open for reading only: open it for writing"),
        _ => Ok(file_type),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_path_only(flags: OFlags) -> bool {
    flags.contains(OFlags::PATH)
}

/// Other systems do not have such descriptors. Compiled, not tested.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_path_only(_flags: OFlags) -> bool {
    false
}
