//! Which path is answered by whom, and what every request goes through.

use axum::body::Body;
use axum::extract::{Extension, Request, State as Extracted};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::connection::{Fate, LentBody};
use crate::errors::{Result, ServiceError};
use crate::faults::{Rule, injection};
use crate::state::Shared;
use crate::{api, cdn, cloud, cors, fetch, metadata, process, storage, upload};

/// The whole service.
pub(crate) fn router(state: Shared) -> Router {
    let mut router = Router::new()
        .route("/", get(about))
        .route("/multipart/start", post(upload::start::handle))
        .route("/multipart/upload", post(upload::part::handle))
        .route("/multipart/commit", post(upload::commit::handle))
        .route("/multipart/complete", post(upload::complete::handle))
        .route("/s3/{*key}", put(storage::target::put).fallback(storage::target::refuse_method))
        .route(
            "/api/file/{handle}",
            get(cdn::download)
                .delete(api::files::delete)
                .post(api::files::overwrite)
                .put(api::files::overwrite)
                .fallback(not_served),
        )
        .route("/api/file/{handle}/remove", post(api::files::delete))
        .route("/api/file/{handle}/metadata", get(metadata::handle))
        .route("/file/{handle}/metadata", get(metadata::handle))
        .route("/{handle}/metadata", get(metadata::handle))
        .route("/api/store/{provider}", post(api::store::new))
        .route("/api/store/{provider}/{handle}", post(api::store::again))
        .route("/process", post(process::handle))
        .route("/prefetch", post(cloud::prefetch).get(cloud::prefetch_by_query))
        .route("/folder/list", post(cloud::list))
        .route("/store/", post(cloud::store))
        .route("/auth/logout", post(cloud::logout))
        .route("/metadata", post(cloud::metadata))
        .route("/recording/{kind}/{step}", post(cloud::recording))
        .fallback(cdn::handle)
        .method_not_allowed_fallback(refuse_method);
    if state.control {
        router = router
            .route("/local/faults", get(list_faults).post(add_faults).delete(clear_faults))
            .route("/local/requests", get(list_requests).delete(clear_requests));
    }
    let router = router.layer(middleware::from_fn(cors::answer));
    let router = router.layer(middleware::from_fn_with_state(state.clone(), observe));
    router.layer(middleware::from_fn(cors::allow)).with_state(state)
}

async fn about() -> &'static str {
    concat!("filestack-local ", env!("CARGO_PKG_VERSION"), "\n")
}

async fn not_served(request: Request) -> ServiceError {
    ServiceError::not_served(format_args!("{} {}", request.method(), request.uri().path()))
}

/// Refuses a method that a path does not have, in the envelope of the path.
async fn refuse_method(request: Request) -> ServiceError {
    let refusal = ServiceError::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed");
    if request.uri().path().starts_with("/multipart/") { refusal.into_json() } else { refusal }
}

/// Notes the request, lets it meet its fault, and takes care of the body that nobody read.
async fn observe(
    Extracted(state): Extracted<Shared>,
    Extension(fate): Extension<Fate>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    if head.uri.path().starts_with("/local/") {
        // A source may lead here; whoever has named it is not on this machine for that.
        return match is_from_here(&fate) && !fetch::is_for_another(&head.headers) {
            true => next.run(Request::from_parts(head, body)).await,
            false => {
                ServiceError::text(StatusCode::FORBIDDEN, "only clients on this machine may do this").into_response()
            }
        };
    }
    let record = state.requests.begin(&head);
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let action = state.faults.next(head.method.as_str(), target);
    let expects_continue = head.headers.contains_key(header::EXPECT);
    let (method, path) = (head.method.clone(), head.uri.path().to_owned());
    let lent = LentBody::new(body, record.clone());
    let request = Request::from_parts(head, Body::new(lent.clone()));
    let response = match action {
        None => next.run(request).await,
        Some(action) => {
            record.fault(&action.to_string());
            match injection::instead(&action, &path, &fate).await {
                Some(response) => response,
                None => injection::change(&action, &method, next.run(request).await, fate),
            }
        }
    };
    record.status(response.status());
    lent.drain(expects_continue);
    response
}

fn is_from_here(fate: &Fate) -> bool {
    fate.peer.ip().to_canonical().is_loopback()
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

async fn list_requests(Extracted(state): Extracted<Shared>) -> Response {
    let lines: String = state.requests.all().iter().map(|request| format!("{}\n", request.to_json())).collect();
    ([(header::CONTENT_TYPE, "application/jsonl")], lines).into_response()
}

async fn clear_requests(Extracted(state): Extracted<Shared>) -> StatusCode {
    state.requests.clear();
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_is_for_this_machine() {
        for (peer, is_allowed) in [
            ("127.0.0.1:9", true),
            ("127.8.0.1:9", true),
            ("[::1]:9", true),
            ("[::ffff:127.0.0.1]:9", true),
            ("192.168.0.7:9", false),
            ("[::ffff:192.168.0.7]:9", false),
            ("[fe80::1]:9", false),
        ] {
            assert_eq!(is_from_here(&Fate::new(peer.parse().unwrap())), is_allowed, "{peer}");
        }
    }
}
