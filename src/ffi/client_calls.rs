//! The client's calls beside uploads: external URLs, archives, screenshots, workflows.

use std::ffi::c_char;
use std::path::PathBuf;

use crate::client::Client;
use crate::error::Result;
use crate::upload::StoreOptions;

use super::arguments::{owned_c_string, text, texts};
use super::client::filestack_client;
use super::error::filestack_error;
use super::filelink::{self, filestack_filelink};
use super::guard::{produce, produce_optional};
use super::handle;
use super::request_options::filestack_request_options;
use super::runtime::block_on;
use super::security::{self, filestack_security};
use super::status::filestack_status;
use super::store_options::filestack_store_options;
use super::transformation::{self, filestack_param, filestack_transformation, named_values};

/// Stores the file that the service finds at an external URL. Blocks.
///
/// `store` may be NULL: every default; a mimetype is refused, because the service finds it out by itself. `request`
/// may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the credentials that signed the
/// call. Errors: FILESTACK_E_ARGUMENT (no API key, no http or https URL), and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_upload_url(
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

/// Downloads files as one zip archive. Blocks.
///
/// `files` holds `file_count` handles, URLs or storage aliases. The archive at `destination_path` appears only when
/// it is whole. `request` may be NULL. `out_size_bytes` may be NULL.
/// Errors: FILESTACK_E_ARGUMENT without files, and those of filestack_filelink_download. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_zip(
    client: *const filestack_client,
    destination_path: *const c_char,
    files: *const *const c_char,
    file_count: usize,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || {
            let client: Client = handle::borrow(client, "client")?.clone();
            let path = PathBuf::from(text(destination_path, "destination_path")?);
            let files: Vec<String> = texts(files, file_count, "files")?.into_iter().map(str::to_owned).collect();
            let request = handle::options(request, "request")?;
            block_on(async move {
                let files: Vec<&str> = files.iter().map(String::as_str).collect();
                client.zip(path, &files, &request).await
            })
        })
    }
}

/// A picture of the web page at `url`, as a transformation to download or to continue. Contacts nobody.
///
/// `params` holds `param_count` parameters of the task urlscreenshot - agent, mode, width, height, delay (ms),
/// orientation, device - and may be NULL. `*out_transformation` is freed with filestack_transformation_free.
/// Errors: FILESTACK_E_ARGUMENT for what is no http or https URL, and those of filestack_transformation_add.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_urlscreenshot(
    client: *const filestack_client,
    url: *const c_char,
    params: *const filestack_param,
    param_count: usize,
    out_transformation: *mut *mut filestack_transformation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_transformation, "out_transformation", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let params = named_values(params, param_count)?;
            Ok(transformation::hand_over(client.urlscreenshot(text(url, "url")?, &params)?))
        })
    }
}

/// How far a workflow's job is, as a JSON object. Blocks. Needs an API key and credentials.
///
/// `request` may be NULL. `*out_json` is freed with filestack_string_free. Errors: FILESTACK_E_ARGUMENT without API
/// key or credentials, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_workflow_status(
    client: *const filestack_client,
    job_id: *const c_char,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || {
            let client: Client = handle::borrow(client, "client")?.clone();
            let job_id = text(job_id, "job_id")?.to_owned();
            let request = handle::options(request, "request")?;
            let json = block_on(async move { client.workflow_status(&job_id, &request).await })?;
            Ok(owned_c_string(&json))
        })
    }
}

/// A client of the same application, over the same connections, whose calls are signed by `security`; NULL = by
/// nothing. Contacts nobody.
///
/// `*out_client` is released with filestack_client_release. Errors: misuse only. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_with_security(
    client: *const filestack_client,
    security: *const filestack_security,
    out_client: *mut *mut filestack_client,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_client, "out_client", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let made: Result<_> = security::optional(security).map(|security| client.with_security(security));
            Ok(handle::new(made?))
        })
    }
}

/// The hosts that this client contacts, for allow-lists, as a JSON object: "fixed" is a list of names,
/// "named_by_the_service" a list of sentences that say where others come from.
///
/// `*out_json` is freed with filestack_string_free. Errors: misuse only. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_hosts_json(
    client: *const filestack_client,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            Ok(owned_c_string(&client.hosts_json()))
        })
    }
}
