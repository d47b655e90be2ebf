//! Security: signed policies, the credentials that the service asks for.

use std::ffi::{CStr, CString, c_char};

use zeroize::Zeroizing;

use filestack_core::Security;

use crate::arguments::{c_string, text};
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::guard::{guard_or, produce};
use crate::handle::{self, Opaque};
use crate::object;
use crate::policy::filestack_policy;
use crate::status_code::filestack_status;

/// A policy and its signature. Immutable and shared: any thread, freed by the last filestack_security_release.
pub struct filestack_security {
    _opaque: [u8; 0],
}

/// A security object with its texts as C sees them. Wiped when the last owner goes.
pub(crate) struct SecurityValue {
    pub(crate) security: Security,
    policy: Zeroizing<CString>,
    policy_b64: Zeroizing<CString>,
    signature: Zeroizing<CString>,
    url_string: Zeroizing<CString>,
}

impl Opaque for filestack_security {
    type Value = SecurityValue;
    const NAME: &'static str = "filestack_security";
    const ARGUMENT: &'static str = "security";
}

/// The credentials of an optional argument.
///
/// # Safety
/// `security` is NULL or a security object that outlives the call.
pub(crate) unsafe fn optional(security: *const filestack_security) -> Result<Option<Security>> {
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { handle::borrow_optional(security, "security") }?.map(|value| value.security.clone()))
}

fn hand_over(security: Security) -> *mut filestack_security {
    let secret = |text: &str| Zeroizing::new(c_string(text));
    handle::new(SecurityValue {
        policy: secret(security.policy()),
        policy_b64: secret(security.policy_b64()),
        signature: secret(security.signature()),
        url_string: secret(security.url_string()),
        security,
    })
}

/// Makes a security object out of two texts.
///
/// # Safety
/// As for the exported functions that call it.
unsafe fn from_texts(
    first: (*const c_char, &str),
    second: (*const c_char, &str),
    out_security: *mut *mut filestack_security,
    error: *mut *mut filestack_error,
    make: impl FnOnce(&str, &str) -> filestack_core::Result<Security>,
) -> filestack_status {
    // SAFETY: the caller's promises are the same.
    unsafe {
        produce(out_security, "out_security", error, || {
            Ok(hand_over(make(text(first.0, first.1)?, text(second.0, second.1)?)?))
        })
    }
}

/// A getter of one of the texts.
///
/// # Safety
/// `security` is NULL or a security object that outlives the call.
unsafe fn borrowed_text(
    security: *const filestack_security,
    pick: impl FnOnce(&SecurityValue) -> &CStr,
) -> *const c_char {
    guard_or(std::ptr::null(), || {
        // SAFETY: the caller's promise is the same.
        Ok(pick(unsafe { handle::borrow(security, "security") }?).as_ptr())
    })
}

/// Signs any JSON object as a policy, byte for byte as the reference SDK does: keys sorted, ASCII only.
///
/// Nothing in the policy is checked; filestack_policy refuses misspelt keys. The secret is not kept.
/// `*out_security` is released with filestack_security_release.
/// Errors: FILESTACK_E_ARGUMENT when the policy is not a JSON object or the secret is empty. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_new(
    policy_json: *const c_char,
    secret: *const c_char,
    out_security: *mut *mut filestack_security,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { from_texts((policy_json, "policy_json"), (secret, "secret"), out_security, error, Security::new) }
}

/// Signs a policy that was built key by key.
///
/// `*out_security` is released with filestack_security_release; the policy stays the caller's.
/// Errors: the first failure of a setter of the policy; FILESTACK_E_ARGUMENT when the policy has no expiry or
/// contradicts itself, or the secret is empty.
/// Threads: one at a time for the policy. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_from_policy(
    policy: *const filestack_policy,
    secret: *const c_char,
    out_security: *mut *mut filestack_security,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_security, "out_security", error, || {
            let policy = handle::borrow(policy, "policy")?.usable()?;
            Ok(hand_over(Security::from_policy(policy, text(secret, "secret")?)?))
        })
    }
}

/// Signs a policy that another program has encoded in base64, character by character as it is: in the alphabet with -
/// and _ or the one with + and /, with padding or without.
///
/// `*out_security` is released with filestack_security_release.
/// Errors: FILESTACK_E_ARGUMENT when it is not base64 or the secret is empty. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_from_encoded(
    policy_b64: *const c_char,
    secret: *const c_char,
    out_security: *mut *mut filestack_security,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { from_texts((policy_b64, "policy_b64"), (secret, "secret"), out_security, error, Security::from_encoded) }
}

/// Takes a policy and a signature that a server made, for a program that must not hold the app secret.
///
/// `*out_security` is released with filestack_security_release.
/// Errors: FILESTACK_E_ARGUMENT when the policy is not base64 or the signature is not 64 hex digits.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_from_signed(
    policy_b64: *const c_char,
    signature: *const c_char,
    out_security: *mut *mut filestack_security,
    error: *mut *mut filestack_error,
) -> filestack_status {
    let signature = (signature, "signature");
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { from_texts((policy_b64, "policy_b64"), signature, out_security, error, Security::from_signed) }
}

/// The policy as JSON text, as it was signed. A secret.
///
/// Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_policy(security: *const filestack_security) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { borrowed_text(security, |value| &value.policy) }
}

/// The policy in URL-safe base64 with padding. A secret.
///
/// Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_policy_b64(security: *const filestack_security) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { borrowed_text(security, |value| &value.policy_b64) }
}

/// The signature: 64 lower-case hex digits of HMAC-SHA256. A secret.
///
/// Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_signature(security: *const filestack_security) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { borrowed_text(security, |value| &value.signature) }
}

/// The URL segment "security=p:<policy>,s:<signature>". A secret.
///
/// Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_url_string(security: *const filestack_security) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { borrowed_text(security, |value| &value.url_string) }
}

/// Adds a reference to the object and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_retain(security: *const filestack_security) -> *mut filestack_security {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(security) }
}

/// Releases a reference; the last release wipes and frees the object.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_security_release(security: *mut filestack_security) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(security) }
}
