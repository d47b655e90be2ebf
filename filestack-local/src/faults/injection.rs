//! Carrying out a fault on one request.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::Action;
use crate::connection::{Fate, LentBody};
use crate::errors::{ServiceError, s3_error};

/// Time for the last bytes of a reply to reach the socket before the connection goes.
const FLUSH: Duration = Duration::from_millis(20);

/// The reply of an action that leaves the request undone; `None` for those that change its ordinary reply.
pub(crate) async fn instead(
    action: &Action,
    method: &Method,
    path: &str,
    body: LentBody,
    fate: &Fate,
) -> Option<Response> {
    match action {
        Action::Status { code, body, headers, retry_after } => {
            let mut response = status(*code, body.as_deref(), path);
            add_headers(response.headers_mut(), headers);
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Some(response)
        }
        Action::Reset => reset(fate).await,
        Action::ResetBody(bytes) => {
            swallow(body, *bytes).await;
            reset(fate).await
        }
        Action::Delay(millis) => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            None
        }
        Action::Early(code) => {
            let fate = fate.clone();
            Some(cut(status(*code, None, path), method, u64::MAX, move || fate.close()).await)
        }
        Action::Hang => std::future::pending().await,
        Action::Garbage => Some(plain("application/json", "{\"error\": [garbage, \"")),
        Action::NotJson => Some(plain("text/plain; charset=utf-8", "Invalid Application")),
        Action::Endless => Some(endless()),
        Action::Skew => {
            let text = "The difference between the request time and the current time is too large.";
            Some(ServiceError::xml(StatusCode::FORBIDDEN, "RequestTimeTooSkewed", text).into_response())
        }
        Action::BadDigest => {
            let text = "The Content-MD5 you specified did not match what we received.";
            Some(ServiceError::xml(StatusCode::BAD_REQUEST, "BadDigest", text).into_response())
        }
        Action::ResetAfter
        | Action::ResetMid
        | Action::Truncate(_)
        | Action::Drip { .. }
        | Action::NoEtag
        | Action::WrongEtag => None,
    }
}

/// Resets the connection; what waits for this goes with it.
async fn reset<T>(fate: &Fate) -> T {
    fate.reset();
    std::future::pending().await
}

/// Reads a body until `bytes` of it have come or it ends.
async fn swallow(body: LentBody, bytes: u64) {
    let mut frames = Body::new(body).into_data_stream();
    let mut received = 0;
    while received < bytes
        && let Some(Ok(frame)) = frames.next().await
    {
        received += frame.len() as u64;
    }
}

/// Changes the ordinary reply as the action says.
pub(crate) async fn change(action: &Action, method: &Method, mut response: Response, fate: Fate) -> Response {
    match action {
        Action::ResetAfter => reset(&fate).await,
        Action::Drip { bytes, millis } => drip(response, *bytes, Duration::from_millis(*millis)),
        Action::NoEtag => {
            response.headers_mut().remove(header::ETAG);
            response
        }
        Action::WrongEtag => {
            let other = HeaderValue::from_static("\"00000000000000000000000000000000\"");
            response.headers_mut().insert(header::ETAG, other);
            response
        }
        Action::Truncate(bytes) => cut(response, method, *bytes, move || fate.close()).await,
        Action::ResetMid => {
            let half = length_of(&response).unwrap_or(0) / 2;
            cut(response, method, half, move || fate.reset()).await
        }
        _ => response,
    }
}

fn status(code: u16, body: Option<&str>, path: &str) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(body) => {
            let is_json = body.starts_with(['{', '[']);
            plain(if is_json { "application/json" } else { "text/plain; charset=utf-8" }, body)
        }
        None if status.is_success() => Response::new(Body::empty()),
        None if path.starts_with(crate::storage::signing::PREFIX) => {
            let code = if code == 503 { "SlowDown" } else { "InternalError" };
            plain("application/xml", &s3_error(code, "injected fault"))
        }
        None if path.starts_with("/multipart/") || path == "/process" => {
            ServiceError::json(status, "injected fault").into_response()
        }
        None => plain("text/plain; charset=utf-8", "injected fault"),
    };
    *response.status_mut() = status;
    response
}

/// The first of a name replaces what is there, the others are added to it.
fn add_headers(headers: &mut HeaderMap, added: &[(String, String)]) {
    let mut names = Vec::new();
    for (name, value) in added {
        // Both were read before when the rule was; one that was made otherwise and cannot be sent is left away.
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) else { continue };
        if names.contains(&name) {
            headers.append(name, value);
        } else {
            headers.insert(name.clone(), value);
            names.push(name);
        }
    }
}

fn plain(content_type: &'static str, body: &str) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body.to_owned()).into_response()
}

/// A JSON string that is never closed.
fn endless() -> Response {
    let start = stream::iter([Bytes::from_static(b"{\"endless\":\"")]);
    let rest = stream::repeat(Bytes::from_static(&[b'.'; 16 * 1024]));
    let body = Body::from_stream(start.chain(rest).map(Ok::<_, std::convert::Infallible>));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn length_of(response: &Response) -> Option<u64> {
    let announced = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    announced.or_else(|| http_body::Body::size_hint(response.body()).exact())
}

/// Sends the body in pieces of `bytes`, each after a pause.
fn drip(response: Response, bytes: u64, pause: Duration) -> Response {
    let length = length_of(&response);
    let (mut head, body) = response.into_parts();
    if let Some(length) = length {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let piece = usize::try_from(bytes).unwrap_or(usize::MAX).max(1);
    let pieces = stream::unfold((body.into_data_stream(), Bytes::new()), move |(mut frames, mut left)| async move {
        while left.is_empty() {
            match frames.next().await? {
                Ok(frame) => left = frame,
                Err(error) => return Some((Err(error), (frames, left))),
            }
        }
        tokio::time::sleep(pause).await;
        let next = left.split_to(piece.min(left.len()));
        Some((Ok(next), (frames, left)))
    });
    Response::from_parts(head, Body::from_stream(pieces))
}

/// Announces the whole reply, sends `keep` bytes of its body, and ends the connection.
async fn cut(response: Response, method: &Method, keep: u64, end: impl FnOnce() + Send + 'static) -> Response {
    let length = length_of(&response);
    if method == Method::HEAD || length == Some(0) {
        // There is no body to cut: the connection goes before the head is sent. What waits for that goes with it.
        end();
        return std::future::pending().await;
    }
    let (mut head, body) = response.into_parts();
    if let Some(length) = length {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let kept = body.into_data_stream().scan(keep, |left, frame| {
        let frame = frame
            .ok()
            .filter(|_| *left > 0)
            .map(|bytes| bytes.slice(..bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX))));
        *left -= frame.as_ref().map_or(0, |bytes| bytes.len() as u64);
        std::future::ready(frame)
    });
    let ending = stream::once(async move {
        // Being pending makes the connection flush what it has; ending at once would drop it unsent.
        tokio::time::sleep(FLUSH).await;
        end();
        std::future::pending::<Bytes>().await
    });
    Response::from_parts(head, Body::from_stream(kept.chain(ending).map(Ok::<_, std::convert::Infallible>)))
}
