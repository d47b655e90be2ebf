//! What goes over the wire, request by request, against the traces of the reference.

mod support;

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use filestack_core::{
    Client, ClientOptions, Filelink, FilenameSanitizer, Intelligent, RequestOptions, Security, Source, StoreOptions,
    UploadOptions,
};
use serde_json::{Value, json};
use support::{Received, Scripted};

/// Answers an upload as the service does; `start` is merged into the start reply.
fn upload_reply(request: &Received, url: &str, start: &Value) -> Response {
    let reply = match request.target.as_str() {
        "/multipart/start" => {
            let mut reply = json!({"uri": "/u", "region": "r", "upload_id": "id", "location_url": url});
            reply.as_object_mut().unwrap().extend(start.as_object().unwrap().clone());
            reply
        }
        "/multipart/upload" => {
            let part = &request.json()["part"];
            json!({"url": format!("{url}/s3?partNumber={part}&uploadId=id"), "location_url": url,
                "headers": {"Authorization": "AWS4-HMAC-SHA256 x", "x-amz-date": "now", "Content-MD5": request.json()["md5"]}})
        }
        "/multipart/commit" => return "".into_response(),
        "/multipart/complete" => json!({"handle": "H", "url": "https://cdn/H", "filename": "f", "size": 3,
            "mimetype": "m", "status": "Stored", "container": "c", "key": "k", "extra": [1]}),
        _ => return ([(header::ETAG, "\"e\"")], "").into_response(),
    };
    axum::Json(reply).into_response()
}

fn client(url: &str, security: Option<Security>) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.security = security;
    Client::new(Some("K"), options).unwrap()
}

fn intelligent() -> UploadOptions {
    let mut options = UploadOptions::default();
    options.intelligent = Intelligent::On;
    options
}

async fn upload(url: &str, options: UploadOptions) -> Filelink {
    client(url, None).upload(&Source::from_bytes("abc"), &options).await.unwrap()
}

#[tokio::test]
async fn a_regular_upload_makes_the_requests_of_the_reference() {
    let start = json!({"location_region": "eu", "upload_type": "none", "metahash": "m"});
    let service = Scripted::start(move |request, url, _| upload_reply(request, url, &start)).await;
    let mut options = UploadOptions::default();
    options.store.set_location("gcs").unwrap();
    options.store.set_path("p/").unwrap();
    options.store.add_workflow("w").unwrap();
    options.store.add_upload_tag("a", "b").unwrap();
    let filelink = upload(&service.url, options).await;

    let store = json!({"location": "gcs", "path": "p/", "workflows": ["w"]});
    let received = service.received();
    let targets: Vec<_> = received.iter().map(|request| (request.method.as_str(), request.target.as_str())).collect();
    assert_eq!(
        targets,
        [
            ("POST", "/multipart/start"),
            ("POST", "/multipart/upload"),
            ("PUT", "/s3?partNumber=1&uploadId=id"),
            ("POST", "/multipart/complete")
        ]
    );
    assert_eq!(
        received[0].json(),
        json!({"apikey": "K", "filename": "unnamed_file", "mimetype": "application/octet-stream", "size": 3,
            "store": store})
    );
    assert_eq!(
        received[1].json(),
        json!({"apikey": "K", "part": 1, "size": 3, "md5": "kAFQmDzST7DWlj99KOF/cg==", "uri": "/u", "region": "r",
            "upload_id": "id", "store": store})
    );
    assert_eq!(received[2].body, "abc");
    assert_eq!(
        received[3].json(),
        json!({"apikey": "K", "filename": "unnamed_file", "mimetype": "application/octet-stream", "size": 3,
            "store": store, "uri": "/u", "region": "r", "upload_id": "id", "location_region": "eu",
            "upload_type": "none", "metahash": "m", "parts": [{"part_number": 1, "etag": "\"e\""}],
            "upload_tags": {"a": "b"}})
    );
    assert_eq!(filelink.handle(), "H");
    let kept: Value = serde_json::from_str(&filelink.upload_reply().unwrap().to_json()).unwrap();
    assert_eq!(kept["extra"], json!([1]), "the whole reply is kept");
}

/// Texts of the caller travel where they are escaped: no line end or separator of theirs reaches a header or URL.
#[tokio::test]
async fn no_text_of_the_caller_becomes_a_header_or_another_parameter() {
    let evil = "a\r\nX-Evil: 1\u{1}/?#&=\"";
    let start = json!({});
    let service = Scripted::start(move |request, url, _| upload_reply(request, url, &start)).await;
    let mut options = UploadOptions::default();
    options.store.set_filename(evil).unwrap();
    options.store.set_path(evil).unwrap();
    options.store.set_container(evil).unwrap();
    options.store.set_region(evil).unwrap();
    options.store.add_workflow(evil).unwrap();
    options.store.add_upload_tag(evil, evil).unwrap();
    let mut store = options.store.clone();
    upload(&service.url, options).await;
    let received = service.received();
    let start = received[0].json();
    let members = json!({"location": "s3", "path": evil, "container": evil, "region": evil, "workflows": [evil]});
    assert_eq!((&start["filename"], &start["store"]), (&json!(evil), &members));
    assert_eq!(received[3].json()["upload_tags"], json!({evil: evil}));
    assert!(received.iter().all(|request| !request.headers.contains_key("x-evil") && !request.target.contains("Evil")));

    store.set_mimetype("image/png\r\nX-Evil: 1").unwrap_err();
    let mut client = ClientOptions::new();
    client.set_user_agent("a\r\nX-Evil: 1").unwrap_err();
    client.set_base_url(&format!("{}\r\nX-Evil: 1", service.url)).unwrap_err();
    client.set_cname("a.example\r\nX-Evil: 1").unwrap_err();
    Client::new(Some("K\r\nX-Evil: 1"), ClientOptions::new()).unwrap_err();
    let client = Client::new(Some("K"), client).unwrap();
    client.filelink(evil, None).unwrap_err();
    client.transform_external("https://a.example/\r\nX-Evil: 1", None).unwrap_err();
    let mut transformation = client.filelink("H", None).unwrap().transform();
    transformation.add("store", &[("filename", evil.into()), ("path", evil.into())]).unwrap();
    let mut plain = client.filelink("H", None).unwrap().transform();
    plain.add("store", &[("filename", evil.trim_end_matches('"').into())]).unwrap();
    for url in [transformation.url().unwrap(), plain.url().unwrap()] {
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"".contains(&byte)), "{url}");
    }
}

#[tokio::test]
async fn the_services_headers_are_sent_and_the_storage_gets_only_the_signed_ones() {
    let start = json!({"location_region": "eu-west-1"});
    let service = Scripted::start(move |request, url, _| upload_reply(request, url, &start)).await;
    upload(&service.url, UploadOptions::default()).await;
    let received = service.received();
    for request in [&received[0], &received[1], &received[3]] {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(request.header("user-agent"), format!("libfilestack/{version}"));
        assert_eq!(request.header("filestack-source"), format!("C-{version}"));
        assert_eq!(request.header("content-type"), "application/json");
        let (seconds, word) = request.header("filestack-trace-id").split_once('-').unwrap();
        assert!(seconds.parse::<u64>().is_ok() && word.len() == 10, "{seconds}-{word}");
        assert!(request.header("filestack-trace-span").starts_with("csdk-"));
    }
    assert_eq!(received[0].header("filestack-upload-region"), "");
    assert_eq!(received[1].header("filestack-upload-region"), "eu-west-1");
    assert_eq!(received[3].header("filestack-upload-region"), "eu-west-1");

    let mut names: Vec<_> = received[2].headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "content-length", "content-md5", "host", "x-amz-date"]);
    assert_eq!(received[2].header("content-length"), "3");
}

#[tokio::test]
async fn an_intelligent_upload_makes_the_requests_of_the_reference() {
    let start = json!({"upload_type": "intelligent_ingestion"});
    let service = Scripted::start(move |request, url, _| upload_reply(request, url, &start)).await;
    let security = Security::new("{\"expiry\": 123}", "secret").unwrap();
    let mut options = intelligent();
    options.security = Some(security.clone());
    let filelink = upload(&service.url, options).await;
    assert!(filelink.signed_url(None).unwrap().contains(security.signature()), "it signs as its upload did");

    let received = service.received();
    let targets: Vec<_> = received.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "/multipart/start",
            "/multipart/upload",
            "/s3?partNumber=1&uploadId=id",
            "/multipart/commit",
            "/multipart/complete"
        ]
    );
    let signed = |mut body: Value| {
        body["policy"] = security.policy_b64().into();
        body["signature"] = security.signature().into();
        body
    };
    assert_eq!(received[0].json()["fii"], json!(true));
    assert_eq!(
        received[1].json(),
        signed(json!({"apikey": "K", "uri": "/u", "region": "r", "upload_id": "id", "store": {"location": "s3"},
            "part": 1, "size": 3, "md5": "kAFQmDzST7DWlj99KOF/cg==", "offset": 0, "fii": true}))
    );
    assert_eq!(
        received[3].json(),
        signed(json!({"apikey": "K", "uri": "/u", "region": "r", "upload_id": "id", "store": {"location": "s3"},
            "part": 1, "size": 3}))
    );
    let complete = received[4].json();
    assert_eq!((&complete["fii"], complete.get("parts")), (&json!(true), None));
}

#[tokio::test]
async fn the_alternative_text_comes_with_the_completion_and_the_clean_name_with_both_ends() {
    let service = Scripted::start(move |request, url, _| upload_reply(request, url, &json!({}))).await;
    let mut options = UploadOptions::default();
    options.set_alt_text("A crane over Kraków").unwrap();
    options.store.set_filename("a#b [1].txt").unwrap();
    options.sanitizer = Some(FilenameSanitizer::default());
    upload(&service.url, options.clone()).await;
    let received = service.received();
    assert_eq!(received[0].json().get("alt"), None);
    assert_eq!(received[3].json()["alt"], "A crane over Kraków");
    for request in [&received[0], &received[3]] {
        assert_eq!(request.json()["filename"], "a-b -1-.txt");
    }

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own#name.txt");
    std::fs::write(&path, "abc").unwrap();
    options.store = StoreOptions::new();
    client(&service.url, None).upload_path(path, &options).await.unwrap();
    options.store.set_filename(".").unwrap();
    upload(&service.url, options).await;
    let received = service.received();
    assert_eq!(
        (&received[4].json()["filename"], &received[8].json()["filename"]),
        (&json!("own-name.txt"), &json!("unnamed_file"))
    );
}

#[tokio::test]
async fn an_application_without_intelligent_ingestion_gets_regular_parts() {
    let service = Scripted::start(move |request, url, _| upload_reply(request, url, &json!({}))).await;
    upload(&service.url, intelligent()).await;
    let received = service.received();
    assert_eq!(received[1].json().get("offset"), None);
    assert_eq!(received[3].target, "/multipart/complete", "nothing is committed");
    assert_eq!(received[3].json()["parts"][0]["part_number"], 1);
}

#[tokio::test]
async fn completion_is_asked_for_until_the_parts_are_joined() {
    let service = Scripted::start(move |request, url, number| {
        if request.target == "/multipart/complete" && number < 5 {
            return StatusCode::ACCEPTED.into_response();
        }
        upload_reply(request, url, &json!({}))
    })
    .await;
    upload(&service.url, UploadOptions::default()).await;
    let received = service.received();
    assert_eq!(received.len(), 6);
    assert_eq!(received[3].json(), received[5].json(), "the request is repeated as it was");
}

#[tokio::test]
async fn a_redirect_is_followed_for_content_but_not_out_of_reach() {
    let service = Scripted::start(|request, url, _| match request.target.as_str() {
        "/H" => (StatusCode::FOUND, [(header::LOCATION, format!("{url}/moved"))], "").into_response(),
        "/loop" => (StatusCode::FOUND, [(header::LOCATION, "/loop")], "").into_response(),
        "/ftp" => (StatusCode::FOUND, [(header::LOCATION, "ftp://127.0.0.1/x")], "").into_response(),
        "/moved" => "content".into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    let client = client(&service.url, None);
    let content = |handle: &'static str| {
        let filelink = client.filelink(handle, None).unwrap();
        async move { filelink.get_content(&RequestOptions::default()).await }
    };
    assert_eq!(content("H").await.unwrap(), b"content");
    assert!(content("loop").await.unwrap_err().message().contains("redirects"));
    assert!(content("ftp").await.unwrap_err().message().contains("would leave TLS"));
    for request in service.received() {
        assert_eq!(request.header("referer"), "", "a referer would carry a signed URL along");
    }
}

#[tokio::test]
async fn metadata_is_asked_for_with_fields_and_credentials_in_the_query() {
    let service = Scripted::start(|_, _, _| axum::Json(json!({"size": 3, "sha256": "x"}))).await;
    let security = Security::new("{\"expiry\": 123}", "secret").unwrap();
    let filelink = client(&service.url, Some(security)).filelink("H", None).unwrap();
    let reply = filelink.metadata(&["size", "sha256"], &RequestOptions::default()).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&reply).unwrap(), json!({"size": 3, "sha256": "x"}));
    assert_eq!(
        service.received()[0].target,
        "/api/file/H/metadata?size=true&sha256=true&policy=eyJleHBpcnkiOiAxMjN9\
         &signature=4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01"
    );
    let error = filelink.metadata(&["sha265"], &RequestOptions::default()).await.unwrap_err();
    assert!(error.message().contains("did you mean 'sha256'?"), "{error}");
}

#[tokio::test]
async fn replies_that_break_the_protocol_are_refused() {
    for (reply, problem) in [
        ("Invalid Application", "is not JSON: Invalid Application"),
        ("{\"uri\": ", "is not JSON"),
        ("[]", "is JSON but no object"),
        ("{\"error\": {\"msg\": \"no such app\"}}", "reports an error: no such app"),
        ("{\"uri\": \"/u\", \"region\": \"r\", \"upload_id\": \"i\"}", "has no location_url"),
        ("{\"uri\": \"/u\", \"region\": null, \"upload_id\": \"i\", \"location_url\": \"h\"}", "has no region"),
    ] {
        let service = Scripted::start(move |_, _, _| reply).await;
        let uploaded = client(&service.url, None).upload(&Source::from_bytes("abc"), &UploadOptions::default()).await;
        let error = uploaded.unwrap_err();
        assert_eq!(error.kind(), filestack_core::ErrorKind::Protocol, "{error}");
        assert!(error.message().contains(problem), "{error}");
        assert_eq!(service.received().len(), 1, "what is wrong for good is not tried again");
    }
}

#[tokio::test]
async fn connections_are_reused() {
    let service = Scripted::start(|request, url, _| upload_reply(request, url, &json!({}))).await;
    let client = client(&service.url, None);
    for _ in 0..3 {
        client.upload(&Source::from_bytes("abc"), &UploadOptions::default()).await.unwrap();
    }
    let peers: std::collections::BTreeSet<_> = service.received().iter().map(|request| request.peer).collect();
    assert_eq!((service.received().len(), peers.len()), (12, 2), "one to the service, one to the storage");
}
