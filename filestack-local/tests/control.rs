//! What is for programs on this machine: faults and the log of requests over HTTP, and who may not have them.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

fn controlled() -> Fixture {
    start(Options { control: true, ..Options::default() })
}

/// The log over HTTP.
async fn log(fixture: &Fixture, query: &str) -> Vec<Value> {
    let (status, lines) = read_text(fixture.get(&format!("/local/requests{query}")).await).await;
    assert_eq!(status, 200, "{lines}");
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn control_over_http() {
    let fixture = controlled();
    let (status, list) = fixture.call("/local/faults", &json!(["GET /a* 2 status:500", "* /b 1- reset"])).await;
    assert_eq!((status, list.as_array().unwrap().len()), (200, 2));
    assert_eq!(fixture.call("/local/faults", &json!(["GET /a* 2 nosuch"])).await.0, 400);
    assert_eq!(fixture.call("/local/faults", &json!({ "a": 1 })).await.0, 400);
    assert_eq!(fixture.get("/a?signature=abc").await.status(), 404);
    assert_eq!(fixture.get("/a").await.status(), 500);
    let (_, list) = read_json(fixture.get("/local/faults").await).await;
    assert_eq!(list[0], json!({ "rule": "GET /a* 2 status:500", "matched": 2 }));

    let entries = log(&fixture, "").await;
    assert_eq!(entries.len(), 2, "the control requests are not in it");
    assert_eq!((&entries[0]["path"], &entries[0]["status"]), (&json!("/a?signature=***"), &json!(404)));
    assert_eq!((&entries[1]["fault"], &entries[1]["status"]), (&json!("status:500"), &json!(500)));
    assert_eq!(entries[1]["body_sha256"], sha256(b""));

    let cleared = fixture.client.delete(fixture.url("/local/faults")).send().await.unwrap();
    assert_eq!(cleared.status(), 204);
    assert!(fixture.service.faults().is_empty());
    assert_eq!(fixture.client.delete(fixture.url("/local/requests")).send().await.unwrap().status(), 204);
    assert!(fixture.service.requests().is_empty());
}

#[tokio::test]
async fn control_is_off_by_default() {
    let fixture = start(Options::default());
    for path in ["/local/faults", "/local/requests"] {
        assert_ne!(fixture.get(path).await.status(), 200);
        assert_ne!(fixture.post(path, &json!(["* * * reset"])).await.status(), 200);
    }
    assert!(fixture.service.faults().is_empty());
}

#[tokio::test]
async fn the_log_is_read_from_a_number_on_and_keeps_so_many() {
    let fixture = start(Options { control: true, kept_requests: 3, ..Options::default() });
    for path in ["/a", "/b", "/c", "/d", "/e"] {
        assert_eq!(fixture.get(path).await.status(), 404);
    }
    let paths = |entries: Vec<Value>| entries.iter().map(|entry| entry["path"].clone()).collect::<Vec<_>>();
    assert_eq!(paths(log(&fixture, "").await), ["/c", "/d", "/e"]);
    assert_eq!(paths(log(&fixture, "?since=4").await), ["/e"]);
    assert!(log(&fixture, "?since=5").await.is_empty());
    assert_eq!(fixture.get("/local/requests?since=x").await.status(), 400);
    let entry = log(&fixture, "?since=4").await.remove(0);
    assert!(entry["duration_ms"].as_f64().is_some() && entry["time_ms"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!((&entry["method"], &entry["number"], &entry["body_size"]), (&json!("GET"), &json!(5), &json!(0)));
    assert_eq!(entry["body_text"], Value::Null);
}

/// Everything that a client can send a secret in, and nothing of it in the log.
#[tokio::test]
async fn no_secret_gets_into_the_log() {
    let fixture = start(Options { control: true, secret: Some("SECRET".to_owned()), ..Options::default() });
    let (policy, signature) = sign("SECRET", &json!({ "expiry": FUTURE }));
    let tasks = json!([{ "name": "security", "params": { "policy": policy, "signature": signature } }]);
    let encoded = URL_SAFE.encode(tasks.to_string());
    let upload = json!({
        "apikey": KEY, "filename": "a", "mimetype": "b/c", "size": 3, "store": { "location": "s3" },
        "policy": policy, "signature": signature,
    });
    assert_eq!(fixture.call("/multipart/start", &upload).await.0, 200);
    let source = format!("http://127.0.0.1:1/security=p:{policy},s:{signature}/h");
    fixture.call("/process", &json!({ "apikey": KEY, "sources": [source], "tasks": tasks })).await;
    fixture.get(&format!("/{KEY}/b64/{encoded}/nosuchhandle")).await;
    fixture
        .get(&format!("/flip/{}/nosuchhandle?policy={policy}", sign_task("SECRET", &json!({ "expiry": FUTURE }))))
        .await;
    let form = format!("policy={policy}&signature={signature}&url={source}");
    let request = fixture.client.post(fixture.url(&format!("/api/store/S3?key={KEY}&signature={signature}")));
    let request = request.header("content-type", "application/x-www-form-urlencoded").basic_auth("app", Some("SECRET"));
    request.header("cookie", &signature).header("fs-signature", &signature).body(form).send().await.unwrap();
    // Long enough for the policy to be cut.
    let long = format!("{{\"pad\":\"{}\",\"policy\":\"{policy}\"}}", "x".repeat(4096 - 40));
    let request = fixture.client.post(fixture.url("/process")).header("content-type", "application/json");
    request.body(long).send().await.unwrap();

    let entries = log(&fixture, "").await;
    assert_eq!(entries.len(), 6);
    let shown = entries.iter().map(Value::to_string).collect::<String>();
    let basic = base64::engine::general_purpose::STANDARD.encode("app:SECRET");
    for secret in [policy.as_str(), &policy[..8], &signature, &signature[..8], "SECRET", &basic] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert!(!shown.contains(&encoded), "{shown}");
    let start: Value = serde_json::from_str(entries[0]["body_text"].as_str().unwrap()).unwrap();
    assert_eq!((&start["apikey"], &start["policy"]), (&json!(KEY), &json!("***")), "keys are not secrets");
    let segment = entries[2]["path"].as_str().unwrap().split('/').nth(3).unwrap().to_owned();
    let inner: Value = serde_json::from_slice(&URL_SAFE.decode(segment).unwrap()).unwrap();
    assert_eq!(inner[0]["params"]["signature"], "***");
}

#[tokio::test]
async fn other_names_and_other_sites_are_refused() {
    let fixture = controlled();
    let port = fixture.service.url().rsplit_once(':').unwrap().1.to_owned();
    let own = fixture.service.url().to_owned();
    for (host, origin, is_allowed) in [
        (format!("127.0.0.1:{port}"), None, true),
        (format!("localhost:{port}"), None, true),
        (format!("127.0.0.1:{port}"), Some(own.clone()), true),
        (format!("localhost:{port}"), Some(own.clone()), false),
        (format!("127.0.0.1:{port}"), Some("http://evil.example".to_owned()), false),
        (format!("127.0.0.1:{port}"), Some("http://127.0.0.1:1".to_owned()), false),
        (format!("127.0.0.1:{port}"), Some("null".to_owned()), false),
        (format!("evil.example:{port}"), None, false),
        (format!("evil.example:{port}"), Some(format!("http://evil.example:{port}")), false),
    ] {
        for (method, path) in [
            ("GET", "/local/requests"),
            ("POST", "/local/faults"),
            ("DELETE", "/local/faults"),
            ("GET", "/local/files"),
        ] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let mut request = fixture.client.request(method, fixture.url(path)).header("host", &host);
            if let Some(origin) = &origin {
                request = request.header("origin", origin);
            }
            let reply = request.body("[\"GET /never 1 hang\"]").send().await.unwrap();
            assert_eq!(reply.status() != 403, is_allowed, "{host} {origin:?} {path}");
            assert!(!reply.headers().keys().any(|name| name.as_str().starts_with("access-control")));
            assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
        }
    }
    assert!(fixture.service.requests().is_empty(), "none of this is noted");
}
