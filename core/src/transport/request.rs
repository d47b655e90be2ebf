//! One request, ready to be sent more than once.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::progress::Transfer;

use super::content::Content;

/// What is asked of whom.
pub(crate) struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) what: String,
    pub(super) headers: Headers,
    pub(super) body: Body,
    pub(super) effect: Effect,
    /// Where the bytes of the body are counted, or those of the reply when there is no body.
    pub(super) transfer: Option<Transfer>,
}

pub(super) enum Headers {
    /// Those of requests to the service, with the type of the body and further ones.
    Service(HeaderMap),
    /// Exactly these: a signed storage request covers its headers.
    Storage(HeaderMap),
}

/// What a request carries.
#[derive(Clone)]
pub(crate) enum Body {
    /// Bytes that are the library's own.
    Memory(Bytes),
    /// Bytes that are read while they are sent.
    Content(Arc<dyn Content>),
}

impl Body {
    /// How many bytes there are.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Body::Memory(bytes) => bytes.len() as u64,
            Body::Content(content) => content.size(),
        }
    }
}

/// What happens when a request is carried out twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The same as when it is carried out once.
    Once,
    /// Something is made each time: it is sent again only when it cannot have been carried out.
    EachTime,
}

impl Request {
    /// Where it goes.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A GET from the service. `what` names it in errors: "download of 'H'".
    pub(crate) fn get(url: impl Into<String>, what: impl Into<String>) -> Self {
        Self::to_service(Method::GET, url, what)
    }

    /// A DELETE at the service.
    pub(crate) fn delete(url: impl Into<String>, what: impl Into<String>) -> Self {
        Self::to_service(Method::DELETE, url, what)
    }

    /// A POST to the service without a body: the URL says it all.
    pub(crate) fn post(url: impl Into<String>, what: impl Into<String>) -> Self {
        Self::to_service(Method::POST, url, what)
    }

    /// A POST of a JSON object to the service.
    pub(crate) fn post_json(url: impl Into<String>, what: impl Into<String>, body: &Map<String, Value>) -> Self {
        let body = serde_json::to_vec(body).map(Bytes::from).unwrap_or_default();
        Self::post(url, what).with_body("application/json", Body::Memory(body))
    }

    /// A POST of form fields to the service.
    pub(crate) fn post_form(url: impl Into<String>, what: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::post(url, what).with_body("application/x-www-form-urlencoded", Body::Memory(body.into()))
    }

    /// A POST of content to the service, read while it is sent.
    pub(crate) fn post_content(
        url: impl Into<String>,
        what: impl Into<String>,
        mimetype: &str,
        content: impl Content,
    ) -> Self {
        Self::post(url, what).with_body(mimetype, Body::Content(Arc::new(content)))
    }

    /// A PUT to the storage with exactly the headers that were signed.
    pub(crate) fn put_to_storage(
        url: impl Into<String>,
        what: impl Into<String>,
        headers: HeaderMap,
        body: Body,
    ) -> Self {
        Request {
            method: Method::PUT,
            url: url.into(),
            what: what.into(),
            headers: Headers::Storage(headers),
            body,
            effect: Effect::Once,
            transfer: None,
        }
    }

    /// What errors call the request.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// Says that the request makes something each time that it is carried out.
    pub(crate) fn making_something(mut self) -> Self {
        self.effect = Effect::EachTime;
        self
    }

    /// Says so when `makes_something` holds.
    pub(crate) fn making_something_if(self, makes_something: bool) -> Self {
        if makes_something { self.making_something() } else { self }
    }

    /// Counts the body's bytes while they move.
    pub(crate) fn counted_by(mut self, transfer: Transfer) -> Self {
        self.transfer = Some(transfer);
        self
    }

    /// `error` of a request that may have been carried out: it must not be sent again when that would make more.
    pub(super) fn once(&self, error: Error) -> Error {
        if self.effect == Effect::EachTime { error.not_repeatable() } else { error }
    }

    /// Adds a header to a request to the service; the storage's set is complete as it is.
    pub(crate) fn with_service_header(mut self, name: HeaderName, value: &str) -> Self {
        if let (Headers::Service(headers), Ok(value)) = (&mut self.headers, HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
        self
    }

    fn to_service(method: Method, url: impl Into<String>, what: impl Into<String>) -> Self {
        Request {
            method,
            url: url.into(),
            what: what.into(),
            headers: Headers::Service(HeaderMap::new()),
            body: Body::Memory(Bytes::new()),
            effect: Effect::Once,
            transfer: None,
        }
    }

    fn with_body(mut self, mimetype: &str, body: Body) -> Self {
        self.body = body;
        self.with_service_header(CONTENT_TYPE, mimetype)
    }
}
