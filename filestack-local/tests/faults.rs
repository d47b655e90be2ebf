//! Every fault, seen from the client's side, and the control endpoints.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use common::*;
use filestack_local::{Options, Rule};
use futures_util::StreamExt as _;
use serde_json::json;

fn rule(text: &str) -> Rule {
    text.parse().unwrap()
}

/// Sends a request over a connection of its own and reads until it ends: what arrived, and how it ended.
fn raw(fixture: &Fixture, request: &[u8]) -> (Vec<u8>, Option<ErrorKind>) {
    let address = fixture.service.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let sent = stream.write_all(request);
    let mut received = Vec::new();
    let ended = sent.and_then(|()| stream.read_to_end(&mut received));
    (received, ended.err().map(|error| error.kind()))
}

/// Whether a client's failure is a reset of the connection at bottom; one that writes may hear of it as a broken pipe.
/// HTTP/2 keeps only the kind of the system's error, so the text decides.
fn is_reset(error: &reqwest::Error) -> bool {
    let text = format!("{error:?}");
    text.contains("ConnectionReset") || text.contains("BrokenPipe")
}

#[tokio::test]
async fn statuses_come_in_the_envelope_of_their_endpoint() {
    let fixture = start(Options::default());
    fixture.service.add_fault(rule("POST /multipart/start 1 status:503 retry-after=7"));
    fixture.service.add_fault(rule("POST /multipart/start 2 status:418:short and stout"));
    fixture.service.add_fault(rule("POST /multipart/complete 1 status:202"));
    fixture.service.add_fault(rule("PUT /s3/* 1 status:503"));
    fixture.service.add_fault(rule("GET /* 1 status:500"));
    let response = fixture.post("/multipart/start", &json!({})).await;
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(read_json(response).await.1["error"], "injected fault");
    let refused = read_text(fixture.post("/multipart/start", &json!({})).await).await;
    assert_eq!(refused, (418, "short and stout".to_owned()));

    let upload = fixture.begin(3, json!({})).await;
    let ticket = upload.ticket(1, b"abc", None).await;
    let (status, text) = read_text(upload.send(&ticket, b"abc").await.unwrap()).await;
    assert!(status == 503 && text.contains("<Code>SlowDown</Code>"), "{text}");
    let parts = json!({ "parts": [{ "part_number": 1, "etag": upload.put(1, b"abc", None).await }] });
    assert_eq!(upload.complete(parts.clone()).await.0, 202);
    let (_, reply) = upload.complete(parts).await;
    let path = format!("/{}", reply["handle"].as_str().unwrap());
    assert_eq!(read_text(fixture.get(&path).await).await, (500, "injected fault".to_owned()));
    assert_eq!(read_text(fixture.get(&path).await).await, (200, "abc".to_owned()));
}

#[tokio::test]
async fn single_requests_and_bodies_of_unknown_length_meet_faults_too() {
    let fixture = start(Options::default());
    let handle = fixture.store(&noise(MIB, 3), "a.bin", "a/b").await;
    for text in ["POST /process 1 status:503", "DELETE /api/file/* 1 status:500", "GET */zip/* 1 truncate:1000"] {
        fixture.service.add_fault(rule(text));
    }
    let body = json!({ "apikey": KEY, "sources": [handle], "tasks": [{ "name": "store" }] });
    let (status, reply) = fixture.call("/process", &body).await;
    assert_eq!((status, &reply["error"]), (503, &json!("injected fault")));
    assert_eq!(fixture.call("/process", &body).await.0, 200);
    let delete = fixture.client.delete(fixture.url(&format!("/api/file/{handle}"))).send().await.unwrap();
    assert_eq!(read_text(delete).await, (500, "injected fault".to_owned()));
    let zip = format!("/{KEY}/zip/{handle}");
    assert!(fixture.get(&zip).await.bytes().await.is_err());
    assert!(fixture.get(&zip).await.bytes().await.unwrap().len() > MIB);
}

#[tokio::test]
async fn storage_faults() {
    let fixture = start(Options::default());
    for text in
        ["PUT /s3/* 1 skew", "PUT /s3/* 2 bad-digest", "PUT /s3/* 3 no-etag", "PUT /s3/*partNumber=1* 4 wrong-etag"]
    {
        fixture.service.add_fault(rule(text));
    }
    let upload = fixture.begin(3, json!({})).await;
    let ticket = upload.ticket(1, b"abc", None).await;
    let (status, text) = read_text(upload.send(&ticket, b"abc").await.unwrap()).await;
    assert!(status == 403 && text.contains("<Code>RequestTimeTooSkewed</Code>"), "{text}");
    let (status, text) = read_text(upload.send(&ticket, b"abc").await.unwrap()).await;
    assert!(status == 400 && text.contains("<Code>BadDigest</Code>"), "{text}");
    let response = upload.send(&ticket, b"abc").await.unwrap();
    assert!(response.status() == 200 && response.headers().get("etag").is_none());
    let response = upload.send(&ticket, b"abc").await.unwrap();
    assert_ne!(response.headers()["etag"], "\"900150983cd24fb0d6963f7d28e17f72\"");
    let response = upload.send(&ticket, b"abc").await.unwrap();
    assert_eq!(response.headers()["etag"], "\"900150983cd24fb0d6963f7d28e17f72\"");
}

#[tokio::test]
async fn bodies_that_are_no_json() {
    let fixture = start(Options::default());
    for text in ["POST * 1 garbage", "POST * 2 notjson", "POST * 3 endless"] {
        fixture.service.add_fault(rule(text));
    }
    let response = fixture.post("/multipart/start", &json!({})).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let (status, text) = read_text(response).await;
    assert!(status == 200 && serde_json::from_str::<serde_json::Value>(&text).is_err());
    let response = fixture.post("/multipart/start", &json!({})).await;
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(read_text(response).await, (200, "Invalid Application".to_owned()));
    let response = fixture.post("/multipart/start", &json!({})).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let mut frames = response.bytes_stream();
    let mut size = 0;
    while size < 8 * MIB {
        size += frames.next().await.expect("it never ends").unwrap().len();
    }
}

#[tokio::test]
async fn resets_are_resets_and_cuts_are_cuts() {
    let fixture = start(Options::default());
    let handle = fixture.store(&noise(1000, 1), "a", "b/c").await;
    for text in ["GET /* 1 reset", "GET /* 2 reset-mid", "GET /* 3 truncate:100", "GET /* 4 truncate:0"] {
        fixture.service.add_fault(rule(text));
    }
    let request = format!("GET /{handle} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let get = || {
        let (received, ended) = raw(&fixture, request.as_bytes());
        let head = received.windows(4).position(|window| window == b"\r\n\r\n").map(|position| position + 4);
        let text = String::from_utf8_lossy(&received[..head.unwrap_or(0)]).into_owned();
        (text, received.len() - head.unwrap_or(0), ended)
    };
    assert_eq!(get(), (String::new(), 0, Some(ErrorKind::ConnectionReset)));
    let (head, body, ended) = get();
    assert!(head.contains("content-length: 1000\r\n"), "{head}");
    assert_eq!((body, ended), (500, Some(ErrorKind::ConnectionReset)));
    let (head, body, ended) = get();
    assert!(head.contains("content-length: 1000\r\n"), "{head}");
    assert_eq!((body, ended), (100, None));
    let (head, body, ended) = get();
    assert!(head.contains("content-length: 1000\r\n"), "{head}");
    assert_eq!((body, ended), (0, None));
    let (_, body, ended) = get();
    assert_eq!((body, ended), (1000, None));
}

#[tokio::test]
async fn resets_reach_through_tls_and_both_versions_of_http() {
    let fixture = start(Options { tls: true, ..Options::default() });
    let bytes = noise(300_000, 1);
    let handle = fixture.store(&bytes, "a", "b/c").await;
    let url = fixture.url(&format!("/{handle}"));
    for (client, version) in
        [(client(fixture.service.ca_pem()), "HTTP/2.0"), (http1_client(fixture.service.ca_pem()), "HTTP/1.1")]
    {
        fixture.service.clear_faults();
        fixture.service.clear_requests();
        for text in ["PUT * 1 reset", "GET /* 1-2 reset-mid", "GET /* 3-4 truncate:7"] {
            fixture.service.add_fault(rule(text));
        }
        let refused = client.put(&url).body(noise(MIB, 2)).send().await.unwrap_err();
        assert!(is_reset(&refused), "{refused:?}");
        // A client may try once more by itself when the connection was not new; hence two of each.
        for _ in 0..2 {
            let cut = client.get(&url).send().await.unwrap();
            assert_eq!(cut.content_length(), Some(300_000));
            let error = cut.bytes().await.unwrap_err();
            assert!(is_reset(&error), "{error:?}");
        }
        for _ in 0..2 {
            let cut = client.get(&url).send().await.unwrap();
            assert_eq!(cut.content_length(), Some(300_000));
            assert!(!is_reset(&cut.bytes().await.unwrap_err()));
        }
        let whole = client.get(&url).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(sha256(&whole), sha256(&bytes));
        assert!(fixture.service.requests().iter().all(|request| request.version == version));
    }
}

#[tokio::test]
async fn a_hanging_request_lasts_as_long_as_the_service() {
    let fixture = start(Options::default());
    fixture.service.add_fault(rule("GET /hang 1 hang"));
    let url = fixture.url("/hang");
    let waiting = tokio::spawn(fixture.client.get(url).send());
    while !fixture.service.requests().iter().any(|request| request.fault.as_deref() == Some("hang")) {
        tokio::task::yield_now().await;
    }
    assert_eq!(fixture.get("/hang").await.status(), 404, "others are served meanwhile");
    assert!(!waiting.is_finished());
    assert_eq!(fixture.service.requests()[0].status, None);
    drop(fixture);
    assert!(waiting.await.unwrap().is_err());
}

/// A client that sends everything before it reads must get the answer to a request that is refused at once.
#[test]
fn early_refusals_reach_clients_that_are_still_sending() {
    let fixture = start(Options::default());
    fixture.service.add_fault(rule("PUT /s3/slow 1 status:503"));
    let body = noise(24 * MIB, 1);
    for path in ["/s3/nosuch", "/s3/slow", "/multipart/start", "/nosuch"] {
        let mut request =
            format!("PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len())
                .into_bytes();
        request.extend_from_slice(&body);
        let (received, ended) = raw(&fixture, &request);
        let text = String::from_utf8_lossy(&received);
        assert!(text.starts_with("HTTP/1.1 4") || text.starts_with("HTTP/1.1 503"), "{path}: {text}");
        assert_eq!(ended, None, "{path}");
    }
}

#[test]
fn a_connection_lives_on_after_a_refusal() {
    let fixture = start(Options::default());
    let mut request = b"PUT /s3/nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n".to_vec();
    request.extend_from_slice(&noise(3_000_000, 1));
    request.extend_from_slice(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (received, ended) = raw(&fixture, &request);
    let text = String::from_utf8_lossy(&received);
    assert!(text.starts_with("HTTP/1.1 400") && text.contains("HTTP/1.1 200 OK"), "{text}");
    assert_eq!(ended, None);
}

#[test]
fn a_refused_body_is_not_asked_for() {
    let fixture = start(Options::default());
    let address = fixture.service.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"PUT /s3/nosuch HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        .unwrap();
    let mut received = String::new();
    stream.read_to_string(&mut received).unwrap();
    assert!(received.starts_with("HTTP/1.1 400"), "{received}");
}

/// Head and body of a reply.
fn split_reply(received: &[u8]) -> (String, &[u8]) {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |position| position + 4);
    (String::from_utf8_lossy(&received[..end]).into_owned(), &received[end..])
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes()
}

#[test]
fn statuses_have_headers_of_their_own() {
    let fixture = start(Options::default());
    fixture.service.add_fault(rule(
        r#"GET /a 1 status:401:{"a": 1} header="WWW-Authenticate:Basic realm=\"x y\"" header=X-A:1 header=X-A:2 retry-after=3"#,
    ));
    fixture.service.add_fault(rule("GET /a 2 status:302 header=Location:http://127.0.0.1:1/b"));
    fixture.service.add_fault(rule(r#"GET /a 3 status:200:" header=X:y" header=Content-Type:text/html"#));
    let (received, ended) = raw(&fixture, &get("/a"));
    let (head, body) = split_reply(&received);
    for line in [
        "www-authenticate: Basic realm=\"x y\"",
        "x-a: 1",
        "x-a: 2",
        "retry-after: 3",
        "content-type: application/json",
    ] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line}: {head}");
    }
    assert!(head.starts_with("HTTP/1.1 401 ") && body == b"{\"a\": 1}" && ended.is_none(), "{head}");
    let (received, _) = raw(&fixture, &get("/a"));
    let (head, _) = split_reply(&received);
    assert!(head.starts_with("HTTP/1.1 302 ") && head.contains("\r\nlocation: http://127.0.0.1:1/b\r\n"), "{head}");
    let (received, _) = raw(&fixture, &get("/a"));
    let (head, body) = split_reply(&received);
    assert_eq!((head.matches("content-type: text/html\r\n").count(), body), (1, b" header=X:y".as_slice()), "{head}");
}

/// A connection that breaks while the body is sent: nothing is carried out, and the client has sent some of it.
#[test]
fn resets_in_the_middle_of_the_request() {
    let fixture = start(Options::default());
    fixture.service.add_fault(rule("POST /api/store/* 1 reset-body:1000"));
    let address = fixture.service.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST /api/store/S3?key={KEY} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&noise(999, 1)).unwrap();
    while fixture.service.requests().first().is_none_or(|request| request.body_size < 999) {
        std::thread::yield_now();
    }
    let waiting = &fixture.service.requests()[0];
    assert_eq!((waiting.ended, waiting.status), (false, None), "999 bytes are not enough");
    stream.write_all(&noise(1, 2)).unwrap();
    let mut received = Vec::new();
    let ended = stream.read_to_end(&mut received).unwrap_err();
    assert_eq!((ended.kind(), received.len()), (ErrorKind::ConnectionReset, 0));
    let request = &fixture.service.requests()[0];
    assert_eq!((request.body_size, request.body_complete, request.status), (1000, false, None));
    let (reply, ended) = raw(
        &fixture,
        format!("{head}{}", "x".repeat(5000)).replace("\r\nHost", "\r\nConnection: close\r\nHost").as_bytes(),
    );
    assert!(reply.starts_with(b"HTTP/1.1 200") && ended.is_none());
}

#[tokio::test]
async fn a_reset_after_the_request_leaves_its_work_done() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"before", "a.txt", "text/plain").await;
    fixture.service.add_fault(rule("POST /api/file/* 1 reset-after"));
    let (policy, signature) = sign("any", &json!({ "expiry": FUTURE }));
    let request = format!(
        "POST /api/file/{handle}?policy={policy}&signature={signature} HTTP/1.1\r\nHost: x\r\n\
         Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nafter"
    );
    let (received, ended) = raw(&fixture, request.as_bytes());
    assert_eq!((received.len(), ended), (0, Some(ErrorKind::ConnectionReset)));
    assert_eq!(fixture.bytes(&format!("/{handle}")).await, b"after");
    let requests = fixture.service.requests();
    let met = requests.iter().find(|request| request.fault.is_some()).unwrap();
    assert_eq!((met.fault.as_deref(), met.status, met.body_size), (Some("reset-after"), None, 5));
}

#[tokio::test]
async fn a_delayed_request_waits_and_is_carried_out() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"abc", "a.txt", "text/plain").await;
    fixture.service.add_fault(rule("GET /* 1 delay:1"));
    fixture.service.add_fault(rule("GET /* 2 delay:86400000"));
    let (received, _) = raw(&fixture, &get(&format!("/{handle}")));
    let (head, body) = split_reply(&received);
    assert!(head.starts_with("HTTP/1.1 200") && body == b"abc", "{head}");
    let waiting = tokio::spawn(fixture.client.get(fixture.url(&format!("/{handle}"))).send());
    let met = || fixture.service.requests().into_iter().find(|met| met.fault.as_deref() == Some("delay:86400000"));
    while met().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(fixture.bytes(&format!("/{handle}")).await, b"abc", "others are served meanwhile");
    assert!(!waiting.is_finished() && met().unwrap().status.is_none());
    waiting.abort();
}

/// A body of unknown length shows on the wire in which pieces it was sent.
#[tokio::test]
async fn a_dripping_reply_comes_in_pieces() {
    let fixture = start(Options::default());
    let handle = fixture.store(&noise(1000, 3), "a.bin", "a/b").await;
    fixture.service.add_fault(rule("GET */zip/* 1 drip:100/1"));
    fixture.service.add_fault(rule("GET /* 2 drip:300/1"));
    let (received, ended) = raw(&fixture, &get(&format!("/{KEY}/zip/{handle}")));
    let (head, body) = split_reply(&received);
    assert!(head.contains("transfer-encoding: chunked") && ended.is_none(), "{head}");
    let (mut rest, mut sizes) = (body, Vec::new());
    while let Some(line) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        sizes.push(size);
        rest = &rest[line + 2 + size + 2..];
    }
    assert_eq!(sizes.pop(), Some(0), "the end");
    assert!(sizes.len() > 10 && sizes.iter().all(|size| (1..=100).contains(size)), "{sizes:?}");
    let (received, ended) = raw(&fixture, &get(&format!("/{handle}")));
    let (head, body) = split_reply(&received);
    assert!(head.contains("\r\ncontent-length: 1000\r\n") && ended.is_none(), "{head}");
    assert_eq!(sha256(body), sha256(&noise(1000, 3)));
}

#[tokio::test]
async fn an_early_answer_does_not_wait_for_the_body() {
    let fixture = start(Options::default());
    fixture.service.add_fault(rule("POST /api/store/* 1 early:503"));
    let head = format!("POST /api/store/S3?key={KEY} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
    // Nothing of the body is sent, and the end comes all the same.
    let (reply, ended) = raw(&fixture, head.as_bytes());
    let text = String::from_utf8_lossy(&reply);
    assert!(text.starts_with("HTTP/1.1 503") && text.ends_with("injected fault") && ended.is_none(), "{text}");
    let request = &fixture.service.requests()[0];
    assert_eq!((request.body_size, request.body_complete, request.status), (0, false, Some(503)));
}

#[tokio::test]
async fn a_reply_without_a_body_is_cut_before_its_head() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"abc", "a", "b/c").await;
    fixture.service.add_fault(rule("HEAD /* 1-50 truncate:5"));
    fixture.service.add_fault(rule("HEAD /* 51-100 reset-mid"));
    let request = format!("HEAD /{handle} HTTP/1.1\r\nHost: x\r\n\r\n");
    // As often as it takes to notice that an answer wins against the end now and then.
    for _ in 0..50 {
        assert_eq!(raw(&fixture, request.as_bytes()), (Vec::new(), None));
    }
    for _ in 0..50 {
        assert_eq!(raw(&fixture, request.as_bytes()), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    }
}
