//! Failures of the C API: misuse that only C can commit, bugs that were caught, and what the core reports.

use std::any::Any;

use filestack_core::redaction::redact_line;
use filestack_core::{Error, Limit, Remedy};

use crate::status_code::{self, filestack_status};

/// What the functions of this crate return.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Why a call failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The argument is NULL.
    Null(String),
    /// The text is not valid UTF-8 after this many bytes.
    Utf8 { name: String, valid_bytes: usize },
    /// The pointer does not lead to an object of the type that the function takes.
    Object { name: String, expected: &'static str },
    /// A callback made a blocking call.
    WouldDeadlock,
    /// What is asked for is not there yet; why.
    Pending(&'static str),
    /// The object, of this kind, belongs to the parent of this process.
    Forked(&'static str),
    /// A panic was caught.
    Panic(String),
    /// The core refused the call, or it failed there.
    Core(Error),
}

impl Failure {
    /// The value of an argument was refused.
    pub(crate) fn argument(message: impl AsRef<str>) -> Self {
        Failure::Core(Error::argument(message))
    }

    /// A panic with this payload.
    pub(crate) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Failure::Panic(text.unwrap_or("no message").to_owned())
    }

    /// The status that the function returns.
    pub(crate) fn status(&self) -> filestack_status {
        match self {
            Failure::Null(_) => status_code::FILESTACK_E_NULL,
            Failure::Utf8 { .. } => status_code::FILESTACK_E_UTF8,
            Failure::Object { .. } => status_code::FILESTACK_E_OBJECT,
            Failure::WouldDeadlock => status_code::FILESTACK_E_WOULD_DEADLOCK,
            Failure::Pending(_) => status_code::FILESTACK_E_PENDING,
            Failure::Forked(_) => status_code::FILESTACK_E_FORKED,
            Failure::Panic(_) => status_code::FILESTACK_E_PANIC,
            Failure::Core(error) => status_code::of_kind(error.kind()),
        }
    }

    /// One line that says what failed, on what, and what to do. A limit that was reached, and what helps, are named as
    /// their setters are.
    pub(crate) fn message(&self) -> String {
        match self {
            Failure::Null(name) => format!("{name} is NULL"),
            Failure::Utf8 { name, valid_bytes } => format!("{name} is not valid UTF-8 from byte {valid_bytes} on"),
            Failure::Object { name, expected } => {
                format!("{name} is not a live {expected}: it was freed, or is something else")
            }
            Failure::WouldDeadlock => "a callback cannot make a blocking call: it could wait for itself".to_owned(),
            Failure::Pending(why) => (*why).to_owned(),
            Failure::Forked(kind) => {
                format!("the {kind} belongs to the process that has forked this one: make another one here")
            }
            Failure::Panic(text) => redact_line(&format!("a bug in libfilestack, please report it: {text}")),
            Failure::Core(error) => match error.limit().map(setting).or(error.remedy().map(setter)) {
                Some(name) => format!("{} ({name})", error.message()),
                None => error.message().to_owned(),
            },
        }
    }

    /// What the core says, when the failure is its.
    pub(crate) fn core(&self) -> Option<&Error> {
        match self {
            Failure::Core(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Core(error)
    }
}

/// The setters of what helps.
fn setter(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::TrustAuthority => "set_ca_file or set_ca_pem",
        Remedy::ShowCertificate => "set_client_certificate_pem",
    }
}

/// How the setters of a limit end.
fn setting(limit: Limit) -> &'static str {
    match limit {
        Limit::Connect => "connect_timeout_ms",
        Limit::Idle => "idle_timeout_ms",
        Limit::Response => "response_timeout_ms",
        Limit::Total => "total_timeout_ms",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use filestack_core::ErrorKind;

    #[test]
    fn a_limit_is_named_as_its_setter() {
        let failure = Failure::from(Error::new(ErrorKind::Timeout, "no data moved").with_limit(Limit::Idle));
        assert_eq!(failure.message(), "no data moved (idle_timeout_ms)");
        assert_eq!(Failure::from(Error::argument("no")).message(), "no");
    }

    #[test]
    fn a_panics_message_is_one_line_without_secrets() {
        let failure = Failure::panic(&"broken\nhttps://x/?signature=0f0f".to_owned());
        assert_eq!(failure.message(), "a bug in libfilestack, please report it: broken\\nhttps://x/?signature=***");
    }
}
