//! Routes: maps paths to handlers, and what every request goes through.

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State as Extracted};
use axum::http::{Method, StatusCode, header, request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};

use crate::api;
use crate::api::cloud;
use crate::connection::cors;
use crate::connection::{Fate, LentBody};
use crate::control::{self, guard};
use crate::delivery::cdn;
use crate::delivery::metadata;
use crate::delivery::process;
use crate::errors::ServiceError;
use crate::faults::{Action, injection};
use crate::page;
use crate::recording::Answer;
use crate::state::Shared;
use crate::uploads;

/// The whole service.
pub(crate) fn router(state: Shared) -> Router {
    let router = control::routes(&state)
        .route("/", get(about))
        .route("/favicon.ico", get(StatusCode::NO_CONTENT))
        .route("/multipart/start", post(uploads::start::handle))
        .route("/multipart/upload", post(uploads::part::handle))
        .route("/multipart/commit", post(uploads::commit::handle))
        .route("/multipart/complete", post(uploads::complete::handle))
        .route("/s3/{*key}", put(uploads::bucket::put).fallback(uploads::bucket::refuse_method))
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
    let router = router.layer(middleware::from_fn(carry_out));
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

/// Carries a request out to its end, also when its client goes meanwhile: what is stored then is recorded, too.
async fn carry_out(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        // The service ends.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Notes the request, lets it meet its fault, and takes care of the body that nobody read.
async fn observe(
    Extracted(state): Extracted<Shared>,
    Extension(fate): Extension<Fate>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    if control::is_own(&head) {
        return control::seal(match control::check(&state, &head, &fate) {
            Ok(()) => next.run(Request::from_parts(head, body)).await,
            Err(refusal) => refusal.into_response(),
        });
    }
    if state.page && is_for_page(&head) && guard::check(&state, &head, &fate).is_ok() {
        return control::seal(page::index());
    }
    let record = state.requests.begin(&head);
    let answer = Answer::to(record.clone());
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let action = state.faults.next(head.method.as_str(), target);
    let expects_continue = head.headers.contains_key(header::EXPECT);
    let opens_document = control::opens_document(&state, &head.headers);
    // The fault is that nobody reads it.
    let is_early = matches!(action, Some(Action::Early(_)));
    let (method, path) = (head.method.clone(), head.uri.path().to_owned());
    let lent = LentBody::new(body, record.clone());
    let request = Request::from_parts(head, Body::new(lent.clone()));
    let response = match action {
        None => next.run(request).await,
        Some(action) => {
            record.fault(&action.to_string());
            match injection::instead(&action, &method, &path, lent.clone(), &fate).await {
                Some(response) => response,
                None => injection::change(&action, &method, next.run(request).await, fate).await,
            }
        }
    };
    if !is_early {
        lent.drain(expects_continue);
    }
    answer.begin(if opens_document { control::confine(response) } else { response })
}

fn is_for_page(head: &request::Parts) -> bool {
    head.uri.path() == "/" && matches!(head.method, Method::GET | Method::HEAD)
}
