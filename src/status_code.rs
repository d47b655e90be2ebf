//! Status codes: the numbers, their names, and the kinds of failure that they stand for.

use std::ffi::CStr;

use filestack_core::ErrorKind;

/// The result of a function that can fail: FILESTACK_OK or one of FILESTACK_E_*. Never renumbered.
///
/// 1-99 misuse, 100 local files, 200 network, 300 the service, 400 transfers, 900 internal.
pub type filestack_status = i32;

/// Success.
pub const FILESTACK_OK: filestack_status = 0;
/// A pointer that must not be NULL was NULL; the message names it.
pub const FILESTACK_E_NULL: filestack_status = 1;
/// A string was not valid UTF-8.
pub const FILESTACK_E_UTF8: filestack_status = 2;
/// A pointer leads to an object of another type, or to one that was freed (best effort).
pub const FILESTACK_E_OBJECT: filestack_status = 3;
/// A value was refused; the message says what is allowed.
pub const FILESTACK_E_ARGUMENT: filestack_status = 4;
/// The object is in a state that does not allow the call.
pub const FILESTACK_E_STATE: filestack_status = 5;
/// A blocking call was made from a callback.
pub const FILESTACK_E_WOULD_DEADLOCK: filestack_status = 6;
/// This build or this input does not support the call.
pub const FILESTACK_E_UNSUPPORTED: filestack_status = 7;
/// The catalogue has no such transformation task; the message has the nearest name.
pub const FILESTACK_E_TASK_UNKNOWN: filestack_status = 20;
/// The task has no such parameter; the message has the nearest name.
pub const FILESTACK_E_PARAM_UNKNOWN: filestack_status = 21;
/// A task parameter has the wrong type.
pub const FILESTACK_E_PARAM_TYPE: filestack_status = 22;
/// A task parameter is out of range, or not one of the allowed words.
pub const FILESTACK_E_PARAM_RANGE: filestack_status = 23;
/// A required task parameter is missing.
pub const FILESTACK_E_PARAM_MISSING: filestack_status = 24;
/// The task may not stand at this place of the chain.
pub const FILESTACK_E_TASK_ORDER: filestack_status = 25;
/// A local file could not be read or written.
pub const FILESTACK_E_IO: filestack_status = 100;
/// The source changed while it was uploaded; nothing was stored.
pub const FILESTACK_E_SOURCE_CHANGED: filestack_status = 101;
/// The destination exists and may not be replaced.
pub const FILESTACK_E_EXISTS: filestack_status = 102;
/// Memory, threads or descriptors ran out; filestack_error_os_code has the number.
pub const FILESTACK_E_RESOURCES: filestack_status = 103;
/// A time limit passed; the message says which.
pub const FILESTACK_E_TIMEOUT: filestack_status = 200;
/// A host name could not be resolved.
pub const FILESTACK_E_DNS: filestack_status = 201;
/// No connection could be made.
pub const FILESTACK_E_CONNECT: filestack_status = 202;
/// The TLS handshake failed, for example because the certificate is not trusted.
pub const FILESTACK_E_TLS: filestack_status = 203;
/// An established connection broke.
pub const FILESTACK_E_NETWORK: filestack_status = 204;
/// The service answered with an error status.
pub const FILESTACK_E_HTTP: filestack_status = 300;
/// The service refused the credentials (HTTP 401 or 403), or a proxy its user and password (HTTP 407).
pub const FILESTACK_E_AUTH: filestack_status = 301;
/// The service does not know the file or the application (HTTP 404).
pub const FILESTACK_E_NOT_FOUND: filestack_status = 302;
/// The service asks for fewer requests (HTTP 429).
pub const FILESTACK_E_RATE_LIMIT: filestack_status = 303;
/// The service's reply is not what the protocol promises.
pub const FILESTACK_E_PROTOCOL: filestack_status = 304;
/// The reply is larger than the limit.
pub const FILESTACK_E_TOO_LARGE: filestack_status = 305;
/// A webhook's signature does not match, or it is too old.
pub const FILESTACK_E_SIGNATURE: filestack_status = 306;
/// The operation was cancelled.
pub const FILESTACK_E_CANCELLED: filestack_status = 400;
/// The queue or the operation belongs to the parent of this process.
pub const FILESTACK_E_FORKED: filestack_status = 401;
/// A callback of the caller reported a failure.
pub const FILESTACK_E_CALLBACK: filestack_status = 403;
/// The service may have stored the file: its answer was lost, and it no longer knows the upload.
pub const FILESTACK_E_MAY_BE_STORED: filestack_status = 404;
/// Nothing yet: the operation runs still, or the queue is empty. Not a failure: ask again.
pub const FILESTACK_E_PENDING: filestack_status = 405;
/// A bug in the library was caught; please report the message.
pub const FILESTACK_E_PANIC: filestack_status = 900;

/// The name of a number that is not a status.
pub(crate) const UNKNOWN: &CStr = c"FILESTACK_E_UNKNOWN";

/// The constants above with their names. A test holds the list to be complete.
macro_rules! named {
    ($($status:ident),* $(,)?) => { &[$(($status, name(concat!(stringify!($status), "\0")))),*] };
}

static NAMES: &[(filestack_status, &CStr)] = named![
    FILESTACK_OK,
    FILESTACK_E_NULL,
    FILESTACK_E_UTF8,
    FILESTACK_E_OBJECT,
    FILESTACK_E_ARGUMENT,
    FILESTACK_E_STATE,
    FILESTACK_E_WOULD_DEADLOCK,
    FILESTACK_E_UNSUPPORTED,
    FILESTACK_E_TASK_UNKNOWN,
    FILESTACK_E_PARAM_UNKNOWN,
    FILESTACK_E_PARAM_TYPE,
    FILESTACK_E_PARAM_RANGE,
    FILESTACK_E_PARAM_MISSING,
    FILESTACK_E_TASK_ORDER,
    FILESTACK_E_IO,
    FILESTACK_E_SOURCE_CHANGED,
    FILESTACK_E_EXISTS,
    FILESTACK_E_RESOURCES,
    FILESTACK_E_TIMEOUT,
    FILESTACK_E_DNS,
    FILESTACK_E_CONNECT,
    FILESTACK_E_TLS,
    FILESTACK_E_NETWORK,
    FILESTACK_E_HTTP,
    FILESTACK_E_AUTH,
    FILESTACK_E_NOT_FOUND,
    FILESTACK_E_RATE_LIMIT,
    FILESTACK_E_PROTOCOL,
    FILESTACK_E_TOO_LARGE,
    FILESTACK_E_SIGNATURE,
    FILESTACK_E_CANCELLED,
    FILESTACK_E_FORKED,
    FILESTACK_E_CALLBACK,
    FILESTACK_E_MAY_BE_STORED,
    FILESTACK_E_PENDING,
    FILESTACK_E_PANIC,
];

/// A text that ends with NUL, as C sees it.
const fn name(text: &str) -> &CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(name) => name,
        Err(_) => UNKNOWN,
    }
}

/// The name of a status, `None` for other numbers.
pub(crate) fn name_of(status: filestack_status) -> Option<&'static CStr> {
    NAMES.iter().find(|(known, _)| *known == status).map(|(_, name)| *name)
}

/// The status of a failure in the core.
pub(crate) fn of_kind(kind: ErrorKind) -> filestack_status {
    match kind {
        ErrorKind::Argument => FILESTACK_E_ARGUMENT,
        ErrorKind::State => FILESTACK_E_STATE,
        ErrorKind::Unsupported => FILESTACK_E_UNSUPPORTED,
        ErrorKind::TaskUnknown => FILESTACK_E_TASK_UNKNOWN,
        ErrorKind::ParamUnknown => FILESTACK_E_PARAM_UNKNOWN,
        ErrorKind::ParamType => FILESTACK_E_PARAM_TYPE,
        ErrorKind::ParamRange => FILESTACK_E_PARAM_RANGE,
        ErrorKind::ParamMissing => FILESTACK_E_PARAM_MISSING,
        ErrorKind::TaskOrder => FILESTACK_E_TASK_ORDER,
        ErrorKind::Io => FILESTACK_E_IO,
        ErrorKind::SourceChanged => FILESTACK_E_SOURCE_CHANGED,
        ErrorKind::Exists => FILESTACK_E_EXISTS,
        ErrorKind::Resources => FILESTACK_E_RESOURCES,
        ErrorKind::Timeout => FILESTACK_E_TIMEOUT,
        ErrorKind::Dns => FILESTACK_E_DNS,
        ErrorKind::Connect => FILESTACK_E_CONNECT,
        ErrorKind::Tls => FILESTACK_E_TLS,
        ErrorKind::Network => FILESTACK_E_NETWORK,
        ErrorKind::Http => FILESTACK_E_HTTP,
        ErrorKind::Auth => FILESTACK_E_AUTH,
        ErrorKind::NotFound => FILESTACK_E_NOT_FOUND,
        ErrorKind::RateLimit => FILESTACK_E_RATE_LIMIT,
        ErrorKind::Protocol => FILESTACK_E_PROTOCOL,
        ErrorKind::TooLarge => FILESTACK_E_TOO_LARGE,
        ErrorKind::Signature => FILESTACK_E_SIGNATURE,
        ErrorKind::Cancelled => FILESTACK_E_CANCELLED,
        ErrorKind::Callback => FILESTACK_E_CALLBACK,
        ErrorKind::MayBeStored => FILESTACK_E_MAY_BE_STORED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_has_its_name_once_and_codes_ascend() {
        let declared: Vec<&str> = include_str!("status_code.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("pub const ")?.split_once(": filestack_status").map(|(name, _)| name))
            .collect();
        let named: Vec<&str> = NAMES.iter().map(|(_, name)| name.to_str().unwrap()).collect();
        assert_eq!(declared, named);
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0), "{NAMES:?}");
        assert_eq!(name_of(FILESTACK_E_TIMEOUT), Some(c"FILESTACK_E_TIMEOUT"));
        assert_eq!(name_of(999), None);
    }

    #[test]
    fn every_failure_is_explained() {
        let page = include_str!("../docs/errors.md");
        for (_, name) in NAMES.iter().filter(|(status, _)| *status != FILESTACK_OK) {
            let row = format!("\n| `{}` |", name.to_str().unwrap());
            assert_eq!(page.matches(&row).count(), 1, "{name:?}");
        }
    }
}
