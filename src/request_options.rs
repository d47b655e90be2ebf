//! Request options: credentials, limits, destination and progress of one call.

use std::ffi::c_void;

use filestack_core::{IfExists, RequestOptions};

use crate::arguments::filestack_destroy;
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard_or;
use crate::handle::{self, Opaque};
use crate::milliseconds;
use crate::object;
use crate::progress::{self, filestack_progress_callback};
use crate::security::{self, filestack_security};
use crate::status_code::filestack_status;

/// An existing destination is replaced, in one step, when the download is whole.
pub const FILESTACK_IF_EXISTS_REPLACE: i32 = 0;
/// A download to an existing destination fails and leaves it as it is.
pub const FILESTACK_IF_EXISTS_FAIL: i32 = 1;
/// An existing destination is replaced as by REPLACE, and a download that fails can be resumed: it keeps what it has,
/// and the next RESUME download to the same path continues it, also in another process.
pub const FILESTACK_IF_EXISTS_RESUME: i32 = 2;

/// How one call to the service is made. Owned: one thread at a time, freed with filestack_request_options_free.
pub struct filestack_request_options {
    _opaque: [u8; 0],
}

impl Opaque for filestack_request_options {
    type Value = RequestOptions;
    const NAME: &'static str = "filestack_request_options";
    const ARGUMENT: &'static str = "options";
}

/// Makes options with every default.
///
/// Returns an object to be freed with filestack_request_options_free. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_request_options_new() -> *mut filestack_request_options {
    guard_or(std::ptr::null_mut(), || Ok(handle::new(RequestOptions::default())))
}

/// Makes options with the same values.
///
/// Returns an object to be freed with filestack_request_options_free. Errors: none; NULL for NULL. Threads: one at a
/// time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_request_options_clone(
    options: *const filestack_request_options,
) -> *mut filestack_request_options {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null_mut(), || Ok(handle::new(unsafe { handle::borrow(options, "options") }?.clone())))
}

/// Signs the call, instead of the object's credentials. NULL: the object's. The object is retained.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_request_options_set_security(
    options: *mut filestack_request_options,
    security: *const filestack_security,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.security = security::optional(security)?;
            Ok(())
        })
    }
}

/// Limits the time of the whole call with all its retries. 0 = the client's limit, which is the default.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_request_options_set_total_timeout_ms(
    options: *mut filestack_request_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.total_timeout = milliseconds::limit("total_timeout_ms", milliseconds)?;
            Ok(())
        })
    }
}

/// Limits how many bytes are taken; beyond them the call fails with FILESTACK_E_TOO_LARGE. 0 = the default: 1 GiB
/// for content in memory, no limit for files.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_request_options_set_max_size_bytes(
    options: *mut filestack_request_options,
    size_bytes: u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.max_size = (size_bytes > 0).then_some(size_bytes);
            Ok(())
        })
    }
}

/// Sets what happens when the destination of a download exists: FILESTACK_IF_EXISTS_*. REPLACE by default.
///
/// With RESUME the part of a download that fails stays beside the destination, in a file whose name begins with
/// ".filestack-". A later download with RESUME of the same content to the same path asks for the rest only; it begins
/// anew when the content has changed at the service, which gives it an ETag, or when the partial file does not fit.
/// While another call or process writes the part, it fails with FILESTACK_E_STATE. A download to the path without
/// RESUME removes the part. Content in memory and sinks cannot be resumed: FILESTACK_E_UNSUPPORTED.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_request_options_set_if_exists(
    options: *mut filestack_request_options,
    behaviour: i32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.if_exists = if_exists_of(behaviour)?;
            Ok(())
        })
    }
}

/// Sets a function that is told how far the call is. NULL: none, which is the default.
///
/// `destroy`, when set, is called with `user` once: when these options, their copies and the calls that use them are
/// freed or use another function; also when this call fails. Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_request_options_set_progress(
    options: *mut filestack_request_options,
    callback: filestack_progress_callback,
    user: *mut c_void,
    destroy: filestack_destroy,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { progress::set_observer(options, |options| &mut options.reports, callback, user, destroy, error) }
}

/// Sets the time from one call of the progress function to the next. 100 ms by default.
///
/// Errors: FILESTACK_E_ARGUMENT below 1. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_request_options_set_progress_interval_ms(
    options: *mut filestack_request_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| progress::set_interval(&mut options.reports, milliseconds)) }
}

/// Frees the options. What was made with them stays.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_request_options_free(options: *mut filestack_request_options) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(options) }
}

fn if_exists_of(behaviour: i32) -> Result<IfExists> {
    match behaviour {
        FILESTACK_IF_EXISTS_REPLACE => Ok(IfExists::Replace),
        FILESTACK_IF_EXISTS_FAIL => Ok(IfExists::Fail),
        FILESTACK_IF_EXISTS_RESUME => Ok(IfExists::Resume),
        _ => Err(Failure::argument(format!("if_exists is {behaviour}: it must be one of FILESTACK_IF_EXISTS_*"))),
    }
}
