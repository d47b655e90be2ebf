//! Delivery: files as they are, and what tasks make of them.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::database::FileRecord;
use crate::errors::{Result, ServiceError};
use crate::grammar::{self, Source, Task};
use crate::policy::{Call, Credentials, Subject};
use crate::ranges::{self, Span};
use crate::state::{ApiKeys, Shared, State};
use crate::{handles, images, metadata, storage};

/// How often a source may be another request to this service.
const MAX_NESTING: u32 = 4;
/// What `cache=expiry:max` means.
const LONGEST_EXPIRY: u32 = 31_536_000;
/// File names in headers: everything outside of printable ASCII is escaped, and what would end a quoted string.
const NAME_ESCAPES: &AsciiSet = &CONTROLS.add(b'"').add(b'\\').add(b'%');

/// Something to deliver.
#[derive(Debug)]
pub(crate) enum Content {
    /// A stored file as it is.
    File(FileRecord),
    /// The result of a conversion.
    Converted {
        bytes: Bytes,
        mimetype: String,
        filename: String,
        /// Changes when source or tasks do.
        version: String,
    },
    /// A reply that is data about a file.
    Json(Value),
}

/// How it is to be delivered.
#[derive(Debug, Default)]
struct Presentation {
    download: bool,
    cache_control: Option<String>,
    filename: Option<String>,
    mimetype: Option<String>,
}

/// Anything on the CDN's paths.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Result<Response> {
    let (head, _) = request.into_parts();
    if !matches!(head.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(ServiceError::text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"));
    }
    let (path, query) = (head.uri.path(), head.uri.query());
    let request = grammar::parse(path, query, |name| state.keys.names(name))?;
    if request.debug {
        check_key(&state, &request)?;
        return Ok(Json(request.to_json()).into_response());
    }
    let mut presentation = Presentation { download: wants_download(query), ..Presentation::default() };
    for task in &request.tasks {
        presentation.read(task);
    }
    let content = resolve(&state, state.origin(&head.uri, &head.headers), request, query_credentials(query), 0).await?;
    deliver(&state, &head, content, presentation).await
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
    state.guard.check(query_credentials(query).as_ref(), &[Call::Read], subject)?;
    let content = Content::File(find_file(&state, handle).await?);
    let presentation = Presentation { download: wants_download(query), ..Presentation::default() };
    deliver(&state, &head, content, presentation).await
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
    Some(Credentials {
        policy: query_item(query, "policy")?,
        signature: query_item(query, "signature").unwrap_or_default(),
    })
}

/// The decoded value of a query item.
pub(crate) fn query_item(query: Option<&str>, name: &str) -> Option<String> {
    let value = query?.split('&').filter_map(|item| item.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn wants_download(query: Option<&str>) -> bool {
    query_item(query, "dl").as_deref() == Some("true")
}

fn check_key(state: &State, request: &grammar::Request) -> Result<()> {
    match &request.api_key {
        Some(key) if !state.keys.accepts(key) => Err(ApiKeys::refusal()),
        _ => Ok(()),
    }
}

/// Finds the source of a request and carries out its tasks. `given` are credentials from outside of the path.
fn resolve<'a>(
    state: &'a State,
    origin: String,
    request: grammar::Request,
    given: Option<Credentials>,
    nesting: u32,
) -> BoxFuture<'a, Result<Content>> {
    Box::pin(async move {
        check_key(state, &request)?;
        let credentials = path_credentials(&request.tasks).or(given);
        let tasks: Vec<Task> = request.tasks.into_iter().filter(|task| !is_presentation(task.name)).collect();
        let handle = match &request.source {
            Some(Source::Handle(name)) => Some(plain_handle(name)),
            _ => None,
        };
        let call = match tasks.as_slice() {
            [] => Call::Read,
            [only] if only.name == "metadata" => Call::Stat,
            _ => Call::Convert,
        };
        state.guard.check(credentials.as_ref(), &[call], Subject { handle, ..Subject::default() })?;
        if let Some(task) = tasks.iter().find(|task| !is_served(task.name)) {
            return Err(ServiceError::not_served(format_args!("the task {}", task.name)));
        }
        let source = match &request.source {
            Some(Source::Handle(name)) => Content::File(find_file(state, plain_handle(name)).await?),
            Some(Source::Url(url)) => own_source(state, origin, url, nesting).await?,
            Some(Source::Alias(_)) => return Err(ServiceError::not_served("storage aliases (src://)")),
            Some(Source::Workflow(_)) => return Err(ServiceError::not_served("workflow results (wf://)")),
            Some(Source::Many(_)) => return Err(ServiceError::not_served("lists of sources")),
            None => return Err(ServiceError::file_not_found()),
        };
        if tasks.is_empty() { Ok(source) } else { convert(state, source, tasks).await }
    })
}

/// Tasks that say how to deliver, not what.
fn is_presentation(name: &str) -> bool {
    matches!(name, "security" | "cache" | "content")
}

fn is_served(name: &str) -> bool {
    images::is_served(name) || matches!(name, "imagesize" | "metadata")
}

fn path_credentials(tasks: &[Task]) -> Option<Credentials> {
    let task = tasks.iter().rev().find(|task| task.name == "security")?;
    let text = |name: &str| task.text(name).unwrap_or_default().to_owned();
    Some(Credentials { policy: text("policy"), signature: text("signature") })
}

/// A URL that leads back here is served without leaving the process; nothing else is fetched.
async fn own_source(state: &State, origin: String, url: &str, nesting: u32) -> Result<Content> {
    let target = url.strip_prefix(&origin).filter(|target| target.starts_with('/'));
    let Some(target) = target.filter(|_| nesting < MAX_NESTING) else {
        return Err(ServiceError::not_served("external URLs as sources"));
    };
    // The URL was decoded when it was taken out of the outer path; what is not allowed in a path is encoded again.
    let encoded = utf8_percent_encode(target, CONTROLS).to_string();
    let (path, query) = encoded.split_once('?').map_or((encoded.as_str(), None), |(path, query)| (path, Some(query)));
    let request = grammar::parse(path, query, |name| state.keys.names(name))?;
    resolve(state, origin, request, query_credentials(query), nesting + 1).await
}

async fn convert(state: &State, source: Content, mut tasks: Vec<Task>) -> Result<Content> {
    if let ([task], Content::File(file)) = (tasks.as_slice(), &source)
        && task.name == "metadata"
    {
        return metadata::describe(state, file, &metadata::Fields::default()).await.map(Content::Json);
    }
    if tasks.iter().any(|task| task.name == "metadata") {
        return Err(ServiceError::not_served("the task metadata on a result"));
    }
    let wants_size = tasks.pop_if(|task| task.name == "imagesize").is_some();
    if tasks.iter().any(|task| task.name == "imagesize") {
        // Its reply is data: nothing can follow.
        return Err(ServiceError::unknown_task());
    }
    let (input, filename, source_version) = match source {
        Content::File(file) => {
            (images::Input::File(state.storage.object_path(&file.object)), file.filename, file.object)
        }
        Content::Converted { bytes, filename, version, .. } => (images::Input::Memory(bytes), filename, version),
        Content::Json(_) => return Err(ServiceError::text(StatusCode::BAD_REQUEST, "bad data format")),
    };
    let version = format!("{source_version}-{}", fingerprint(&tasks));
    let _permit = state.conversions.acquire().await.map_err(ServiceError::internal)?;
    if wants_size {
        let measured = tokio::task::spawn_blocking(move || images::measure(input, &tasks));
        let (width, height) = measured.await.map_err(ServiceError::internal)??;
        return Ok(Content::Json(json!({ "width": width, "height": height })));
    }
    let converted = tokio::task::spawn_blocking(move || images::convert(input, &tasks));
    let converted = converted.await.map_err(ServiceError::internal)??;
    Ok(Content::Converted { bytes: converted.bytes.into(), mimetype: converted.mimetype.to_owned(), filename, version })
}

/// Tells chains of tasks apart in entity tags.
fn fingerprint(tasks: &[Task]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(format!("{tasks:?}"));
    storage::hex(&digest[..8])
}

impl Presentation {
    fn read(&mut self, task: &Task) {
        match task.name {
            "cache" if task.get("false").is_some() => self.cache_control = Some("no-cache".to_owned()),
            "cache" => {
                let expiry = match task.text("expiry") {
                    Some("max") => Some(LONGEST_EXPIRY),
                    _ => task.number("expiry"),
                };
                self.cache_control = expiry.map(|seconds| format!("public, max-age={seconds}"));
            }
            "content" => {
                self.filename = task.text("filename").map(str::to_owned);
                self.mimetype = task.text("type").map(str::to_owned);
            }
            _ => {}
        }
    }

    fn headers(&self, filename: &str, mimetype: &str) -> HeaderMap {
        let filename = self.filename.as_deref().unwrap_or(filename);
        let mimetype = self.mimetype.as_deref().unwrap_or(mimetype);
        let mut headers = HeaderMap::new();
        let content_type = HeaderValue::from_str(mimetype);
        headers
            .insert(header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
        let mut insert = |name: header::HeaderName, value: String| {
            // Escaped names are plain ASCII, so this cannot fail; a header less would be no reason to fail either.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        };
        let escaped = utf8_percent_encode(filename, NAME_ESCAPES).to_string();
        insert(header::HeaderName::from_static("x-file-name"), escaped.clone());
        let kind = if self.download { "attachment" } else { "inline" };
        let mut disposition = format!("{kind}; filename=\"{escaped}\"");
        if !filename.is_ascii() {
            disposition.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(filename, NON_ALPHANUMERIC)));
        }
        insert(header::CONTENT_DISPOSITION, disposition);
        if let Some(cache_control) = &self.cache_control {
            insert(header::CACHE_CONTROL, cache_control.clone());
        }
        headers
    }
}

async fn deliver(
    state: &State,
    head: &request::Parts,
    content: Content,
    presentation: Presentation,
) -> Result<Response> {
    let (headers, version, length) = match &content {
        Content::Json(value) => return Ok(Json(value.clone()).into_response()),
        Content::File(file) => (presentation.headers(&file.filename, &file.mimetype), file.object.clone(), file.size),
        Content::Converted { bytes, mimetype, filename, version } => {
            (presentation.headers(filename, mimetype), version.clone(), bytes.len() as u64)
        }
    };
    let etag = format!("\"{version}\"");
    // Only GET has ranges.
    let span = match head.method {
        Method::GET => ranges::choose(&head.headers, &etag, length),
        _ => Span::Whole,
    };
    let (status, start, count) = match span {
        Span::NotModified => (StatusCode::NOT_MODIFIED, 0, 0),
        Span::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
        Span::Whole => (StatusCode::OK, 0, length),
        Span::Part { start, end } => (StatusCode::PARTIAL_CONTENT, start, end + 1 - start),
    };
    let has_body = count > 0 && head.method != Method::HEAD;
    let body = match content {
        _ if !has_body => Body::empty(),
        Content::File(file) => storage::send_file(&state.storage.object_path(&file.object), start, count).await?,
        Content::Converted { bytes, .. } => {
            let index = |position: u64| usize::try_from(position).unwrap_or(usize::MAX);
            Body::from(bytes.slice(index(start)..index(start + count)))
        }
        Content::Json(_) => Body::empty(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if status != StatusCode::RANGE_NOT_SATISFIABLE {
        *response.headers_mut() = headers;
    }
    let out = response.headers_mut();
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::ETAG, HeaderValue::from_str(&etag).map_err(ServiceError::internal)?);
    if status != StatusCode::NOT_MODIFIED {
        out.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    }
    let content_range = match span {
        Span::Part { start, end } => Some(format!("bytes {start}-{end}/{length}")),
        Span::Unsatisfiable => Some(format!("bytes */{length}")),
        _ => None,
    };
    if let Some(content_range) = content_range {
        out.insert(header::CONTENT_RANGE, HeaderValue::from_str(&content_range).map_err(ServiceError::internal)?);
    }
    Ok(response)
}
