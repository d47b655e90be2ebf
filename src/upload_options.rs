//! Upload options: how a file is uploaded.

use std::ffi::{c_char, c_void};

use filestack_core::{FilenameSanitizer, Intelligent, UploadOptions, Verify};

use crate::arguments::{self, filestack_destroy, optional_text};
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard_or;
use crate::handle::{self, Opaque};
use crate::milliseconds;
use crate::object;
use crate::progress::{self, filestack_progress_callback};
use crate::security::{self, filestack_security};
use crate::status_code::filestack_status;
use crate::store_options::filestack_store_options;

/// Intelligent Ingestion is not used.
pub const FILESTACK_INTELLIGENT_OFF: i32 = 0;
/// Intelligent Ingestion is used where the application has it; regular parts otherwise.
pub const FILESTACK_INTELLIGENT_ON: i32 = 1;
/// Parts go as a whole, and in Intelligent Ingestion those that the network fails, where the application has it.
pub const FILESTACK_INTELLIGENT_FALLBACK: i32 = 2;

/// A stored file is not verified: each part was checked by its MD5.
pub const FILESTACK_VERIFY_OFF: i32 = 0;
/// The size of a stored file is compared.
pub const FILESTACK_VERIFY_SIZE: i32 = 1;
/// The SHA-256 of a stored file is compared. A file, and memory, are read once more for it.
pub const FILESTACK_VERIFY_SHA256: i32 = 2;

/// How a file is uploaded. Owned: one thread at a time, freed with filestack_upload_options_free.
pub struct filestack_upload_options {
    _opaque: [u8; 0],
}

impl Opaque for filestack_upload_options {
    type Value = UploadOptions;
    const NAME: &'static str = "filestack_upload_options";
    const ARGUMENT: &'static str = "options";
}

/// Makes options with every default.
///
/// Returns an object to be freed with filestack_upload_options_free. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_upload_options_new() -> *mut filestack_upload_options {
    guard_or(std::ptr::null_mut(), || Ok(handle::new(UploadOptions::default())))
}

/// Makes options with the same values.
///
/// Returns an object to be freed with filestack_upload_options_free. Errors: none; NULL for NULL. Threads: one at a
/// time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_clone(
    options: *const filestack_upload_options,
) -> *mut filestack_upload_options {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null_mut(), || Ok(handle::new(unsafe { handle::borrow(options, "options") }?.clone())))
}

/// Sets where and under which name the file is stored. The values are copied. NULL: every default.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_store(
    options: *mut filestack_upload_options,
    store: *const filestack_store_options,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.store = handle::options(store, "store")?;
            Ok(())
        })
    }
}

/// Chooses how parts go to the storage: FILESTACK_INTELLIGENT_*. Off by default.
///
/// In Intelligent Ingestion a part goes in chunks: as a whole first, and in halves down to 32 KiB when the network
/// fails them; what has arrived is not sent again, and chunks grow back when they get through.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_intelligent(
    options: *mut filestack_upload_options,
    mode: i32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.intelligent = intelligent_of(mode)?;
            Ok(())
        })
    }
}

/// Sets an alternative text, which says what a picture shows: up to 125 characters.
///
/// Errors: FILESTACK_E_ARGUMENT when it is empty or longer. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_alt_text(
    options: *mut filestack_upload_options,
    alt_text: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, alt_text, "alt_text", error, UploadOptions::set_alt_text) }
}

/// Replaces characters of the file's name, wherever that comes from; 0 = the name is left as it is, which is the
/// default.
///
/// `exclude` holds the characters that are replaced; NULL = those of filestack-js, \\ { } | % ` " ' ~ [ ] # ^ < >.
/// `replacement` takes the place of each; NULL = "-". The extension, what stands behind the last dot, stays. A name of
/// which nothing is left becomes "unnamed_file". Errors: FILESTACK_E_ARGUMENT when a text is empty. Threads: one at a
/// time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_sanitize_filename(
    options: *mut filestack_upload_options,
    sanitize: i32,
    exclude: *const c_char,
    replacement: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            let mut sanitizer = FilenameSanitizer::default();
            if let Some(exclude) = optional_text(exclude, "exclude")? {
                sanitizer.set_exclude(exclude)?;
            }
            if let Some(replacement) = optional_text(replacement, "replacement")? {
                sanitizer.set_replacement(replacement)?;
            }
            options.sanitizer = (sanitize != 0).then_some(sanitizer);
            Ok(())
        })
    }
}

/// Sets how the stored file is verified: FILESTACK_VERIFY_*. OFF by default.
///
/// The service is asked for the file's metadata, for which a policy has to allow "stat". If the stored file differs,
/// the upload fails with FILESTACK_E_PROTOCOL; the message has both values and the handle of the file, which stays. An
/// upload with base64decode cannot be verified. Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_verify(
    options: *mut filestack_upload_options,
    verify: i32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.verify = verify_of(verify)?;
            Ok(())
        })
    }
}

/// Sets the file in which the upload notes how far it is, so that a later call goes on: after a crash, in another
/// process too. `path` is NULL for none, which is the default.
///
/// The file is made when it is not there, and removed when the upload has succeeded. It stays after every failure;
/// the same call with the same path, source and options then sends only what the storage does not have. It holds no
/// key and no credentials. docs/resume.md has its format, and what happens when the source has changed. `path` is
/// what the system takes; a relative one is looked up when the upload is called or started. With a checkpoint, an
/// upload fails with FILESTACK_E_STATE while another one has it, when it is that of another upload, or when it is
/// damaged, FILESTACK_E_ARGUMENT when the file is something else, FILESTACK_E_UNSUPPORTED when another version wrote
/// it, and FILESTACK_E_IO when it cannot be written.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_checkpoint_path(
    options: *mut filestack_upload_options,
    path: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.checkpoint = if path.is_null() { None } else { Some(arguments::path(path, "path")?.to_owned()) };
            Ok(())
        })
    }
}

/// Sets the size of a part: 5 MiB to 5 GiB, 8 MiB by default. It grows for files of more than 10 000 parts.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_part_size_bytes(
    options: *mut filestack_upload_options,
    size_bytes: u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| Ok(options.set_part_size(size_bytes)?)) }
}

/// Sets how many parts are sent at the same time: 1 to 20, 4 by default. Those of a reader are held in memory
/// meanwhile.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_concurrency(
    options: *mut filestack_upload_options,
    parts: u32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| Ok(options.set_concurrency(parts as usize)?)) }
}

/// Signs this upload, and the calls of the filelink that it makes, instead of the client's credentials. NULL: the
/// client's. The object is retained.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_security(
    options: *mut filestack_upload_options,
    security: *const filestack_security,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.security = security::optional(security)?;
            Ok(())
        })
    }
}

/// Limits the time of the whole upload with all its retries. 0 = the client's limit, which is the default.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_total_timeout_ms(
    options: *mut filestack_upload_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.total_timeout = milliseconds::limit("total_timeout_ms", milliseconds)?;
            Ok(())
        })
    }
}

/// Sets a function that is told how far the upload is. NULL: none, which is the default.
///
/// `destroy`, when set, is called with `user` once: when these options, their copies and the calls that use them are
/// freed or use another function; also when this call fails. Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_upload_options_set_progress(
    options: *mut filestack_upload_options,
    callback: filestack_progress_callback,
    user: *mut c_void,
    destroy: filestack_destroy,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { progress::set_observer(options, |options| &mut options.reports, callback, user, destroy, error) }
}

/// Sets the time from one call of the progress function to the next. 100 ms by default.
///
/// Errors: FILESTACK_E_ARGUMENT below 1. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_upload_options_set_progress_interval_ms(
    options: *mut filestack_upload_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| progress::set_interval(&mut options.reports, milliseconds)) }
}

/// Frees the options. What was made with them stays.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_upload_options_free(options: *mut filestack_upload_options) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(options) }
}

fn verify_of(verify: i32) -> Result<Verify> {
    match verify {
        FILESTACK_VERIFY_OFF => Ok(Verify::Off),
        FILESTACK_VERIFY_SIZE => Ok(Verify::Size),
        FILESTACK_VERIFY_SHA256 => Ok(Verify::Sha256),
        _ => Err(Failure::argument(format!("verify is {verify}: it must be one of FILESTACK_VERIFY_*"))),
    }
}

fn intelligent_of(mode: i32) -> Result<Intelligent> {
    match mode {
        FILESTACK_INTELLIGENT_OFF => Ok(Intelligent::Off),
        FILESTACK_INTELLIGENT_ON => Ok(Intelligent::On),
        FILESTACK_INTELLIGENT_FALLBACK => Ok(Intelligent::Fallback),
        _ => Err(Failure::argument(format!("intelligent is {mode}: it must be one of FILESTACK_INTELLIGENT_*"))),
    }
}
