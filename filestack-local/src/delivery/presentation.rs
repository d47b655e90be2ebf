//! How content becomes a reply: headers, ranges, and what tasks say about both.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::content::Content;
use crate::content::archive::{self, Archive};
use crate::content::blob::Blob;
use crate::delivery::ranges::{self, Span};
use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;

/// What `cache=expiry:max` means.
const LONGEST_EXPIRY: u32 = 31_536_000;
/// File names in headers: everything outside of printable ASCII is escaped, and what would end a quoted string.
const NAME_ESCAPES: &AsciiSet = &CONTROLS.add(b'"').add(b'\\').add(b'%');
/// Blanks at the ends of a header are lost.
const PADDED_NAME_ESCAPES: &AsciiSet = &NAME_ESCAPES.add(b' ');

/// How something is to be delivered.
#[derive(Debug, Default)]
pub(crate) struct Presentation {
    download: bool,
    cache_control: Option<String>,
    filename: Option<String>,
    mimetype: Option<String>,
    /// The result depends on what the client says that it accepts.
    varies: bool,
}

/// Whether a client names WebP among the types that it takes; the wildcards that every client sends say nothing.
pub(crate) fn accepts_webp(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_webp = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("image/webp"));
        let is_refused = |part: &str| part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
        is_webp && !parts.any(is_refused)
    })
}

/// Tasks that say how to deliver, not what.
pub(crate) fn is_presentation(name: &str) -> bool {
    matches!(name, "security" | "cache" | "content")
}

impl Presentation {
    /// `download` makes the browser save the file.
    pub(crate) fn new(tasks: &[Task], download: bool) -> Self {
        let mut presentation = Self { download, ..Self::default() };
        for task in tasks {
            presentation.read(task);
        }
        presentation
    }

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
            "auto_image" => self.varies = true,
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
        let escapes = if filename.trim() == filename { NAME_ESCAPES } else { PADDED_NAME_ESCAPES };
        let escaped = utf8_percent_encode(filename, escapes).to_string();
        insert(header::HeaderName::from_static("x-file-name"), escaped.clone());
        let kind = if self.download { "attachment" } else { "inline" };
        let mut disposition = format!("{kind}; filename=\"{escaped}\"");
        if escaped != filename {
            disposition.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(filename, NON_ALPHANUMERIC)));
        }
        insert(header::CONTENT_DISPOSITION, disposition);
        if let Some(cache_control) = &self.cache_control {
            insert(header::CACHE_CONTROL, cache_control.clone());
        }
        if self.varies {
            headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        }
        headers
    }
}

/// Makes the reply.
pub(crate) async fn deliver(head: &request::Parts, content: Content, presentation: &Presentation) -> Result<Response> {
    match content {
        Content::Json(value) => Ok(Json(value).into_response()),
        Content::Archive(archive) => Ok(deliver_archive(head, archive, presentation)),
        Content::Blob(blob) => deliver_blob(head, &blob, presentation).await,
    }
}

/// The size is not known before the end: no length, and no ranges.
fn deliver_archive(head: &request::Parts, archive: Archive, presentation: &Presentation) -> Response {
    let headers = presentation.headers(archive::FILENAME, archive::MIMETYPE);
    let mut response = Response::new(if head.method == Method::HEAD { Body::empty() } else { archive.into_body() });
    *response.headers_mut() = headers;
    response
}

async fn deliver_blob(head: &request::Parts, blob: &Blob, presentation: &Presentation) -> Result<Response> {
    let etag = format!("\"{}\"", blob.version);
    let length = blob.size;
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
    let body = if has_body { blob.body(start, count).await? } else { Body::empty() };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if status != StatusCode::RANGE_NOT_SATISFIABLE {
        *response.headers_mut() = presentation.headers(&blob.filename, &blob.mimetype);
    }
    let out = response.headers_mut();
    if let Some(seconds) = blob.max_age {
        let cache_control = HeaderValue::from_str(&format!("public, max-age={seconds}"));
        out.insert(header::CACHE_CONTROL, cache_control.map_err(ServiceError::internal)?);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webp_has_to_be_named() {
        for (accept, expected) in [
            ("image/avif,image/webp,*/*;q=0.8", true),
            ("text/html, Image/WebP;q=0.5", true),
            ("image/webp;q=0", false),
            ("image/webp; q=0.0, image/png", false),
            ("image/*,*/*;q=0.8", false),
            ("image/webpx", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(accepts_webp(&headers), expected, "{accept}");
        }
    }
}
