//! The transfer of a part: a signed PUT of its bytes to the storage, and the commit of intelligent uploads.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::error::{Error, ErrorKind, Result};
use crate::progress::Transfer;
use crate::redaction::{Secret, is_secret_member, secrets_of_url};
use crate::source::Lease;
use crate::transport::{Body, Request, service_text};
use crate::web_url;

use super::part_layout::Part;
use super::session::{Session, incomplete, non_empty};

/// A piece of the file on its way: `offset` is the one within the part, in intelligent uploads only.
pub(super) struct Chunk {
    pub(super) part: u64,
    pub(super) offset: Option<u64>,
    pub(super) md5_b64: String,
    pub(super) body: Body,
    pub(super) transfer: Transfer,
}

/// A part that is being sent, and where its bytes come from.
pub(super) struct PartContent<'a> {
    pub(super) lease: &'a Lease,
    pub(super) part: Part,
    /// Of the whole part, in base64.
    pub(super) md5_b64: String,
    /// Its bytes, when they were read and are kept; otherwise they are read again.
    pub(super) held: Option<Bytes>,
}

impl PartContent<'_> {
    /// The MD5 of a range of the part, in base64.
    pub(super) async fn md5_b64(&self, offset: u64, length: u64) -> Result<String> {
        if length == self.part.length {
            return Ok(self.md5_b64.clone());
        }
        match &self.held {
            Some(bytes) => self.lease.md5_b64_of(range(bytes, offset, length)).await,
            None => self.lease.md5_b64(self.part.offset + offset, length).await,
        }
    }

    /// A range of the part, as what a request carries.
    pub(super) fn body(&self, offset: u64, length: u64) -> Body {
        match &self.held {
            Some(bytes) => Body::Memory(range(bytes, offset, length)),
            None => Body::Content(Arc::new(self.lease.section(self.part.offset + offset, length))),
        }
    }
}

fn range(bytes: &Bytes, offset: u64, length: u64) -> Bytes {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    bytes.slice(start..start + usize::try_from(length).unwrap_or(usize::MAX))
}

impl Session<'_> {
    /// Sends one piece to the storage, with a signature of its own, and returns its ETag. It asks where to, and then
    /// waits for one of `slots`.
    pub(super) async fn send_once(
        &self,
        chunk: &Chunk,
        slots: &Semaphore,
        content: &PartContent<'_>,
    ) -> Result<String> {
        let what = format!("part {} of the upload of '{}'", chunk.part, self.description.filename);
        let (url, headers) = self.signed_request(chunk, &what).await?;
        let _secrets = secrets_of_request(&url, &headers);
        // Never closed.
        let _slot = slots.acquire().await;
        let put = Request::put_to_storage(url, &what, headers, chunk.body.clone()).counted_by(chunk.transfer.clone());
        let reply = match self.call.send(&put).await {
            Err(error) if says(&error, "BadDigest") => return Err(judge_digest(chunk, error, content).await),
            reply => reply.map_err(retryable_when_outdated)?,
        };
        let etag = reply.header("etag").filter(|etag| !etag.trim_matches('"').is_empty());
        etag.map(str::to_owned).ok_or_else(|| reply.unexpected("of the storage has no ETag", "").with_retryable(true))
    }

    /// Where and with which headers the storage takes `chunk`.
    async fn signed_request(&self, chunk: &Chunk, what: &str) -> Result<(String, HeaderMap)> {
        let mut body = self.identity()?;
        body.insert("store".into(), self.description.store.clone().into());
        body.insert("part".into(), chunk.part.into());
        body.insert("size".into(), chunk.body.size().into());
        body.insert("md5".into(), chunk.md5_b64.clone().into());
        if let Some(offset) = chunk.offset {
            body.insert("offset".into(), offset.into());
            body.insert("fii".into(), true.into());
        }
        self.context.sign_members(&mut body);
        let request = self.request("multipart/upload", what, &body);
        let mut reply = self.call.send(&request).await?.json_object().await?;
        let url = non_empty(reply.remove("url")).ok_or_else(|| incomplete(what, "url"))?;
        if web_url::leaves_tls(&self.place.host, &url) {
            let problem = "the service names a place in the storage that would get the content without TLS";
            return Err(Error::new(ErrorKind::Protocol, format!("{what} failed: {problem}")));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in reply.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| incomplete(what, "usable headers"))?;
            let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
            headers.insert(name, value.ok_or_else(|| incomplete(what, "usable headers"))?);
        }
        Ok((url, headers))
    }

    /// Tells the service that all pieces of a part are there. Intelligent uploads only.
    pub(super) async fn commit(&self, part: u64) -> Result<()> {
        let mut body = self.identity()?;
        body.insert("store".into(), self.description.store.clone().into());
        body.insert("part".into(), part.into());
        // The size of the whole file, not of the part: so the service has it.
        body.insert("size".into(), self.description.size.into());
        self.context.sign_members(&mut body);
        let what = format!("commit of part {part} of the upload of '{}'", self.description.filename);
        let request = self.request("multipart/commit", &what, &body);
        self.call.retry(|| async { self.call.send(&request).await?.text().await.map(drop) }).await
    }
}

/// What the storage is shown, and may repeat when it refuses it.
fn secrets_of_request(url: &str, headers: &HeaderMap) -> Vec<Secret> {
    let secret = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = value.to_str().ok().filter(|_| is_secret_member(name.as_str()))?;
        let signature = value.split_once("Signature=").map(|(_, signature)| signature);
        Some([Some(value), signature].into_iter().flatten().map(Secret::new).collect::<Vec<_>>())
    };
    headers.iter().filter_map(secret).flatten().chain(secrets_of_url(url)).collect()
}

/// The error for a part that is not what it was when it was hashed.
pub(super) fn part_changed(part: u64) -> Error {
    let what = format!("part {part} of the source changed while it was uploaded: nothing was stored");
    Error::new(ErrorKind::SourceChanged, what)
}

/// A signature that is too old, or a clock that is off: a fresh signature can help, unlike with any other 403.
fn retryable_when_outdated(error: Error) -> Error {
    let is_outdated = says(&error, "RequestTimeTooSkewed") || says(&error, "AccessDenied: Request has expired");
    if is_outdated { error.with_retryable(true) } else { error }
}

/// Whether the storage names this as the reason.
fn says(error: &Error, reason: &str) -> bool {
    error.service_text().is_some_and(|text| service_text(text).starts_with(reason))
}

/// The error for bytes that did not arrive as they were announced: either they have changed, or the way has.
async fn judge_digest(chunk: &Chunk, error: Error, content: &PartContent<'_>) -> Error {
    if content.held.is_some() {
        return error.with_retryable(true);
    }
    let offset = content.part.offset + chunk.offset.unwrap_or(0);
    match content.lease.md5_b64(offset, chunk.body.size()).await {
        Ok(md5_b64) if md5_b64 == chunk.md5_b64 => error.with_retryable(true),
        Ok(_) => part_changed(chunk.part),
        Err(failure) => failure,
    }
}
