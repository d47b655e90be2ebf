//! The content of a file, and what the service knows of it.

use std::ffi::c_char;

use filestack_core::Sink;

use crate::arguments::{self, borrowed, owned_texts};
use crate::buffer::filestack_buffer;
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::filestack_filelink;
use crate::guard::{produce, produce_optional};
use crate::handle;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::sink::filestack_sink;
use crate::start;
use crate::status_code::filestack_status;

/// Downloads the file. Blocks.
///
/// The file at `path` appears only when the download is whole; until then the bytes stand beside it under a name that
/// begins with ".filestack-", which is removed on failure, unless FILESTACK_IF_EXISTS_RESUME keeps it. A connection
/// that breaks is followed by another one, which brings the rest where the service allows that. `request` may be NULL.
/// `out_size_bytes` may be NULL. Errors: FILESTACK_E_IO, FILESTACK_E_EXISTS, FILESTACK_E_TOO_LARGE, FILESTACK_E_STATE
/// while a resumable download to this path is running, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_download(
    filelink: *const filestack_filelink,
    path: *const c_char,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || prepare_download(filelink, path, request)?.wait()?.size_bytes())
    }
}

/// Starts filestack_filelink_download. Its result: filestack_operation_size_bytes.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_download_start(
    filelink: *const filestack_filelink,
    path: *const c_char,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_download(filelink, path, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_download(
    filelink: *const filestack_filelink,
    path: *const c_char,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let path = arguments::absolute_path(path, "path")?;
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(
            request,
            |request| async move { filelink.download(path, &request).await.map(Outcome::SizeBytes) },
        ))
    }
}

/// Downloads the file to a sink. Blocks.
///
/// The sink receives the bytes in order as they arrive, and is not used after the call. A connection that breaks is
/// followed by another one; what the sink has already is not given to it again. On failure it has a part of the file,
/// so the caller must throw that away. `request` may be NULL. `out_size_bytes` may be NULL.
/// Errors: FILESTACK_E_STATE when the sink is in use, FILESTACK_E_CALLBACK when a writer fails, FILESTACK_E_IO when a
/// descriptor does, FILESTACK_E_SOURCE_CHANGED when the file is another one after the connection broke,
/// FILESTACK_E_UNSUPPORTED with FILESTACK_IF_EXISTS_RESUME, FILESTACK_E_TOO_LARGE, and those of the network and the
/// service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_download_to(
    filelink: *const filestack_filelink,
    sink: *const filestack_sink,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || prepare_download_to(filelink, sink, request)?.wait()?.size_bytes())
    }
}

/// Starts filestack_filelink_download_to. Its result: filestack_operation_size_bytes.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_download_to_start(
    filelink: *const filestack_filelink,
    sink: *const filestack_sink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_download_to(filelink, sink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_download_to(
    filelink: *const filestack_filelink,
    sink: *const filestack_sink,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let sink: Sink = handle::borrow(sink, "sink")?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move {
            filelink.download_to(&sink, &request).await.map(Outcome::SizeBytes)
        }))
    }
}

/// Reads the file's content into memory. Blocks.
///
/// `request` may be NULL. `*out_content` is freed with filestack_buffer_free. Errors: FILESTACK_E_TOO_LARGE beyond
/// the limit (1 GiB unless set), and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_get_content(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_content: *mut *mut filestack_buffer,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_content, "out_content", error, || prepare_get_content(filelink, request)?.wait()?.take_content())
    }
}

/// Starts filestack_filelink_get_content. Its result: filestack_operation_take_content.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_get_content_start(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_get_content(filelink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_get_content(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move { filelink.get_content(&request).await.map(Outcome::content) }))
    }
}

/// What the service knows of the file, as a JSON object. Blocks.
///
/// `fields` holds `field_count` names: size, mimetype, filename, width, height, uploaded (milliseconds since 1970),
/// writeable, cloud, source_url, md5, sha1, sha224, sha256, sha384, sha512, location, path, container, key, exif,
/// status. Without any the service chooses. `request` may be NULL. `*out_json` is freed with filestack_string_free.
/// Errors: FILESTACK_E_ARGUMENT for an unknown name, and those of the network and the service. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_filelink_metadata(
    filelink: *const filestack_filelink,
    fields: *const *const c_char,
    field_count: usize,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || {
            prepare_metadata(filelink, fields, field_count, request)?.wait()?.json()
        })
    }
}

/// Starts filestack_filelink_metadata. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_metadata_start(
    filelink: *const filestack_filelink,
    fields: *const *const c_char,
    field_count: usize,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || prepare_metadata(filelink, fields, field_count, request))
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_metadata(
    filelink: *const filestack_filelink,
    fields: *const *const c_char,
    field_count: usize,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
        let fields = owned_texts(fields, field_count, "fields")?;
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            filelink.metadata(&borrowed(&fields), &request).await.map(Outcome::Json)
        }))
    }
}
