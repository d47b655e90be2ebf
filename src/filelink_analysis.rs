//! Analysis of a file: what the service finds in it, and the workflows that it runs on it.

use std::ffi::c_char;

use crate::arguments::text;
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::filestack_filelink;
use crate::guard::produce;
use crate::handle;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::start;
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
    unsafe { produce(out_json, "out_json", error, || prepare_tags(filelink, request)?.wait()?.json()) }
}

/// Starts filestack_filelink_tags. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_tags_start(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_tags(filelink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_tags(filelink: *const filestack_filelink, request: *const filestack_request_options) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { filelink.tags(&request).await.map(Outcome::Json) }))
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
    unsafe { produce(out_json, "out_json", error, || prepare_sfw(filelink, request)?.wait()?.json()) }
}

/// Starts filestack_filelink_sfw. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_sfw_start(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_sfw(filelink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_sfw(filelink: *const filestack_filelink, request: *const filestack_request_options) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { filelink.sfw(&request).await.map(Outcome::Json) }))
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
    unsafe { produce(out_json, "out_json", error, || prepare_ocr(filelink, request)?.wait()?.json()) }
}

/// Starts filestack_filelink_ocr. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_ocr_start(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_ocr(filelink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_ocr(filelink: *const filestack_filelink, request: *const filestack_request_options) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { filelink.ocr(&request).await.map(Outcome::Json) }))
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
        produce(out_json, "out_json", error, || prepare_run_workflow(filelink, workflow_id, request)?.wait()?.json())
    }
}

/// Starts filestack_filelink_run_workflow. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_run_workflow_start(
    filelink: *const filestack_filelink,
    workflow_id: *const c_char,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || prepare_run_workflow(filelink, workflow_id, request))
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_run_workflow(
    filelink: *const filestack_filelink,
    workflow_id: *const c_char,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let id = text(workflow_id, "workflow_id")?.to_owned();
        let request = handle::options(request, "request")?;
        Ok(Call::request(
            request,
            |request| async move { filelink.run_workflow(&id, &request).await.map(Outcome::Json) },
        ))
    }
}
