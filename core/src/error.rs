//! The one error type of the library: what failed, on what, and what to do about it.
//!
//! A message never holds a secret: whatever comes from the service or from a URL goes through
//! [`crate::redaction`] before it is kept.

use std::fmt;
use std::time::Duration;

use crate::redaction::{redact, redact_line};

/// What an operation that can fail returns.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A value was refused.
    Argument,
    /// The object is in a state that does not allow the call.
    State,
    /// This build or this input does not support the call.
    Unsupported,
    /// The catalogue has no such transformation task.
    TaskUnknown,
    /// The task has no such parameter.
    ParamUnknown,
    /// The parameter's value has the wrong type.
    ParamType,
    /// The parameter's value is out of range, or not one of the allowed words.
    ParamRange,
    /// A required parameter is missing.
    ParamMissing,
    /// The task may not stand at this place of the chain.
    TaskOrder,
    /// A local file could not be read or written.
    Io,
    /// The source changed while it was being read.
    SourceChanged,
    /// The destination exists and may not be replaced.
    Exists,
    /// Memory, threads or descriptors ran out.
    Resources,
    /// A time limit passed.
    Timeout,
    /// A host name could not be resolved.
    Dns,
    /// No connection could be made.
    Connect,
    /// The TLS handshake failed, for example because the certificate is not trusted.
    Tls,
    /// An established connection broke.
    Network,
    /// The service answered with an error status.
    Http,
    /// The service refused the credentials (401 or 403).
    Auth,
    /// The service does not know the file or the application (404).
    NotFound,
    /// The service asks for fewer requests (429).
    RateLimit,
    /// The service answered with something that the protocol does not allow.
    Protocol,
    /// The reply is larger than the limit.
    TooLarge,
    /// A webhook's signature does not match, or it is too old.
    Signature,
    /// The service may have stored the file: its answer was lost, and it no longer knows the upload.
    MayBeStored,
    /// The operation was cancelled.
    Cancelled,
    /// A callback of the caller reported a failure.
    Callback,
}

/// The limits whose end is a failure of its own, so that an interface can say which of its settings it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Time to establish a connection.
    Connect,
    /// Time in which no byte moves.
    Idle,
    /// Time between the last byte sent and the first byte received.
    Response,
    /// Time for a whole call.
    Total,
}

/// What the caller can set so that a call no longer fails, so that an interface can say which of its settings it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// Another authority to trust.
    TrustAuthority,
    /// A certificate of the client.
    ShowCertificate,
}

/// A failure. Cheap to move; cloning copies the texts.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug)]
struct Details {
    kind: ErrorKind,
    message: String,
    limit: Option<Limit>,
    remedy: Option<Remedy>,
    http_status: Option<u16>,
    service_text: Option<String>,
    retryable: bool,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    os_code: Option<i32>,
    is_repeatable: bool,
}

impl Error {
    /// An error of `kind` whose message names what failed, on what, and what to do. Secrets in it are masked.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        Error(Box::new(Details {
            kind,
            message: redact_line(message.as_ref()),
            limit: None,
            remedy: None,
            http_status: None,
            service_text: None,
            retryable: false,
            retry_after: None,
            request_id: None,
            os_code: None,
            is_repeatable: true,
        }))
    }

    /// The value of an argument was refused.
    #[must_use]
    pub fn argument(message: impl AsRef<str>) -> Self {
        Error::new(ErrorKind::Argument, message)
    }

    /// A local file operation failed: `action` reads like "cannot open the file '/tmp/a'".
    #[must_use]
    pub fn io(action: impl fmt::Display, cause: &std::io::Error) -> Self {
        let os_code = os_code(cause);
        let kind = if os_code.is_some_and(is_scarcity) { ErrorKind::Resources } else { ErrorKind::Io };
        Error::new(kind, format!("{action}: {cause}")).with_os_code(os_code)
    }

    /// Threads or descriptors could not be had: `action` reads like "a thread cannot be started".
    #[must_use]
    pub fn resources(action: impl fmt::Display, cause: &std::io::Error) -> Self {
        Error::io(action, cause).of_kind(ErrorKind::Resources)
    }

    /// A buffer of this size could not be had.
    #[must_use]
    pub fn out_of_memory(bytes: u64) -> Self {
        Error::new(ErrorKind::Resources, format!("cannot allocate a buffer of {bytes} bytes"))
    }

    /// Changes the kind.
    #[must_use]
    fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Adds the operating system's number of the failure.
    #[must_use]
    pub(crate) fn with_os_code(mut self, code: Option<i32>) -> Self {
        self.0.os_code = code;
        self
    }

    /// Says that the request must not be sent again, because it may have been carried out.
    #[must_use]
    pub(crate) fn not_repeatable(mut self) -> Self {
        self.0.is_repeatable = false;
        self
    }

    /// Whether the request may be sent again, unless it is not worth it.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.0.is_repeatable
    }

    /// Adds the limit that was reached.
    #[must_use]
    pub fn with_limit(mut self, limit: Limit) -> Self {
        self.0.limit = Some(limit);
        self
    }

    /// Adds what the caller can set.
    #[must_use]
    pub(crate) fn with_remedy(mut self, remedy: Option<Remedy>) -> Self {
        self.0.remedy = remedy;
        self
    }

    /// Adds the HTTP status of the reply.
    #[must_use]
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    /// Adds the service's own words, with secrets masked.
    #[must_use]
    pub fn with_service_text(mut self, text: &str) -> Self {
        self.0.service_text = Some(redact(text));
        self
    }

    /// Says whether the same call may succeed later.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Adds how long the service asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.0.retry_after = delay;
        self
    }

    /// Adds the id under which the service or this library knows the request.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// Puts `context` and a colon before the message, so that it says which larger thing failed.
    #[must_use]
    pub fn in_context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = redact_line(&format!("{context}: {}", self.0.message));
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// One line that says what failed; without a final period and without secrets.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The limit that was reached, when it was one.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        self.0.limit
    }

    /// What the caller can set so that the call no longer fails, when that is known.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        self.0.remedy
    }

    /// The HTTP status of the service's reply, when there was one.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The service's own error text, when it gave one.
    #[must_use]
    pub fn service_text(&self) -> Option<&str> {
        self.0.service_text.as_deref()
    }

    /// Whether the same call may succeed later without a change by the caller.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the service asks to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The operating system's number of the failure (`errno`), when it has one.
    #[must_use]
    pub fn os_code(&self) -> Option<i32> {
        self.0.os_code
    }

    /// The id of the request that failed, for a report to Filestack's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(text) = &self.0.service_text {
            write!(f, " (the service says: {text})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

/// The operating system's number behind a failure, however deep it is.
pub(crate) fn os_code(cause: &(dyn std::error::Error + 'static)) -> Option<i32> {
    let mut next = Some(cause);
    while let Some(cause) = next {
        let io = cause.downcast_ref::<std::io::Error>();
        if let Some(code) = io.and_then(std::io::Error::raw_os_error) {
            return Some(code);
        }
        // What an `io::Error` was made of is not its source.
        next = match io.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// Whether a number says that no way leads to the other end: ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH.
#[cfg(unix)]
pub(crate) fn is_unreachable(code: i32) -> bool {
    use rustix::io::Errno;
    let errnos = [Errno::NETDOWN, Errno::NETUNREACH, Errno::HOSTDOWN, Errno::HOSTUNREACH];
    errnos.iter().any(|errno| errno.raw_os_error() == code)
}

/// Whether a number says that no way leads to the other end. Compiled, not tested.
#[cfg(not(unix))]
pub(crate) fn is_unreachable(_code: i32) -> bool {
    false
}

/// Whether a number says that memory, threads or descriptors ran out: ENOMEM, ENFILE, EMFILE.
#[cfg(unix)]
pub(crate) fn is_scarcity(code: i32) -> bool {
    use rustix::io::Errno;
    [Errno::NOMEM, Errno::NFILE, Errno::MFILE].iter().any(|errno| errno.raw_os_error() == code)
}

/// Whether a number says that something ran out. Compiled, not tested.
#[cfg(not(unix))]
pub(crate) fn is_scarcity(_code: i32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_redacted_on_the_way_in() {
        let error = Error::new(ErrorKind::Http, "GET https://x/security=p:abcdefgh,s:12345678/H failed")
            .with_service_text("(signature: \"0123456789abcdef\"; policy \"eyJhIjoxfQ==\")")
            .in_context("download of https://x/?policy=eyJhIjoxfQ==&signature=0123456789abcdef");
        let dump = format!("{error} {error:?}");
        for secret in ["abcdefgh", "12345678", "0123456789abcdef", "eyJhIjoxfQ"] {
            assert!(!dump.contains(secret), "{dump}");
        }
    }

    #[test]
    fn the_systems_number_is_found_however_deep() {
        let inner = std::io::Error::from_raw_os_error(28);
        let outer = std::io::Error::other(std::io::Error::other(inner));
        let error = Error::io("cannot write", &outer);
        assert_eq!((error.kind(), error.os_code()), (ErrorKind::Io, Some(28)));
        let error = Error::io("cannot open", &std::io::Error::from_raw_os_error(24));
        assert_eq!((error.kind(), error.os_code()), (ErrorKind::Resources, Some(24)));
        assert_eq!(Error::io("cannot read", &std::io::Error::other("no")).os_code(), None);
    }

    #[test]
    fn a_message_is_one_line() {
        let error = Error::argument("cannot open 'two\r\nlines\u{7f}ü'").in_context("a\tb");
        assert_eq!(error.message(), "a\\tb: cannot open 'two\\r\\nlines\\u{7f}ü'");
    }
}
