//! The S3-like endpoint that signed part URLs point to.

use axum::body::Body;
use axum::extract::{Request, State as Extracted};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::database::{ChunkRecord, PartRecord};
use crate::errors::{Result, ServiceError};
use crate::hex::hex;
use crate::state::Shared;
use crate::storage::Received;
use crate::storage::signing::{PREFIX, Ticket};

/// Takes the bytes of a part or chunk.
pub(crate) async fn put(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    match receive(&state, request).await {
        Ok(response) => response,
        Err(error) if error.status().is_server_error() => error.into_xml("InternalError").into_response(),
        Err(error) => error.into_response(),
    }
}

/// Storage takes parts and gives nothing back.
pub(crate) async fn refuse_method() -> ServiceError {
    let text = "The specified method is not allowed against this resource.";
    ServiceError::xml(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", text)
}

async fn receive(state: &Shared, request: Request) -> Result<Response> {
    let (head, body) = request.into_parts();
    refuse_filestack_headers(&head.headers)?;
    let ticket = state.signer.verify(head.uri.path(), head.uri.query().unwrap_or_default(), &head.headers)?;
    let upload = state.database.upload(&ticket.upload_id).await?;
    let is_open =
        upload.is_some_and(|upload| upload.reply.is_none() && head.uri.path() == format!("{PREFIX}{}", upload.uri));
    if !is_open {
        let text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
        return Err(ServiceError::xml(StatusCode::NOT_FOUND, "NoSuchUpload", text));
    }
    check_length(&head.headers, &ticket)?;
    let announced = announced_md5(&head.headers)?;
    let received = state.storage.receive(body, ticket.size).await?;
    if received.size != ticket.size {
        let text = format!("{} bytes arrived, {} were announced", received.size, ticket.size);
        return Err(ServiceError::xml(StatusCode::BAD_REQUEST, "IncompleteBody", text));
    }
    if announced.is_some_and(|announced| announced != received.md5) {
        let text = "The Content-MD5 you specified did not match what we received.";
        return Err(ServiceError::xml(StatusCode::BAD_REQUEST, "BadDigest", text));
    }
    let etag = format!("\"{}\"", hex(&received.md5));
    keep(state, &ticket, received).await?;
    let mut response = Response::new(Body::empty());
    let etag = HeaderValue::from_str(&etag).map_err(ServiceError::internal)?;
    response.headers_mut().insert(header::ETAG, etag);
    Ok(response)
}

/// The signed headers are the complete set: SDK headers here would break the signature of the real storage.
fn refuse_filestack_headers(headers: &HeaderMap) -> Result<()> {
    match headers.keys().find(|name| name.as_str().starts_with("filestack-")) {
        None => Ok(()),
        Some(name) => {
            let text = format!("Filestack-* headers must not be sent to storage: {name}");
            Err(ServiceError::xml(StatusCode::BAD_REQUEST, "InvalidRequest", text))
        }
    }
}

fn check_length(headers: &HeaderMap, ticket: &Ticket) -> Result<()> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    match length {
        None => {
            let text = "You must provide the Content-Length HTTP header.";
            Err(ServiceError::xml(StatusCode::LENGTH_REQUIRED, "MissingContentLength", text))
        }
        Some(length) if length != ticket.size => {
            let text = format!("the body has {length} bytes, {} were declared to multipart/upload", ticket.size);
            Err(ServiceError::xml(StatusCode::BAD_REQUEST, "InvalidRequest", text))
        }
        Some(_) => Ok(()),
    }
}

fn announced_md5(headers: &HeaderMap) -> Result<Option<[u8; 16]>> {
    let Some(value) = headers.get("content-md5") else { return Ok(None) };
    let digest = STANDARD.decode(value.as_bytes()).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    digest.map(Some).ok_or_else(|| {
        ServiceError::xml(StatusCode::BAD_REQUEST, "InvalidDigest", "The Content-MD5 you specified is not valid.")
    })
}

async fn keep(state: &Shared, ticket: &Ticket, received: Received) -> Result<()> {
    let storage = state.storage.clone();
    let upload_id = ticket.upload_id.clone();
    let name = tokio::task::spawn_blocking(move || storage.keep_part(&upload_id, received.file))
        .await
        .map_err(ServiceError::internal)??;
    match ticket.offset {
        Some(start) => {
            let chunk = ChunkRecord { start, size: ticket.size, file: name };
            state.database.add_chunk(&ticket.upload_id, ticket.part, chunk).await
        }
        None => {
            let part = PartRecord {
                number: ticket.part,
                size: ticket.size,
                md5: hex(&received.md5),
                file: name,
                intelligent: false,
            };
            // Last write wins: a part that is sent again replaces what was there.
            if let Some(replaced) = state.database.put_part(&ticket.upload_id, part).await? {
                state.storage.forget_part(&replaced);
            }
            Ok(())
        }
    }
}
