//! What the service said when it stored a file, member by member.

use std::ffi::{CStr, CString, c_char};

use crate::filelink::UploadReply;

use super::arguments::c_string;
use super::filelink::{FilelinkValue, filestack_filelink};
use super::guard::guard_or;
use super::handle;

/// A filelink's upload reply with its texts as C sees them.
pub(super) struct ReplyTexts {
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
    pub(super) fn new(reply: &UploadReply) -> Self {
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

/// One of the texts, or NULL.
///
/// # Safety
/// `filelink` is NULL or a filelink that outlives the call.
unsafe fn text(filelink: *const filestack_filelink, pick: impl FnOnce(&ReplyTexts) -> Option<&CStr>) -> *const c_char {
    guard_or(std::ptr::null(), || {
        // SAFETY: the caller's promise is the same.
        let value: &FilelinkValue = unsafe { handle::borrow(filelink, "filelink") }?;
        Ok(value.reply.as_ref().and_then(pick).map_or(std::ptr::null(), CStr::as_ptr))
    })
}

/// The service's whole reply to the upload, as a JSON object. It has both "mimetype" and "type", whichever of the two
/// the service sent.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL for NULL and for a filelink that was made
/// from a handle. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_upload_response_json(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| Some(&reply.json)) }
}

/// The file's name, as the service said when it stored the file.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_filename(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| reply.filename.as_deref()) }
}

/// The file's MIME type, as the service said when it stored the file.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_mimetype(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| reply.mimetype.as_deref()) }
}

/// "Stored", or "InTransit" while the file is on its way to your own storage.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_status(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| reply.status.as_deref()) }
}

/// The bucket or container that the file was stored in.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_container(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| reply.container.as_deref()) }
}

/// The file's key in its container.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_key(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| reply.key.as_deref()) }
}

/// The workflows that storing the file has started, as a JSON object: {id: {"jobid": id}}.
///
/// Returns a string that lives as long as the filelink. Errors: none; NULL when there are none. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_workflows_json(filelink: *const filestack_filelink) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { text(filelink, |reply| reply.workflows.as_deref()) }
}

/// The file's size in bytes, as the service said when it stored the file.
///
/// Errors: none; 0 when it is not known: no stored file is empty. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_filelink_size_bytes(filelink: *const filestack_filelink) -> u64 {
    guard_or(0, || {
        // SAFETY: the caller keeps the object alive during the call.
        let value: &FilelinkValue = unsafe { handle::borrow(filelink, "filelink") }?;
        Ok(value.reply.as_ref().and_then(|reply| reply.size).unwrap_or_default())
    })
}
