//! Files that the service keeps.

use std::ffi::{CString, c_char};
use std::path::PathBuf;

use crate::filelink::Filelink;

use super::arguments::{c_string, owned_c_string, text, texts};
use super::error::filestack_error;
use super::filelink_reply::ReplyTexts;
use super::guard::{guard_or, produce, produce_optional};
use super::handle::{self, Opaque};
use super::memory::filestack_buffer;
use super::object;
use super::request_options::filestack_request_options;
use super::runtime::block_on;
use super::security::{self, filestack_security};
use super::status::filestack_status;
use super::transformation::{self, filestack_transformation};

/// A file of the service, by its handle. Immutable and shared: any thread, freed by the last
/// filestack_filelink_release.
pub struct filestack_filelink {
    _opaque: [u8; 0],
}

/// A filelink with its texts as C sees them.
pub(super) struct FilelinkValue {
    pub(super) filelink: Filelink,
    pub(super) reply: Option<ReplyTexts>,
    handle: CString,
}

impl Opaque for filestack_filelink {
    type Value = FilelinkValue;
    const NAME: &'static str = "filestack_filelink";
    const ARGUMENT: &'static str = "filelink";
}

/// Makes a filelink object that the caller owns.
pub(super) fn hand_over(filelink: Filelink) -> *mut filestack_filelink {
    handle::new(FilelinkValue {
        handle: c_string(filelink.handle()),
        reply: filelink.upload_reply().map(ReplyTexts::new),
        filelink,
    })
}

/// The handle: the file's name at the service.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_handle(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null(), || Ok(unsafe { handle::borrow(filelink, "filelink") }?.handle.as_ptr()))
}

/// The file's URL, without credentials.
///
/// `*out_url` is freed with filestack_string_free. Errors: misuse only. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_url(
    filelink: *const filestack_filelink,
    out_url: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_url, "out_url", error, || Ok(owned_c_string(&handle::borrow(filelink, "filelink")?.filelink.url())))
    }
}

/// The file's URL with credentials. A secret: whoever has it may do what the policy allows.
///
/// `security` may be NULL: the filelink's own. `*out_url` is freed with filestack_string_free.
/// Errors: FILESTACK_E_ARGUMENT when there are no credentials. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_signed_url(
    filelink: *const filestack_filelink,
    security: *const filestack_security,
    out_url: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_url, "out_url", error, || {
            let value = handle::borrow(filelink, "filelink")?;
            let security = security::optional(security)?;
            Ok(owned_c_string(&value.filelink.signed_url(security.as_ref())?))
        })
    }
}

/// Downloads the file. Blocks.
///
/// The file at `path` appears only when the download is whole; until then the bytes stand beside it under a name
/// that ends with ".filestack-part", which is removed on failure. `request` may be NULL. `out_size_bytes` may be
/// NULL. Errors: FILESTACK_E_IO, FILESTACK_E_EXISTS, FILESTACK_E_TOO_LARGE, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_download(
    filelink: *const filestack_filelink,
    path: *const c_char,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || {
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let path = PathBuf::from(text(path, "path")?);
            let request = handle::options(request, "request")?;
            block_on(async move { filelink.download(path, &request).await })
        })
    }
}

/// Reads the file's content into memory. Blocks.
///
/// `request` may be NULL. `*out_content` is freed with filestack_buffer_free. Errors: FILESTACK_E_TOO_LARGE beyond
/// the limit (1 GiB unless set), and those of the network and the service. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_get_content(
    filelink: *const filestack_filelink,
    request: *const filestack_request_options,
    out_content: *mut *mut filestack_buffer,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_content, "out_content", error, || {
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let request = handle::options(request, "request")?;
            Ok(handle::new(block_on(async move { filelink.get_content(&request).await })?))
        })
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
pub unsafe extern "C" fn filestack_filelink_metadata(
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
            let filelink = handle::borrow(filelink, "filelink")?.filelink.clone();
            let fields: Vec<String> = texts(fields, field_count, "fields")?.into_iter().map(str::to_owned).collect();
            let request = handle::options(request, "request")?;
            let json = block_on(async move {
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                filelink.metadata(&fields, &request).await
            })?;
            Ok(owned_c_string(&json))
        })
    }
}

/// Begins a transformation of the file. Contacts nobody.
///
/// `*out_transformation` is freed with filestack_transformation_free and has the filelink's credentials.
/// Errors: misuse only. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_transform(
    filelink: *const filestack_filelink,
    out_transformation: *mut *mut filestack_transformation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_transformation, "out_transformation", error, || {
            Ok(transformation::hand_over(handle::borrow(filelink, "filelink")?.filelink.transform()))
        })
    }
}

/// Adds a reference to the filelink and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_retain(filelink: *const filestack_filelink) -> *mut filestack_filelink {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(filelink) }
}

/// Gives a reference to the filelink back. The file at the service stays.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_release(filelink: *mut filestack_filelink) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(filelink) }
}
