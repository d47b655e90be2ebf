//! Policies: what signed calls may do, built key by key.

use std::ffi::c_char;

use filestack_core::Policy;

use crate::arguments::{owned_c_string, text};
use crate::error_object::filestack_error;
use crate::failure::Failure;
use crate::guard::{guard_or, produce};
use crate::handle::{self, Opaque};
use crate::object;
use crate::poisonable::{self, Poisonable};
use crate::status_code::filestack_status;

/// A policy under construction. Owned: one thread at a time, freed with filestack_policy_free.
///
/// A setter that fails poisons the policy: every later call returns that first failure, signing too, so that code that
/// does not look at the setters' statuses cannot sign a policy that allows more than was meant.
pub struct filestack_policy {
    _opaque: [u8; 0],
}

impl Opaque for filestack_policy {
    type Value = Poisonable<Policy>;
    const NAME: &'static str = "filestack_policy";
    const ARGUMENT: &'static str = "policy";
}

/// Makes an empty policy. It needs an expiry before it can be signed.
///
/// Returns an object to be freed with filestack_policy_free. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_policy_new() -> *mut filestack_policy {
    guard_or(std::ptr::null_mut(), || Ok(handle::new(Poisonable::new(Policy::new()))))
}

/// Sets any member by its name on the wire (expiry, call, handle, url, maxSize, minSize, path, container) from a
/// JSON value. An unknown name is refused with the nearest right one, and so are an empty list, an empty text and null,
/// which would allow everything: a mistake never widens the policy.
///
/// Errors: FILESTACK_E_ARGUMENT for an unknown name or a value that does not fit. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set(
    policy: *mut filestack_policy,
    key: *const c_char,
    value_json: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        poisonable::change(policy, error, |policy| {
            let key = text(key, "key")?;
            let value = serde_json::from_str(text(value_json, "value_json")?)
                .map_err(|cause| Failure::argument(format!("the value of the policy's {key} is not JSON: {cause}")))?;
            Ok(policy.set(key, value)?)
        })
    }
}

/// Sets when the policy ends, in seconds since 1970. Milliseconds are recognised and refused.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_expiry(
    policy: *mut filestack_policy,
    unix_seconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change(policy, error, |policy| Ok(policy.set_expiry(unix_seconds)?)) }
}

/// Allows one more call: pick, read, stat, write, writeUrl, store, convert, remove, exif or runWorkflow.
/// A policy without any allows all but exif.
///
/// Errors: FILESTACK_E_ARGUMENT for another word, with the nearest right one. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_add_call(
    policy: *mut filestack_policy,
    call: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change_by_text(policy, call, "call", error, Policy::add_call) }
}

/// Limits the policy to the file with this handle.
///
/// Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_handle(
    policy: *mut filestack_policy,
    handle: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change_by_text(policy, handle, "handle", error, Policy::set_handle) }
}

/// Limits external URLs to those that match this regular expression.
///
/// Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_url(
    policy: *mut filestack_policy,
    pattern: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change_by_text(policy, pattern, "pattern", error, Policy::set_url) }
}

/// Limits uploads to at most this many bytes.
///
/// Errors: FILESTACK_E_ARGUMENT when it is negative. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_max_size(
    policy: *mut filestack_policy,
    size_bytes: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change(policy, error, |policy| Ok(policy.set_max_size(size_bytes)?)) }
}

/// Limits uploads to at least this many bytes.
///
/// Errors: FILESTACK_E_ARGUMENT when it is negative. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_min_size(
    policy: *mut filestack_policy,
    size_bytes: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change(policy, error, |policy| Ok(policy.set_min_size(size_bytes)?)) }
}

/// Limits storage paths to those that match this regular expression.
///
/// Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_path(
    policy: *mut filestack_policy,
    pattern: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change_by_text(policy, pattern, "pattern", error, Policy::set_path) }
}

/// Limits storage containers to those that match this regular expression.
///
/// Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_set_container(
    policy: *mut filestack_policy,
    pattern: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { poisonable::change_by_text(policy, pattern, "pattern", error, Policy::set_container) }
}

/// The policy as JSON text.
///
/// `*out_json` is freed with filestack_string_free. Errors: the first failure of a setter. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_json(
    policy: *const filestack_policy,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || {
            Ok(owned_c_string(&handle::borrow(policy, "policy")?.usable()?.to_json()))
        })
    }
}

/// Frees the policy. Security objects made from it stay.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_policy_free(policy: *mut filestack_policy) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(policy) }
}
