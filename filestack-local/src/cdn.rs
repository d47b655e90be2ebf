//! The CDN's paths: files as they are, and what tasks make of them.

use axum::Json;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::{Method, StatusCode, request};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use crate::chain::{self, Order};
use crate::content::{Blob, Content};
use crate::database::FileRecord;
use crate::delivery::{Presentation, deliver};
use crate::errors::{Result, ServiceError};
use crate::policy::{Call, Credentials, Subject};
use crate::state::{Shared, State};
use crate::{grammar, handles};

/// Anything on the CDN's paths.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Result<Response> {
    let (head, _) = request.into_parts();
    if !matches!(head.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(ServiceError::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"));
    }
    let (path, query) = (head.uri.path(), head.uri.query());
    let request = grammar::parse(path, query, |name| state.keys.names(name))?;
    if request.debug {
        chain::check_key(&state, request.api_key.as_deref())?;
        return Ok(Json(request.to_json()).into_response());
    }
    let presentation = Presentation::new(&request.tasks, wants_download(query));
    let mut order = Order::new(request, query_credentials(query), state.file_origin(&head.uri, &head.headers));
    order.prefer(&head.headers);
    let content = chain::run(&state, order).await?;
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

/// The record behind a handle.
pub(crate) async fn find_file(state: &State, handle: &str) -> Result<FileRecord> {
    let found = if handles::is_handle(handle) { state.database.file(handle).await? } else { None };
    found.ok_or_else(ServiceError::file_not_found)
}

/// The handle without the extension that may be written after it.
pub(crate) fn plain_handle(name: &str) -> &str {
    name.split('+').next().unwrap_or(name)
}

/// Policy and signature of a query.
pub(crate) fn query_credentials(query: Option<&str>) -> Option<Credentials> {
    Credentials::new(query_item(query, "policy"), query_item(query, "signature"))
}

/// Policy and signature of a call to the API, or what stands for them there.
pub(crate) fn api_credentials(head: &request::Parts) -> Option<Credentials> {
    query_credentials(head.uri.query()).or_else(|| Credentials::from_basic(&head.headers))
}

/// The decoded value of a query item.
pub(crate) fn query_item(query: Option<&str>, name: &str) -> Option<String> {
    let value = query?.split('&').filter_map(|item| item.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn wants_download(query: Option<&str>) -> bool {
    query_item(query, "dl").as_deref() == Some("true")
}
