//! An open descriptor that content is read from, without ever changing how it blocks.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, SeekFrom, seek};
use rustix::io::Errno;

use crate::descriptor::{self, Access};
use crate::error::{Error, ErrorKind, Result};

use super::reader::{Given, Reader};

/// What errors call it.
const NAME: &str = "the descriptor of the source";

/// How long a read waits before it looks whether the call is over.
const SLICE: Duration = Duration::from_millis(50);

/// A descriptor that can be read.
pub(super) enum Descriptor {
    /// A regular file, and the offset of its first byte that counts.
    File(File, u64),
    /// What can only be read in order.
    Stream(Stream),
}

/// A pipe, a socket or a device.
pub(super) struct Stream {
    descriptor: OwnedFd,
    size: Option<u64>,
    has_read: bool,
}

impl Descriptor {
    /// Looks whether and how it can be read.
    pub(super) fn open(descriptor: OwnedFd, offset: Option<u64>) -> Result<Self> {
        let file_type = descriptor::file_type(&descriptor, NAME, Access::Reading)?;
        if file_type == FileType::RegularFile {
            let failed = |cause: Errno| Error::io(format!("cannot inspect {NAME}"), &cause.into());
            let here = || seek(&descriptor, SeekFrom::Current(0)).map_err(failed);
            let offset = offset.map_or_else(here, Ok)?;
            return Ok(Descriptor::File(File::from(descriptor), offset));
        }
        if offset.is_some() {
            let problem = "is not a regular file, so it has no offsets: leave the offset out";
            return Err(Error::argument(format!("{NAME} {problem}")));
        }
        Ok(Descriptor::Stream(Stream { descriptor, size: None, has_read: false }))
    }
}

impl Stream {
    /// The stream as one that has as many bytes, when that is known.
    pub(super) fn of_size(self, size: Option<u64>) -> Self {
        Stream { size, ..self }
    }
}

impl Reader for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
        // With a size, what comes after it belongs to somebody else.
        if self.size == Some(0) {
            return Ok(Given::Bytes(0));
        }
        let most = self.size.map_or(buffer.len(), |left| usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len()));
        let limit = Timespec::try_from(SLICE).map_err(|_| Error::argument("the poll interval is too long"))?;
        let mut asked = [PollFd::new(&self.descriptor, PollFlags::IN)];
        let read = match poll(&mut asked, Some(&limit)) {
            Ok(0) => Err(Errno::AGAIN),
            Ok(_) => rustix::io::read(&self.descriptor, &mut buffer[..most]),
            Err(cause) => Err(cause),
        };
        match read {
            Ok(read) => {
                self.has_read = true;
                self.size = self.size.map(|left| left - read as u64);
                Ok(Given::Bytes(read))
            }
            Err(Errno::AGAIN | Errno::INTR) => Ok(Given::WouldBlock),
            Err(cause) => Err(Error::io("cannot read the descriptor of the source", &cause.into())),
        }
    }

    fn rewind(&mut self) -> Result<()> {
        if self.has_read {
            return Err(Error::new(ErrorKind::State, "the descriptor of the source has been read and cannot go back"));
        }
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>> {
        Ok(self.size)
    }
}
