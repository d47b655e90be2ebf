//! Uploads: files of this machine, memory, readers and external URLs.

use std::ffi::c_char;

use filestack_core::{Client, Source, UploadOptions};

use crate::arguments::{self, text};
use crate::call::Call;
use crate::client::filestack_client;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::filestack_filelink;
use crate::guard::produce;
use crate::handle;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::source::filestack_source;
use crate::start;
use crate::status_code::filestack_status;
use crate::store_options::filestack_store_options;
use crate::upload_options::filestack_upload_options;

/// Uploads the file at `path`. Blocks.
///
/// `options` may be NULL: every default. `*out_filelink` is released with filestack_filelink_release; it has the
/// credentials that signed the upload. Parts are sent in parallel, each is checked by its MD5, and temporary failures
/// are retried.
/// Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT (a directory, an empty file, no API key),
/// FILESTACK_E_SOURCE_CHANGED, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_client_upload_path(
    client: *const filestack_client,
    path: *const c_char,
    options: *const filestack_upload_options,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || prepare_upload_path(client, path, options)?.wait()?.filelink())
    }
}

/// Starts filestack_client_upload_path. Its result: filestack_operation_filelink.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_upload_path_start(
    client: *const filestack_client,
    path: *const c_char,
    options: *const filestack_upload_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_upload_path(client, path, options)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_upload_path(
    client: *const filestack_client,
    path: *const c_char,
    options: *const filestack_upload_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let client: Client = handle::borrow(client, "client")?.clone();
        let path = arguments::absolute_path(path, "path")?;
        let options = upload_options(options)?;
        Ok(Call::transfer(
            options,
            |options| async move { client.upload_path(path, &options).await.map(Outcome::Filelink) },
        ))
    }
}

/// Uploads a source: a file, memory or a reader. Blocks.
///
/// As filestack_client_upload_path. The source serves one upload at a time and is not read after the call.
/// Errors: as filestack_client_upload_path, FILESTACK_E_STATE when the source is in use or cannot be read again,
/// FILESTACK_E_CALLBACK when a reader fails. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_client_upload(
    client: *const filestack_client,
    source: *const filestack_source,
    options: *const filestack_upload_options,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || prepare_upload(client, source, options)?.wait()?.filelink())
    }
}

/// Starts filestack_client_upload. Its result: filestack_operation_filelink.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_upload_start(
    client: *const filestack_client,
    source: *const filestack_source,
    options: *const filestack_upload_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_upload(client, source, options)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_upload(
    client: *const filestack_client,
    source: *const filestack_source,
    options: *const filestack_upload_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let client: Client = handle::borrow(client, "client")?.clone();
        let source: Source = handle::borrow(source, "source")?.clone();
        let options = upload_options(options)?;
        Ok(Call::transfer(
            options,
            |options| async move { client.upload(&source, &options).await.map(Outcome::Filelink) },
        ))
    }
}

/// Stores the file that the service finds at an external URL. Blocks.
///
/// `store` may be NULL: every default; a mimetype is refused, because the service finds it out by itself. `request`
/// may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the credentials that signed the
/// call. Errors: FILESTACK_E_ARGUMENT (no API key, not an http or https URL), and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_client_upload_url(
    client: *const filestack_client,
    url: *const c_char,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || {
            prepare_upload_url(client, url, store, request)?.wait()?.filelink()
        })
    }
}

/// Starts filestack_client_upload_url. Its result: filestack_operation_filelink.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_upload_url_start(
    client: *const filestack_client,
    url: *const c_char,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_upload_url(client, url, store, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_upload_url(
    client: *const filestack_client,
    url: *const c_char,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let client: Client = handle::borrow(client, "client")?.clone();
        let url = text(url, "url")?.to_owned();
        let store = handle::options(store, "store")?;
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            client.upload_url(&url, &store, &request).await.map(Outcome::Filelink)
        }))
    }
}

/// Options of an upload that begins now.
///
/// # Safety
/// `options` is NULL or valid.
unsafe fn upload_options(options: *const filestack_upload_options) -> Result<UploadOptions> {
    // SAFETY: the caller's promise is the same.
    let mut options: UploadOptions = unsafe { handle::options(options, "options") }?;
    options.checkpoint = options.checkpoint.as_deref().map(arguments::absolute);
    Ok(options)
}
