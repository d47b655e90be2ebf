//! Error replies in the envelopes that the real service uses.
//!
//! The upload host answers `{"error": .., "timestamp": ..}`, cloud drives have other members beside the text, the
//! CDN and the File API answer plain text, and storage answers S3's XML. Clients read all of them, so each is kept.

use std::io::ErrorKind;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rusqlite::ErrorCode;

use crate::clock;

/// Letters by which error replies name a request.
const REQUEST_ID_LENGTH: usize = 16;

/// The envelope of an error reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Envelope {
    /// `{"error": text, "timestamp": seconds}`
    Json,
    /// `{"error": text, "c": request, "i": instance, "t": seconds}`
    Cloud,
    /// The bare text.
    Text,
    /// S3's `<Error>` document with this code.
    Xml(&'static str),
}

/// A refusal that is sent to the client.
#[derive(Debug, Clone)]
pub(crate) struct ServiceError {
    status: StatusCode,
    envelope: Envelope,
    text: String,
}

/// What handlers return.
pub(crate) type Result<T> = std::result::Result<T, ServiceError>;

impl ServiceError {
    /// A refusal of the upload host.
    pub(crate) fn json(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, envelope: Envelope::Json, text: text.into() }
    }

    /// A refusal of the CDN or of the File API.
    pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, envelope: Envelope::Text, text: text.into() }
    }

    /// A refusal of the storage endpoint.
    pub(crate) fn xml(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, envelope: Envelope::Xml(code), text: text.into() }
    }

    /// 400 `invalid params: NAME` of the upload host.
    pub(crate) fn invalid_params(name: &str) -> Self {
        Self::json(StatusCode::BAD_REQUEST, format!("invalid params: {name}"))
    }

    /// 400 of the upload host for a body without the members that every call needs.
    pub(crate) fn parameters_are_invalid() -> Self {
        Self::json(StatusCode::BAD_REQUEST, "Parameters are invalid")
    }

    /// 404 for a handle that names no file.
    pub(crate) fn file_not_found() -> Self {
        Self::text(StatusCode::NOT_FOUND, "file not found")
    }

    /// 400 for a task that the catalogue does not know.
    pub(crate) fn unknown_task() -> Self {
        Self::text(StatusCode::BAD_REQUEST, "Invalid transformation task")
    }

    /// 400 for a parameter that its task does not know.
    pub(crate) fn unknown_attribute() -> Self {
        Self::text(StatusCode::BAD_REQUEST, "Invalid transformation attribute")
    }

    /// 400 for a value that its parameter does not take.
    pub(crate) fn invalid_value() -> Self {
        Self::text(StatusCode::BAD_REQUEST, "invalid attr value")
    }

    /// 400 of the CDN for a source that does not fit to what is asked of it.
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::text(StatusCode::BAD_REQUEST, text)
    }

    /// 501 for what this service knows of but does not do.
    pub(crate) fn not_served(what: impl std::fmt::Display) -> Self {
        Self::text(StatusCode::NOT_IMPLEMENTED, format!("filestack-local does not implement {what}"))
    }

    /// 500 with the reason on stderr: the client cannot do anything about it.
    pub(crate) fn internal(reason: impl std::fmt::Display) -> Self {
        eprintln!("filestack-local: internal error: {reason}");
        Self::text(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
    }

    /// Tells the client too: the user of the service owns the disk.
    fn because(mut self, reason: impl std::fmt::Display) -> Self {
        self.text = format!("the data folder cannot be written: {reason}");
        self
    }

    /// The same refusal in the upload host's envelope.
    pub(crate) fn into_json(mut self) -> Self {
        self.envelope = Envelope::Json;
        self
    }

    /// The same refusal in the envelope of cloud drives.
    pub(crate) fn into_cloud(mut self) -> Self {
        self.envelope = Envelope::Cloud;
        self
    }

    /// The same refusal as bare text.
    pub(crate) fn into_text(mut self) -> Self {
        self.envelope = Envelope::Text;
        self
    }

    /// The same refusal in storage's envelope.
    pub(crate) fn into_xml(mut self, code: &'static str) -> Self {
        self.envelope = Envelope::Xml(code);
        self
    }

    /// The text, without an envelope.
    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.text
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<std::io::Error> for ServiceError {
    fn from(error: std::io::Error) -> Self {
        let kind = error.kind();
        match kind {
            ErrorKind::FileTooLarge
            | ErrorKind::PermissionDenied
            | ErrorKind::QuotaExceeded
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::StorageFull => Self::internal(error).because(kind),
            _ => Self::internal(error),
        }
    }
}

impl From<rusqlite::Error> for ServiceError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::internal(error).because(ErrorKind::StorageFull),
            Some(ErrorCode::ReadOnly) => Self::internal(error).because(ErrorKind::ReadOnlyFilesystem),
            Some(ErrorCode::SystemIoFailure) => Self::internal(error).because("the disk has failed"),
            _ => Self::internal(error),
        }
    }
}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let (content_type, body) = match self.envelope {
            Envelope::Json => {
                let body = serde_json::json!({ "error": self.text, "timestamp": clock::now_seconds() });
                ("application/json", body.to_string())
            }
            Envelope::Cloud => {
                let request = crate::handles::random_name(REQUEST_ID_LENGTH);
                let body = serde_json::json!({
                    "error": self.text, "c": request, "i": "filestack-local", "t": clock::now_seconds()
                });
                ("application/json", body.to_string())
            }
            Envelope::Text => ("text/plain; charset=utf-8", self.text),
            Envelope::Xml(code) => ("application/xml", s3_error(code, &self.text)),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    }
}

/// S3's error document.
pub(crate) fn s3_error(code: &str, message: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message><RequestId>{}</RequestId></Error>",
        escape_xml(message),
        crate::handles::random_name(REQUEST_ID_LENGTH)
    )
}

fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_text_is_escaped() {
        let document = s3_error("BadDigest", "a<b>&c");
        assert!(document.contains("<Code>BadDigest</Code><Message>a&lt;b&gt;&amp;c</Message>"), "{document}");
    }
}
