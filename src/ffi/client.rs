//! The client.

use std::ffi::c_char;

use crate::client::Client;
use crate::error::Result;
use crate::source::Source;
use crate::upload::UploadOptions;

use super::arguments::{optional_text, text, texts};
use super::client_options::filestack_client_options;
use super::error::filestack_error;
use super::filelink::{self, filestack_filelink};
use super::guard::produce;
use super::handle::{self, Opaque};
use super::object;
use super::runtime::block_on_source;
use super::security::{self, filestack_security};
use super::source::filestack_source;
use super::status::filestack_status;
use super::transformation::{self, filestack_transformation};
use super::upload_options::filestack_upload_options;

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

/// Makes a client. Contacts nobody; reads the proxy variables of the environment once.
///
/// `api_key` may be NULL: what needs one then says so. `options` may be NULL: every default; they are copied.
/// `*out_client` is released with filestack_client_release.
/// Errors: FILESTACK_E_ARGUMENT, FILESTACK_E_TLS. Threads: any. Since: 0.1.0.
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
            Ok(handle::new(Client::new(api_key, handle::options(options, "options")?)?))
        })
    }
}

/// The file with this handle. Contacts nobody.
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

/// A transformation of the file at an external URL. Contacts nobody; its URL needs the client's API key.
///
/// `security` signs its calls; NULL = the client's. `*out_transformation` is freed with
/// filestack_transformation_free. Errors: FILESTACK_E_ARGUMENT when `url` is empty or no http or https URL.
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

/// A transformation of any number of sources: handles, URLs, storage aliases ("src://alias/path"). Contacts nobody.
///
/// `sources` holds `source_count` strings and may be NULL when there are none (tasks such as text_sentiment).
/// `security` signs its calls; NULL = the client's. `*out_transformation` is freed with
/// filestack_transformation_free. Errors: FILESTACK_E_ARGUMENT when a source is none of these. Threads: any.
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

/// Uploads the file at `path`. Blocks.
///
/// `options` may be NULL: every default. `*out_filelink` is released with filestack_filelink_release; it has the
/// credentials that signed the upload. Parts travel in parallel, each is checked by its MD5, and what fails for
/// the moment is tried again.
/// Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT (a directory, an empty file, no API key),
/// FILESTACK_E_SOURCE_CHANGED, and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_upload_path(
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
            let path = text(path, "path")?;
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
pub unsafe extern "C" fn filestack_client_upload(
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

/// Adds a reference to the client and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_retain(client: *const filestack_client) -> *mut filestack_client {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(client) }
}

/// Gives a reference to the client back. It lives on while filelinks and transformations of it do.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_release(client: *mut filestack_client) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(client) }
}

fn upload(client: &Client, source: &Source, options: UploadOptions) -> Result<*mut filestack_filelink> {
    let client = client.clone();
    let upload = |reserved| async move { client.upload_reserved(reserved, &options).await };
    block_on_source(source, upload).map(filelink::hand_over)
}
