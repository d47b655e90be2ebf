//! Intelligent Ingestion: chunks that follow what the network can carry, and parts that turn to it.

mod support;

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use filestack_core::{Client, ClientOptions, ErrorKind, Intelligent, Operation, Source, UploadOptions};
use filestack_local::{Options, Service};
use serde_json::{Value, json};
use support::{Received, Scripted, any_reply, client_of, content, sha256};

const PART: usize = 5 * 1024 * 1024;

fn options(intelligent: Intelligent) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.set_part_size(PART as u64).unwrap();
    options.intelligent = intelligent;
    options
}

fn client(url: &str) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    Client::new(Some("K"), options).unwrap()
}

/// Answers as [`any_reply`], with Intelligent Ingestion, and tells each piece's URL by its part and offset.
fn intelligent(request: &Received, url: &str) -> Response {
    match request.target.as_str() {
        "/multipart/start" => axum::Json(json!({
            "uri": "/u", "region": "r", "upload_id": "i", "location_url": url, "upload_type": "intelligent_ingestion",
        }))
        .into_response(),
        "/multipart/upload" => {
            let (part, offset) = (&request.json()["part"], request.json()["offset"].clone());
            let at = offset.as_u64().map_or("whole".to_owned(), |offset| offset.to_string());
            axum::Json(json!({"url": format!("{url}/s3?part={part}&at={at}"), "headers": {}})).into_response()
        }
        _ => any_reply(request, url),
    }
}

/// Part and offset of a PUT; no offset for that of a whole part.
fn place(request: &Received) -> Option<(usize, Option<usize>)> {
    let (part, at) = request.target.strip_prefix("/s3?part=")?.split_once("&at=")?;
    Some((part.parse().unwrap(), at.parse().ok()))
}

/// How often `path` was asked for, with the bodies.
fn bodies(requests: &[Received], path: &str) -> Vec<Value> {
    requests.iter().filter(|request| request.target == path).map(Received::json).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_shrink_until_they_get_through_and_what_arrived_stays() {
    const MOST: usize = 400_000;
    let service = Scripted::start(|request: &Received, url: &str, _| {
        let fails = place(request).is_some() && request.body.len() > MOST;
        if fails { StatusCode::INTERNAL_SERVER_ERROR.into_response() } else { intelligent(request, url) }
    })
    .await;
    let bytes = content(2 * PART + 77_777);
    let operation = Operation::new();
    let mut options = options(Intelligent::On);
    options.operation = Some(operation.clone());
    client(&service.url).upload(&Source::from_bytes(bytes.clone()), &options).await.unwrap();

    let requests = service.received();
    let mut stored = vec![None; bytes.len()];
    for request in requests.iter().filter(|request| request.body.len() <= MOST) {
        let Some((part, Some(offset))) = place(request) else { continue };
        let start = (part - 1) * PART + offset;
        for (place, byte) in stored[start..].iter_mut().zip(request.body.iter()) {
            assert!(place.replace(*byte).is_none(), "byte {offset} of part {part} was sent again");
        }
    }
    let stored: Option<Vec<u8>> = stored.into_iter().collect();
    assert_eq!(sha256(&stored.expect("every byte was sent")), sha256(&bytes));
    let mut committed: Vec<_> =
        bodies(&requests, "/multipart/commit").iter().map(|body| body["part"].clone()).collect();
    committed.sort_by_key(Value::to_string);
    assert_eq!(committed, [1, 2, 3]);
    let complete = &bodies(&requests, "/multipart/complete")[0];
    assert_eq!((&complete["fii"], complete.get("parts")), (&json!(true), None));
    let progress = operation.progress();
    assert_eq!(progress.bytes_done, bytes.len() as u64, "each byte counts once");
    assert!(progress.bytes_resent > 0 && progress.retries > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_that_never_get_through_are_an_error_after_the_smallest() {
    let service = Scripted::start(|request: &Received, url: &str, _| match place(request) {
        Some(_) => StatusCode::BAD_GATEWAY.into_response(),
        None => intelligent(request, url),
    })
    .await;
    let source = Source::from_bytes(content(500_000));
    let error = client(&service.url).upload(&source, &options(Intelligent::On)).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Http, Some(502)));
    let smallest = service.received().iter().filter(|request| place(request).is_some()).map(|put| put.body.len()).min();
    assert_eq!(smallest, Some(32 * 1024));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_parts_that_the_network_fails_turn_intelligent() {
    let service = Scripted::start(|request: &Received, url: &str, _| match place(request) {
        Some((2, None)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => intelligent(request, url),
    })
    .await;
    let source = Source::from_bytes(content(3 * PART));
    client(&service.url).upload(&source, &options(Intelligent::Fallback)).await.unwrap();
    let requests = service.received();
    let whole: Vec<_> = requests.iter().filter_map(place).filter(|(_, offset)| offset.is_none()).collect();
    assert_eq!(whole.len(), 3, "no part is sent again as a whole: {whole:?}");
    assert!(requests.iter().filter_map(place).all(|(part, offset)| part == 2 || offset.is_none()));
    assert_eq!(bodies(&requests, "/multipart/commit").len(), 1);
    let complete = &bodies(&requests, "/multipart/complete")[0];
    assert_eq!(complete["fii"], true);
    let listed: Vec<_> = complete["parts"].as_array().unwrap().iter().map(|part| &part["part_number"]).collect();
    assert_eq!(listed, [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_commits_are_repaired_once() {
    for replies in [1, usize::MAX] {
        let service = Scripted::start(move |request: &Received, url: &str, number| {
            let is_early = replies == usize::MAX || number < 6;
            match request.target.as_str() {
                "/multipart/complete" if is_early => StatusCode::PARTIAL_CONTENT.into_response(),
                _ => intelligent(request, url),
            }
        })
        .await;
        let source = Source::from_bytes(content(1000));
        let outcome = client(&service.url).upload(&source, &options(Intelligent::On)).await;
        assert_eq!(bodies(&service.received(), "/multipart/commit").len(), 2);
        match replies {
            1 => drop(outcome.unwrap()),
            _ => assert!(outcome.unwrap_err().message().contains("not committed")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_arrive_in_every_mode_whatever_passes() {
    for has_ingestion in [true, false] {
        let service = Service::start(Options { intelligent_ingestion: has_ingestion, ..Options::default() }).unwrap();
        let bytes = content(2 * PART + 4711);
        for mode in [Intelligent::Off, Intelligent::On, Intelligent::Fallback] {
            for rule in [
                "PUT /s3/* 1 reset",
                "PUT /s3/* 2 reset-body:100000",
                "PUT /s3/* 1 status:500",
                "POST /multipart/commit 1 reset",
            ] {
                service.add_fault(rule.parse().unwrap());
            }
            let filelink =
                client_of(&service).upload(&Source::from_bytes(bytes.clone()), &options(mode)).await.unwrap();
            let stored = filelink.get_content(&filestack_core::RequestOptions::default()).await.unwrap();
            assert_eq!(sha256(&stored), sha256(&bytes), "{mode:?}");
            service.clear_faults();
        }
    }
}
