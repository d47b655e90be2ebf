//! Filelinks: files that the service keeps.

use std::ffi::{CStr, CString, c_char};

use filestack_core::{Filelink, UploadReply};

use crate::arguments::{c_string, owned_c_string};
use crate::error_object::filestack_error;
use crate::guard::{guard_or, produce};
use crate::handle::{self, Opaque};
use crate::object;
use crate::security::{self, filestack_security};
use crate::status_code::filestack_status;
use crate::transformation::{self, filestack_transformation};

/// A file of the service, by its handle. Immutable and shared: any thread, freed by the last
/// filestack_filelink_release.
pub struct filestack_filelink {
    _opaque: [u8; 0],
}

/// A filelink with its texts as C sees them.
pub(crate) struct FilelinkValue {
    pub(crate) filelink: Filelink,
    reply: Option<ReplyTexts>,
    handle: CString,
}

impl Opaque for filestack_filelink {
    type Value = FilelinkValue;
    const NAME: &'static str = "filestack_filelink";
    const ARGUMENT: &'static str = "filelink";
}

/// A filelink's upload reply with its texts as C sees them.
struct ReplyTexts {
    json: CString,
    filename: Option<CString>,
    mimetype: Option<CString>,
    status: Option<CString>,
    container: Option<CString>,
    key: Option<CString>,
    workflows: Option<CString>,
    size: Option<u64>,
}

impl ReplyTexts {
    fn new(reply: &UploadReply) -> Self {
        ReplyTexts {
            json: c_string(&reply.to_json()),
            filename: reply.filename().map(c_string),
            mimetype: reply.mimetype().map(c_string),
            status: reply.status().map(c_string),
            container: reply.container().map(c_string),
            key: reply.key().map(c_string),
            workflows: reply.workflows().as_deref().map(c_string),
            size: reply.size(),
        }
    }
}

/// Makes a filelink object that the caller owns.
pub(crate) fn hand_over(filelink: Filelink) -> *mut filestack_filelink {
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

/// The file's URL with credentials. A secret: it allows everything that the policy allows.
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

/// Begins a transformation of the file. Makes no network call.
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

/// The service's whole reply to the upload, as a JSON object. It has both "mimetype" and "type", whichever of the two
/// the service sent.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL for NULL and for a filelink that was made
/// from a handle. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_upload_response_json(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| Some(&reply.json)) }
}

/// The file's name, as the service said when it stored the file.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_filename(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| reply.filename.as_deref()) }
}

/// The file's MIME type, as the service said when it stored the file.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_mimetype(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| reply.mimetype.as_deref()) }
}

/// "Stored", or "InTransit" while the file is on its way to your own storage.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_status(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| reply.status.as_deref()) }
}

/// The bucket or container that the file was stored in.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_container(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| reply.container.as_deref()) }
}

/// The file's key in its container.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_key(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| reply.key.as_deref()) }
}

/// The workflows that storing the file has started, as a JSON object: {id: {"jobid": id}}.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when there are none. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_workflows_json(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { reply_text(filelink, |reply| reply.workflows.as_deref()) }
}

/// The file's size in bytes, as the service said when it stored the file.
///
/// Errors: none; 0 when it is not known: no stored file is empty. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_size_bytes(filelink: *const filestack_filelink) -> u64 {
    guard_or(0, || {
        // SAFETY: the caller keeps the object alive during the call.
        let value = unsafe { handle::borrow(filelink, "filelink") }?;
        Ok(value.reply.as_ref().and_then(|reply| reply.size).unwrap_or_default())
    })
}

/// Adds a reference to the filelink and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_retain(filelink: *const filestack_filelink) -> *mut filestack_filelink {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(filelink) }
}

/// Releases a reference to the filelink. The file at the service stays.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_release(filelink: *mut filestack_filelink) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(filelink) }
}

/// One of the reply's texts, or NULL.
///
/// # Safety
/// `filelink` is NULL or a filelink that outlives the call.
unsafe fn reply_text(
    filelink: *const filestack_filelink,
    pick: impl FnOnce(&ReplyTexts) -> Option<&CStr>,
) -> *const c_char {
    guard_or(std::ptr::null(), || {
        // SAFETY: the caller's promise is the same.
        let value = unsafe { handle::borrow(filelink, "filelink") }?;
        Ok(value.reply.as_ref().and_then(pick).map_or(std::ptr::null(), CStr::as_ptr))
    })
}
