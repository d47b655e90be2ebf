//! A file that is uploaded, read at positions, so that its parts can be read without moving a shared cursor.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;

use super::reader::Given;
use super::spool::Spool;

/// A file as it was when the upload began.
pub(super) struct OpenFile {
    file: Arc<File>,
    /// For errors, such as "the file 'a.png'".
    name: String,
    /// Of the first byte that is uploaded.
    offset: u64,
    /// How many bytes are uploaded.
    size: u64,
    file_size: u64,
    modified: Option<SystemTime>,
    /// Device and inode.
    place: Option<(u64, u64)>,
    /// Whether reading is expensive enough to be done once only: over a network.
    is_remote: bool,
    /// Whether the file system can say what it has in memory.
    can_read_cached: AtomicBool,
}

/// Which bytes of a file are uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Range {
    /// Of the first byte.
    pub(super) offset: u64,
    /// How many; `None` for all up to the end.
    pub(super) size: Option<u64>,
}

/// What tells a source from another one, without reading it. Of what is not a file, the size is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    pub(crate) size: u64,
    /// Since 1970.
    pub(crate) modified_ns: Option<u64>,
    pub(crate) device: Option<u64>,
    pub(crate) inode: Option<u64>,
}

impl Fingerprint {
    /// Whether a source with the other one has the same content for sure: a file that nobody has touched.
    pub(crate) fn proves(&self, other: &Self) -> bool {
        self.modified_ns.is_some() && self == other
    }
}

impl OpenFile {
    /// The file itself, or a temporary copy when its size is not that of its content, as below `/proc`.
    pub(super) fn open(
        file: Arc<File>,
        name: &str,
        range: Range,
        folder: Option<&Path>,
        operation: &Operation,
    ) -> Result<Self> {
        let open = OpenFile::new(file, name, range)?;
        if open.has_true_size()? {
            return Ok(open);
        }
        let mut offset = 0;
        let mut copy = Spool::new(name, folder)?;
        // A file has its next bytes, or none at all.
        copy.take(operation, |buffer| {
            let read = open.read_some(buffer, offset)?;
            offset += read as u64;
            Ok(Given::Bytes(read))
        })?;
        OpenFile::whole(Arc::new(copy.into_file()), name)
    }

    /// A file from its first byte on.
    pub(super) fn whole(file: Arc<File>, name: &str) -> Result<Self> {
        OpenFile::new(file, name, Range::default())
    }

    fn new(file: Arc<File>, name: &str, range: Range) -> Result<Self> {
        let metadata = file.metadata().map_err(|cause| Error::io(format!("cannot read the size of {name}"), &cause))?;
        let there = metadata.len().saturating_sub(range.offset);
        let size = range.size.unwrap_or(there);
        if size > there && metadata.len() > 0 {
            return Err(Error::argument(format!(
                "{name} has {there} bytes from offset {} on, not {size}",
                range.offset
            )));
        }
        Ok(OpenFile {
            name: name.to_owned(),
            offset: range.offset,
            size,
            file_size: metadata.len(),
            modified: metadata.modified().ok(),
            place: place_of(&metadata),
            is_remote: is_on_network_file_system(&file),
            file,
            can_read_cached: AtomicBool::new(true),
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        let since_1970 = self.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let (device, inode) = self.place.unzip();
        Fingerprint {
            size: self.size,
            modified_ns: since_1970.and_then(|time| u64::try_from(time.as_nanos()).ok()),
            device,
            inode,
        }
    }

    /// Whether reading is expensive enough to be done once only: over a network.
    pub(super) fn is_remote(&self) -> bool {
        self.is_remote
    }

    /// Fills `buffer` with the bytes from `offset` on.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_some(&mut buffer[filled..], offset + filled as u64)? {
                0 => return Err(changed(format!("{} became shorter", self.name))),
                read => filled += read,
            }
        }
        Ok(())
    }

    /// Fills the front of `buffer` with what the system has in memory, and returns how much that is. Never waits for a
    /// disk. Whatever goes wrong comes up again when the rest is read.
    pub(super) fn read_cached(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < buffer.len() && self.can_read_cached.load(Ordering::Relaxed) {
            match read_cached_at(&self.file, &mut buffer[filled..], self.offset + offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => self.can_read_cached.store(false, Ordering::Relaxed),
            }
        }
        filled
    }

    /// Reads up to `buffer.len()` bytes from `offset`; 0 only at the end.
    fn read_some(&self, buffer: &mut [u8], offset: u64) -> Result<usize> {
        loop {
            match read_at(&self.file, buffer, self.offset + offset) {
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                outcome => {
                    return outcome.map_err(|cause| Error::io(format!("cannot read {}", self.name), &cause));
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
            .map_err(|cause| Error::io(format!("cannot read the size of {}", self.name), &cause))?;
        if now.len() != self.file_size {
            return Err(changed(format!("{} was written to", self.name)));
        }
        Ok(now.modified().ok() != self.modified)
    }

    /// Whether the size that the system tells is that of the content. Files that the kernel makes while they are read
    /// have 0, or the size of a page; those of some other file systems, 0.
    fn has_true_size(&self) -> Result<bool> {
        if is_on_generated_file_system(&self.file) {
            return Ok(false);
        }
        Ok(self.file_size > 0 || self.read_some(&mut [0], 0)? == 0)
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
    type_of_file_system(file).is_some_and(|found| GENERATED.contains(&found))
}

/// Whether reading the file asks another machine, or a program that may.
#[cfg(target_os = "linux")]
fn is_on_network_file_system(file: &File) -> bool {
    /// Their numbers, from `linux/magic.h` and the sources of the file systems.
    const NETWORK: [u32; 10] = [
        0x0000_6969, // nfs
        0x0000_517b, // smb
        0xff53_4d42, // cifs
        0xfe53_4d42, // smb2
        0x6573_5546, // fuse
        0x0102_1997, // 9p
        0x00c3_6400, // ceph
        0x5346_414f, // afs
        0x6b41_4653, // the kernel's own afs
        0x0bd0_0bd0, // lustre
    ];
    // One that cannot say what it is serves files of others.
    type_of_file_system(file).is_none_or(|found| NETWORK.contains(&found))
}

#[cfg(target_os = "linux")]
fn type_of_file_system(file: &File) -> Option<u32> {
    // The number's type differs between processors; it has 32 bits everywhere.
    rustix::fs::fstatfs(file).ok().map(|found| found.f_type as u32)
}

/// Reads what is in memory; `WouldBlock` when a disk would have to be asked.
#[cfg(target_os = "linux")]
fn read_cached_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut slices = [io::IoSliceMut::new(buffer)];
    Ok(rustix::io::preadv2(file, &mut slices, offset, rustix::io::ReadWriteFlags::NOWAIT)?)
}

/// Other systems are not asked.
#[cfg(not(target_os = "linux"))]
fn is_on_generated_file_system(_file: &File) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn is_on_network_file_system(_file: &File) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn read_cached_at(_file: &File, _buffer: &mut [u8], _offset: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Device and inode.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn place_of(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn place_of(_metadata: &Metadata) -> Option<(u64, u64)> {
    None
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
