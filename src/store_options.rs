//! Store options: where and under which name a file is stored.

use std::ffi::c_char;

use filestack_core::StoreOptions;

use crate::arguments::text;
use crate::error_object::filestack_error;
use crate::guard::guard_or;
use crate::handle::{self, Opaque};
use crate::object;
use crate::status_code::filestack_status;

/// Where and under which name a file is stored. What is not set is left to the service. Owned: one thread at a time,
/// freed with filestack_store_options_free.
pub struct filestack_store_options {
    _opaque: [u8; 0],
}

impl Opaque for filestack_store_options {
    type Value = StoreOptions;
    const NAME: &'static str = "filestack_store_options";
    const ARGUMENT: &'static str = "options";
}

/// Makes options with every default.
///
/// Returns an object to be freed with filestack_store_options_free. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_store_options_new() -> *mut filestack_store_options {
    guard_or(std::ptr::null_mut(), || Ok(handle::new(StoreOptions::new())))
}

/// Makes options with the same values.
///
/// Returns an object to be freed with filestack_store_options_free. Errors: none; NULL for NULL. Threads: one at a
/// time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_clone(
    options: *const filestack_store_options,
) -> *mut filestack_store_options {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null_mut(), || Ok(handle::new(unsafe { handle::borrow(options, "options") }?.clone())))
}

/// Sets the name of the stored file. By default that of the uploaded file.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_filename(
    options: *mut filestack_store_options,
    filename: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, filename, "filename", error, StoreOptions::set_filename) }
}

/// Sets the MIME type, such as "image/png" or "text/plain; charset=utf-8". By default it follows from the first bytes
/// and the name's ending.
///
/// Errors: FILESTACK_E_ARGUMENT for what cannot stand in a Content-Type header. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_mimetype(
    options: *mut filestack_store_options,
    mimetype: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, mimetype, "mimetype", error, StoreOptions::set_mimetype) }
}

/// Sets the storage: s3, gcs, azure, rackspace or dropbox, in any case. By default the client's.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_location(
    options: *mut filestack_store_options,
    location: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, location, "location", error, StoreOptions::set_location) }
}

/// Sets the path in the container: a folder when it ends with a slash, otherwise the exact key.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_path(
    options: *mut filestack_store_options,
    path: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, path, "path", error, StoreOptions::set_path) }
}

/// Sets the bucket or container. Does not apply to Dropbox.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_container(
    options: *mut filestack_store_options,
    container: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, container, "container", error, StoreOptions::set_container) }
}

/// Sets the region of the S3 bucket.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_region(
    options: *mut filestack_store_options,
    region: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, region, "region", error, StoreOptions::set_region) }
}

/// Sets who may read the file in S3: "public" or "private".
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_access(
    options: *mut filestack_store_options,
    access: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, access, "access", error, StoreOptions::set_access) }
}

/// Asks the service to decode base64 content before it is stored; nonzero = yes.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_set_base64decode(
    options: *mut filestack_store_options,
    decode: i32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.set_base64decode(decode != 0);
            Ok(())
        })
    }
}

/// Starts this workflow once the file is stored. Up to 20.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_add_workflow(
    options: *mut filestack_store_options,
    id: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, id, "id", error, StoreOptions::add_workflow) }
}

/// Tags the upload; a known key gets the new value. Up to 10 tags, keys up to 128 and values up to 256 characters.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_add_upload_tag(
    options: *mut filestack_store_options,
    key: *const c_char,
    value: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| Ok(options.add_upload_tag(text(key, "key")?, text(value, "value")?)?))
    }
}

/// Frees the options. What was made with them stays.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_store_options_free(options: *mut filestack_store_options) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(options) }
}
