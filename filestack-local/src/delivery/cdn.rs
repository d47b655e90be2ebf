//! The CDN's paths: files as they are, and what tasks make of them.

use axum::Json;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::content::Content;
use crate::content::blob::Blob;
use crate::delivery::chain;
use crate::delivery::order::{self, Order};
use crate::delivery::presentation::{Presentation, deliver};
use crate::errors::{Result, ServiceError};
use crate::files::{find_file, plain_handle};
use crate::security::credentials::{api_credentials, query_credentials, query_item};
use crate::security::policy::{Call, Subject};
use crate::state::Shared;
use crate::tasks::grammar;

/// Anything on the CDN's paths.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Result<Response> {
    let (head, _) = request.into_parts();
    if !matches!(head.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(ServiceError::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"));
    }
    let (path, query) = (head.uri.path(), head.uri.query());
    let request = grammar::parse(path, query, |name| state.keys.names(name))?;
    if request.debug {
        order::check_key(&state, request.api_key.as_deref())?;
        return Ok(Json(request.to_json()).into_response());
    }
    let presentation = Presentation::new(&request.tasks, wants_download(query));
    let mut placed = Order::new(request, query_credentials(query), state.file_origin(&head.uri, &head.headers));
    placed.prefer(&head.headers);
    let content = chain::run(&state, placed).await?;
    deliver(&head, content, &presentation).await
}

/// `GET /api/file/HANDLE[+EXTENSION]`
pub(crate) async fn download(
    Extracted(state): Extracted<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response> {
    let (head, _) = request.into_parts();
    let query = head.uri.query();
    let handle = plain_handle(&name);
    let subject = Subject { handle: Some(handle), ..Subject::default() };
    state.guard.check(api_credentials(&head).as_ref(), &[Call::Read], subject)?;
    let content = Content::Blob(Blob::stored(&state.storage, find_file(&state, handle).await?));
    deliver(&head, content, &Presentation::new(&[], wants_download(query))).await
}

fn wants_download(query: Option<&str>) -> bool {
    query_item(query, "dl").as_deref() == Some("true")
}
