//! The options of a client: credentials, hosts, limits, proxy and trust.

use std::ffi::c_char;
use std::time::Duration;

use filestack_core::ClientOptions;
use filestack_core::Endpoint;

use crate::arguments::{self, text};
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard_or;
use crate::handle::{self, Opaque};
use crate::milliseconds;
use crate::object;
use crate::security::{self, filestack_security};
use crate::status_code::filestack_status;

/// The part of the service that serves files and their metadata: https://www.filestackapi.com/api.
pub const FILESTACK_ENDPOINT_API: i32 = 1;
/// The part that delivers and transforms: https://cdn.filestackcontent.com.
pub const FILESTACK_ENDPOINT_CDN: i32 = 2;
/// The part that processes by JSON: https://process.filestackapi.com.
pub const FILESTACK_ENDPOINT_PROCESS: i32 = 3;
/// The part that takes uploads: https://upload.filestackapi.com.
pub const FILESTACK_ENDPOINT_UPLOAD: i32 = 4;
/// The part that reaches cloud drives: https://cloud.filestackapi.com.
pub const FILESTACK_ENDPOINT_CLOUD: i32 = 5;

/// How a client works: credentials, hosts, limits. Owned: one thread at a time, freed with
/// filestack_client_options_free.
pub struct filestack_client_options {
    _opaque: [u8; 0],
}

impl Opaque for filestack_client_options {
    type Value = ClientOptions;
    const NAME: &'static str = "filestack_client_options";
    const ARGUMENT: &'static str = "options";
}

/// Makes options with every default.
///
/// Returns an object to be freed with filestack_client_options_free. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_client_options_new() -> *mut filestack_client_options {
    guard_or(std::ptr::null_mut(), || Ok(handle::new(ClientOptions::new())))
}

/// Makes options with the same values.
///
/// Returns an object to be freed with filestack_client_options_free. Errors: none; NULL for NULL. Threads: one at a
/// time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_clone(
    options: *const filestack_client_options,
) -> *mut filestack_client_options {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null_mut(), || Ok(handle::new(unsafe { handle::borrow(options, "options") }?.clone())))
}

/// Sets the storage of uploads that name none: s3 (the default), gcs, azure, rackspace or dropbox, in any case.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_storage(
    options: *mut filestack_client_options,
    storage: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, storage, "storage", error, ClientOptions::set_storage) }
}

/// Signs every call that is given no other credentials. NULL: none. The object is retained.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_security(
    options: *mut filestack_client_options,
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

/// Reaches every part of the service under your own domain, such as "files.example.com": cdn.filestackcontent.com
/// becomes cdn.files.example.com, and so on. Replaces what base_url and endpoint set before.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_cname(
    options: *mut filestack_client_options,
    domain: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, domain, "domain", error, ClientOptions::set_cname) }
}

/// Reaches every part of the service at one origin, such as that of filestack-local. Replaces what cname and
/// endpoint set before.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_base_url(
    options: *mut filestack_client_options,
    url: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, url, "url", error, ClientOptions::set_base_url) }
}

/// Reaches one part of the service, FILESTACK_ENDPOINT_*, at another base URL.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_endpoint(
    options: *mut filestack_client_options,
    endpoint: i32,
    url: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| Ok(options.set_endpoint(endpoint_of(endpoint)?, text(url, "url")?)?))
    }
}

/// Limits the time to establish a connection, TLS included. 15 s by default; 0 = no limit.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_connect_timeout_ms(
    options: *mut filestack_client_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.network.connect_timeout = milliseconds::limit("connect_timeout_ms", milliseconds)?;
            Ok(())
        })
    }
}

/// Limits the time in which no byte moves in either direction. 120 s by default; 0 = no limit.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_idle_timeout_ms(
    options: *mut filestack_client_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.network.idle_timeout = milliseconds::limit("idle_timeout_ms", milliseconds)?;
            Ok(())
        })
    }
}

/// Limits the time from the last byte sent to the first byte received: how long the service may think. 0 = no limit.
/// By default it is idle_timeout_ms, and 5 minutes for calls that store or convert.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_response_timeout_ms(
    options: *mut filestack_client_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            let limit = milliseconds::limit("response_timeout_ms", milliseconds)?;
            options.network.response_timeout = Some(limit.unwrap_or_default());
            Ok(())
        })
    }
}

/// Limits the client's requests in flight, of all its calls together: 1 to 1000, 16 by default. Others wait
/// their turn, within the limits of their calls.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_max_requests(
    options: *mut filestack_client_options,
    requests: u32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            Ok(options.set_max_requests(usize::try_from(requests).unwrap_or(usize::MAX))?)
        })
    }
}

/// Limits the memory of the buffers of all transfers of the client together: at least 1 MiB, 64 MiB by default. Parts
/// of a reader are kept in them; what needs more than half of the limit goes through a temporary file.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_memory_limit_bytes(
    options: *mut filestack_client_options,
    size_bytes: u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| Ok(options.set_memory_limit(size_bytes)?)) }
}

/// Sets the folder for temporary copies of content that cannot tell its size, and of parts that are too large for the
/// memory limit: the system's folder for temporary files by default. The copies have no names and vanish with the call.
///
/// Errors: FILESTACK_E_ARGUMENT when there is no such folder. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_temporary_folder(
    options: *mut filestack_client_options,
    path: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| Ok(options.set_temporary_folder(arguments::path(path, "path")?)?))
    }
}

/// Limits the time of a whole call with all its retries. No limit (0) by default.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_total_timeout_ms(
    options: *mut filestack_client_options,
    milliseconds: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.network.total_timeout = milliseconds::limit("total_timeout_ms", milliseconds)?;
            Ok(())
        })
    }
}

/// Sets how often a failed request is tried again: 5 times by default. Only temporary failures are retried.
///
/// Errors: misuse only. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_max_retries(
    options: *mut filestack_client_options,
    retries: u32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            options.network.max_retries = retries;
            Ok(())
        })
    }
}

/// Sets the delay before the first retry (500 ms by default) and the longest one that it doubles up to (15 s). A
/// longer pause that the service asks for is kept.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_retry_delay_ms(
    options: *mut filestack_client_options,
    first_ms: u64,
    longest_ms: u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            Ok(options.set_retry_delay(Duration::from_millis(first_ms), Duration::from_millis(longest_ms))?)
        })
    }
}

/// Sends every request through this proxy, "http://user:password@host:port": http, https, socks4, socks4a, socks5 or
/// socks5h, where the last lets the proxy look up names. Without it the proxy variables of the environment count, as
/// they are when the client is made. In user and password, percent-encode what has a
/// meaning in URLs: '/' as %2F, '?' as %3F, '#' as %23, '\' as %5C.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_proxy(
    options: *mut filestack_client_options,
    url: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, url, "url", error, ClientOptions::set_proxy) }
}

/// Trusts the certificates of a PEM file besides the platform's. The file is read now; further calls add to it.
/// Comments in any encoding and other blocks, such as keys, are skipped.
///
/// Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT when it holds no certificate or a damaged one. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_ca_file(
    options: *mut filestack_client_options,
    path: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| Ok(options.add_ca_file(arguments::path(path, "path")?)?)) }
}

/// Trusts the certificates of a PEM text besides the platform's; further calls add to it. As for a file, the bytes
/// around the blocks are of any encoding.
///
/// Errors: FILESTACK_E_ARGUMENT when it holds no certificate or a damaged one. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_ca_pem(
    options: *mut filestack_client_options,
    pem: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change(options, error, |options| Ok(options.add_ca_pem(arguments::bytes(pem, "pem")?)?)) }
}

/// Shows a certificate to servers and proxies that ask for one. `chain` is PEM with the client's own certificate first,
/// `key` its private key in PEM: PKCS#8, PKCS#1 or SEC1, not encrypted; RSA of 2048 bits or more, ECDSA on P-256 or
/// P-384, or Ed25519. Both may be one text that holds both. Another call takes the place of this one.
///
/// The decoded key is wiped after it was read; the text stays the caller's to wipe.
/// Errors: FILESTACK_E_ARGUMENT when one of them cannot be used or they do not belong together. A server that does not
/// accept the certificate is FILESTACK_E_TLS in the call. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_client_certificate_pem(
    options: *mut filestack_client_options,
    chain: *const c_char,
    key: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        object::change(options, error, |options| {
            let (chain, key) = (arguments::bytes(chain, "chain")?, arguments::bytes(key, "key")?);
            Ok(options.set_client_certificate_pem(chain, key)?)
        })
    }
}

/// Sets the User-Agent header; "libfilestack/<version>" by default.
///
/// Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_set_user_agent(
    options: *mut filestack_client_options,
    user_agent: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { object::change_by_text(options, user_agent, "user_agent", error, ClientOptions::set_user_agent) }
}

/// Frees the options. What was made with them stays.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_client_options_free(options: *mut filestack_client_options) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(options) }
}

fn endpoint_of(number: i32) -> Result<Endpoint> {
    Ok(match number {
        FILESTACK_ENDPOINT_API => Endpoint::Api,
        FILESTACK_ENDPOINT_CDN => Endpoint::Cdn,
        FILESTACK_ENDPOINT_PROCESS => Endpoint::Process,
        FILESTACK_ENDPOINT_UPLOAD => Endpoint::Upload,
        FILESTACK_ENDPOINT_CLOUD => Endpoint::Cloud,
        _ => return Err(Failure::argument(format!("endpoint is {number}: it must be one of FILESTACK_ENDPOINT_*"))),
    })
}
