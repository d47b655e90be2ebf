//! Uploads: files of this machine, memory, readers and external URLs.

use std::ffi::c_char;

use filestack_core::{Client, Source, StoreOptions, UploadOptions};

use crate::arguments::{self, text};
use crate::client::filestack_client;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::{self, filestack_filelink};
use crate::guard::produce;
use crate::handle;
use crate::request_options::filestack_request_options;
use crate::runtime::block_on;
use crate::source::filestack_source;
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
        produce(out_filelink, "out_filelink", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let path = arguments::path(path, "path")?;
            let options = handle::options(options, "options")?;
            upload(client, &Source::from_path(path)?, options)
        })
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
        produce(out_filelink, "out_filelink", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let source: &Source = handle::borrow(source, "source")?;
            upload(client, source, handle::options(options, "options")?)
        })
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
            let client: Client = handle::borrow(client, "client")?.clone();
            let url = text(url, "url")?.to_owned();
            let store: StoreOptions = handle::options(store, "store")?;
            let request = handle::options(request, "request")?;
            let stored = block_on(async move { client.upload_url(&url, &store, &request).await })?;
            Ok(filelink::hand_over(stored))
        })
    }
}

fn upload(client: &Client, source: &Source, options: UploadOptions) -> Result<*mut filestack_filelink> {
    // The caller's thread keeps a reference, so that the last one is never dropped on a thread of the network.
    let (client, reading) = (client.clone(), source.clone());
    block_on(async move { client.upload(&reading, &options).await }).map(filelink::hand_over)
}
