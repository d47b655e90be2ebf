//! What is tried again, call by call and failure by failure: always what does no harm, and what makes something only
//! when the service cannot have made it.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use filestack_core::{AvJob, Client, ClientOptions, ErrorKind, RequestOptions, Security, Source, StoreOptions};
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

fn options(url: &str) -> ClientOptions {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.network.response_timeout = Some(Duration::from_millis(200));
    options.security = Some(Security::new("{\"expiry\":4102444800}", "secret").unwrap());
    options
}

fn client(url: &str) -> Client {
    Client::new(Some("K"), options(url)).unwrap()
}

async fn call(client: &Client, name: &str, options: &RequestOptions) -> filestack_core::Result<()> {
    let file = client.filelink("H", None)?;
    let store = StoreOptions::default();
    match name {
        "upload_url" => client.upload_url("http://x/a", &store, options).await.map(drop),
        "store" => file.transform().store(&store, options).await.map(drop),
        "filelink.store" => file.store(&store, options).await.map(drop),
        "run_workflow" => file.run_workflow("w", options).await.map(drop),
        "av_convert" => AvJob::start(&file.transform(), &[], options).await.map(drop),
        "metadata" => file.metadata(&[], options).await.map(drop),
        "content" => file.get_content(options).await.map(drop),
        "overwrite" => file.overwrite(&Source::from_bytes("abc"), false, options).await.map(drop),
        "overwrite_url" => file.overwrite_url("http://x/a", false, options).await.map(drop),
        "delete" => file.delete(options).await,
        "tags" => file.tags(options).await.map(drop),
        other => panic!("{other}"),
    }
}

/// Has what any of the calls looks for in its answer.
const GOOD: &str = "{\"handle\": \"H\", \"url\": \"http://x/H\", \"filename\": \"f\", \"size\": 1, \"uuid\": \"u\", \
                    \"timestamp\": \"1\", \"status\": \"started\", \"jobid\": \"j\"}";

fn good() -> Response {
    GOOD.into_response()
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
    let service = Scripted::start_hanging(move |_, _, number| answer(number), move |_, number| hangs(number)).await;
    let is_good = call(&client(&service.url), name, &RequestOptions::default()).await.is_ok();
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
        let options = RequestOptions { operation: Some(operation.clone()), ..RequestOptions::default() };
        let outcome = call(&client(&format!("http://{address}")), name, &options).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Connect, "{name}");
        assert_eq!(operation.progress().retries, 5, "{name}");
    }
}

/// An HTTP/2 service that resets the first stream with this reason, and its authority's certificate.
async fn resetting_service(reason: h2::Reason) -> (String, String, Arc<AtomicUsize>) {
    let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let pem = key.cert.pem();
    let private = rustls::pki_types::PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let mut http = h2::server::handshake(acceptor.accept(connection).await.unwrap()).await.unwrap();
                while let Some(Ok((_, mut respond))) = http.accept().await {
                    if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                        respond.send_reset(reason);
                        continue;
                    }
                    let head = axum::http::Response::builder().body(()).unwrap();
                    let mut body = respond.send_response(head, false).unwrap();
                    body.send_data(GOOD.into(), true).unwrap();
                }
            });
        }
    });
    (url, pem, requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_stream_was_not_carried_out() {
    for name in CALLS {
        for (reason, expected) in [
            (h2::Reason::REFUSED_STREAM, (2, true)),
            (h2::Reason::INTERNAL_ERROR, if MAKING.contains(name) { (1, false) } else { (2, true) }),
        ] {
            let (url, pem, requests) = resetting_service(reason).await;
            let mut options = options(&url);
            options.add_ca_pem(&pem).unwrap();
            let client = Client::new(Some("K"), options).unwrap();
            let is_good = call(&client, name, &RequestOptions::default()).await.is_ok();
            assert_eq!((requests.load(Ordering::SeqCst), is_good), expected, "{name} after {reason:?}");
        }
    }
}

#[tokio::test]
async fn a_delete_whose_reply_was_lost_has_succeeded() {
    let not_found = |_: &support::Received, _: &str, _: usize| (StatusCode::NOT_FOUND, "file not found");
    let service = Scripted::start_hanging(not_found, |_, number| number == 0).await;
    assert!(call(&client(&service.url), "delete", &RequestOptions::default()).await.is_ok());
    assert_eq!(service.received().len(), 2);
    let service = Scripted::start(not_found).await;
    assert_eq!(
        call(&client(&service.url), "delete", &RequestOptions::default()).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}
