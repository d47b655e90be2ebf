//! Prefetch and the API of cloud drives.

mod common;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

const SECRET: &str = "TOP-SECRET";

/// The envelope of a refusal, without what differs from call to call.
fn refusal(reply: &Value) -> &str {
    assert!(reply["c"].is_string() && reply["i"].is_string() && reply["t"].is_number(), "{reply}");
    reply["error"].as_str().unwrap()
}

#[tokio::test]
async fn prefetch_tells_what_was_asked() {
    for intelligent_ingestion in [true, false] {
        let fixture = start(Options { intelligent_ingestion, ..Options::default() });
        let config = json!({ "maxFiles": 3, "fromSources": ["local_file_system"] });
        let asked = json!({
            "apikey": KEY, "permissions": ["intelligent_ingestion", "whitelabel"], "settings": ["inapp_browser"],
            "picker_config": config, "events": ["picker"],
        });
        let expected = json!({
            "blocked": false, "settings": { "inapp_browser": false }, "updated_config": config,
            "permissions": { "intelligent_ingestion": intelligent_ingestion, "whitelabel": false },
        });
        assert_eq!(fixture.call("/prefetch", &asked).await, (200, expected));
        let asked = json!({ "apikey": KEY, "settings": ["inapp_browser"] });
        let expected = json!({ "blocked": false, "settings": { "inapp_browser": false }, "permissions": {} });
        assert_eq!(fixture.call("/prefetch", &asked).await, (200, expected));
        let older = json!({
            "blocked": false, "intelligent_ingestion": intelligent_ingestion, "whitelabel": false, "customsource": false,
        });
        assert_eq!(fixture.call("/prefetch", &json!({ "apikey": KEY })).await, (200, older.clone()));
        assert_eq!(fixture.ask(&format!("/prefetch?apikey={KEY}")).await, (200, older));
    }
}

#[tokio::test]
async fn drives_are_empty() {
    let fixture = start(Options::default());
    let clouds = json!({ "googledrive": { "path": "/a/b/" }, "dropbox": { "path": "/", "next": "n" } });
    let call = json!({ "apikey": KEY, "clouds": clouds, "flow": "web", "token": "T", "accept": ["image/*"] });
    let (status, reply) = fixture.call("/folder/list", &call).await;
    let drive =
        |name: &str, filename: &str| json!({ "contents": [], "next": null, "client": name, "filename": filename });
    let expected = json!({ "token": "T", "googledrive": drive("googledrive", "b"), "dropbox": drive("dropbox", "") });
    assert_eq!((status, reply), (200, expected));
    let (_, reply) = fixture.call("/folder/list", &json!({ "apikey": KEY, "clouds": {} })).await;
    assert!(reply["token"].as_str().is_some_and(|token| !token.is_empty()), "{reply}");

    let store = json!({ "apikey": KEY, "clouds": { "dropbox": { "path": "/a", "store": { "location": "s3" } } } });
    let (status, reply) = fixture.call("/store/", &store).await;
    assert_eq!((status, refusal(&reply)), (404, "file not found"));
    let logout = json!({ "apikey": KEY, "clouds": { "dropbox": {} }, "token": "T" });
    assert_eq!(fixture.call("/auth/logout", &logout).await, (200, json!({ "dropbox": {} })));
    assert_eq!(fixture.call("/auth/logout", &json!({ "apikey": KEY })).await, (200, json!({})));
    let (status, reply) = fixture.call("/recording/video/init", &json!({})).await;
    assert_eq!((status, refusal(&reply)), (501, "filestack-local does not implement POST /recording/video/init"));
}

#[tokio::test]
async fn metadata_of_what_is_elsewhere() {
    let guarded = |headers: HeaderMap| async move {
        match headers.get("x-pass").is_some_and(|pass| pass == "open") {
            true => (StatusCode::OK, [("content-type", "image/gif")], "inside"),
            false => (StatusCode::UNAUTHORIZED, [("content-type", "text/plain")], "outside"),
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a%20b.gif", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/{name}", get(guarded))).await });
    let fixture = start(Options::default());
    let call = json!({ "apikey": KEY, "url": url, "headers": { "X-Pass": "open" } });
    let expected = json!({ "url": url, "filename": "a b.gif", "mimetype": "image/gif", "size": 6 });
    assert_eq!(fixture.call("/metadata", &call).await, (200, expected));
    let (status, reply) = fixture.call("/metadata", &json!({ "apikey": KEY, "url": url })).await;
    assert!(status == 400 && refusal(&reply).contains("the server answered 401"), "{reply}");
}

#[tokio::test]
async fn wrong_calls_are_refused() {
    let options = Options { secret: Some(SECRET.to_owned()), api_keys: vec![KEY.to_owned()], ..Options::default() };
    let fixture = start(options);
    let with = |extra: Value| {
        let mut call = json!({ "apikey": KEY, "clouds": { "dropbox": { "path": "/" } }, "url": "http://127.0.0.1:1/" });
        for (name, value) in extra.as_object().unwrap() {
            call[name] = value.clone();
        }
        call
    };
    let signed = |secret: &str, policy: Value| {
        let (policy, signature) = sign(secret, &policy);
        with(json!({ "policy": policy, "signature": signature }))
    };
    let good = json!({ "expiry": FUTURE, "call": ["pick"] });
    for path in ["/folder/list", "/store/", "/metadata", "/auth/logout", "/prefetch"] {
        for (call, status, text) in [
            (json!({ "clouds": {} }), 400, "Parameters are invalid"),
            (json!({ "apikey": "other" }), 404, "application not found"),
            (signed("wrong", good.clone()), 401, "Invalid Policy"),
            (signed(SECRET, json!({ "expiry": 1 })), 401, "Invalid Policy"),
            (signed(SECRET, json!({ "expiry": FUTURE, "call": ["read"] })), 401, "Invalid Policy"),
        ] {
            let (got, reply) = fixture.call(path, &call).await;
            assert_eq!((got, refusal(&reply)), (status, text), "{path} {call}");
        }
    }
    for path in ["/folder/list", "/store/", "/metadata"] {
        let (status, reply) = fixture.call(path, &with(json!({}))).await;
        assert_eq!((status, refusal(&reply)), (401, "Invalid Policy"), "{path}");
    }
    assert_eq!(fixture.call("/folder/list", &signed(SECRET, good.clone())).await.0, 200);
    // JavaScript sends none with these, and the credentials of prefetch in a member of their own.
    assert_eq!(fixture.call("/auth/logout", &with(json!({}))).await.0, 200);
    assert_eq!(fixture.call("/prefetch", &with(json!({}))).await.0, 200);
    let (policy, signature) = sign("wrong", &good);
    let call = with(json!({ "security": { "policy": policy, "signature": signature }, "settings": [] }));
    assert_eq!(fixture.call("/prefetch", &call).await.0, 401);
    let call = with(
        json!({ "clouds": { "floppy": {} }, "policy": sign(SECRET, &good).0, "signature": sign(SECRET, &good).1 }),
    );
    let (status, reply) = fixture.call("/folder/list", &call).await;
    assert_eq!((status, refusal(&reply)), (400, "invalid params: clouds"));
}
