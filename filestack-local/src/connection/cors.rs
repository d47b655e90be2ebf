//! CORS headers: every page may talk to the service, as with the real one.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

/// What upload calls may carry: the list of the real service, and what JavaScript has sent since.
const UPLOAD_HEADERS: &str = "Origin,Content-Type,Accept,User-Agent,UJID,UJID-Path,Filestack-Upload-Region,Filestack-Source,\
                              Filestack-Trace-Id,Filestack-Trace-Span";
const UPLOAD_METHODS: &str = "HEAD,OPTIONS,POST,PUT";
const OTHER_METHODS: &str = "DELETE,GET,HEAD,OPTIONS,POST,PUT";
/// What scripts may read of replies. Without the ETag of a part no upload could be completed.
const EXPOSED: &str = "Accept-Ranges,Content-Disposition,Content-Length,Content-Range,ETag,x-file-name";
/// Paths of the upload host.
const UPLOAD_PATHS: [&str; 2] = ["/multipart/", "/prefetch"];
/// Paths that pages of other origins have no business with.
const PRIVATE: &str = "/local/";
/// Seconds for which a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// Answers the question that a browser asks before the request itself.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if request.method() != Method::OPTIONS || path.starts_with(PRIVATE) {
        return next.run(request).await;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let is_upload = UPLOAD_PATHS.iter().any(|prefix| path.starts_with(prefix));
    if is_upload {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(UPLOAD_METHODS));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(UPLOAD_HEADERS));
    } else {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(OTHER_METHODS));
        // Storage is sent whatever was signed, and the CDN whatever pages think of.
        if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
            headers.insert(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_HEADERS));
        }
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    response
}

/// Lets pages read the reply, a refusal too.
pub(crate) async fn allow(request: Request, next: Next) -> Response {
    let is_private = request.uri().path().starts_with(PRIVATE);
    let mut response = next.run(request).await;
    if !is_private {
        open(response.headers_mut());
    }
    response
}

fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}
