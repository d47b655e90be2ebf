//! Sources: content of uploads, from files, descriptors, memory and readers.

use std::ffi::{c_char, c_void};

use bytes::Bytes;

use filestack_core::{Error, ErrorKind};
use filestack_core::{Given, Reader, Source};

use crate::arguments::{self, filestack_destroy, null, slice};
use crate::callback::{self, Ownership};
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::{guard_or, produce, produce_optional};
use crate::handle::{self, Opaque};
use crate::object;
use crate::status_code::filestack_status;

/// The content of an upload. Shared: any thread, freed by the last filestack_source_release; one upload uses it at a
/// time.
pub struct filestack_source {
    _opaque: [u8; 0],
}

impl Opaque for filestack_source {
    type Value = Source;
    const NAME: &'static str = "filestack_source";
    const ARGUMENT: &'static str = "source";
}

/// What a reader or a writer returns when it has nothing to do yet. It is asked again after filestack_source_ready or
/// filestack_sink_ready; the upload or download waits, up to its time limit, without a place among the requests.
pub const FILESTACK_WOULD_BLOCK: i64 = -1000;

/// A reader of the caller, such as a file object of another language. Start from FILESTACK_READER_INIT, which sets
/// struct_size.
///
/// The functions are called one at a time, on a thread that the library makes for the reader, with `user`; they may
/// block, must not throw and may not call a blocking function of the library.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct filestack_reader {
    /// sizeof(filestack_reader), set by FILESTACK_READER_INIT.
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Writes up to `size` bytes to `buffer` and returns how many, 0 at the end, FILESTACK_WOULD_BLOCK when it has none
    /// yet and filestack_source_ready will tell, another negative number on failure.
    pub read: Option<unsafe extern "C-unwind" fn(user: *mut c_void, buffer: *mut c_void, size: usize) -> i64>,
    /// Goes to the byte at `offset`, counted from the first; returns 0, or anything else on failure. May be NULL:
    /// the source then serves one upload.
    pub seek: Option<unsafe extern "C-unwind" fn(user: *mut c_void, offset: u64) -> i32>,
    /// Returns the number of bytes from the first to the last, or a negative number when the size is unknown. May be
    /// NULL. Without a size the content is first copied to a temporary file. It may move the position when there is
    /// `seek`, which is called afterwards.
    pub size: Option<unsafe extern "C-unwind" fn(user: *mut c_void) -> i64>,
    /// Frees `user`; called once, after the last call of the others. May be NULL.
    pub destroy: filestack_destroy,
    /// Given to all functions.
    pub user: *mut c_void,
}

/// The file at `path`, opened now.
///
/// `*out_source` is released with filestack_source_release.
/// Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT when it is not a regular file. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_source_from_path(
    path: *const c_char,
    out_source: *mut *mut filestack_source,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_source, "out_source", error, || Ok(handle::new(Source::from_path(arguments::path(path, "path")?)?)))
    }
}

/// An open descriptor. It is duplicated: yours can be closed at once, or used further once the upload has ended.
///
/// A regular file is read by position, without moving the one that it has: `size` bytes from `offset` on; -1 for the
/// offset means the present position, and -1 for the size everything up to the end. Pipes, sockets and devices are read
/// in order, serve one upload, and take -1 as the offset; without a size (-1) they are first copied to a temporary
/// file. Their blocking mode stays as it is.
///
/// `*out_source` is released with filestack_source_release.
/// Errors: FILESTACK_E_ARGUMENT when the descriptor is closed, a directory or cannot be read, or has no offsets;
/// FILESTACK_E_UNSUPPORTED where the system has no descriptors. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_source_from_fd(
    fd: i32,
    offset: i64,
    size: i64,
    out_source: *mut *mut filestack_source,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { produce(out_source, "out_source", error, || Ok(handle::new(of_descriptor(fd, offset, size)?))) }
}

/// `size` bytes in memory.
///
/// With `destroy` the memory is borrowed until `destroy(user)` is called: once, after the last use, also when this
/// call fails. Without it (NULL) the bytes are copied now. `*out_source` is released with filestack_source_release.
/// Errors: misuse only. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_source_from_memory(
    data: *const c_void,
    size: usize,
    destroy: filestack_destroy,
    user: *mut c_void,
    out_source: *mut *mut filestack_source,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_source, error, || {
            // Made first, so that `destroy` is called whatever fails.
            let ownership = Ownership { destroy, user };
            let source = || {
                let data: &'static [u8] = slice(data.cast(), size, "data")?;
                Ok(Source::from_bytes(match destroy {
                    Some(_) => Bytes::from_owner(Borrowed { data, _ownership: ownership }),
                    None => Bytes::copy_from_slice(data),
                }))
            };
            hand_over(source, out_source)
        })
    }
}

/// A reader. The struct is copied; `reader->destroy` is called once, after the last use, also when this call fails -
/// unless `struct_size` is too small to tell that there is one.
///
/// `*out_source` is released with filestack_source_release. Errors: FILESTACK_E_NULL without `read`,
/// FILESTACK_E_ARGUMENT for a struct_size or reserved that does not fit. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_source_from_reader(
    reader: *const filestack_reader,
    out_source: *mut *mut filestack_source,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_source, error, || {
            // Made first, so that `destroy` is called whatever fails.
            let reader = if reader.is_null() { Err(null("reader")) } else { CallerReader::new(reader) };
            hand_over(|| Ok(Source::from_reader(Box::new(reader?))), out_source)
        })
    }
}

/// Says that a reader that has answered FILESTACK_WOULD_BLOCK can be asked again. It is remembered when the reader has
/// not answered yet, so nothing is lost when the two cross; more than once counts as once.
///
/// Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_source_ready(source: *const filestack_source) {
    guard_or((), || {
        // SAFETY: the caller keeps the object alive during the call.
        unsafe { handle::borrow(source, "source") }?.ready();
        Ok(())
    });
}

/// Adds a reference to the source and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_source_retain(source: *const filestack_source) -> *mut filestack_source {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(source) }
}

/// Releases a reference to the source.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_source_release(source: *mut filestack_source) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(source) }
}

#[cfg(unix)]
fn of_descriptor(fd: i32, offset: i64, size: i64) -> Result<Source> {
    let offset = arguments::optional_count(offset, "offset")?;
    let size = arguments::optional_count(size, "size")?;
    Ok(Source::from_fd(arguments::descriptor(fd)?, offset, size)?)
}

/// Compiled, not tested.
#[cfg(not(unix))]
fn of_descriptor(_fd: i32, _offset: i64, _size: i64) -> Result<Source> {
    Err(Error::new(ErrorKind::Unsupported, "this system has no descriptors").into())
}

/// Makes a source object for a caller who has somewhere to put it.
fn hand_over(
    make: impl FnOnce() -> Result<Source>,
    out_source: *mut *mut filestack_source,
) -> Result<*mut filestack_source> {
    if out_source.is_null() { Err(null("out_source")) } else { Ok(handle::new(make()?)) }
}

/// Memory of the caller, in use until its owner goes.
struct Borrowed {
    data: &'static [u8],
    _ownership: Ownership,
}

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        self.data
    }
}

/// The caller's table of functions as a reader.
struct CallerReader {
    table: filestack_reader,
    has_read: bool,
    _ownership: Ownership,
}

// SAFETY: the contract of filestack_reader says that its functions are called on threads of the library, one at a
// time.
unsafe impl Send for CallerReader {}

impl CallerReader {
    /// # Safety
    /// `reader` points to a `filestack_reader` of at least `struct_size` bytes.
    unsafe fn new(reader: *const filestack_reader) -> Result<Self> {
        // SAFETY: `struct_size` is the first member of every version of the struct.
        let struct_size = unsafe { (*reader).struct_size };
        if (struct_size as usize) < size_of::<filestack_reader>() {
            return Err(Failure::argument(format!(
                "reader.struct_size is {struct_size}: begin with FILESTACK_READER_INIT"
            )));
        }
        // SAFETY: the struct has all the members that this version knows.
        let table = unsafe { *reader };
        let ownership = Ownership { destroy: table.destroy, user: table.user };
        if table.reserved != 0 {
            return Err(Failure::argument("reader.reserved must be 0"));
        }
        if table.read.is_none() {
            return Err(null("reader.read"));
        }
        Ok(CallerReader { table, has_read: false, _ownership: ownership })
    }
}

impl Reader for CallerReader {
    fn read(&mut self, buffer: &mut [u8]) -> filestack_core::Result<Given> {
        let Some(read) = self.table.read else { return Ok(Given::Bytes(0)) };
        self.has_read = true;
        let (data, size) = (buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: the function came with `user` and may write up to `size` bytes to the buffer, which is alive.
        let result = callback::call(|| unsafe { read(self.table.user, data, size) });
        match usize::try_from(result) {
            _ if result == FILESTACK_WOULD_BLOCK => Ok(Given::WouldBlock),
            Ok(count) if count <= size => Ok(Given::Bytes(count)),
            Ok(count) => Err(failure(format!("the reader's read function returned {count} for {size} bytes"))),
            Err(_) => Err(failure(format!("the reader's read function failed with {result}"))),
        }
    }

    fn rewind(&mut self) -> filestack_core::Result<()> {
        let Some(seek) = self.table.seek else {
            if self.has_read {
                return Err(Error::new(
                    ErrorKind::State,
                    "the reader has been read and has no seek function: give it one to upload it again",
                ));
            }
            return Ok(());
        };
        // SAFETY: the function came with `user`.
        match callback::call(|| unsafe { seek(self.table.user, 0) }) {
            0 => Ok(()),
            result => Err(failure(format!("the reader's seek function failed with {result}"))),
        }
    }

    fn size(&mut self) -> filestack_core::Result<Option<u64>> {
        let Some(size) = self.table.size else { return Ok(None) };
        // SAFETY: the function came with `user`.
        let result = callback::call(|| unsafe { size(self.table.user) });
        Ok(u64::try_from(result).ok())
    }
}

fn failure(message: String) -> Error {
    Error::new(ErrorKind::Callback, message)
}
