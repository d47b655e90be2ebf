//! What can be done with a file: storing a copy, changing it, asking what is in it.

use std::ffi::c_char;
use std::future::Future;

use crate::delivery::RequestOptions;
use crate::error::Result;
use crate::filelink::Filelink;
use crate::source::Source;

use super::arguments::{owned_c_string, text};
use super::error::filestack_error;
use super::filelink::{self, filestack_filelink};
use super::guard::{guard, produce, produce_optional};
use super::handle;
use super::request_options::filestack_request_options;
use super::runtime::{block_on, block_on_source};
use super::source::filestack_source;
use super::status::filestack_status;
use super::store_options::filestack_store_options;

/// Asks the service about a file and hands its JSON answer over.
///
/// # Safety
/// The pointers are NULL or valid.
unsafe fn ask<F: Future<Output = Result<String>> + Send + 'static>(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
    question: impl FnOnce(Filelink, RequestOptions) -> F,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        produce(out_json, "out_json", error, || {
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let request = handle::options(request, "request")?;
            Ok(owned_c_string(&block_on(question(filelink, request))?))
        })
    }
}

/// The reply as a string for the caller, when the caller takes one.
fn optional_reply(out_json: *mut *mut c_char, reply: &str) -> *mut c_char {
    if out_json.is_null() { std::ptr::null_mut() } else { owned_c_string(reply) }
}

/// Stores a copy of the file as a new one. Blocks.
///
/// `store` may be NULL: every default; a mimetype and upload tags are refused, because the service cannot set them
/// here. `request` may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the client and
/// the credentials that signed the call. Errors: FILESTACK_E_ARGUMENT, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_store(
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

/// Words for what the picture shows, as a JSON object: {"tags": {"auto": {word: 0 to 100}, "user": ...}}. Blocks.
///
/// Needs credentials: the filelink's or those of `request`, which may be NULL. `*out_json` is freed with
/// filestack_string_free. Errors: FILESTACK_E_ARGUMENT without credentials, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_tags(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { ask(filelink, request, out_json, error, |filelink, request| async move { filelink.tags(&request).await }) }
}

/// Whether the picture is safe for work, as a JSON object: {"sfw": true or false}. Blocks.
///
/// Credentials, ownership and errors as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_sfw(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { ask(filelink, request, out_json, error, |filelink, request| async move { filelink.sfw(&request).await }) }
}

/// The text in the picture, as a JSON object: {"document": {"text_areas": [...]}, "text": "..."}. Blocks.
///
/// Credentials, ownership and errors as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_ocr(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { ask(filelink, request, out_json, error, |filelink, request| async move { filelink.ocr(&request).await }) }
}

/// Starts a workflow on the file and answers with the service's reply, a JSON object with "jobid". Blocks.
///
/// Needs credentials. Ownership as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_run_workflow(
    filelink: *const filestack_filelink,
    workflow_id: *const c_char,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || {
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let id = text(workflow_id, "workflow_id")?.to_owned();
            let request = handle::options(request, "request")?;
            Ok(owned_c_string(&block_on(async move { filelink.run_workflow(&id, &request).await })?))
        })
    }
}

/// Replaces the file's content. The handle stays; copies that were delivered before may live on for a while. Blocks.
///
/// `source` is read while it is sent, whatever its size. `base64decode`, nonzero = yes, makes the service decode the
/// content first. Needs credentials: the filelink's or those of `request`, which may be NULL. `out_json` takes the
/// service's reply, is freed with filestack_string_free, and may be NULL.
/// Errors: FILESTACK_E_ARGUMENT without credentials, those of filestack_client_upload for the source, and those of the
/// network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_overwrite(
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
            let reply = block_on_source(source, |reserved| async move {
                filelink.overwrite_reserved(reserved, base64decode != 0, &request).await
            })?;
            Ok(optional_reply(out_json, &reply))
        })
    }
}

/// Replaces the file's content by what the service finds at `url`. Blocks.
///
/// As filestack_filelink_overwrite. Errors: FILESTACK_E_ARGUMENT without credentials or for what is no http or https
/// URL, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_overwrite_url(
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
pub unsafe extern "C" fn filestack_filelink_delete(
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
