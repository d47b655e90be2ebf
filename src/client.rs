//! Clients: an application's key, credentials and connections.

use std::ffi::c_char;
use std::sync::Arc;

use filestack_core::{Client, ClientOptions, Sink};

use crate::arguments::{absolute_path, borrowed, optional_text, owned_c_string, owned_texts, text, texts};
use crate::call::Call;
use crate::client_options::filestack_client_options;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::{self, filestack_filelink};
use crate::guard::{produce, produce_optional};
use crate::handle::{self, Opaque};
use crate::object;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::runtime::LibraryHost;
use crate::security::{self, filestack_security};
use crate::sink::filestack_sink;
use crate::start;
use crate::status_code::filestack_status;
use crate::transformation::{self, filestack_transformation};
use crate::transformation_param::{filestack_param, named_values};

/// An application's key, credentials and connections. Shared: any thread, freed by the last
/// filestack_client_release. Make one and keep it: its connections are reused.
pub struct filestack_client {
    _opaque: [u8; 0],
}

impl Opaque for filestack_client {
    type Value = Client;
    const NAME: &'static str = "filestack_client";
    const ARGUMENT: &'static str = "client";
}

/// Makes a client. Makes no network call; reads the environment once: the proxy variables, unless a proxy is set, and
/// SSL_CERT_FILE and SSL_CERT_DIR.
///
/// `api_key` may be NULL: calls that need one then fail with FILESTACK_E_ARGUMENT. `options` may be NULL: every
/// default; they are copied. `*out_client` is released with filestack_client_release.
/// Errors: FILESTACK_E_ARGUMENT, also for an unusable proxy variable; FILESTACK_E_TLS when SSL_CERT_FILE or
/// SSL_CERT_DIR names no usable certificates. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_new(
    api_key: *const c_char,
    options: *const filestack_client_options,
    out_client: *mut *mut filestack_client,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_client, "out_client", error, || {
            let api_key = optional_text(api_key, "api_key")?;
            let mut options: ClientOptions = handle::options(options, "options")?;
            options.host = Arc::new(LibraryHost);
            Ok(handle::new(Client::new(api_key, options)?))
        })
    }
}

/// A client of the same application, over the same connections, whose calls are signed by `security`; NULL = by
/// nothing. Makes no network call.
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
            Ok(handle::new(client.with_security(security::optional(security)?)))
        })
    }
}

/// The file with this handle. Makes no network call.
///
/// `security` signs its calls; NULL = the client's. `*out_filelink` is released with filestack_filelink_release
/// and keeps the client alive. Errors: FILESTACK_E_ARGUMENT when the handle is empty or cannot be one.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_filelink(
    client: *const filestack_client,
    handle: *const c_char,
    security: *const filestack_security,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let security = security::optional(security)?;
            Ok(filelink::hand_over(client.filelink(text(handle, "handle")?, security.as_ref())?))
        })
    }
}

/// A transformation of any number of sources: handles, URLs, storage aliases ("src://alias/path"). Makes no network
/// call.
///
/// `sources` holds `source_count` strings and may be NULL when there are none (tasks such as text_sentiment).
/// `security` signs its calls; NULL = the client's. `*out_transformation` is freed with
/// filestack_transformation_free. Errors: FILESTACK_E_ARGUMENT when a source is not one of these. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_transform(
    client: *const filestack_client,
    sources: *const *const c_char,
    source_count: usize,
    security: *const filestack_security,
    out_transformation: *mut *mut filestack_transformation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_transformation, "out_transformation", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let sources = texts(sources, source_count, "sources")?;
            let security = security::optional(security)?;
            Ok(transformation::hand_over(client.transform(&sources, security.as_ref())?))
        })
    }
}

/// A transformation of the file at an external URL. Makes no network call; its URL needs the client's API key.
///
/// `security` signs its calls; NULL = the client's. `*out_transformation` is freed with
/// filestack_transformation_free. Errors: FILESTACK_E_ARGUMENT when `url` is empty or not an http or https URL.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_transform_external(
    client: *const filestack_client,
    url: *const c_char,
    security: *const filestack_security,
    out_transformation: *mut *mut filestack_transformation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_transformation, "out_transformation", error, || {
            let client: &Client = handle::borrow(client, "client")?;
            let security = security::optional(security)?;
            let made = client.transform_external(text(url, "url")?, security.as_ref())?;
            Ok(transformation::hand_over(made))
        })
    }
}

/// A picture of the web page at `url`, as a transformation to download or to continue. Makes no network call.
///
/// `params` holds `param_count` parameters of the task urlscreenshot - agent, mode, width, height, delay (ms),
/// orientation, device - and may be NULL. `*out_transformation` is freed with filestack_transformation_free.
/// Errors: FILESTACK_E_ARGUMENT for anything but an http or https URL, and those of filestack_transformation_add.
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

/// Downloads files as one zip archive. Blocks.
///
/// `files` holds `file_count` handles, URLs or storage aliases. The archive at `destination_path` appears only when
/// it is whole. `request` may be NULL. `out_size_bytes` may be NULL.
/// Errors: FILESTACK_E_ARGUMENT without files, and those of filestack_filelink_download. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_client_zip(
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
            prepare_zip(client, destination_path, files, file_count, request)?.wait()?.size_bytes()
        })
    }
}

/// Starts filestack_client_zip. Its result: filestack_operation_size_bytes.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_zip_start(
    client: *const filestack_client,
    destination_path: *const c_char,
    files: *const *const c_char,
    file_count: usize,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || {
            prepare_zip(client, destination_path, files, file_count, request)
        })
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_zip(
    client: *const filestack_client,
    destination_path: *const c_char,
    files: *const *const c_char,
    file_count: usize,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let client: Client = handle::borrow(client, "client")?.clone();
        let path = absolute_path(destination_path, "destination_path")?;
        let files = owned_texts(files, file_count, "files")?;
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move {
            client.zip(path, &borrowed(&files), &request).await.map(Outcome::SizeBytes)
        }))
    }
}

/// Downloads files as one zip archive to a sink. Blocks.
///
/// As filestack_client_zip and filestack_filelink_download_to. `request` may be NULL. `out_size_bytes` may be NULL. An
/// archive that was cut is not continued, because the service makes it anew.
/// Errors: FILESTACK_E_ARGUMENT without files, and those of filestack_filelink_download_to. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_client_zip_to(
    client: *const filestack_client,
    sink: *const filestack_sink,
    files: *const *const c_char,
    file_count: usize,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || {
            prepare_zip_to(client, sink, files, file_count, request)?.wait()?.size_bytes()
        })
    }
}

/// Starts filestack_client_zip_to. Its result: filestack_operation_size_bytes.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_zip_to_start(
    client: *const filestack_client,
    sink: *const filestack_sink,
    files: *const *const c_char,
    file_count: usize,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || prepare_zip_to(client, sink, files, file_count, request))
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_zip_to(
    client: *const filestack_client,
    sink: *const filestack_sink,
    files: *const *const c_char,
    file_count: usize,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let client: Client = handle::borrow(client, "client")?.clone();
        let sink: Sink = handle::borrow(sink, "sink")?.clone();
        let files = owned_texts(files, file_count, "files")?;
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move {
            client.zip_to(&sink, &borrowed(&files), &request).await.map(Outcome::SizeBytes)
        }))
    }
}

/// How far a workflow's job is, as a JSON object. Blocks. Needs an API key and credentials.
///
/// `request` may be NULL. `*out_json` is freed with filestack_string_free. Errors: FILESTACK_E_ARGUMENT without API
/// key or credentials, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_client_workflow_status(
    client: *const filestack_client,
    job_id: *const c_char,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { produce(out_json, "out_json", error, || prepare_workflow_status(client, job_id, request)?.wait()?.json()) }
}

/// Starts filestack_client_workflow_status. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_workflow_status_start(
    client: *const filestack_client,
    job_id: *const c_char,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_workflow_status(client, job_id, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_workflow_status(
    client: *const filestack_client,
    job_id: *const c_char,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let client: Client = handle::borrow(client, "client")?.clone();
        let job_id = text(job_id, "job_id")?.to_owned();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            client.workflow_status(&job_id, &request).await.map(Outcome::Json)
        }))
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

/// Adds a reference to the client and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_retain(client: *const filestack_client) -> *mut filestack_client {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(client) }
}

/// Releases a reference to the client. It lives on while filelinks and transformations of it do.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_release(client: *mut filestack_client) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(client) }
}
