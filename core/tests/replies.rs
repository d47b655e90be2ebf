//! Replies that are not what they seem: redirects as some servers write them, errors with status 200, and places to
//! which content may not go.

mod support;

use std::net::TcpListener;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use filestack_core::{
    Client, ClientOptions, ErrorKind, Filelink, RequestOptions, Source, Transformation, UploadOptions,
};
use filestack_local::{Options, Service};
use support::Scripted;

const REPORT: &str = "docs provider error: conversion was taking too long (idx 0)";

fn file(url: &str) -> Filelink {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    Client::new(Some("K"), options).unwrap().filelink("H", None).unwrap()
}

fn flipped(url: &str) -> Transformation {
    let mut transformation = file(url).transform();
    transformation.add_json("flip", "").unwrap();
    transformation
}

#[tokio::test]
async fn redirects_are_followed_however_they_are_written() {
    for (location, target) in [
        (&b"/gr\xc3\xbcn b.png"[..], "/gr%C3%BCn%20b.png"),
        (b"gr%C3%BCn.png?a=\xe2\x82\xac", "/gr%C3%BCn.png?a=%E2%82%AC"),
        (b"/plain", "/plain"),
    ] {
        let redirect = move || {
            let location = HeaderValue::from_bytes(location).unwrap();
            (StatusCode::FOUND, [(header::LOCATION, location)], "").into_response()
        };
        let service =
            Scripted::start(move |_, _, number| if number == 0 { redirect() } else { "it".into_response() }).await;
        let content = file(&service.url).get_content(&RequestOptions::default()).await.unwrap();
        assert_eq!(content, b"it");
        assert_eq!(service.received()[1].target, target);
    }
}

#[tokio::test]
async fn an_error_with_status_200_is_not_the_file() {
    let service = Scripted::start(|_, _, _| ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], REPORT)).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.pdf");
    let transformation = flipped(&service.url);
    let to_file = transformation.download(&path, &RequestOptions::default()).await.map(drop);
    let to_memory = transformation.get_content(&RequestOptions::default()).await.map(drop);
    for outcome in [to_file, to_memory] {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::Protocol, Some(200)));
        assert_eq!(error.service_text(), Some(REPORT));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // What somebody has stored is a file, whatever is in it.
    assert_eq!(file(&service.url).get_content(&RequestOptions::default()).await.unwrap(), REPORT.as_bytes());
}

#[tokio::test]
async fn other_texts_and_types_are_files() {
    for (mimetype, content) in [
        ("text/plain", "the docs provider error: no".to_owned()),
        ("text/html", "<p>docs provider error: no</p>".repeat(1000)),
        ("application/pdf", REPORT.to_owned()),
        ("text/plain", String::new()),
    ] {
        let sent = content.clone();
        let service = Scripted::start(move |_, _, _| ([(header::CONTENT_TYPE, mimetype)], sent.clone())).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        flipped(&service.url).download(&path, &RequestOptions::default()).await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        let in_memory = flipped(&service.url).get_content(&RequestOptions::default()).await.unwrap();
        assert_eq!(in_memory, content.as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_does_not_go_where_there_is_no_tls() {
    let service = Service::start(Options { tls: true, ..Options::default() }).unwrap();
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = elsewhere.local_addr().unwrap();
    let reply = format!(r#"{{"url":"http://{place}/s3/key","headers":{{"Authorization":"AWS4-HMAC-SHA256 x"}}}}"#);
    service.add_fault(format!("POST /multipart/upload * status:200:{reply}").parse().unwrap());
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.add_ca_file(service.ca_path().unwrap()).unwrap();
    let client = Client::new(Some(service.api_key()), options).unwrap();
    let error = client.upload(&Source::from_bytes("secret"), &UploadOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(error.message().contains("without TLS"), "{error}");
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err(), "nobody has connected");
}
