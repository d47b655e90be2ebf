//! The kinds of body in which a file, or the URL of one, can be sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::Value;

use crate::connection::bodies;
use crate::content::blob::Blob;
use crate::content::filename;
use crate::errors::{Result, ServiceError};
use crate::security::credentials::query_item;
use crate::state::State;

/// The field of a form that holds a file.
const FILE_FIELD: &str = "fileUpload";
/// The field of a form, and the member of a JSON body, that holds a URL.
const URL_FIELD: &str = "url";
/// A single request may bring so many bytes; larger files go in parts.
const MAX_SIZE: u64 = 5 << 30;
/// Bytes that may come before the content of a form's field: what lies between boundaries, and the headers.
const MAX_FIELD_HEAD: u64 = 64 * 1024;
/// What bytes without a type are taken for.
const DEFAULT_TYPE: &str = "text/plain";

/// What a body holds.
#[derive(Debug)]
pub(super) enum Sent {
    /// The file itself; its name is empty when none was given.
    Bytes(Blob),
    /// Where to fetch it.
    Url(String),
}

impl Sent {
    /// Reads a body; bytes go to disk while they arrive. With `json_urls`, `{"url": ..}` is a URL and no file.
    pub(super) async fn read(state: &State, headers: &HeaderMap, body: Body, json_urls: bool) -> Result<Self> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "multipart/form-data" => read_form(state, content_type, body).await,
            "application/x-www-form-urlencoded" => {
                let collected = bodies::collect(body).await.map_err(ServiceError::into_text)?;
                let form = String::from_utf8_lossy(&collected).replace('+', "%20");
                query_item(Some(&form), URL_FIELD).map(Self::Url).ok_or_else(nothing_sent)
            }
            "application/json" if json_urls => {
                let blob = receive(state, body, String::new(), kind).await?;
                // Any other document is a file like any other.
                Ok(url_in(&blob).await?.map_or(Self::Bytes(blob), Self::Url))
            }
            _ => {
                let mimetype = if kind.is_empty() { DEFAULT_TYPE.to_owned() } else { kind };
                receive(state, body, String::new(), mimetype).await.map(Self::Bytes)
            }
        }
    }
}

async fn read_form(state: &State, content_type: &str, body: Body) -> Result<Sent> {
    let malformed = |error: multer::Error| ServiceError::bad_request(format!("the form cannot be read: {error}"));
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let limits = multer::SizeLimit::new().for_field(URL_FIELD, bodies::LIMIT as u64);
    let limits = multer::Constraints::new().size_limit(limits);
    let allowance = Arc::new(AtomicU64::new(MAX_FIELD_HEAD));
    let mut form = multer::Multipart::with_constraints(metered(body, Arc::clone(&allowance)), boundary, limits);
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        allowance.store(u64::MAX, Ordering::Relaxed);
        match field.name() {
            Some(FILE_FIELD) => {
                let filename = field.file_name().unwrap_or_default().to_owned();
                let mimetype = field.content_type().map(|given| given.essence_str().to_owned());
                let mimetype = mimetype.unwrap_or_else(|| filename::mimetype_of(&filename));
                return receive(state, Body::from_stream(field), filename, mimetype).await.map(Sent::Bytes);
            }
            Some(URL_FIELD) => return field.text().await.map(Sent::Url).map_err(malformed),
            // What is not wanted is read here, where it may be long.
            _ => while field.chunk().await.map_err(malformed)?.is_some() {},
        }
        allowance.store(MAX_FIELD_HEAD, Ordering::Relaxed);
    }
    Err(nothing_sent())
}

/// The bytes of a body for as long as `allowance` lasts. The parser collects the head of a field, however long, and
/// everything that it can get at once; so it gets one piece at a time.
fn metered(body: Body, allowance: Arc<AtomicU64>) -> impl Stream<Item = std::result::Result<Bytes, axum::Error>> {
    let mut frames = body.into_data_stream();
    let mut was_given = false;
    stream::poll_fn(move |context| {
        if std::mem::take(&mut was_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let left = allowance.load(Ordering::Relaxed);
        if left == 0 {
            return Poll::Ready(Some(Err(axum::Error::new("the head of a field is too long"))));
        }
        let polled = frames.poll_next_unpin(context);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            allowance.store(left.saturating_sub(bytes.len() as u64), Ordering::Relaxed);
            was_given = true;
        }
        polled
    })
}

async fn receive(state: &State, body: Body, filename: String, mimetype: String) -> Result<Blob> {
    let received = state.storage.receive(body, MAX_SIZE).await.map_err(ServiceError::into_text)?;
    Ok(Blob::received(received, filename, mimetype))
}

/// The URL in a JSON document that is small enough to be one of those that hold nothing else.
async fn url_in(blob: &Blob) -> Result<Option<String>> {
    if blob.size > bodies::LIMIT as u64 {
        return Ok(None);
    }
    let source = std::io::BufReader::new(blob.open()?);
    let document: Option<Value> = tokio::task::spawn_blocking(move || serde_json::from_reader(source).ok())
        .await
        .map_err(ServiceError::internal)?;
    Ok(document.and_then(|document| document.get(URL_FIELD)?.as_str().map(str::to_owned)))
}

fn nothing_sent() -> ServiceError {
    ServiceError::bad_request(format!("neither a file in the field {FILE_FIELD} nor a url was sent"))
}
