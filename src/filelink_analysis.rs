//! Analysis of a file: what the service finds in it, and the workflows that it runs on it.

use std::ffi::c_char;

use crate::arguments::{owned_c_string, text};
use crate::error_object::filestack_error;
use crate::filelink::filestack_filelink;
use crate::guard::produce;
use crate::handle;
use crate::json_answer;
use crate::request_options::filestack_request_options;
use crate::runtime::block_on;
use crate::status_code::filestack_status;

/// Words for what the picture shows, as a JSON object: {"tags": {"auto": {word: 0 to 100}, "user": ...}}. Blocks.
///
/// Needs credentials: the filelink's or those of `request`, which may be NULL. `*out_json` is freed with
/// filestack_string_free. Errors: FILESTACK_E_ARGUMENT without credentials, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_tags(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(filelink, request, out_json, error, |value, request| {
            let filelink = value.filelink.clone();
            Ok(async move { filelink.tags(&request).await })
        })
    }
}

/// Whether the picture is safe for work, as a JSON object: {"sfw": true or false}. Blocks.
///
/// Credentials, ownership and errors as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_sfw(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(filelink, request, out_json, error, |value, request| {
            let filelink = value.filelink.clone();
            Ok(async move { filelink.sfw(&request).await })
        })
    }
}

/// The text in the picture, as a JSON object: {"document": {"text_areas": [...]}, "text": "..."}. Blocks.
///
/// Credentials, ownership and errors as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_ocr(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(filelink, request, out_json, error, |value, request| {
            let filelink = value.filelink.clone();
            Ok(async move { filelink.ocr(&request).await })
        })
    }
}

/// Starts a workflow on the file and answers with the service's reply, a JSON object with "jobid". Blocks.
///
/// Needs credentials. Ownership as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_run_workflow(
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
