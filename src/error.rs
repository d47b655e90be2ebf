//! Errors: status, message and details of a failure.

use std::ffi::c_char;

use filestack_core::Error;

use crate::error_object::filestack_error;
use crate::guard::guard_or;
use crate::handle;
use crate::milliseconds;
use crate::object;
use crate::status_code::{FILESTACK_OK, filestack_status};

/// The status that the failed function returned.
///
/// Errors: none; FILESTACK_OK for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_code(error: *const filestack_error) -> filestack_status {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(FILESTACK_OK, || Ok(unsafe { handle::borrow(error, "error") }?.failure.status()))
}

/// One line that says what failed, on what, and what to do; no final period, never a secret.
///
/// Returns a string that lives as long as the error. Errors: none; "" for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_message(error: *const filestack_error) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(c"".as_ptr(), || Ok(unsafe { handle::borrow(error, "error") }?.message.as_ptr()))
}

/// The HTTP status of the service's reply.
///
/// Errors: none; 0 when there was no reply, and for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_http_status(error: *const filestack_error) -> i32 {
    guard_or(0, || {
        // SAFETY: the caller keeps the object alive during the call.
        let core = unsafe { handle::borrow(error, "error") }?.failure.core();
        Ok(core.and_then(Error::http_status).map_or(0, i32::from))
    })
}

/// The service's own error text, shortened, with secrets masked.
///
/// Returns a string that lives as long as the error. Errors: none; NULL when there is none. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_service_text(error: *const filestack_error) -> *const c_char {
    guard_or(std::ptr::null(), || {
        // SAFETY: the caller keeps the object alive during the call.
        let value = unsafe { handle::borrow(error, "error") }?;
        Ok(value.service_text.as_deref().map_or(std::ptr::null(), std::ffi::CStr::as_ptr))
    })
}

/// The operating system's number of the failure (errno): behind FILESTACK_E_IO, FILESTACK_E_RESOURCES and failures of
/// connections.
///
/// Errors: none; 0 when there is none, and for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_os_code(error: *const filestack_error) -> i32 {
    guard_or(0, || {
        // SAFETY: the caller keeps the object alive during the call.
        let core = unsafe { handle::borrow(error, "error") }?.failure.core();
        Ok(core.and_then(Error::os_code).unwrap_or(0))
    })
}

/// Whether the same call may succeed later without a change.
///
/// Errors: none; false for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_retryable(error: *const filestack_error) -> bool {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(false, || Ok(unsafe { handle::borrow(error, "error") }?.failure.core().is_some_and(Error::is_retryable)))
}

/// How many milliseconds the service asks to wait before the next try.
///
/// Errors: none; 0 when it does not say, and for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_retry_after_ms(error: *const filestack_error) -> u64 {
    guard_or(0, || {
        // SAFETY: the caller keeps the object alive during the call.
        let core = unsafe { handle::borrow(error, "error") }?.failure.core();
        Ok(core.and_then(Error::retry_after).map_or(0, milliseconds::count))
    })
}

/// The id of the failed request, for a report to Filestack's support.
///
/// Returns a string that lives as long as the error. Errors: none; NULL when no request was made. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_request_id(error: *const filestack_error) -> *const c_char {
    guard_or(std::ptr::null(), || {
        // SAFETY: the caller keeps the object alive during the call.
        let value = unsafe { handle::borrow(error, "error") }?;
        Ok(value.request_id.as_deref().map_or(std::ptr::null(), std::ffi::CStr::as_ptr))
    })
}

/// The whole error as a JSON object: code, message and retryable always; http_status, service_text,
/// retry_after_ms, request_id and os_code when known.
///
/// Returns a string that lives as long as the error. Errors: none; "{}" for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_json(error: *const filestack_error) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(c"{}".as_ptr(), || Ok(unsafe { handle::borrow(error, "error") }?.json.as_ptr()))
}

/// Adds a reference to the error and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_retain(error: *const filestack_error) -> *mut filestack_error {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(error) }
}

/// Releases a reference to the error; the last release frees it.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_error_release(error: *mut filestack_error) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(error) }
}
