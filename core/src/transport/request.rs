//! One request, ready to be sent more than once.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::streamed_body::{Content, Resendable};

/// What is asked of whom.
pub(crate) struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) what: String,
    pub(super) headers: Headers,
    pub(super) body: Body,
}

pub(super) enum Headers {
    /// Those of requests to the service, with the type of the body and further ones.
    Service(HeaderMap),
    /// Exactly these: a signed storage request covers its headers.
    Storage(HeaderMap),
}

pub(super) enum Body {
    Memory(Bytes),
    Content(Resendable),
}

impl Request {
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
        Self::post(url, what).with_body(mimetype, Body::Content(Resendable::new(content)))
    }

    /// A PUT to the storage with exactly the headers that were signed.
    pub(crate) fn put_to_storage(
        url: impl Into<String>,
        what: impl Into<String>,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        Request {
            method: Method::PUT,
            url: url.into(),
            what: what.into(),
            headers: Headers::Storage(headers),
            body: Body::Memory(body),
        }
    }

    /// What errors call the request.
    pub(crate) fn what(&self) -> &str {
        &self.what
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
        }
    }

    fn with_body(mut self, mimetype: &str, body: Body) -> Self {
        self.body = body;
        self.with_service_header(CONTENT_TYPE, mimetype)
    }
}
