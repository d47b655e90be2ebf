//! What is tried again, call by call and failure by failure: always what does no harm, and what makes something only
//! when the service cannot have made it.

mod support;

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use filestack_core::{AvJob, Client, ClientOptions, ErrorKind, RequestOptions, Security, Source, StoreOptions};
use serde_json::json;
use support::Scripted;

/// How the first request fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    Status(u16),
    /// With this `Retry-After` header.
    StatusAndPause(u16, &'static str),
    /// No answer within the response timeout.
    Silence,
}

const CALLS: &[&str] = &[
    "upload_url",
    "store",
    "filelink.store",
    "run_workflow",
    "av_convert",
    "metadata",
    "content",
    "overwrite",
    "overwrite_url",
    "delete",
    "tags",
];

/// The calls that make something each time that they are carried out.
const MAKING: &[&str] = &["upload_url", "store", "filelink.store", "run_workflow", "av_convert"];

fn client(url: &str) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.network.response_timeout = Some(Duration::from_millis(200));
    options.security = Some(Security::new("{\"expiry\":4102444800}", "secret").unwrap());
    Client::new(Some("K"), options).unwrap()
}

async fn call(client: &Client, name: &str) -> filestack_core::Result<()> {
    let options = RequestOptions::default();
    let file = client.filelink("H", None)?;
    let store = StoreOptions::default();
    match name {
        "upload_url" => client.upload_url("http://x/a", &store, &options).await.map(drop),
        "store" => file.transform().store(&store, &options).await.map(drop),
        "filelink.store" => file.store(&store, &options).await.map(drop),
        "run_workflow" => file.run_workflow("w", &options).await.map(drop),
        "av_convert" => AvJob::start(&file.transform(), &[], &options).await.map(drop),
        "metadata" => file.metadata(&[], &options).await.map(drop),
        "content" => file.get_content(&options).await.map(drop),
        "overwrite" => file.overwrite(&Source::from_bytes("abc"), false, &options).await.map(drop),
        "overwrite_url" => file.overwrite_url("http://x/a", false, &options).await.map(drop),
        "delete" => file.delete(&options).await,
        "tags" => file.tags(&options).await.map(drop),
        other => panic!("{other}"),
    }
}

fn good() -> Response {
    axum::Json(json!({"handle": "H", "url": "http://x/H", "filename": "f", "size": 1, "uuid": "u", "timestamp": "1",
        "status": "started", "jobid": "j"}))
    .into_response()
}

/// How many requests a call makes when the first one fails, and whether it succeeds.
async fn requests_of(name: &str, failure: Failure) -> (usize, bool) {
    let answer = move |number: usize| match failure {
        _ if number > 0 => good(),
        Failure::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Failure::StatusAndPause(status, pause) => {
            (StatusCode::from_u16(status).unwrap(), [("retry-after", pause)], "").into_response()
        }
        Failure::Silence => good(),
    };
    let hangs = move |number: usize| number == 0 && failure == Failure::Silence;
    let service = Scripted::start_hanging(move |_, _, number| answer(number), hangs).await;
    let is_good = call(&client(&service.url), name).await.is_ok();
    (service.received().len(), is_good)
}

#[tokio::test]
async fn failures_that_say_nothing_about_the_effect_repeat_only_what_is_harmless() {
    for name in CALLS {
        for failure in [Failure::Status(500), Failure::Status(502), Failure::Status(503), Failure::Silence] {
            let expected = if MAKING.contains(name) { (1, false) } else { (2, true) };
            assert_eq!(requests_of(name, failure).await, expected, "{name} after {failure:?}");
        }
    }
}

#[tokio::test]
async fn a_service_that_has_not_begun_is_asked_again() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for name in CALLS {
        for failure in [Failure::Status(429), Failure::StatusAndPause(429, "0"), Failure::StatusAndPause(503, "0")] {
            assert_eq!(requests_of(name, failure).await, (2, true), "{name} after {failure:?}");
        }
        let past = Failure::StatusAndPause(503, date);
        let expected = if MAKING.contains(name) { (1, false) } else { (2, true) };
        assert_eq!(requests_of(name, past).await, expected, "{name}: a date in the past names no time to come back at");
    }
}

#[tokio::test]
async fn permanent_failures_are_final() {
    for name in CALLS {
        for status in [400, 403, 404, 501] {
            assert_eq!(requests_of(name, Failure::Status(status)).await, (1, false), "{name} after {status}");
        }
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_tried_again_by_every_call() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for name in CALLS {
        let operation = filestack_core::Operation::new();
        let client = client(&format!("http://{address}"));
        let file = client.filelink("H", None).unwrap();
        let options = RequestOptions { operation: Some(operation.clone()), ..RequestOptions::default() };
        let outcome = match *name {
            "upload_url" => client.upload_url("http://x/a", &StoreOptions::default(), &options).await.map(drop),
            _ => file.metadata(&[], &options).await.map(drop),
        };
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Connect, "{name}");
        assert_eq!(operation.progress().retries, 5, "{name}");
    }
}

#[tokio::test]
async fn a_delete_whose_reply_was_lost_has_succeeded() {
    let not_found = |_: &support::Received, _: &str, _: usize| (StatusCode::NOT_FOUND, "file not found");
    let service = Scripted::start_hanging(not_found, |number| number == 0).await;
    assert!(call(&client(&service.url), "delete").await.is_ok());
    assert_eq!(service.received().len(), 2);
    let service = Scripted::start(not_found).await;
    assert_eq!(call(&client(&service.url), "delete").await.unwrap_err().kind(), ErrorKind::NotFound);
}
