//! A file that is uploaded, read at positions, so that its parts can be read without moving a shared cursor.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;

use super::{buffer, spool};

/// A file as it was when the upload began.
pub(super) struct OpenFile {
    file: Arc<File>,
    name: String,
    size: u64,
    modified: Option<SystemTime>,
}

impl OpenFile {
    /// The file itself, or a temporary copy when its size is not that of its content, as below `/proc`.
    pub(super) fn open(file: Arc<File>, name: &str, operation: &Operation) -> Result<Self> {
        let open = OpenFile::new(file, name)?;
        if open.has_true_size()? {
            return Ok(open);
        }
        let mut offset = 0;
        let copy = spool::to_temporary_file(&format!("the file '{name}'"), operation, |buffer| {
            let read = open.read_some(buffer, offset)?;
            offset += read as u64;
            Ok(read)
        })?;
        OpenFile::new(Arc::new(copy), name)
    }

    pub(super) fn new(file: Arc<File>, name: &str) -> Result<Self> {
        let metadata =
            file.metadata().map_err(|cause| Error::io(format!("cannot read the size of '{name}'"), &cause))?;
        Ok(OpenFile { file, name: name.to_owned(), size: metadata.len(), modified: metadata.modified().ok() })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The `length` bytes from `offset`.
    pub(super) fn read(&self, offset: u64, length: usize) -> Result<Bytes> {
        let mut buffer = buffer(length)?;
        let mut filled = 0;
        while filled < length {
            match self.read_some(&mut buffer[filled..], offset + filled as u64)? {
                0 => return Err(changed(format!("the file '{}' became shorter", self.name))),
                read => filled += read,
            }
        }
        Ok(buffer.into())
    }

    /// Reads up to `buffer.len()` bytes from `offset`; 0 only at the end.
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        loop {
            match read_at(&self.file, buffer, offset) {
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                outcome => {
                    return outcome.map_err(|cause| Error::io(format!("cannot read the file '{}'", self.name), &cause));
                }
            }
        }
    }

    /// Whether the file was touched since it was opened: then only its content tells whether it has changed.
    ///
    /// # Errors
    /// `SourceChanged` when its size is another one.
    pub(super) fn was_touched(&self) -> Result<bool> {
        let now = self
            .file
            .metadata()
            .map_err(|cause| Error::io(format!("cannot read the size of '{}'", self.name), &cause))?;
        if now.len() != self.size {
            return Err(changed(format!("the file '{}' was written to", self.name)));
        }
        Ok(now.modified().ok() != self.modified)
    }

    /// Whether the size that the system tells is that of the content. Files that the kernel makes while they are read
    /// have 0, or the size of a page; those of some other file systems, 0.
    fn has_true_size(&self) -> Result<bool> {
        if is_on_generated_file_system(&self.file) {
            return Ok(false);
        }
        Ok(self.size > 0 || self.read_some(&mut [0], 0)? == 0)
    }
}

/// Whether the file's content is made by the kernel: the file systems for processes, devices, debugging and control.
#[cfg(target_os = "linux")]
fn is_on_generated_file_system(file: &File) -> bool {
    /// Their numbers, from `linux/magic.h`.
    const GENERATED: [u32; 10] = [
        0x0000_9fa0, // proc
        0x6265_6572, // sysfs
        0x6462_6720, // debugfs
        0x7472_6163, // tracefs
        0x7363_6673, // securityfs
        0x0027_e0eb, // cgroup
        0x6367_7270, // cgroup2
        0x6265_6570, // configfs
        0xf97c_ff8c, // selinuxfs
        0xde5e_81e4, // efivarfs
    ];
    // The number's type differs between processors; it has 32 bits everywhere.
    rustix::fs::fstatfs(file).is_ok_and(|found| GENERATED.contains(&(found.f_type as u32)))
}

/// Other systems are not asked.
#[cfg(not(target_os = "linux"))]
fn is_on_generated_file_system(_file: &File) -> bool {
    false
}

/// Reads up to `buffer.len()` bytes from `offset`.
#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

/// Reads up to `buffer.len()` bytes from `offset`. Compiled, not tested.
#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// The error for a source that is not what it was when the upload began.
pub(super) fn changed(what: String) -> Error {
    Error::new(ErrorKind::SourceChanged, format!("{what} while it was uploaded: nothing was stored"))
}
