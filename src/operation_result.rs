//! The results of operations, each with the status and the error of the call when that has failed.

use std::ffi::c_char;

use crate::arguments::Output;
use crate::av_job::filestack_av_job;
use crate::buffer::filestack_buffer;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::filestack_filelink;
use crate::guard::{guard, produce};
use crate::handle;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::status_code::filestack_status;

/// Whether the call has succeeded: its status, and its error. Can be asked any number of times.
///
/// Errors: those of the call; FILESTACK_E_PENDING while it runs. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_outcome(
    operation: *const filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { guard(error, || handle::borrow(operation, "operation")?.outcome().map(drop)) }
}

/// The file that the call has stored.
///
/// `*out_filelink` is released with filestack_filelink_release. Errors: those of the call; FILESTACK_E_PENDING while it
/// runs; FILESTACK_E_STATE when it gives something else. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_filelink(
    operation: *const filestack_operation,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { result(operation, out_filelink, "out_filelink", error, Outcome::filelink) }
}

/// The service's answer, as JSON.
///
/// `*out_json` is freed with filestack_string_free. Errors: those of the call; FILESTACK_E_PENDING while it runs;
/// FILESTACK_E_STATE when it gives something else. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_json(
    operation: *const filestack_operation,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { result(operation, out_json, "out_json", error, Outcome::json) }
}

/// How many bytes a download to a path or a sink has brought.
///
/// Errors: those of the call; FILESTACK_E_PENDING while it runs; FILESTACK_E_STATE when it gives something else.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_size_bytes(
    operation: *const filestack_operation,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { result(operation, out_size_bytes, "out_size_bytes", error, Outcome::size_bytes) }
}

/// The content that the call has read into memory. It can be taken once.
///
/// `*out_content` is freed with filestack_buffer_free. Errors: those of the call; FILESTACK_E_PENDING while it runs;
/// FILESTACK_E_STATE when it gives something else, or was taken already. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_take_content(
    operation: *const filestack_operation,
    out_content: *mut *mut filestack_buffer,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { result(operation, out_content, "out_content", error, Outcome::take_content) }
}

/// The job that the call has started at the service.
///
/// `*out_job` is released with filestack_av_job_release. Errors: those of the call; FILESTACK_E_PENDING while it runs;
/// FILESTACK_E_STATE when it gives something else. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_av_job(
    operation: *const filestack_operation,
    out_job: *mut *mut filestack_av_job,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { result(operation, out_job, "out_job", error, Outcome::av_job) }
}

/// How far an AV job is: FILESTACK_AV_*.
///
/// Errors: those of the call; FILESTACK_E_PENDING while it runs; FILESTACK_E_STATE when it gives something else.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_av_status(
    operation: *const filestack_operation,
    out_status: *mut i32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { result(operation, out_status, "out_status", error, Outcome::av_status) }
}

/// Hands a result over.
///
/// # Safety
/// The pointers are NULL or valid.
unsafe fn result<T: Output>(
    operation: *const filestack_operation,
    out: *mut T,
    name: &str,
    error: *mut *mut filestack_error,
    of: impl FnOnce(&Outcome) -> Result<T>,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe { produce(out, name, error, || of(handle::borrow(operation, "operation")?.outcome()?)) }
}
