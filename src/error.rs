//! The one error type of the library: what failed, on what, and what to do about it.
//!
//! A message never holds a secret: whatever comes from the service or from a URL goes through
//! [`crate::redaction`] before it is kept.

use std::fmt;
use std::time::Duration;

use crate::redaction::redact;

/// What an operation that can fail returns.
pub type Result<T> = std::result::Result<T, Error>;

/// The kinds of failure. The discriminants are the status codes of the C API and are never renumbered:
/// 1-99 misuse, 100 local input and output, 200 network, 300 the service, 400 transfers, 900 internal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A pointer that must not be NULL was NULL.
    Null = 1,
    /// A string was not valid UTF-8.
    Utf8 = 2,
    /// A handle was of another type, or no longer alive.
    Handle = 3,
    /// A value was refused.
    Argument = 4,
    /// The object is in a state that does not allow the call.
    State = 5,
    /// A blocking call was made from a callback.
    WouldDeadlock = 6,
    /// This build or this input does not support the call.
    Unsupported = 7,
    /// The catalogue has no such transformation task.
    TaskUnknown = 20,
    /// The task has no such parameter.
    ParamUnknown = 21,
    /// The parameter's value has the wrong type.
    ParamType = 22,
    /// The parameter's value is out of range, or not one of the allowed words.
    ParamRange = 23,
    /// A required parameter is missing.
    ParamMissing = 24,
    /// The task may not stand at this place of the chain.
    TaskOrder = 25,
    /// A local file could not be read or written.
    Io = 100,
    /// The source changed while it was being read.
    SourceChanged = 101,
    /// The destination exists and may not be replaced.
    Exists = 102,
    /// A time limit passed.
    Timeout = 200,
    /// A host name could not be resolved.
    Dns = 201,
    /// No connection could be made.
    Connect = 202,
    /// The TLS handshake failed, for example because the certificate is not trusted.
    Tls = 203,
    /// An established connection broke.
    Network = 204,
    /// The service answered with an error status.
    Http = 300,
    /// The service refused the credentials (401 or 403).
    Auth = 301,
    /// The service does not know the file or the application (404).
    NotFound = 302,
    /// The service asks for fewer requests (429).
    RateLimit = 303,
    /// The service answered with something that the protocol does not allow.
    Protocol = 304,
    /// The reply is larger than the limit.
    TooLarge = 305,
    /// A webhook's signature does not match, or it is too old.
    Signature = 306,
    /// The operation was cancelled.
    Cancelled = 400,
    /// A callback of the caller reported a failure.
    Callback = 403,
    /// A bug in the library: a panic was caught.
    Panic = 900,
}

impl ErrorKind {
    /// Every kind, in the order of the codes.
    pub const ALL: &'static [ErrorKind] = &[
        ErrorKind::Null,
        ErrorKind::Utf8,
        ErrorKind::Handle,
        ErrorKind::Argument,
        ErrorKind::State,
        ErrorKind::WouldDeadlock,
        ErrorKind::Unsupported,
        ErrorKind::TaskUnknown,
        ErrorKind::ParamUnknown,
        ErrorKind::ParamType,
        ErrorKind::ParamRange,
        ErrorKind::ParamMissing,
        ErrorKind::TaskOrder,
        ErrorKind::Io,
        ErrorKind::SourceChanged,
        ErrorKind::Exists,
        ErrorKind::Timeout,
        ErrorKind::Dns,
        ErrorKind::Connect,
        ErrorKind::Tls,
        ErrorKind::Network,
        ErrorKind::Http,
        ErrorKind::Auth,
        ErrorKind::NotFound,
        ErrorKind::RateLimit,
        ErrorKind::Protocol,
        ErrorKind::TooLarge,
        ErrorKind::Signature,
        ErrorKind::Cancelled,
        ErrorKind::Callback,
        ErrorKind::Panic,
    ];

    /// The number that the C API uses for this kind.
    #[must_use]
    pub fn code(self) -> i32 {
        self as i32
    }
}

/// A failure. Cheap to move; cloning copies the texts.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    message: String,
    http_status: Option<u16>,
    service_text: Option<String>,
    retryable: bool,
    retry_after: Option<Duration>,
    request_id: Option<String>,
}

impl Error {
    /// An error of `kind` whose message names what failed, on what, and what to do. Secrets in it are masked.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl AsRef<str>) -> Self {
        Error(Box::new(Details {
            kind,
            message: one_line(&redact(message.as_ref())),
            http_status: None,
            service_text: None,
            retryable: false,
            retry_after: None,
            request_id: None,
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
        Error::new(ErrorKind::Io, format!("{action}: {cause}"))
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
        self.0.message = one_line(&redact(&format!("{context}: {}", self.0.message)));
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

    /// The id of the request that failed, for a report to Filestack's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// All of it as a JSON object: `code`, `message`, `retryable` always; the other members when known.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut object = serde_json::Map::new();
        object.insert("code".into(), self.0.kind.code().into());
        object.insert("message".into(), self.0.message.clone().into());
        object.insert("retryable".into(), self.0.retryable.into());
        if let Some(status) = self.0.http_status {
            object.insert("http_status".into(), status.into());
        }
        if let Some(text) = &self.0.service_text {
            object.insert("service_text".into(), text.clone().into());
        }
        if let Some(delay) = self.0.retry_after {
            let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            object.insert("retry_after_ms".into(), millis.into());
        }
        if let Some(id) = &self.0.request_id {
            object.insert("request_id".into(), id.clone().into());
        }
        serde_json::Value::Object(object).to_string()
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
        write!(f, "Error({:?}, {})", self.0.kind, self.to_json())
    }
}

impl std::error::Error for Error {}

/// `text` with line ends and other control characters written as escapes: logs count on one line for an error.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_what_is_known_and_nothing_else() {
        let error = Error::new(ErrorKind::Auth, "upload of 'a.png' refused")
            .with_http_status(403)
            .with_service_text("Invalid App policy");
        let json: serde_json::Value = serde_json::from_str(&error.to_json()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"code": 301, "message": "upload of 'a.png' refused", "retryable": false,
                "http_status": 403, "service_text": "Invalid App policy"})
        );
    }

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
    fn a_message_is_one_line() {
        let error = Error::argument("cannot open 'two\r\nlines\u{7f}ü'").in_context("a\tb");
        assert_eq!(error.message(), "a\\tb: cannot open 'two\\r\\nlines\\u{7f}ü'");
    }

    #[test]
    fn codes_are_unique_and_ascending() {
        let codes: Vec<i32> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    }
}
