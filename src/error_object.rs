//! The object behind an error.

use std::ffi::CString;

use filestack_core::Error;
use serde_json::{Map, Value};

use crate::arguments::c_string;
use crate::failure::Failure;
use crate::handle::{self, Opaque};
use crate::milliseconds;

/// What went wrong. Immutable and shared: any thread, freed by the last filestack_error_release.
pub struct filestack_error {
    _opaque: [u8; 0],
}

/// An error with its texts as C sees them.
pub(crate) struct ErrorValue {
    pub(crate) failure: Failure,
    pub(crate) message: CString,
    pub(crate) service_text: Option<CString>,
    pub(crate) request_id: Option<CString>,
    pub(crate) json: CString,
}

impl Opaque for filestack_error {
    type Value = ErrorValue;
    const NAME: &'static str = "filestack_error";
    const ARGUMENT: &'static str = "error";
}

/// Makes an error object that the caller owns.
pub(crate) fn hand_over(failure: Failure) -> *mut filestack_error {
    let core = failure.core();
    handle::new(ErrorValue {
        message: c_string(&failure.message()),
        service_text: core.and_then(Error::service_text).map(c_string),
        request_id: core.and_then(Error::request_id).map(c_string),
        json: c_string(&json(&failure)),
        failure,
    })
}

/// All that is known as a JSON object: `code`, `message`, `retryable` always; the other members when known.
fn json(failure: &Failure) -> String {
    let mut object = Map::new();
    object.insert("code".into(), failure.status().into());
    object.insert("message".into(), failure.message().into());
    object.insert("retryable".into(), failure.core().is_some_and(Error::is_retryable).into());
    if let Some(error) = failure.core() {
        let members = [
            ("http_status", error.http_status().map(Value::from)),
            ("service_text", error.service_text().map(Value::from)),
            ("retry_after_ms", error.retry_after().map(|delay| milliseconds::count(delay).into())),
            ("request_id", error.request_id().map(Value::from)),
            ("os_code", error.os_code().map(Value::from)),
        ];
        object.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    Value::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use filestack_core::ErrorKind;

    #[test]
    fn json_holds_what_is_known_and_nothing_else() {
        let error = Error::new(ErrorKind::Auth, "upload of 'a.png' refused")
            .with_http_status(403)
            .with_service_text("Invalid App policy");
        let json: Value = serde_json::from_str(&json(&error.into())).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"code": 301, "message": "upload of 'a.png' refused", "retryable": false,
                "http_status": 403, "service_text": "Invalid App policy"})
        );
    }
}
