//! Small request bodies, read into memory.

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Value};

use crate::errors::{Result, ServiceError};

/// Bodies of calls are small; more is a mistake.
pub(crate) const LIMIT: usize = 1024 * 1024;

/// The whole body.
pub(crate) async fn collect(body: Body) -> Result<Bytes> {
    let collected = Limited::new(body, LIMIT).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            ServiceError::json(StatusCode::PAYLOAD_TOO_LARGE, "request entity too large")
        } else {
            ServiceError::parameters_are_invalid()
        }
    })?;
    Ok(collected.to_bytes())
}

/// The members of a body that is a JSON object.
pub(crate) async fn json_object(body: Body) -> Result<Map<String, Value>> {
    match serde_json::from_slice(&collect(body).await?) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(ServiceError::parameters_are_invalid()),
    }
}
