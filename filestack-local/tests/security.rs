//! Policies and signatures on every kind of call.

mod common;

use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

const SECRET: &str = "TOP-SECRET";

fn secured() -> Fixture {
    start(Options { secret: Some(SECRET.to_owned()), ..Options::default() })
}

fn credentials(secret: &str, policy: Value) -> Value {
    let (policy, signature) = sign(secret, &policy);
    json!({ "policy": policy, "signature": signature })
}

async fn stored(fixture: &Fixture) -> String {
    let extra = credentials(SECRET, json!({ "expiry": FUTURE, "call": ["pick", "store"] }));
    let reply = fixture.upload(b"secret bytes", extra).await;
    reply["handle"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn downloads_need_the_read_call() {
    let fixture = secured();
    let handle = stored(&fixture).await;
    let read = json!({ "expiry": FUTURE, "call": ["read"] });
    let (policy, signature) = sign(SECRET, &read);
    for path in [
        format!("/{}/{handle}", sign_task(SECRET, &read)),
        format!("/AKEY00z/security=policy:{policy},signature:{signature}/{handle}"),
        format!("/{handle}?policy={}&signature={signature}", policy.replace('=', "%3D")),
        format!("/api/file/{handle}?policy={policy}&signature={signature}"),
        format!("/{}/{handle}", sign_task(SECRET, &json!({ "expiry": FUTURE }))),
    ] {
        let (status, text) = read_text(fixture.get(&path).await).await;
        assert_eq!((status, text.as_str()), (200, "secret bytes"), "{path}");
    }
    for (policy, reason) in [
        (sign_task("wrong", &read), "proper credentials were not provided"),
        (sign_task(SECRET, &json!({ "expiry": 1, "call": ["read"] })), "expired"),
        (sign_task(SECRET, &json!({ "expiry": FUTURE, "call": ["stat"] })), "does not allow the call read"),
        (sign_task(SECRET, &json!({ "expiry": FUTURE, "handle": "another" })), "another handle"),
        (sign_task(SECRET, &json!({ "call": ["read"] })), "no expiry"),
        (sign_task(SECRET, &read).replace("=,s:", ",s:"), "url-safe base64"),
        ("cache=false".to_owned(), "proper credentials were not provided"),
    ] {
        let (status, text) = read_text(fixture.get(&format!("/{policy}/{handle}")).await).await;
        assert_eq!(status, 403, "{policy}");
        assert!(text.starts_with("application 1 policy error: ") && text.contains(reason), "{policy}: {text}");
        assert!(!text.contains(SECRET));
    }
}

#[tokio::test]
async fn tasks_need_convert_and_metadata_needs_stat() {
    let fixture = secured();
    let handle = stored(&fixture).await;
    let with = |calls: Value| sign_task(SECRET, &json!({ "expiry": FUTURE, "call": calls }));
    assert_eq!(fixture.get(&format!("/flip/{}/{handle}", with(json!(["read"])))).await.status(), 403);
    // Allowed, and then found to be no image.
    assert_eq!(fixture.get(&format!("/flip/{}/{handle}", with(json!(["convert"])))).await.status(), 400);
    let query = |policy: Value| {
        let (policy, signature) = sign(SECRET, &policy);
        format!("policy={policy}&signature={signature}")
    };
    let stat = query(json!({ "expiry": FUTURE, "call": ["stat"] }));
    let everything = query(json!({ "expiry": FUTURE }));
    let exif = query(json!({ "expiry": FUTURE, "call": ["stat", "exif"] }));
    for (path, status) in [
        (format!("/api/file/{handle}/metadata"), 403),
        (format!("/api/file/{handle}/metadata?{stat}"), 200),
        (format!("/api/file/{handle}/metadata?exif=true&{everything}"), 403),
        (format!("/api/file/{handle}/metadata?exif=true&{exif}"), 200),
        (format!("/nosuch/metadata?{stat}"), 404),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn uploads_need_pick_or_store_within_the_limits() {
    let fixture = secured();
    let start = |extra: Value| {
        let mut body = json!({ "apikey": KEY, "filename": "a", "mimetype": "b/c", "size": 10,
            "store": { "location": "s3", "path": "/in/" } });
        for (name, value) in extra.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (extra, status) in [
        (json!({}), 403),
        (credentials("wrong", json!({ "expiry": FUTURE })), 403),
        (credentials(SECRET, json!({ "expiry": FUTURE, "call": ["read"] })), 403),
        (credentials(SECRET, json!({ "expiry": FUTURE, "call": ["pick"] })), 200),
        (credentials(SECRET, json!({ "expiry": FUTURE, "call": ["store"] })), 200),
        (credentials(SECRET, json!({ "expiry": FUTURE, "maxSize": 9 })), 403),
        (credentials(SECRET, json!({ "expiry": FUTURE, "minSize": 11 })), 403),
        (credentials(SECRET, json!({ "expiry": FUTURE, "path": "^/out/" })), 403),
        (credentials(SECRET, json!({ "expiry": FUTURE, "path": "^/in/", "maxSize": 10, "minSize": 10 })), 200),
    ] {
        let (got, reply) = fixture.call("/multipart/start", &start(extra.clone())).await;
        assert_eq!(got, status, "{extra}: {reply}");
        assert_eq!(reply["error"].is_string(), status == 403);
    }
    let upload = fixture.begin(10, credentials(SECRET, json!({ "expiry": FUTURE }))).await;
    let bad = upload.members(json!({ "part": 1, "size": 10, "policy": "cA==", "signature": "ab" }));
    assert_eq!(fixture.call("/multipart/upload", &bad).await.0, 403, "a given policy must be good");
    let none = upload.members(json!({ "part": 1, "size": 10 }));
    assert_eq!(fixture.call("/multipart/upload", &none).await.0, 200, "not every SDK repeats it");
}

#[tokio::test]
async fn a_service_without_secret_asks_for_nothing() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"open", "a", "b/c").await;
    assert_eq!(fixture.get(&format!("/security=p:cA==,s:ab/{handle}")).await.status(), 200);
}

#[tokio::test]
async fn the_log_holds_no_secrets() {
    let fixture = secured();
    let handle = stored(&fixture).await;
    let (policy, signature) = sign(SECRET, &json!({ "expiry": FUTURE }));
    fixture.get(&format!("/security=p:{policy},s:{signature}/{handle}?policy={policy}&signature={signature}")).await;
    let log: String = fixture.service.requests().iter().map(|request| request.to_json().to_string()).collect();
    assert!(log.contains("/multipart/start") && log.contains(&handle));
    assert!(!log.contains(&policy) && !log.contains(&signature));
    let ticket = fixture.service.requests().into_iter().find(|request| request.method == "PUT").unwrap();
    assert!(ticket.header("authorization").unwrap().ends_with("Signature=***"));
    assert_eq!((ticket.body_size, ticket.body_sha256.as_str()), (12, sha256(b"secret bytes").as_str()));
    assert_eq!((ticket.status, ticket.body_complete), (Some(200), true));
}
