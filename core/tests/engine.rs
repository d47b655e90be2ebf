//! The upload engine: which requests it makes, when, and how it ends.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use filestack_core::{ErrorKind, Source, UploadOptions};

mod support;
use support::{Received, Scripted, any_reply, signed_client};

const PART: u64 = 5 * 1024 * 1024;

fn in_parts(concurrency: usize) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.set_part_size(PART).unwrap();
    options.set_concurrency(concurrency).unwrap();
    options
}

/// A sparse file of `parts` parts.
fn file_of(parts: u64) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(parts * PART).unwrap();
    file
}

/// Answers as [`any_reply`], but tells each part's URL by its number.
fn numbered(request: &Received, url: &str) -> Response {
    if request.target == "/multipart/upload" {
        let part = request.json()["part"].clone();
        return axum::Json(serde_json::json!({"url": format!("{url}/s3?part={part}"), "headers": {}})).into_response();
    }
    any_reply(request, url)
}

fn puts(service: &Scripted) -> Vec<String> {
    let targets = service.received().into_iter().map(|request| request.target);
    targets.filter(|target| target.starts_with("/s3")).collect()
}

async fn until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it comes some time");
}

/// A service that never answers the parts that `hangs` names.
async fn hanging_at(hangs: fn(&str) -> bool) -> Scripted {
    Scripted::start_hanging(
        |request, url, _| numbered(request, url),
        move |request, _| request.target.strip_prefix("/s3?part=").is_some_and(hangs),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_part_holds_nothing_back() {
    let service = hanging_at(|part| part == "1").await;
    let (file, client) = (file_of(12), signed_client(&service.url));
    let source = Source::from_path(file.path()).unwrap();
    let upload = tokio::spawn(async move { client.upload(&source, &in_parts(3)).await.map(drop) });
    until(|| puts(&service).len() == 12).await;
    assert!(!upload.is_finished(), "the first part has no answer yet");
    upload.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_are_asked_for_one_part_ahead() {
    for source in [Source::from_bytes(vec![7; 9 * PART as usize]), Source::from_path(file_of(9).path()).unwrap()] {
        let service = hanging_at(|_| true).await;
        let client = signed_client(&service.url);
        let upload = tokio::spawn(async move { client.upload(&source, &in_parts(2)).await.map(drop) });
        let urls = || service.received().iter().filter(|request| request.target == "/multipart/upload").count();
        until(|| puts(&service).len() == 2 && urls() == 3).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!((puts(&service).len(), urls()), (2, 3), "nothing further happens");
        upload.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_failure_of_any_part_ends_all_at_once() {
    let fails = |request: &Received, url: &str, _| match request.target.as_str() {
        "/s3?part=3" => (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response(),
        _ => numbered(request, url),
    };
    let hangs = |request: &Received, _| matches!(request.target.as_str(), "/s3?part=1" | "/s3?part=2");
    let service = Scripted::start_hanging(fails, hangs).await;
    let file = file_of(12);
    let (client, source, options) = (signed_client(&service.url), Source::from_path(file.path()).unwrap(), in_parts(3));
    let upload = client.upload(&source, &options);
    let error = tokio::time::timeout(Duration::from_secs(60), upload).await.expect("it ends").unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Auth, Some(403)), "{error}");
    assert!(error.message().contains("part 3"), "{error}");
    assert!(puts(&service).len() <= 4, "no further part was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_completed_by_their_numbers() {
    let service = Scripted::start(|request: &Received, url: &str, _| {
        let etag = format!("\"{}\"", request.target.trim_start_matches("/s3?part="));
        match request.target.starts_with("/s3") {
            true => ([("etag", etag)], "").into_response(),
            false => numbered(request, url),
        }
    })
    .await;
    let file = file_of(11);
    signed_client(&service.url).upload(&Source::from_path(file.path()).unwrap(), &in_parts(4)).await.unwrap();
    let requests = service.received();
    let complete = requests.iter().find(|request| request.target == "/multipart/complete").unwrap();
    let parts: Vec<_> =
        (1..=11).map(|part| serde_json::json!({"part_number": part, "etag": format!("\"{part}\"")})).collect();
    assert_eq!(complete.json()["parts"], serde_json::Value::from(parts));
    let sums: BTreeSet<_> = (requests.iter().filter(|request| request.target == "/multipart/upload"))
        .map(|request| request.json()["md5"].to_string())
        .collect();
    assert_eq!(sums.len(), 1, "zeros, all of them");
}
