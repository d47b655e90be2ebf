//! The built-in page: stored files, the latest requests, and a form that tries transformations.
//!
//! The page itself says nothing; what it shows comes from `/local/`, for clients on this machine only.

mod examples;
mod files;

use axum::Json;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::state::Shared;

/// Only what comes from the service itself, and pictures that the script was given by it.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
                              connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the page consists of, and where it gets its data from.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/local/page.css", get(async || asset("text/css; charset=utf-8", include_str!("page.css"))))
        .route("/local/page.js", get(async || asset("text/javascript; charset=utf-8", include_str!("page.js"))))
        .route("/local/files", get(files::list))
        .route("/local/thumbnails/{handle}", get(files::thumbnail))
        .route("/local/tasks", get(async || Json(examples::list())))
}

/// The document.
pub(crate) fn index() -> Response {
    let mut response = asset("text/html; charset=utf-8", include_str!("index.html"));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn asset(content_type: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type)], content).into_response()
}
