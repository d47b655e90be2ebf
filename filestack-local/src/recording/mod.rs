//! The log of requests, for tests that judge what a client sends.

mod masking;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{header, request};
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::clock;

/// Bytes from the beginning of a body that are kept to be shown.
const EXCERPT: usize = 4096;

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
    /// Milliseconds since the Unix epoch when the request arrived.
    pub time_ms: i64,
    /// From the request's head to the end of the reply, or of the connection if that came first; to the head of the reply
    /// while its body is being sent; `None` before that.
    pub duration: Option<Duration>,
    /// The reply was sent, or the connection is gone without one.
    pub ended: bool,
    /// Status of the reply; `None` while there is none, and for requests that a fault left without one.
    pub status: Option<u16>,
    /// Bytes of the body that were read.
    pub body_size: u64,
    /// Lower-case hex SHA-256 of these bytes.
    pub body_sha256: String,
    /// The body was read to its end.
    pub body_complete: bool,
    /// The first 4096 bytes of a body that is JSON, a form or text; secrets are masked.
    pub body_text: Option<String>,
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
            "time_ms": self.time_ms,
            "duration_ms": self.duration.map(|duration| duration.as_secs_f64() * 1000.0),
            "ended": self.ended,
            "status": self.status,
            "body_size": self.body_size,
            "body_sha256": self.body_sha256,
            "body_complete": self.body_complete,
            "body_text": self.body_text,
            "fault": self.fault,
        })
    }
}

/// All requests of one service.
#[derive(Debug)]
pub(crate) struct RequestLog {
    /// Older entries go when there are more; with 0 nothing is recorded.
    capacity: usize,
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
    began: Instant,
    content_type: String,
    /// The beginning of the body until it is masked.
    excerpt: Vec<u8>,
}

impl Entry {
    fn mask_body(&self) -> Option<String> {
        if self.excerpt.is_empty() { None } else { masking::body(&self.content_type, &self.excerpt) }
    }
}

/// The place of one request in the log; does nothing when nothing is recorded.
#[derive(Debug, Clone)]
pub(crate) struct Record(Option<Arc<Mutex<Entry>>>);

impl RequestLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }

    /// Notes a request that has just arrived.
    pub(crate) fn begin(&self, head: &request::Parts) -> Record {
        if self.capacity == 0 {
            return Record(None);
        }
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let (path, headers) = (masking::target(target), masking::headers(&head.headers));
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.count += 1;
        let request = RecordedRequest {
            number: entries.count,
            method: head.method.to_string(),
            path,
            version: format!("{:?}", head.version),
            headers,
            time_ms: clock::now_ms(),
            duration: None,
            ended: false,
            status: None,
            body_size: 0,
            body_sha256: String::new(),
            body_complete: false,
            body_text: None,
            fault: None,
        };
        let content_type =
            head.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let entry = Arc::new(Mutex::new(Entry {
            request,
            hash: Sha256::new(),
            began: Instant::now(),
            content_type: content_type.unwrap_or_default().into_owned(),
            excerpt: Vec::new(),
        }));
        entries.list.push_back(Arc::clone(&entry));
        if entries.list.len() > self.capacity {
            entries.list.pop_front();
        }
        Record(Some(entry))
    }

    /// What is remembered of the requests after the one of this number, oldest first.
    pub(crate) fn since(&self, number: u64) -> Vec<RecordedRequest> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = |entry: &Arc<Mutex<Entry>>| {
            let entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
            let body_sha256 = crate::hex::hex(&entry.hash.clone().finalize());
            let body_text = entry.request.body_text.clone().or_else(|| entry.mask_body());
            RecordedRequest { body_sha256, body_text, ..entry.request.clone() }
        };
        // The list has no gaps and ends with the latest.
        let newer = usize::try_from(entries.count.saturating_sub(number)).unwrap_or(usize::MAX);
        entries.list.iter().skip(entries.list.len().saturating_sub(newer)).map(snapshot).collect()
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
            let missing = EXCERPT.saturating_sub(entry.excerpt.len()).min(bytes.len());
            entry.excerpt.extend_from_slice(&bytes[..missing]);
        });
    }

    /// Notes that the body has ended.
    pub(crate) fn body_ended(&self) {
        self.change(|entry| {
            if !entry.request.body_complete {
                entry.request.body_complete = true;
                entry.request.body_text = entry.mask_body();
                entry.excerpt = Vec::new();
            }
        });
    }

    fn time(&self, ended: bool) {
        self.change(|entry| {
            entry.request.duration = Some(entry.began.elapsed());
            entry.request.ended = ended;
        });
    }

    /// Notes the fault that the request met.
    pub(crate) fn fault(&self, action: &str) {
        self.change(|entry| entry.request.fault = Some(action.to_owned()));
    }
}

/// A request that is being answered; when this is dropped, that is over.
#[derive(Debug)]
pub(crate) struct Answer(Record);

impl Answer {
    pub(crate) fn to(record: Record) -> Self {
        Self(record)
    }

    /// Notes the reply, and its end when that has come.
    pub(crate) fn begin(self, response: Response) -> Response {
        self.0.change(|entry| entry.request.status = Some(response.status().as_u16()));
        self.0.time(false);
        response.map(|body| Body::new(WatchedBody { body, _answer: self }))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.time(true);
    }
}

/// The body of a reply, whose end is noted.
#[derive(Debug)]
struct WatchedBody {
    body: Body,
    _answer: Answer,
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body::Body as _;

    use super::*;

    fn begin(log: &RequestLog, path: &str) -> Record {
        let request = axum::http::Request::post(path).header("content-type", "application/json").body(()).unwrap();
        log.begin(&request.into_parts().0)
    }

    fn numbers(log: &RequestLog, since: u64) -> Vec<u64> {
        log.since(since).iter().map(|request| request.number).collect()
    }

    #[test]
    fn the_latest_are_kept_and_told_from_a_number_on() {
        let log = RequestLog::new(3);
        (0..5).for_each(|_| drop(begin(&log, "/a?policy=x")));
        assert_eq!(numbers(&log, 0), [3, 4, 5]);
        assert_eq!(numbers(&log, 3), [4, 5]);
        assert!(numbers(&log, 5).is_empty() && numbers(&log, 99).is_empty());
        log.clear();
        assert!(numbers(&log, 0).is_empty());
        drop(begin(&log, "/b"));
        assert_eq!(numbers(&log, 0), [6], "numbers go on");
        let nothing = RequestLog::new(0);
        drop(begin(&nothing, "/a"));
        assert!(nothing.since(0).is_empty());
    }

    #[test]
    fn bodies_are_shown_in_part_and_hashed_as_a_whole() {
        let log = RequestLog::new(3);
        let record = begin(&log, "/a");
        let body = format!("{{\"policy\":\"{}\"}}", "x".repeat(2 * EXCERPT));
        body.as_bytes().chunks(1000).for_each(|bytes| record.body(bytes));
        let shown = Some("{\"policy\":\"***\"".to_owned());
        assert_eq!(log.since(0)[0].body_text, shown);
        // A body may tell twice that it is over.
        record.body_ended();
        record.body_ended();
        let request = &log.since(0)[0];
        assert_eq!((request.body_size, &request.body_text), (body.len() as u64, &shown));
        assert_eq!(request.body_sha256, crate::hex::hex(&Sha256::digest(&body)));
    }

    #[test]
    fn a_reply_has_a_status_and_a_time() {
        let log = RequestLog::new(3);
        let record = begin(&log, "/a");
        assert_eq!((log.since(0)[0].status, log.since(0)[0].duration), (None, None));
        let response = Answer::to(record).begin(Response::new(Body::from("abc")));
        assert_eq!(response.body().size_hint().exact(), Some(3));
        let before = log.since(0).remove(0);
        assert_eq!((before.status, before.ended), (Some(200), false));
        drop(response);
        let after = log.since(0).remove(0);
        assert!(after.ended && after.duration >= before.duration && before.duration.is_some());
        drop(Answer::to(begin(&log, "/b")));
        let given_up = log.since(1).remove(0);
        assert_eq!((given_up.status, given_up.ended), (None, true));
    }
}
