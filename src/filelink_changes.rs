//! Changes of a file: storing a copy, overwriting, deleting.

use std::ffi::c_char;

use filestack_core::Source;

use crate::arguments::text;
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::filestack_filelink;
use crate::guard::{guard, produce, produce_optional};
use crate::handle;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::source::filestack_source;
use crate::start;
use crate::status_code::filestack_status;
use crate::store_options::filestack_store_options;

/// Stores a copy of the file as a new one. Blocks.
///
/// `store` may be NULL: every default; a mimetype and upload tags are refused, because the service cannot set them
/// here. `request` may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the client and
/// the credentials that signed the call. Errors: FILESTACK_E_ARGUMENT, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_store(
    filelink: *const filestack_filelink,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || prepare_store(filelink, store, request)?.wait()?.filelink())
    }
}

/// Starts filestack_filelink_store. Its result: filestack_operation_filelink.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_store_start(
    filelink: *const filestack_filelink,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_store(filelink, store, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_store(
    filelink: *const filestack_filelink,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let store = handle::options(store, "store")?;
        let request = handle::options(request, "request")?;
        Ok(Call::request(
            request,
            |request| async move { filelink.store(&store, &request).await.map(Outcome::Filelink) },
        ))
    }
}

/// Replaces the file's content. The handle stays; copies in caches may be delivered for a while. Blocks.
///
/// `source` is read while it is sent, whatever its size. `base64decode`, nonzero = yes, makes the service decode the
/// content first. Needs credentials: the filelink's or those of `request`, which may be NULL. `out_json` takes the
/// service's reply, is freed with filestack_string_free, and may be NULL.
/// Errors: FILESTACK_E_ARGUMENT without credentials, those of filestack_client_upload for the source, and those of the
/// network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_overwrite(
    filelink: *const filestack_filelink,
    source: *const filestack_source,
    base64decode: i32,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_json, error, || {
            prepare_overwrite(filelink, source, base64decode, request)?.wait()?.optional_json(out_json)
        })
    }
}

/// Starts filestack_filelink_overwrite. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_overwrite_start(
    filelink: *const filestack_filelink,
    source: *const filestack_source,
    base64decode: i32,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || {
            prepare_overwrite(filelink, source, base64decode, request)
        })
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_overwrite(
    filelink: *const filestack_filelink,
    source: *const filestack_source,
    base64decode: i32,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let source: Source = handle::borrow(source, "source")?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            filelink.overwrite(&source, base64decode != 0, &request).await.map(Outcome::Json)
        }))
    }
}

/// Replaces the file's content by what the service finds at `url`. Blocks.
///
/// As filestack_filelink_overwrite. Errors: FILESTACK_E_ARGUMENT without credentials or for anything but an http or
/// https URL, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_overwrite_url(
    filelink: *const filestack_filelink,
    url: *const c_char,
    base64decode: i32,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_json, error, || {
            prepare_overwrite_url(filelink, url, base64decode, request)?.wait()?.optional_json(out_json)
        })
    }
}

/// Starts filestack_filelink_overwrite_url. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_overwrite_url_start(
    filelink: *const filestack_filelink,
    url: *const c_char,
    base64decode: i32,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || {
            prepare_overwrite_url(filelink, url, base64decode, request)
        })
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_overwrite_url(
    filelink: *const filestack_filelink,
    url: *const c_char,
    base64decode: i32,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let url = text(url, "url")?.to_owned();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            filelink.overwrite_url(&url, base64decode != 0, &request).await.map(Outcome::Json)
        }))
    }
}

/// Deletes the file from the service and its storage. Blocks.
///
/// Needs the client's API key and credentials: the filelink's or those of `request`, which may be NULL.
/// Errors: FILESTACK_E_ARGUMENT that says which of the two is missing, FILESTACK_E_NOT_FOUND when the file is gone
/// already, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_delete(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { guard(error, || prepare_delete(filelink, request)?.wait().map(drop)) }
}

/// Starts filestack_filelink_delete. Its result: filestack_operation_outcome.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_delete_start(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_delete(filelink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_delete(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { filelink.delete(&request).await.map(|()| Outcome::Nothing) }))
    }
}
