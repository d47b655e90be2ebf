//! A reply whose body has not been read yet. It is checked before it is used.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind, Limit, Result};
use crate::limits::{Limits, Place};

use super::failure;
use super::renewal::UsedPools;
use super::route::Route;

/// The largest JSON or text reply that is read. The largest real ones (OCR of a page) have some 100 KiB.
const LARGEST_TEXT: u64 = 8 * 1024 * 1024;

/// How much of an error reply is read.
const LARGEST_ERROR_TEXT: usize = 64 * 1024;

/// The names under which services give a request's id.
const REQUEST_ID_HEADERS: [&str; 3] = ["x-request-id", "x-amz-request-id", "filestack-trace-id"];

/// Status, headers and the body to be read.
pub(crate) struct Reply {
    response: reqwest::Response,
    what: String,
    route: Route,
    request_id: String,
    announced_length: Option<u64>,
    pools: UsedPools,
    idle_timeout: Option<Duration>,
    /// Whether the request has made something, so that it must not be sent again.
    has_made: bool,
    /// The request's place among those in flight, until the reply is read; `None` while it waits for the host.
    place: Option<Place>,
}

impl Reply {
    pub(super) fn new(
        response: reqwest::Response,
        what: String,
        route: Route,
        trace_id: String,
        pools: UsedPools,
        idle_timeout: Option<Duration>,
        place: Place,
    ) -> Self {
        let header = |name: &&str| response.headers().get(*name)?.to_str().ok().map(str::to_owned);
        let request_id = REQUEST_ID_HEADERS.iter().find_map(header).unwrap_or(trace_id);
        // Asked now, because the answer shrinks as the body is read.
        let announced_length = response.content_length();
        let place = Some(place);
        Reply { response, what, route, request_id, announced_length, pools, idle_timeout, has_made: false, place }
    }

    /// Says that the request makes something each time that it is carried out.
    pub(super) fn of_something_made(self, makes_something: bool) -> Self {
        Reply { has_made: makes_something, ..self }
    }

    /// Gives the request's place to others while the reply is not read.
    pub(crate) fn leave_place(&mut self) {
        self.place = None;
    }

    /// Waits for a place, so that the reply can be read on.
    pub(crate) async fn take_place(&mut self, limits: &Limits) -> Result<()> {
        self.place = Some(limits.request().await?);
        Ok(())
    }

    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A header's value, when it is there and readable.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// A header's value as it was sent, when it is there.
    pub(crate) fn header_bytes(&self, name: &str) -> Option<&[u8]> {
        self.response.headers().get(name).map(reqwest::header::HeaderValue::as_bytes)
    }

    /// The length that the reply announces.
    pub(crate) fn announced_length(&self) -> Option<u64> {
        self.announced_length
    }

    /// The reply itself when its status is a success, otherwise the error that it describes.
    pub(super) async fn or_status_error(mut self) -> Result<Reply> {
        if self.response.status().is_success() {
            return Ok(self);
        }
        if let Some(error) = failure::proxy_status_error(&self.what, &self.route, self.status()) {
            return Err(self.identified(error));
        }
        let mut body = Vec::new();
        self.read_error_text(&mut body, LARGEST_ERROR_TEXT).await;
        let text = String::from_utf8_lossy(&body);
        let error = failure::status_error(&self.what, self.status(), self.response.headers(), &text);
        // So the service says that it has not begun: with 429, and with 503 and a time to come back at.
        self.has_made &= !(self.status() == 429 || (self.status() == 503 && error.retry_after().is_some()));
        Err(self.identified(error))
    }

    /// Reads on in an error text until `text` has `limit` bytes. One that breaks off or does not end still tells something.
    pub(crate) async fn read_error_text(&mut self, text: &mut Vec<u8>, limit: usize) {
        while text.len() < limit
            && let Ok(Some(chunk)) = self.chunk().await
        {
            text.extend_from_slice(&chunk);
        }
        text.truncate(limit);
    }

    /// The next piece of the body, or `None` at its end.
    ///
    /// # Errors
    /// `Network` when the connection breaks, `Timeout` when nothing arrives for too long.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let next = self.response.chunk();
        let outcome = match self.idle_timeout {
            Some(limit) => tokio::time::timeout(limit, next).await,
            None => Ok(next.await),
        };
        let error = match outcome {
            Ok(Ok(chunk)) => return Ok(chunk),
            Ok(Err(cause)) => failure::transport_error(&self.what, &self.route, &cause),
            Err(_) => failure::limit_error(&self.what, Limit::Idle),
        };
        self.pools.note_failure(&error);
        Err(self.identified(error))
    }

    /// The whole body, unless it is larger than `limit` bytes.
    ///
    /// # Errors
    /// `TooLarge` beyond the limit, and those of [`Reply::chunk`].
    pub(crate) async fn bytes(&mut self, limit: u64) -> Result<Vec<u8>> {
        if self.announced_length().is_some_and(|length| length > limit) {
            return Err(self.too_large(limit));
        }
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            let size = body.len() as u64 + chunk.len() as u64;
            if size > limit {
                return Err(self.too_large(limit));
            }
            body.try_reserve(chunk.len()).map_err(|_| self.identified(Error::out_of_memory(size)))?;
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The body as text of a sane size.
    pub(crate) async fn text(&mut self) -> Result<String> {
        let body = self.bytes(LARGEST_TEXT).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// The body as a JSON object that does not describe an error.
    ///
    /// # Errors
    /// `Protocol` when it is not a JSON object, or a success status carries the service's `error`.
    pub(crate) async fn json_object(mut self) -> Result<Map<String, Value>> {
        let text = self.text().await?;
        match self.parse(&text)? {
            Value::Object(object) => Ok(object),
            _ => Err(self.unexpected("is JSON but no object", &text)),
        }
    }

    /// The body as a JSON value that does not describe an error.
    ///
    /// # Errors
    /// `Protocol` when it is not JSON, or a success status carries the service's `error`.
    pub(crate) async fn json_value(mut self) -> Result<Value> {
        let text = self.text().await?;
        self.parse(&text)
    }

    fn parse(&self, text: &str) -> Result<Value> {
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) if object.contains_key("error") => Err(self.unexpected("reports an error", text)),
            Ok(value) => Ok(value),
            Err(_) => Err(self.unexpected("is not JSON", text)),
        }
    }

    /// The error for a reply that is not what the protocol promises. `problem` reads like "has no handle".
    pub(crate) fn unexpected(&self, problem: &str, body: &str) -> Error {
        self.identified(failure::protocol_error(&self.what, self.status(), problem, body))
    }

    /// The error for a body beyond `limit` bytes.
    pub(crate) fn too_large(&self, limit: u64) -> Error {
        let message = format!("{} failed: the reply is larger than {limit} bytes", self.what);
        self.identified(Error::new(ErrorKind::TooLarge, message).with_http_status(self.status()))
    }

    fn identified(&self, error: Error) -> Error {
        let error = error.with_request_id(Some(self.request_id.clone()));
        if self.has_made { error.not_repeatable() } else { error }
    }
}
