//! An open descriptor that content is written to, without ever changing how it blocks.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags, fcntl_getfl};
use rustix::io::Errno;
use rustix::net::{SendFlags, SocketType, send, sockopt};

use crate::descriptor::{self, Access};
use crate::error::{Error, Result};

/// What errors call it.
const NAME: &str = "the descriptor of the sink";

/// What a pipe that blocks takes without blocking when there is room at all: PIPE_BUF.
const PIPE_PIECE: usize = 4096;

/// A descriptor that can be written to.
#[derive(Debug)]
pub(super) struct Descriptor {
    descriptor: OwnedFd,
    file_type: FileType,
}

impl Descriptor {
    /// Looks whether it can be written to.
    ///
    /// # Errors
    /// `Argument` when it cannot, `Io` when the system does not tell.
    pub(super) fn new(descriptor: OwnedFd) -> Result<Self> {
        let file_type = descriptor::file_type(&descriptor, NAME, Access::Writing)?;
        if file_type == FileType::Socket {
            let kind = sockopt::socket_type(&descriptor);
            if kind.map_err(|cause| Error::io(format!("cannot inspect {NAME}"), &cause.into()))? != SocketType::STREAM {
                let problem = "is a datagram socket: use a stream socket";
                return Err(Error::argument(format!("{NAME} {problem}")));
            }
        }
        Ok(Descriptor { descriptor, file_type })
    }

    /// Writes as much as there is room for, and returns how much.
    ///
    /// # Errors
    /// `WouldBlock` when there is no room, and those of the system.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.write_once(bytes) {
                Err(Errno::INTR) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    fn write_once(&self, bytes: &[u8]) -> rustix::io::Result<usize> {
        match self.file_type {
            FileType::Socket => send(&self.descriptor, bytes, SendFlags::DONTWAIT),
            FileType::RegularFile | FileType::BlockDevice => rustix::io::write(&self.descriptor, bytes),
            // Asked each time, because it is the host's to change.
            _ if fcntl_getfl(&self.descriptor)?.contains(OFlags::NONBLOCK) => {
                rustix::io::write(&self.descriptor, bytes)
            }
            _ if self.has_room(Duration::ZERO)? => {
                rustix::io::write(&self.descriptor, &bytes[..bytes.len().min(PIPE_PIECE)])
            }
            _ => Err(Errno::AGAIN),
        }
    }

    /// Waits until there is room, or something is wrong, but not longer than `limit`. Whether it is so.
    pub(super) fn wait(&self, limit: Duration) -> io::Result<bool> {
        match self.has_room(limit) {
            Err(Errno::INTR) => Ok(false),
            outcome => Ok(outcome?),
        }
    }

    fn has_room(&self, limit: Duration) -> rustix::io::Result<bool> {
        let limit = Timespec::try_from(limit).map_err(|_| Errno::INVAL)?;
        let mut asked = [PollFd::new(&self.descriptor, PollFlags::OUT)];
        Ok(poll(&mut asked, Some(&limit))? > 0)
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.descriptor.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::fs::File;
    use std::os::unix::net::{UnixDatagram, UnixStream};

    #[test]
    fn what_cannot_be_written_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = |descriptor: OwnedFd, problem: &str| {
            let error = Descriptor::new(descriptor).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Argument);
            assert!(error.message().contains(problem), "{error}");
        };
        refused(File::open(folder.path()).unwrap().into(), "is a directory");
        refused(File::open(file.path()).unwrap().into(), "for reading only");
        refused(std::io::pipe().unwrap().0.into(), "for reading only");
        refused(UnixDatagram::unbound().unwrap().into(), "is a datagram socket");
        assert!(Descriptor::new(file.reopen().unwrap().into()).is_ok());
        assert!(Descriptor::new(std::io::pipe().unwrap().1.into()).is_ok());
        assert!(Descriptor::new(UnixStream::pair().unwrap().0.into()).is_ok());
    }

    #[test]
    fn a_pipe_that_blocks_does_not_block_a_download() {
        let (reader, writer) = std::io::pipe().unwrap();
        let descriptor = Descriptor::new(writer.into()).unwrap();
        let mut written = 0;
        let cause = loop {
            match descriptor.write(&[7; 100_000]) {
                Ok(size) => written += size,
                Err(cause) => break cause,
            }
        };
        assert_eq!(cause.kind(), io::ErrorKind::WouldBlock);
        assert!(written > 0 && !descriptor.wait(Duration::ZERO).unwrap());
        drop(reader);
        assert!(descriptor.wait(Duration::ZERO).unwrap(), "there is something to be told");
        assert_eq!(descriptor.write(&[7]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
