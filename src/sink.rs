//! Sinks: destinations of downloads, descriptors and writers.

use std::ffi::c_void;

use filestack_core::{Error, ErrorKind, Sink, Writer, Written};

use crate::arguments::{filestack_destroy, null};
use crate::callback::{self, Ownership};
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::{guard_or, produce, produce_optional};
use crate::handle::{self, Opaque};
use crate::object;
use crate::source::FILESTACK_WOULD_BLOCK;
use crate::status_code::filestack_status;

/// The destination of a download: a descriptor or a writer. Shared: any thread, freed by the last
/// filestack_sink_release; one download uses it at a time.
pub struct filestack_sink {
    _opaque: [u8; 0],
}

impl Opaque for filestack_sink {
    type Value = Sink;
    const NAME: &'static str = "filestack_sink";
    const ARGUMENT: &'static str = "sink";
}

/// A writer of the caller, such as a file object of another language. Start from FILESTACK_WRITER_INIT, which sets
/// struct_size.
///
/// The functions are called one at a time, on a thread that the library makes for the writer, with `user`; they may
/// block, must not throw and may not call a blocking function of the library. Nothing is read from the network while
/// `write` runs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct filestack_writer {
    /// sizeof(filestack_writer), set by FILESTACK_WRITER_INIT.
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Consumes 1 to `size` bytes from the front of `data` and returns how many; it is called again with the rest.
    /// `data` is valid during the call only. FILESTACK_WOULD_BLOCK means that it can take none yet and
    /// filestack_sink_ready will tell; 0 and other negative numbers are failures.
    pub write: Option<unsafe extern "C-unwind" fn(user: *mut c_void, data: *const c_void, size: usize) -> i64>,
    /// Frees `user`; called once, after the last call of `write`. May be NULL.
    pub destroy: filestack_destroy,
    /// Given to both functions.
    pub user: *mut c_void,
}

/// An open descriptor: a regular file, which is written from its present position on, a pipe, a stream socket or a
/// terminal. It is duplicated: yours can be closed at once.
///
/// Its blocking mode stays as it is. While it is full the download waits, until its time limit at most, and reads
/// nothing from the network. A pipe or socket whose reader has gone is FILESTACK_E_IO, with EPIPE in
/// filestack_error_os_code, and never SIGPIPE. Nothing is closed or synced.
///
/// `*out_sink` is released with filestack_sink_release.
/// Errors: FILESTACK_E_ARGUMENT when the descriptor is closed, a directory, open for reading only, or a socket of
/// messages; FILESTACK_E_UNSUPPORTED where the system has no descriptors. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_sink_from_fd(
    fd: i32,
    out_sink: *mut *mut filestack_sink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { produce(out_sink, "out_sink", error, || Ok(handle::new(of_descriptor(fd)?))) }
}

/// A writer. The struct is copied; `writer->destroy` is called once, after the last use, also when this call fails -
/// unless `struct_size` is too small to tell that there is one.
///
/// `*out_sink` is released with filestack_sink_release. Errors: FILESTACK_E_NULL without `write`,
/// FILESTACK_E_ARGUMENT for a struct_size or reserved that does not fit. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_sink_from_writer(
    writer: *const filestack_writer,
    out_sink: *mut *mut filestack_sink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_sink, error, || {
            // Made first, so that `destroy` is called whatever fails.
            let writer = if writer.is_null() { Err(null("writer")) } else { CallerWriter::new(writer) };
            if out_sink.is_null() {
                return Err(null("out_sink"));
            }
            Ok(handle::new(Sink::from_writer(Box::new(writer?))))
        })
    }
}

/// Says that a writer that has answered FILESTACK_WOULD_BLOCK can be asked again. It is remembered when the writer has
/// not answered yet, so nothing is lost when the two cross; more than once counts as once.
///
/// Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_sink_ready(sink: *const filestack_sink) {
    guard_or((), || {
        // SAFETY: the caller keeps the object alive during the call.
        unsafe { handle::borrow(sink, "sink") }?.ready();
        Ok(())
    });
}

/// Adds a reference to the sink and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_sink_retain(sink: *const filestack_sink) -> *mut filestack_sink {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(sink) }
}

/// Releases a reference to the sink.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_sink_release(sink: *mut filestack_sink) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(sink) }
}

#[cfg(unix)]
fn of_descriptor(fd: i32) -> Result<Sink> {
    Ok(Sink::from_fd(crate::arguments::descriptor(fd)?)?)
}

/// Compiled, not tested.
#[cfg(not(unix))]
fn of_descriptor(_fd: i32) -> Result<Sink> {
    Err(Error::new(ErrorKind::Unsupported, "this system has no descriptors").into())
}

/// The caller's table of functions as a writer.
struct CallerWriter {
    table: filestack_writer,
    _ownership: Ownership,
}

// SAFETY: the contract of filestack_writer says that its functions are called on threads of the library, one at a
// time.
unsafe impl Send for CallerWriter {}

impl CallerWriter {
    /// # Safety
    /// `writer` points to a `filestack_writer` of at least `struct_size` bytes.
    unsafe fn new(writer: *const filestack_writer) -> Result<Self> {
        // SAFETY: `struct_size` is the first member of every version of the struct.
        let struct_size = unsafe { (*writer).struct_size };
        if (struct_size as usize) < size_of::<filestack_writer>() {
            return Err(Failure::argument(format!(
                "writer.struct_size is {struct_size}: begin with FILESTACK_WRITER_INIT"
            )));
        }
        // SAFETY: the struct has all the members that this version knows.
        let table = unsafe { *writer };
        let ownership = Ownership { destroy: table.destroy, user: table.user };
        if table.reserved != 0 {
            return Err(Failure::argument("writer.reserved must be 0"));
        }
        if table.write.is_none() {
            return Err(null("writer.write"));
        }
        Ok(CallerWriter { table, _ownership: ownership })
    }
}

impl Writer for CallerWriter {
    fn write(&mut self, bytes: &[u8]) -> filestack_core::Result<Written> {
        let Some(write) = self.table.write else { return Ok(Written::Taken(bytes.len())) };
        let (data, size) = (bytes.as_ptr().cast(), bytes.len());
        // SAFETY: the function came with `user` and may read the `size` bytes, which are alive.
        let result = callback::call(|| unsafe { write(self.table.user, data, size) });
        match usize::try_from(result) {
            _ if result == FILESTACK_WOULD_BLOCK => Ok(Written::WouldBlock),
            Ok(count) if (1..=size).contains(&count) => Ok(Written::Taken(count)),
            Ok(0) | Err(_) => Err(failure(format!("the writer's write function failed with {result}"))),
            Ok(count) => Err(failure(format!("the writer's write function returned {count} for {size} bytes"))),
        }
    }
}

fn failure(message: String) -> Error {
    Error::new(ErrorKind::Callback, message)
}
