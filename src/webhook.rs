//! Webhooks: verifies that they come from Filestack.

use std::ffi::{c_char, c_void};
use std::time::Duration;

use filestack_core::webhook;

use crate::arguments::{slice, text, texts};
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard;
use crate::status_code::filestack_status;

/// Checks that a webhook comes from Filestack: its signature, in constant time, over the body as it arrived.
///
/// `body` holds `body_size` bytes, not re-serialised. `timestamp` and `signature` are the headers FS-Timestamp and
/// FS-Signature. `tolerance_seconds` limits how long ago, or how far ahead, it was sent; 0 = any time.
/// Errors: FILESTACK_E_SIGNATURE when it cannot be trusted, FILESTACK_E_ARGUMENT when the secret is empty or the
/// tolerance negative. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_webhook_verify(
    secret: *const c_char,
    body: *const c_void,
    body_size: usize,
    timestamp: *const c_char,
    signature: *const c_char,
    tolerance_seconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            let (secret, timestamp) = (text(secret, "secret")?, text(timestamp, "timestamp")?);
            let body = slice(body.cast(), body_size, "body")?;
            let signature = text(signature, "signature")?;
            Ok(webhook::verify(secret, body, timestamp, signature, tolerance(tolerance_seconds)?)?)
        })
    }
}

/// As filestack_webhook_verify, with timestamp and signature taken from the request's headers.
///
/// `names` and `values` hold `header_count` strings each; the names may be in any case.
/// Errors: as filestack_webhook_verify, and FILESTACK_E_SIGNATURE when one of the two headers is missing or there
/// twice. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_webhook_verify_headers(
    secret: *const c_char,
    body: *const c_void,
    body_size: usize,
    names: *const *const c_char,
    values: *const *const c_char,
    header_count: usize,
    tolerance_seconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            let secret = text(secret, "secret")?;
            let body = slice(body.cast(), body_size, "body")?;
            let names = texts(names, header_count, "names")?;
            let values = texts(values, header_count, "values")?;
            let headers: Vec<_> = names.into_iter().zip(values).collect();
            Ok(webhook::verify_headers(secret, body, headers, tolerance(tolerance_seconds)?)?)
        })
    }
}

fn tolerance(seconds: i64) -> Result<Option<Duration>> {
    let seconds = u64::try_from(seconds)
        .map_err(|_| Failure::argument(format!("tolerance_seconds is {seconds}, but it cannot be negative")))?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}
