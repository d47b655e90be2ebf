//! `POST /multipart/upload`: a signed URL for one part or chunk.

use axum::Json;
use axum::extract::{Request, State as Extracted};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{MAX_PART_SIZE, answer, check_open, find_upload, open};
use crate::errors::{Result, ServiceError};
use crate::state::Shared;
use crate::storage::signing::Ticket;

/// Signs a storage PUT.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(sign(&state, request).await)
}

async fn sign(state: &Shared, request: Request) -> Result<Response> {
    let (head, fields) = open(request).await?;
    let upload = find_upload(state, &fields).await?;
    check_open(&upload)?;
    let part = fields.part()?;
    let size = fields.required_size("size")?;
    let md5 = fields.text("md5");
    if md5.is_some_and(|md5| STANDARD.decode(md5).map_or(true, |digest| digest.len() != 16)) {
        return Err(ServiceError::invalid_params("md5"));
    }
    let is_chunk = fields.flag("fii");
    if is_chunk && !upload.intelligent {
        return Err(ServiceError::invalid_params("fii"));
    }
    // Go leaves an offset of 0 away.
    let offset = is_chunk.then(|| fields.integer("offset").unwrap_or(0));
    let end = offset.unwrap_or(0).checked_add(size);
    if end.is_none_or(|end| end > MAX_PART_SIZE || end > upload.size) {
        return Err(ServiceError::invalid_params("size"));
    }
    let ticket = Ticket { upload_id: upload.upload_id, part, offset, size };
    let (target, headers) = state.signer.sign(&upload.uri, &upload.region, &ticket, md5);
    let headers: Map<String, Value> =
        headers.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    let url = format!("{}{target}", state.origin(&head.uri, &head.headers));
    let location_url = state.location_url(&head.uri, &head.headers);
    Ok(Json(json!({ "url": url, "headers": headers, "location_url": location_url })).into_response())
}
