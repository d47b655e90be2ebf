//! What a service tells programs and people on the same machine, below `/local/`: faults, requests, files.

pub(crate) mod guard;

use axum::extract::{RawQuery, State as Extracted};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::connection::Fate;
use crate::errors::{Result, ServiceError};
use crate::faults::Rule;
use crate::page;
use crate::security::credentials::query_item;
use crate::state::{Shared, State};

/// Where all of it is.
const PREFIX: &str = "/local/";

/// Types in which a browser runs no code.
const INERT_TYPES: [&str; 6] = ["image/", "audio/", "video/", "text/plain", "application/json", "application/pdf"];

/// The routes that the service was told to have.
pub(crate) fn routes(state: &State) -> Router<Shared> {
    let mut router = Router::new();
    if state.control {
        router = router
            .route("/local/faults", get(list_faults).post(add_faults).delete(clear_faults))
            .route("/local/requests", get(list_requests).delete(clear_requests));
    }
    if state.page {
        router = router.merge(page::routes());
    }
    router
}

/// Whether a request is about the service itself: it is neither noted nor does it meet a fault.
pub(crate) fn is_own(head: &request::Parts) -> bool {
    is_private(head) || head.uri.path() == "/favicon.ico"
}

/// Whether a request is for something that not everybody may have.
fn is_private(head: &request::Parts) -> bool {
    head.uri.path().starts_with(PREFIX)
}

/// Refuses a request that is for something that its sender may not have.
pub(crate) fn check(state: &State, head: &request::Parts, fate: &Fate) -> Result<()> {
    if is_private(head) { guard::check(state, head, fate) } else { Ok(()) }
}

/// What no reply of these goes without: it is not for other sites, not for caches, and no document to run code in.
pub(crate) fn seal(mut response: Response) -> Response {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Whether a browser is about to open the reply as a document. Other clients do not say what a reply is for.
pub(crate) fn opens_document(state: &State, headers: &HeaderMap) -> bool {
    const PURPOSES: [&str; 5] = ["document", "iframe", "frame", "embed", "object"];
    let purpose = headers.get("sec-fetch-dest");
    (state.page || state.control) && purpose.is_some_and(|given| PURPOSES.iter().any(|purpose| given == purpose))
}

/// Keeps a document away from what is below `/local/`: it has the same origin, and code in it would be taken for the
/// page's.
pub(crate) fn confine(mut response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_inert = INERT_TYPES.iter().any(|inert| kind.starts_with(inert)) && !kind.starts_with("image/svg");
    if !is_inert {
        let policy = HeaderValue::from_static("sandbox allow-downloads allow-forms allow-popups allow-scripts");
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn list_faults(Extracted(state): Extracted<Shared>) -> Json<Value> {
    let list =
        state.faults.list().into_iter().map(|(rule, count)| json!({ "rule": rule.to_string(), "matched": count }));
    Json(list.collect())
}

async fn add_faults(Extracted(state): Extracted<Shared>, body: Bytes) -> Result<Json<Value>> {
    let refusal = |text: String| ServiceError::text(StatusCode::BAD_REQUEST, text);
    // Whatever the content type says: `curl -d` claims that it is a form.
    let rules: Vec<String> =
        serde_json::from_slice(&body).map_err(|error| refusal(format!("not a JSON list of rules: {error}")))?;
    let rules = rules.iter().map(|rule| rule.parse::<Rule>()).collect::<std::result::Result<Vec<_>, _>>();
    state.faults.add(rules.map_err(|error| refusal(error.to_string()))?);
    Ok(list_faults(Extracted(state)).await)
}

async fn clear_faults(Extracted(state): Extracted<Shared>) -> StatusCode {
    state.faults.clear();
    StatusCode::NO_CONTENT
}

/// All that is remembered, or what came after the request of the number `since`.
async fn list_requests(Extracted(state): Extracted<Shared>, RawQuery(query): RawQuery) -> Result<Response> {
    let since = match query_item(query.as_deref(), "since") {
        None => 0,
        Some(number) => {
            let refusal = |_| ServiceError::text(StatusCode::BAD_REQUEST, "since is the number of a request");
            number.parse().map_err(refusal)?
        }
    };
    let requests = state.requests.since(since);
    let lines: String = requests.iter().map(|request| format!("{}\n", request.to_json())).collect();
    Ok(([(header::CONTENT_TYPE, "application/jsonl")], lines).into_response())
}

async fn clear_requests(Extracted(state): Extracted<Shared>) -> StatusCode {
    state.requests.clear();
    StatusCode::NO_CONTENT
}
