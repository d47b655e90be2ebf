//! Changes of a file: storing a copy, overwriting, deleting.

use std::ffi::c_char;

use filestack_core::Source;

use crate::arguments::{owned_c_string, text};
use crate::error_object::filestack_error;
use crate::filelink::{self, filestack_filelink};
use crate::guard::{guard, produce, produce_optional};
use crate::handle;
use crate::request_options::filestack_request_options;
use crate::runtime::block_on;
use crate::source::filestack_source;
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
        produce(out_filelink, "out_filelink", error, || {
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let store = handle::options(store, "store")?;
            let request = handle::options(request, "request")?;
            Ok(filelink::hand_over(block_on(async move { filelink.store(&store, &request).await })?))
        })
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
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let source: &Source = handle::borrow(source, "source")?;
            let request = handle::options(request, "request")?;
            // The caller's thread keeps a reference, so that the last one is never dropped on a thread of the network.
            let reading = source.clone();
            let overwrite = async move { filelink.overwrite(&reading, base64decode != 0, &request).await };
            let reply = block_on(overwrite)?;
            Ok(optional_reply(out_json, &reply))
        })
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
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let url = text(url, "url")?.to_owned();
            let request = handle::options(request, "request")?;
            let reply = block_on(async move { filelink.overwrite_url(&url, base64decode != 0, &request).await })?;
            Ok(optional_reply(out_json, &reply))
        })
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
    unsafe {
        guard(error, || {
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let request = handle::options(request, "request")?;
            block_on(async move { filelink.delete(&request).await })
        })
    }
}

/// The reply as a string for the caller, when the caller takes one.
fn optional_reply(out_json: *mut *mut c_char, reply: &str) -> *mut c_char {
    if out_json.is_null() { std::ptr::null_mut() } else { owned_c_string(reply) }
}
