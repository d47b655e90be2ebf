//! What browsers ask before they let a page call, and what they want to see in replies.

mod common;

use common::*;
use filestack_local::Options;
use reqwest::{Method, Response};
use serde_json::json;

async fn preflight(fixture: &Fixture, path: &str, method: &str, headers: &str) -> Response {
    let request = fixture.client.request(Method::OPTIONS, fixture.url(path)).header("origin", "https://page.example");
    let request = request.header("access-control-request-method", method);
    request.header("access-control-request-headers", headers).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn lists(list: &str, item: &str) -> bool {
    list.split(',').any(|given| given.trim().eq_ignore_ascii_case(item))
}

#[tokio::test]
async fn every_surface_answers_the_question_before_the_call() {
    let fixture = start(Options { secret: Some("S".to_owned()), ..Options::default() });
    let javascript = "content-type,filestack-source,filestack-trace-id,filestack-trace-span,filestack-upload-region";
    let signed = "authorization,content-md5,x-amz-content-sha256,x-amz-date";
    for (path, method, headers) in [
        ("/multipart/start", "POST", javascript),
        ("/multipart/complete", "POST", javascript),
        ("/prefetch", "POST", javascript),
        ("/s3/filestack-uploads/a?partNumber=1", "PUT", signed),
        ("/process", "POST", javascript),
        ("/folder/list", "POST", javascript),
        ("/api/file/H", "DELETE", "x-any"),
        ("/api/store/S3", "POST", "content-type"),
        ("/api/file/H/metadata", "GET", "x-any"),
        ("/resize=width:1/H", "GET", "x-any"),
    ] {
        let response = preflight(&fixture, path, method, headers).await;
        assert_eq!(response.status(), 204, "{path}");
        assert_eq!(header(&response, "access-control-allow-origin"), "*", "{path}");
        assert!(lists(header(&response, "access-control-allow-methods"), method), "{path}: {response:?}");
        let allowed = header(&response, "access-control-allow-headers");
        assert!(headers.split(',').all(|name| lists(allowed, name)), "{path}: {allowed}");
    }
    let response = preflight(&fixture, "/multipart/upload", "POST", "x-any").await;
    assert!(!lists(header(&response, "access-control-allow-headers"), "x-any"), "the upload host has a list");
    let asked = fixture.service.requests();
    assert!(asked.iter().all(|request| request.method == "OPTIONS" && request.status == Some(204)), "{asked:?}");
}

#[tokio::test]
async fn pages_may_read_replies_refusals_and_etags() {
    let fixture = start(Options::default());
    fixture.service.add_fault("GET /broken 1 status:503".parse().unwrap());
    let handle = fixture.store(b"abc", "a.txt", "text/plain").await;
    for (path, status) in [
        (format!("/{handle}"), 200),
        (format!("/{handle}/metadata"), 200),
        ("/nosuch".to_owned(), 404),
        ("/broken".to_owned(), 503),
    ] {
        let response = fixture.get(&path).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "access-control-allow-origin")),
            (status, "*"),
            "{path}"
        );
    }
    let upload = fixture.begin(3, json!({})).await;
    let ticket = upload.ticket(1, b"abc", None).await;
    let response = upload.send(&ticket, b"abc").await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    assert!(lists(header(&response, "access-control-expose-headers"), "etag"), "{response:?}");
}

#[tokio::test]
async fn pages_of_other_sites_cannot_use_the_control() {
    let fixture = start(Options { control: true, ..Options::default() });
    let response = preflight(&fixture, "/local/faults", "POST", "content-type").await;
    assert_ne!(response.status(), 204);
    assert_eq!(header(&response, "access-control-allow-origin"), "");
    let response = fixture.get("/local/requests").await;
    assert_eq!((response.status().as_u16(), header(&response, "access-control-allow-origin")), (200, ""));
}
