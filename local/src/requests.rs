//! The log of requests, for tests that judge what a client sends.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, StatusCode, request};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::grammar;

/// Older entries go when there are more.
const CAPACITY: usize = 10_000;
const MASK: &str = "***";

/// A request that the service has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// Counts up from 1.
    pub number: u64,
    /// The HTTP method.
    pub method: String,
    /// Raw path with query; policies and signatures are masked.
    pub path: String,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// Header names in lower case with their values, in the order of arrival; secrets are masked.
    pub headers: Vec<(String, String)>,
    /// Status of the reply; `None` while there is none, and for requests that a fault left without one.
    pub status: Option<u16>,
    /// Bytes of the body that were read.
    pub body_size: u64,
    /// Lower-case hex SHA-256 of these bytes.
    pub body_sha256: String,
    /// The body was read to its end.
    pub body_complete: bool,
    /// The fault that was injected, as it is written in rules.
    pub fault: Option<String>,
}

impl RecordedRequest {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// One line of `GET /local/requests`.
    pub fn to_json(&self) -> Value {
        let headers: Vec<Value> = self.headers.iter().map(|(name, value)| json!([name, value])).collect();
        json!({
            "number": self.number,
            "method": self.method,
            "path": self.path,
            "version": self.version,
            "headers": headers,
            "status": self.status,
            "body_size": self.body_size,
            "body_sha256": self.body_sha256,
            "body_complete": self.body_complete,
            "fault": self.fault,
        })
    }
}

/// All requests of one service.
#[derive(Debug)]
pub(crate) struct RequestLog {
    recording: bool,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    count: u64,
    list: VecDeque<Arc<Mutex<Entry>>>,
}

#[derive(Debug)]
struct Entry {
    request: RecordedRequest,
    hash: Sha256,
}

/// The place of one request in the log; does nothing when nothing is recorded.
#[derive(Debug, Clone)]
pub(crate) struct Record(Option<Arc<Mutex<Entry>>>);

impl RequestLog {
    pub(crate) fn new(recording: bool) -> Self {
        Self { recording, entries: Mutex::default() }
    }

    /// Notes a request that has just arrived.
    pub(crate) fn begin(&self, head: &request::Parts) -> Record {
        if !self.recording {
            return Record(None);
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.count += 1;
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let request = RecordedRequest {
            number: entries.count,
            method: head.method.to_string(),
            path: mask_target(target),
            version: format!("{:?}", head.version),
            headers: mask_headers(&head.headers),
            status: None,
            body_size: 0,
            body_sha256: String::new(),
            body_complete: false,
            fault: None,
        };
        let entry = Arc::new(Mutex::new(Entry { request, hash: Sha256::new() }));
        entries.list.push_back(Arc::clone(&entry));
        if entries.list.len() > CAPACITY {
            entries.list.pop_front();
        }
        Record(Some(entry))
    }

    /// Everything that is remembered, oldest first.
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = |entry: &Arc<Mutex<Entry>>| {
            let entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
            let body_sha256 = crate::storage::hex(&entry.hash.clone().finalize());
            RecordedRequest { body_sha256, ..entry.request.clone() }
        };
        entries.list.iter().map(snapshot).collect()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).list.clear();
    }
}

impl Record {
    fn change(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &self.0 {
            change(&mut entry.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Notes bytes of the body.
    pub(crate) fn body(&self, bytes: &[u8]) {
        self.change(|entry| {
            entry.hash.update(bytes);
            entry.request.body_size += bytes.len() as u64;
        });
    }

    /// Notes that the body has ended.
    pub(crate) fn body_ended(&self) {
        self.change(|entry| entry.request.body_complete = true);
    }

    /// Notes the reply's status.
    pub(crate) fn status(&self, status: StatusCode) {
        self.change(|entry| entry.request.status = Some(status.as_u16()));
    }

    /// Notes the fault that the request met.
    pub(crate) fn fault(&self, action: &str) {
        self.change(|entry| entry.request.fault = Some(action.to_owned()));
    }
}

fn mask_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mask = |name: &str, value: &str| match name {
        "cookie" | "proxy-authorization" => MASK.to_owned(),
        // Scheme and scope stay: tests want to see that the header came back at all.
        "authorization" => match value.split_once("Signature=") {
            Some((scope, _)) => format!("{scope}Signature={MASK}"),
            None => MASK.to_owned(),
        },
        _ => value.to_owned(),
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), mask(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))))
        .collect()
}

fn mask_target(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let segments: Vec<&str> = path.split('/').collect();
    let mut kept = Vec::new();
    let mut position = 0;
    while let Some(segment) = segments.get(position) {
        let is_secret = segment.starts_with("security=");
        position += if is_secret { grammar::security_segments(&segments[position..]) } else { 1 };
        // Where a policy cannot be read, its end is not known; a signature shows all the same.
        let shows = segment.contains(",s:") || segment.contains("signature:");
        kept.push(match is_secret {
            true => "security=***",
            false if shows => MASK,
            false => segment,
        });
    }
    let mut masked = kept.join("/");
    if let Some(query) = query {
        let items = query.split('&').map(|item| match item.split_once('=') {
            Some((name @ ("policy" | "signature" | "X-Amz-Signature"), _)) => format!("{name}={MASK}"),
            _ => item.to_owned(),
        });
        masked.push('?');
        masked.push_str(&items.collect::<Vec<_>>().join("&"));
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        assert_eq!(
            mask_target("/a/security=p:x,s:y/h?policy=p&dl=true&signature=s"),
            "/a/security=***/h?policy=***&dl=true&signature=***"
        );
        // The policy is `{"a":"???"}` in the alphabet that has a slash.
        assert_eq!(mask_target("/security=policy:eyJhIjoiPz8/In0=,signature:b/h"), "/security=***/h");
        assert_eq!(mask_target("/security=policy:x/y,signature:b/h"), "/security=***/***/h");
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "AWS4-HMAC-SHA256 Credential=a, Signature=abc".parse().unwrap());
        headers.insert("cookie", "c".parse().unwrap());
        let masked = mask_headers(&headers);
        assert_eq!(masked[0].1, "AWS4-HMAC-SHA256 Credential=a, Signature=***");
        assert_eq!(masked[1].1, "***");
    }
}
