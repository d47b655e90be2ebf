//! Errors of the transport: failures of the network, and failed replies of the service.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Limit, Remedy, is_scarcity, os_code};
use crate::redaction::redact;

use super::handshake;
use super::pools::LookupFailure;
use super::route::Route;

/// How much of an error reply is kept.
const LONGEST_SERVICE_TEXT: usize = 600;

/// The error for a request that got no complete reply. `what` reads like "download of 'H'".
pub(super) fn transport_error(what: &str, route: &Route, error: &reqwest::Error) -> Error {
    // Then what the request's body was read from failed, not the network.
    if let Some(own) = chain(error).find_map(|error| error.downcast_ref::<Error>()) {
        return own.clone().in_context(format_args!("{what} failed"));
    }
    if let Some(refusal) = route.refusal_of_proxy(chain(error)) {
        return refusal.in_context(format_args!("{what} failed"));
    }
    let peer = route.failed_peer(chain(error));
    let cause = root_cause(error);
    let os_code = os_code(error);
    let mut remedy = None;
    let (kind, problem, retryable) = if error.is_builder() {
        (ErrorKind::Argument, format!("the request cannot be made: {cause}"), false)
    } else if is_lookup(error) {
        (ErrorKind::Dns, format!("the host name of {peer} cannot be resolved: {cause}"), true)
    } else if os_code.is_some_and(is_scarcity) {
        (ErrorKind::Resources, format!("descriptors ran out while connecting to {peer}: {cause}"), true)
    } else if error.is_connect() && error.is_timeout() {
        (ErrorKind::Timeout, format!("no connection to {peer} within the time limit"), true)
    } else if error.is_timeout() || is_tcp_timeout(error) {
        return limit_error(what, Limit::Idle).with_os_code(os_code);
    } else if let Some(tls) = tls_error(error).cloned().or_else(|| refused_identity(error)) {
        remedy = handshake::remedy(&tls, route.has_identity());
        (ErrorKind::Tls, handshake::problem(&peer, &tls, route.has_identity()), false)
    } else if error.is_connect() {
        (ErrorKind::Connect, format!("cannot connect to {peer}: {cause}"), true)
    } else if route.is_identity_in_doubt() {
        // Without a certificate to show it will not become better; with one, it may have been the network after all.
        remedy = (!route.has_identity()).then_some(Remedy::ShowCertificate);
        (ErrorKind::Tls, handshake::doubt(&peer, &cause, route.has_identity()), route.has_identity())
    } else {
        (ErrorKind::Network, format!("the connection to {peer} broke: {cause}"), true)
    };
    let failure = Error::new(kind, format!("{what} failed: {problem}")).with_retryable(retryable).with_os_code(os_code);
    let failure = failure.with_remedy(remedy);
    if kind == ErrorKind::Timeout { failure.with_limit(Limit::Connect) } else { failure }
}

/// The error for a reply of `status` that is the proxy's own and not the service's: it does not let the client through.
pub(super) fn proxy_status_error(what: &str, route: &Route, status: u16) -> Option<Error> {
    let refusal = route.status_of_proxy(status)?;
    Some(refusal.in_context(format_args!("{what} failed")))
}

/// The error for a clock that has run out.
pub(super) fn limit_error(what: &str, limit: Limit) -> Error {
    let problem = match limit {
        Limit::Response => "the service did not answer within the time limit",
        _ => "no data moved within the time limit",
    };
    Error::new(ErrorKind::Timeout, format!("{what} failed: {problem}")).with_limit(limit).with_retryable(true)
}

/// Whether a request that got no reply can be known not to have reached the service.
pub(super) fn was_not_carried_out(error: &reqwest::Error) -> bool {
    let refused_or_unsent = |error: &(dyn StdError + 'static)| {
        let refused = error.downcast_ref::<h2::Error>().and_then(h2::Error::reason) == Some(h2::Reason::REFUSED_STREAM);
        refused || error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
    };
    error.is_builder() || error.is_connect() || chain(error).any(refused_or_unsent)
}

/// The error for a reply with an error status.
pub(super) fn status_error(what: &str, status: u16, headers: &HeaderMap, body: &str) -> Error {
    let kind = match status {
        401 | 403 => ErrorKind::Auth,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimit,
        _ => ErrorKind::Http,
    };
    // 501 is an answer about the request, not about the moment.
    let retryable = matches!(status, 408 | 429 | 500 | 502..=599);
    let text = service_text(body);
    let said = if text.is_empty() { String::new() } else { format!(": {text}") };
    let error = Error::new(kind, format!("{what} failed with HTTP status {status}{said}"))
        .with_http_status(status)
        .with_retryable(retryable)
        .with_retry_after(retry_after(status, headers));
    if text.is_empty() { error } else { error.with_service_text(&text) }
}

/// The error for a reply of status `status` that is not what the protocol promises.
pub(super) fn protocol_error(what: &str, status: u16, problem: &str, body: &str) -> Error {
    let text = service_text(body);
    let said = if text.is_empty() { String::new() } else { format!(": {text}") };
    let error =
        Error::new(ErrorKind::Protocol, format!("{what} failed: the reply {problem}{said}")).with_http_status(status);
    if text.is_empty() { error } else { error.with_service_text(&text) }
}

/// The service's own words: `error`, `error.msg`, an S3 error's code and message, or the text itself, shortened.
pub(crate) fn service_text(body: &str) -> String {
    let body = body.trim();
    let text = json_error_text(body).or_else(|| xml_error_text(body)).unwrap_or_else(|| body.to_owned());
    // Before the cut, which could take away what a secret is recognised by.
    let text = redact(&text);
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= LONGEST_SERVICE_TEXT {
        return one_line;
    }
    one_line.chars().take(LONGEST_SERVICE_TEXT).chain("...".chars()).collect()
}

fn json_error_text(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    let error = value.get("error")?;
    let text = error.as_str().or_else(|| ["msg", "message"].iter().find_map(|key| error.get(key)?.as_str()));
    Some(text.map_or_else(|| error.to_string(), str::to_owned))
}

fn xml_error_text(body: &str) -> Option<String> {
    let element = |name: &str| {
        let after = body.split_once(&format!("<{name}>"))?.1;
        Some(after.split_once(&format!("</{name}>"))?.0)
    };
    let code = element("Code")?;
    Some(element("Message").map_or_else(|| code.to_owned(), |message| format!("{code}: {message}")))
}

/// `Retry-After` in seconds or as a date, or the moment at which Filestack's quota is filled again: with a 429, and
/// when the quota is said to be exhausted.
fn retry_after(status: u16, headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |name: &str| text(name)?.parse::<u64>().ok();
    if let Some(wait) = text(RETRY_AFTER.as_str()) {
        let date = || httpdate::parse_http_date(wait).ok()?.duration_since(SystemTime::now()).ok();
        return wait.parse().ok().map(Duration::from_secs).or_else(date);
    }
    if status != 429 && number("filestack-remaining") != Some(0) {
        return None;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    number("filestack-reset").and_then(|reset| reset.checked_sub(now)).map(Duration::from_secs)
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn is_lookup(error: &reqwest::Error) -> bool {
    error.is_dns() || chain(error).any(|error| error.is::<LookupFailure>())
}

/// Whether the system gave a connection up on which nothing was acknowledged.
fn is_tcp_timeout(error: &(dyn StdError + 'static)) -> bool {
    let io = chain(error).find_map(|error| error.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
}

fn root_cause(error: &(dyn StdError + 'static)) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}

/// rustls reports through `io::Error`, even through one inside another, whose payloads are not sources.
fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    chain(error).find_map(|error| {
        let payload = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        error.downcast_ref::<rustls::Error>().or_else(|| payload.and_then(|payload| tls_error(payload)))
    })
}

fn refused_identity(error: &(dyn StdError + 'static)) -> Option<rustls::Error> {
    chain(error).find_map(|error| handshake::refusal_in(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn the_services_words_are_found() {
        for (body, text) in [
            ("{\"error\":\"invalid params: size\",\"timestamp\":1}", "invalid params: size"),
            ("{\"result\":\"error\",\"error\":{\"code\":1,\"msg\":\"bad\"}}", "bad"),
            ("{\"error\":{\"code\":7}}", "{\"code\":7}"),
            ("<?xml?><Error><Code>BadDigest</Code><Message>no match</Message></Error>", "BadDigest: no match"),
            ("<Error><Code>SlowDown</Code></Error>", "SlowDown"),
            ("  file\n not  found ", "file not found"),
            ("{\"ok\":1}", "{\"ok\":1}"),
            ("", ""),
        ] {
            assert_eq!(service_text(body), text);
        }
        let long = service_text(&"ä".repeat(10_000));
        assert_eq!(long.chars().count(), LONGEST_SERVICE_TEXT + 3);
    }

    #[test]
    fn a_tls_error_is_found_however_deep() {
        let inner = std::io::Error::other(rustls::Error::DecryptError);
        let outer = std::io::Error::other(std::io::Error::other(inner));
        assert_eq!(tls_error(&outer), Some(&rustls::Error::DecryptError));
        assert_eq!(tls_error(&std::io::Error::other("no")), None);
    }

    #[test]
    fn statuses_become_kinds() {
        let headers = HeaderMap::new();
        for (status, kind, retryable) in [
            (400, ErrorKind::Http, false),
            (401, ErrorKind::Auth, false),
            (403, ErrorKind::Auth, false),
            (404, ErrorKind::NotFound, false),
            (408, ErrorKind::Http, true),
            (429, ErrorKind::RateLimit, true),
            (500, ErrorKind::Http, true),
            (501, ErrorKind::Http, false),
            (503, ErrorKind::Http, true),
        ] {
            let error = status_error("download of 'H'", status, &headers, "no");
            assert_eq!((error.kind(), error.is_retryable()), (kind, retryable), "{status}");
            assert_eq!(error.message(), format!("download of 'H' failed with HTTP status {status}: no"));
            assert_eq!((error.http_status(), error.service_text()), (Some(status), Some("no")));
        }
    }

    #[test]
    fn the_requested_pause_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("filestack-reset", HeaderValue::from_static("1"));
        assert_eq!(retry_after(429, &headers), None, "a moment in the past asks for nothing");
        headers.insert("filestack-reset", HeaderValue::from_static("99999999999"));
        assert!(retry_after(429, &headers).is_some());
        assert_eq!(retry_after(503, &headers), None, "the quota has nothing to do with it");
        headers.insert("filestack-remaining", HeaderValue::from_static("0"));
        assert!(retry_after(403, &headers).is_some(), "the quota is exhausted");
        headers.insert(RETRY_AFTER, HeaderValue::from_static("12"));
        assert_eq!(retry_after(503, &headers), Some(Duration::from_secs(12)));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        headers.insert(RETRY_AFTER, HeaderValue::from_str(&soon).unwrap());
        let wait = retry_after(503, &headers).unwrap().as_secs();
        assert!((95..=100).contains(&wait), "{wait}");
    }
}
