//! Deleting, overwriting, storing with a single request, and the webhook that tells of all of it.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::*;
use filestack_local::Options;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "TOP-SECRET";

fn anything() -> String {
    sign_query(SECRET, &json!({ "expiry": FUTURE }))
}

/// A form with one field.
fn form(name: &str, filename: Option<&str>, content: &[u8]) -> (String, Vec<u8>) {
    let filename = filename.map(|name| format!("; filename=\"{name}\"\r\nContent-Type: application/octet-stream"));
    let head =
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n", filename.unwrap_or_default());
    ("multipart/form-data; boundary=XX".to_owned(), [head.as_bytes(), content, b"\r\n--XX--\r\n"].concat())
}

async fn send(fixture: &Fixture, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> (u16, Value) {
    let request = fixture.client.post(fixture.url(path)).header("content-type", content_type);
    read_json(request.body(body.into()).send().await.unwrap()).await
}

#[tokio::test]
async fn deleting_needs_key_and_credentials_and_happens_once() {
    for secret in [None, Some(SECRET.to_owned())] {
        let fixture = start(Options { secret, api_keys: vec![KEY.to_owned()], ..Options::default() });
        let credentials = anything();
        let (policy, signature) = sign(SECRET, &json!({ "expiry": FUTURE }));
        let handle = fixture.upload(b"short life", json!({ "policy": policy, "signature": signature })).await;
        let handle = handle["handle"].as_str().unwrap();
        let delete = |query: String| fixture.client.delete(fixture.url(&format!("/api/file/{handle}?{query}"))).send();
        for (query, status) in [
            (credentials.clone(), 404),
            (format!("key=other&{credentials}"), 404),
            (format!("key={KEY}"), 403),
            (format!("key={KEY}&policy=cA==&signature=ab"), 403),
            (format!("key={KEY}&{credentials}"), 200),
            (format!("key={KEY}&{credentials}"), 404),
        ] {
            let (got, text) = read_text(delete(query.clone()).await.unwrap()).await;
            assert_eq!(got, status, "{query}: {text}");
            assert!(status != 200 || text == "success");
            assert!(status != 403 || text.contains("application 1 policy error: "), "{text}");
        }
        assert_eq!(fixture.get(&format!("/{handle}?{credentials}")).await.status(), 404);
    }
}

#[tokio::test]
async fn deleting_can_leave_the_stored_bytes() {
    let fixture = start(Options::default());
    let objects = || walk(&fixture.service.data_dir().join("objects"));
    let (first, second) = (fixture.store(b"a", "a", "b/c").await, fixture.store(b"b", "b", "b/c").await);
    assert_eq!(objects(), 2);
    let path = format!("/api/file/{first}/remove?key={KEY}&{}", anything());
    assert_eq!(fixture.post(&path, &json!({})).await.status(), 200);
    assert_eq!(objects(), 1);
    let path = format!("/api/file/{second}?key={KEY}&skip_storage=true&{}", anything());
    assert_eq!(fixture.client.delete(fixture.url(&path)).send().await.unwrap().status(), 200);
    assert_eq!((objects(), fixture.get(&format!("/{second}")).await.status().as_u16()), (1, 404));
}

/// Counts the files below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn overwriting_keeps_the_handle_whatever_the_body() {
    let fixture = start(Options::default());
    let other = start(Options::default());
    let elsewhere = other.store(b"from a url", "there.txt", "text/plain").await;
    let handle = fixture.store(b"before", "a.txt", "text/plain").await;
    let path = format!("/api/file/{handle}?{}", anything());
    let large = noise(3 * MIB, 1);
    let url = other.url(&format!("/{elsewhere}"));
    let (boundary, multipart) = form("fileUpload", Some("new.bin"), &large);
    let (_, url_field) = form("url", None, url.as_bytes());
    let encoded = url.replace(':', "%3A").replace('/', "%2F");
    for (content_type, body, expected, filename, mimetype) in [
        (boundary.as_str(), multipart, large.clone(), "new.bin", "application/octet-stream"),
        ("image/x-raw", b"raw \x00\xff".to_vec(), b"raw \x00\xff".to_vec(), "new.bin", "image/x-raw"),
        (
            "application/x-www-form-urlencoded",
            format!("x=y&url={encoded}").into_bytes(),
            b"from a url".to_vec(),
            elsewhere.as_str(),
            "text/plain",
        ),
        (boundary.as_str(), url_field, b"from a url".to_vec(), elsewhere.as_str(), "text/plain"),
    ] {
        let (status, reply) = send(&fixture, &path, content_type, body).await;
        let expected_reply = json!({
            "url": fixture.url(&format!("/{handle}")), "mimetype": mimetype, "isWriteable": true,
            "size": expected.len(), "filename": filename,
        });
        assert_eq!((status, reply), (200, expected_reply));
        assert_eq!(sha256(&fixture.bytes(&format!("/{handle}")).await), sha256(&expected));
        let (_, metadata) = fixture.ask(&format!("/{handle}/metadata?size=true&mimetype=true&sha256=true")).await;
        assert_eq!(metadata, json!({ "size": expected.len(), "mimetype": mimetype, "sha256": sha256(&expected) }));
    }
    let (_, reply) = send(&fixture, &format!("{path}&base64decode=true"), "text/plain", "ZmlsZXN0YWNr").await;
    assert_eq!(reply["size"], 9);
    assert_eq!(fixture.bytes(&format!("/{handle}")).await, b"filestack");
    assert_eq!(walk(&fixture.service.data_dir().join("objects")), 1, "what was overwritten is gone");
    for (content_type, body) in
        [("application/x-www-form-urlencoded", "a=b"), ("multipart/form-data", ""), (boundary.as_str(), "--XX--")]
    {
        assert_eq!(send(&fixture, &path, content_type, body).await.0, 400, "{content_type} {body}");
    }
    assert_eq!(send(&fixture, &format!("/api/file/nosuch?{}", anything()), "a/b", "x").await.0, 404);
    assert_eq!(send(&fixture, &format!("/api/file/{handle}"), "a/b", "x").await.0, 403);
}

#[tokio::test]
async fn overwriting_needs_the_call_for_its_kind() {
    let fixture = start(Options { secret: Some(SECRET.to_owned()), ..Options::default() });
    let (policy, signature) = sign(SECRET, &json!({ "expiry": FUTURE }));
    let reply = fixture.upload(b"guarded", json!({ "policy": policy, "signature": signature })).await;
    let handle = reply["handle"].as_str().unwrap();
    let own = fixture.url(&format!("/{handle}?{}", anything())).replace('&', "%26");
    for (policy, bytes, url) in [
        (json!({ "expiry": FUTURE, "call": ["write"] }), 200, 403),
        (json!({ "expiry": FUTURE, "call": ["writeUrl"] }), 403, 200),
        (json!({ "expiry": FUTURE, "call": ["read"] }), 403, 403),
        (json!({ "expiry": FUTURE, "handle": "another" }), 403, 403),
        (json!({ "expiry": FUTURE, "url": "^https://" }), 200, 403),
        (json!({ "expiry": FUTURE, "maxSize": 6 }), 403, 403),
    ] {
        let path = format!("/api/file/{handle}?{}", sign_query(SECRET, &policy));
        assert_eq!(send(&fixture, &path, "text/plain", "guarded").await.0, bytes, "{policy}");
        let form = "application/x-www-form-urlencoded";
        assert_eq!(send(&fixture, &path, form, format!("url={own}")).await.0, url, "{policy}");
    }
}

#[tokio::test]
async fn a_single_request_stores_a_file() {
    let fixture = start(Options::default());
    let other = start(Options::default());
    let url = other.url(&format!("/{}", other.store(b"by url", "there.txt", "text/x-there").await));
    let large = noise(2 * MIB, 2);
    let (boundary, multipart) = form("fileUpload", Some("x/new.bin"), &large);
    for (content_type, body, expected, mimetype) in [
        (boundary.as_str(), multipart, large.clone(), "application/octet-stream"),
        ("application/x-www-form-urlencoded", format!("url={url}").into_bytes(), b"by url".to_vec(), "text/x-there"),
        ("application/json", json!({ "url": url }).to_string().into_bytes(), b"by url".to_vec(), "text/x-there"),
        ("application/json", b"[1]".to_vec(), b"[1]".to_vec(), "application/json"),
        ("image/x-raw", b"raw".to_vec(), b"raw".to_vec(), "image/x-raw"),
    ] {
        let path = format!("/api/store/s3?key={KEY}&path=in%2F&container=c&workflows=w1");
        let (status, reply) = send(&fixture, &path, content_type, body).await;
        assert_eq!(status, 200, "{content_type}: {reply}");
        assert_eq!((&reply["type"], &reply["size"]), (&json!(mimetype), &json!(expected.len())));
        assert!(reply["container"] == "c" && reply["key"].as_str().unwrap().starts_with("in/"), "{reply}");
        assert!(reply["workflows"]["w1"]["jobid"].is_string());
        let handle = reply["handle"].as_str().unwrap();
        assert_eq!(reply["url"], fixture.url(&format!("/{handle}")));
        assert_eq!(sha256(&fixture.bytes(&format!("/{handle}")).await), sha256(&expected));

        let (status, copy) =
            send(&fixture, &format!("/api/store/GCS/{handle}?key={KEY}&filename=c.d"), "a/b", "").await;
        assert_eq!((status, &copy["filename"], &copy["size"]), (200, &json!("c.d"), &json!(expected.len())));
        assert_ne!(copy["handle"], reply["handle"]);
    }
    let path = format!("/api/store/S3?key={KEY}&filename=f.json&mimetype=application/json&base64decode=true");
    let (_, reply) = send(&fixture, &path, "text/plain", "e30=").await;
    assert_eq!(
        (&reply["filename"], &reply["type"], &reply["size"]),
        (&json!("f.json"), &json!("application/json"), &json!(2))
    );

    for workflows in ["w1,w2", "[w1,w2]", "%5B%22w1%22,%22w2%22%5D"] {
        let path = format!("/api/store/S3?key={KEY}&region=eu-west-1&access=public&workflows={workflows}");
        let (status, reply) = send(&fixture, &path, "text/plain", "x").await;
        let mut ids: Vec<_> = reply["workflows"].as_object().unwrap().keys().map(String::as_str).collect();
        ids.sort_unstable();
        assert_eq!((status, ids), (200, vec!["w1", "w2"]), "{workflows}: {reply}");
    }
    let (status, text) = send(&fixture, &format!("/api/store/S3?key={KEY}&access=all"), "text/plain", "x").await;
    assert_eq!((status, text), (400, json!("invalid params: access")));

    let (status, text) = send(&fixture, "/api/store/S3", "text/plain", "x").await;
    assert_eq!((status, text), (200, json!("Invalid Application")));
    assert_eq!(send(&fixture, &format!("/api/store/ftp?key={KEY}"), "text/plain", "x").await.0, 400);
    assert_eq!(send(&fixture, &format!("/api/store/S3/nosuch?key={KEY}"), "text/plain", "").await.0, 404);
    let guarded = start(Options { secret: Some(SECRET.to_owned()), ..Options::default() });
    let with = |policy: Value| format!("/api/store/S3?key={KEY}&path=in/&{}", sign_query(SECRET, &policy));
    for (path, status) in [
        (format!("/api/store/S3?key={KEY}"), 403),
        (with(json!({ "expiry": FUTURE, "call": ["store"] })), 200),
        (with(json!({ "expiry": FUTURE, "call": ["write"] })), 403),
        (with(json!({ "expiry": FUTURE, "path": "^out/" })), 403),
        (with(json!({ "expiry": FUTURE, "maxSize": 2 })), 403),
    ] {
        assert_eq!(send(&guarded, &path, "text/plain", "abc").await.0, status, "{path}");
    }
}

#[tokio::test]
async fn large_documents_are_files_and_large_urls_are_refused() {
    let fixture = start(Options::default());
    let path = format!("/api/store/S3?key={KEY}");
    let document = format!("{{\"url\":\"http://127.0.0.1:1/\",\"more\":\"{}\"}}", "x".repeat(MIB));
    let (status, reply) = send(&fixture, &path, "application/json", document.as_str()).await;
    assert_eq!((status, &reply["size"]), (200, &json!(document.len())), "{reply}");
    let handle = reply["handle"].as_str().unwrap();
    assert_eq!(sha256(&fixture.bytes(&format!("/{handle}")).await), sha256(document.as_bytes()));
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let (status, reply) = send(&fixture, &path, "application/json", nested.as_str()).await;
    assert_eq!((status, &reply["size"]), (200, &json!(20_000)), "{reply}");

    let url = format!("http://127.0.0.1:1/{}", "x".repeat(MIB));
    let (boundary, field) = form("url", None, url.as_bytes());
    let encoded = format!("url={url}").into_bytes();
    for (content_type, body, status) in
        [(boundary.as_str(), field, 400), ("application/x-www-form-urlencoded", encoded, 413)]
    {
        assert_eq!(send(&fixture, &path, content_type, body).await.0, status, "{content_type}");
    }
}

#[tokio::test]
async fn the_file_api_has_aliases() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"before", "a.txt", "text/plain").await;
    let request = fixture.client.put(fixture.url(&format!("/api/file/{handle}+txt?{}", anything())));
    let (status, reply) = read_json(request.header("content-type", "a/b").body("after!!").send().await.unwrap()).await;
    assert_eq!((status, &reply["size"], &reply["mimetype"]), (200, &json!(7), &json!("a/b")), "{reply}");
    for path in [format!("/api/file/{handle}"), format!("/api/file/{handle}+txt"), format!("/{handle}+txt")] {
        assert_eq!(fixture.bytes(&path).await, b"after!!", "{path}");
        let head = fixture.client.head(fixture.url(&path)).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "7"), "{path}");
        assert_eq!(head.headers()["content-type"], "a/b");
    }
    let remove = |name: &str| format!("/api/file/{name}/remove?key={KEY}&{}", anything());
    for status in [200, 404] {
        let (got, text) = send(&fixture, &remove(&format!("{handle}+txt")), "text/plain", "").await;
        let expected = if status == 200 { "success" } else { "file not found" };
        assert_eq!((got, text), (status, json!(expected)));
    }
}

#[tokio::test]
async fn metadata_has_a_default_set_and_ignores_what_it_does_not_know() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"abc", "a.txt", "text/plain").await;
    let (_, default) = fixture.ask(&format!("/api/file/{handle}/metadata")).await;
    let mut names: Vec<_> = default.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = ["container", "filename", "key", "location", "mimetype", "path", "size", "uploaded", "writeable"];
    assert_eq!(names, expected);
    for query in ["sourceUrl=true", "nonsense=true", "size=false", "policy=true"] {
        let (status, metadata) = fixture.ask(&format!("/api/file/{handle}/metadata?{query}")).await;
        assert_eq!((status, &metadata), (200, &default), "{query}");
    }
    let some = json!({ "size": 3, "source_url": null, "status": "Stored", "width": null });
    let query = "size=true&status=true&width=true&source_url=true&sourceUrl=true";
    assert_eq!(fixture.ask(&format!("/{handle}/metadata?{query}")).await, (200, some.clone()));
    let task = format!("/{KEY}/metadata=fields:[size,status,width,source_url]/{handle}");
    assert_eq!(fixture.ask(&task).await, (200, some));
    assert_eq!(fixture.ask(&format!("/{KEY}/metadata/{handle}")).await, (200, default));
}

/// What a webhook was told: headers and body.
type Told = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// An endpoint that refuses the first message it gets, once.
async fn listen() -> (String, Told) {
    let told: Told = Arc::default();
    let (shared, mut refusals) = (Arc::clone(&told), Some(()));
    let refuse_once = Arc::new(Mutex::new(refusals.take()));
    let take = move |headers: HeaderMap, body: Bytes| async move {
        if refuse_once.lock().unwrap().take().is_some() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        shared.lock().unwrap().push((headers, body));
        StatusCode::NO_CONTENT
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
    (url, told)
}

async fn wait_for(told: &Told, count: usize) -> Vec<(HeaderMap, Bytes)> {
    for _ in 0..500 {
        let so_far = told.lock().unwrap().clone();
        if so_far.len() >= count {
            return so_far;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} messages instead of {count}", told.lock().unwrap().len());
}

#[tokio::test]
async fn webhooks_are_signed_and_sent_again() {
    let (url, told) = listen().await;
    let options = Options { webhook: Some(url), webhook_secret: Some("hook".to_owned()), ..Options::default() };
    let fixture = start(options);
    let tags = json!({ "city": "Rome" });
    let uploaded = fixture.upload(b"abc", json!({ "filename": "a.txt", "upload_tags": tags })).await;
    assert_eq!(uploaded["upload_tags"], tags);
    let handle = uploaded["handle"].as_str().unwrap();
    wait_for(&told, 1).await;
    send(&fixture, &format!("/api/file/{handle}?{}", anything()), "text/plain", "defg").await;
    wait_for(&told, 2).await;
    let delete = format!("/api/file/{handle}?key={KEY}&{}", anything());
    fixture.client.delete(fixture.url(&delete)).send().await.unwrap();

    let link = fixture.url(&format!("/{handle}"));
    let expected = [
        (
            "fp.upload",
            json!({
                "container": uploaded["container"], "url": link, "filename": "a.txt", "client": "Computer",
                "key": uploaded["key"], "type": "application/octet-stream", "status": "Stored", "size": 3, "upload_tags": tags,
            }),
        ),
        (
            "fp.overwrite",
            json!({
                "mimetype": "text/plain", "url": link, "isWriteable": true, "filename": "a.txt", "client": "Computer", "size": 4,
            }),
        ),
        ("fp.delete", json!({ "url": link })),
    ];
    for ((number, (headers, body)), (action, text)) in (1..).zip(wait_for(&told, 3).await).zip(expected) {
        let message: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&message["id"], &message["action"], &message["text"]), (&json!(number), &json!(action), &text));
        assert!(message["timestamp"].is_u64());
        let mut mac = Hmac::<Sha256>::new_from_slice(b"hook").unwrap();
        mac.update(headers["fs-timestamp"].as_bytes());
        mac.update(b".");
        mac.update(&body);
        assert_eq!(headers["fs-signature"], hex(&mac.finalize().into_bytes()));
    }
}
