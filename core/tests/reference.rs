//! The reference's calls beside uploads, request by request.

mod support;

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use filestack_core::{
    AvJob, AvStatus, Client, ClientOptions, ErrorKind, Filelink, Given, Reader, RequestOptions, Result, Security,
    Source, StoreOptions,
};
use serde_json::{Value, json};
use support::{Received, Scripted};

fn security() -> Security {
    Security::new("{\"expiry\": 123}", "secret").unwrap()
}

fn client(url: &str, security: Option<Security>) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.security = security;
    Client::new(Some("K"), options).unwrap()
}

fn signed_filelink(service: &Scripted) -> Filelink {
    client(&service.url, Some(security())).filelink("H", None).unwrap()
}

async fn answering(reply: Value) -> Scripted {
    Scripted::start(move |_, _, _| axum::Json(reply.clone())).await
}

fn request(received: &Received) -> (&str, &str) {
    (received.method.as_str(), received.target.as_str())
}

const SEGMENT: &str =
    "security=p:eyJleHBpcnkiOiAxMjN9,s:4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01";
const QUERY: &str =
    "policy=eyJleHBpcnkiOiAxMjN9&signature=4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01";

#[tokio::test]
async fn an_external_url_is_stored_by_one_request() {
    let service = answering(json!({"handle": "N", "url": "u", "type": "image/png", "size": 7})).await;
    let mut store = StoreOptions::new();
    store.set_filename("z").unwrap();
    store.set_base64decode(true);
    store.add_workflow("w").unwrap();
    store.add_upload_tag("a", "b").unwrap();
    let url = "http://x/a?b=c,d#e";
    let stored =
        client(&service.url, Some(security())).upload_url(url, &store, &RequestOptions::default()).await.unwrap();
    let received = service.received();
    assert_eq!(request(&received[0]), ("POST", "/process"));
    assert_eq!(
        received[0].json(),
        json!({"apikey": "K", "sources": [url], "upload_tags": {"a": "b"}, "tasks": [
            {"name": "store", "params": {"filename": "z", "location": "s3", "base64decode": true, "workflows": ["w"]}},
            {"name": "security", "params": {"policy": security().policy_b64(), "signature": security().signature()}},
        ]})
    );
    let reply = stored.upload_reply().unwrap();
    assert_eq!((stored.handle(), reply.mimetype(), reply.size()), ("N", Some("image/png"), Some(7)));
    assert!(stored.signed_url(None).is_ok(), "the new filelink can sign");
}

#[tokio::test]
async fn what_the_service_would_drop_is_refused() {
    let service = answering(json!({"handle": "N"})).await;
    let client = client(&service.url, Some(security()));
    let mut store = StoreOptions::new();
    store.set_mimetype("image/png").unwrap();
    let options = RequestOptions::default();
    assert!(client.upload_url("http://x/a", &store, &options).await.unwrap_err().message().contains("mimetype"));
    let mut store = StoreOptions::new();
    store.add_upload_tag("a", "b").unwrap();
    let filelink = client.filelink("H", None).unwrap();
    assert!(filelink.store(&store, &options).await.unwrap_err().message().contains("upload tags"));
    assert!(client.upload_url("ftp://x/a", &StoreOptions::new(), &options).await.is_err());
    assert!(service.received().is_empty());
}

#[tokio::test]
async fn a_reply_that_reports_an_error_is_one() {
    let service = answering(json!({"error": "invalid security policy path"})).await;
    let stored =
        client(&service.url, None).upload_url("http://x/a", &StoreOptions::new(), &RequestOptions::default()).await;
    let error = stored.unwrap_err();
    assert_eq!((error.kind(), error.service_text()), (ErrorKind::Protocol, Some("invalid security policy path")));
}

#[tokio::test]
async fn a_transformation_is_stored_with_its_credentials() {
    let service = answering(json!({"url": "https://cdn/NEW", "type": "image/png", "size": 7})).await;
    let mut transformation = signed_filelink(&service).transform();
    transformation.add_json("flip", "").unwrap();
    transformation.add_json("resize", "{\"width\": 100}").unwrap();
    let mut store = StoreOptions::new();
    store.set_filename("filename").unwrap();
    store.set_location("S3").unwrap();
    store.set_container("bucket").unwrap();
    store.set_path("folder/image.jpg").unwrap();
    let stored = Filelink::from(transformation.store(&store, &RequestOptions::default()).await.unwrap());
    assert_eq!(stored.handle(), "NEW", "the handle hides in the URL");
    assert!(stored.signed_url(None).unwrap().ends_with(&format!("/{SEGMENT}/NEW")));
    let path = format!(
        "/flip/resize=width:100/store=container:bucket,filename:filename,location:s3,\
         path:%22folder/image.jpg%22/{SEGMENT}/H"
    );
    assert_eq!(request(&service.received()[0]), ("POST", path.as_str()));
    assert!(transformation.url().unwrap().ends_with("/flip/resize=width:100/H"), "it stays as it was");
}

#[tokio::test]
async fn the_same_question_twice_is_the_same_request() {
    let service = answering(json!({"sfw": true})).await;
    let transformation = signed_filelink(&service).transform();
    for _ in 0..2 {
        let answer = transformation.answer("sfw", &[], &RequestOptions::default()).await.unwrap();
        assert_eq!(answer, "{\"sfw\":true}");
    }
    let targets: Vec<_> = service.received().iter().map(|received| received.target.clone()).collect();
    assert_eq!(targets, vec![format!("/sfw/{SEGMENT}/H"); 2]);
}

#[tokio::test]
async fn answers_need_credentials_and_a_task_that_answers() {
    let service = answering(json!([{"x": 1}])).await;
    let unsigned = client(&service.url, None).filelink("H", None).unwrap();
    let error = unsigned.tags(&RequestOptions::default()).await.unwrap_err();
    assert!(error.message().contains("'tags' needs a security object"), "{error}");
    let error = unsigned.transform().get_json(&RequestOptions::default()).await.unwrap_err();
    assert!(error.message().contains("gives a file"), "{error}");
    let options = RequestOptions { security: Some(security()), ..RequestOptions::default() };
    let mut faces = unsigned.transform();
    faces.add_json("detect_faces", "{\"export\": true}").unwrap();
    assert_eq!(faces.get_json(&options).await.unwrap(), "[{\"x\":1}]", "a list is an answer too");
    assert_eq!(service.received()[0].target, format!("/detect_faces=export:true/{SEGMENT}/H"));
}

#[tokio::test]
async fn deleting_says_what_is_missing() {
    let service = Scripted::start(|_, _, _| "success").await;
    let filelink = client(&service.url, None).filelink("H", None).unwrap();
    let error = filelink.delete(&RequestOptions::default()).await.unwrap_err();
    assert!(error.message().contains("security object"), "{error}");
    let mut options = ClientOptions::new();
    options.set_base_url(&service.url).unwrap();
    let keyless = Client::new(None, options).unwrap().filelink("H", Some(&security())).unwrap();
    let error = keyless.delete(&RequestOptions::default()).await.unwrap_err();
    assert!(error.message().contains("API key"), "{error}");
    assert!(service.received().is_empty());
    signed_filelink(&service).delete(&RequestOptions::default()).await.unwrap();
    let target = format!("/api/file/H?key=K&{QUERY}");
    assert_eq!(request(&service.received()[0]), ("DELETE", target.as_str()));
}

#[tokio::test]
async fn overwriting_streams_the_source_and_survives_a_failure() {
    let service = Scripted::start(|_, _, number| match number {
        0 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => axum::Json(json!({"url": "u", "size": 3})).into_response(),
    })
    .await;
    let mut file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    let content: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    std::io::Write::write_all(&mut file, &content).unwrap();
    let source = Source::from_path(file.path()).unwrap();
    let reply = signed_filelink(&service).overwrite(&source, true, &RequestOptions::default()).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&reply).unwrap()["size"], 3);
    let received = service.received();
    assert_eq!(received.len(), 2);
    let target = format!("/api/file/H?base64decode=true&{QUERY}");
    assert_eq!(request(&received[1]), ("POST", target.as_str()));
    assert_eq!(received[1].header("content-type"), "image/png");
    assert_eq!(received[1].header("content-length"), content.len().to_string());
    assert!(received[1].body == content, "the second try begins at the first byte");
}

#[tokio::test]
async fn overwriting_from_a_url_sends_a_form() {
    let service = answering(json!({"url": "u"})).await;
    let filelink = signed_filelink(&service);
    filelink.overwrite_url("http://x/a?b=c&d", false, &RequestOptions::default()).await.unwrap();
    let received = service.received();
    assert_eq!(received[0].target, format!("/api/file/H?base64decode=false&{QUERY}"));
    assert_eq!(received[0].body, "url=http%3A%2F%2Fx%2Fa%3Fb%3Dc%26d");
    assert_eq!(received[0].header("content-type"), "application/x-www-form-urlencoded");
    assert!(filelink.overwrite_url("no URL", false, &RequestOptions::default()).await.is_err());
}

/// Gives bytes once and fails after some of them.
struct Failing(usize);

impl Reader for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
        if self.0 == 0 {
            return Err(filestack_core::Error::new(ErrorKind::Callback, "the disk is on fire"));
        }
        let length = self.0.min(buffer.len());
        self.0 -= length;
        Ok(Given::Bytes(length))
    }

    fn rewind(&mut self) -> Result<()> {
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>> {
        Ok(Some(1_000_000))
    }
}

#[tokio::test]
async fn a_reader_that_fails_on_the_way_says_why() {
    let service = answering(json!({"url": "u"})).await;
    let source = Source::from_reader(Box::new(Failing(600_000)));
    let overwritten = signed_filelink(&service).overwrite(&source, false, &RequestOptions::default()).await;
    let error = overwritten.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback, "{error}");
    assert!(error.message().contains("the disk is on fire"), "{error}");
}

#[tokio::test]
async fn an_av_job_is_looked_at_without_starting_it_again() {
    let service = Scripted::start(|_, _, number| {
        axum::Json(match number {
            0 => json!({"status": "started", "uuid": "u", "timestamp": "1522783969", "data": {}}),
            1 => json!({"status": "pending", "uuid": "u"}),
            2 => json!({"status": "completed", "uuid": "u", "data": {"url": ""}}),
            _ => json!({"status": "completed", "uuid": "u", "data": {"url": "https://cdn/VIDEO"}}),
        })
    })
    .await;
    let options = RequestOptions::default();
    let params = [("preset", "h264".into()), ("force", true.into())];
    let job = AvJob::start(&signed_filelink(&service).transform(), &params, &options).await.unwrap();
    assert_eq!((job.uuid(), job.timestamp()), ("u", "1522783969"));
    assert_eq!(job.stored_file().unwrap_err().kind(), ErrorKind::State);
    assert_eq!(job.status(&options).await.unwrap(), AvStatus::Pending);
    assert_eq!(job.status(&options).await.unwrap(), AvStatus::Pending, "completed without a URL is not ready");
    job.wait(None, &options).await.unwrap();
    assert_eq!(job.stored_file().unwrap().handle(), "VIDEO");
    let targets: Vec<_> = service.received().iter().map(|received| received.target.clone()).collect();
    assert_eq!(targets[0], format!("/video_convert=force:true,preset:h264/{SEGMENT}/H"));
    assert_eq!(targets[1..], vec![format!("/video_convert=preset:h264/{SEGMENT}/H"); 3]);
}

#[tokio::test]
async fn a_failed_or_slow_av_job_is_an_error() {
    let options = RequestOptions::default();
    let service = Scripted::start(|_, _, number| {
        axum::Json(match number {
            0 => json!({"status": "started", "uuid": "u", "timestamp": 1}),
            _ => json!({"status": "failed", "uuid": "u", "message": "no such codec"}),
        })
    })
    .await;
    let job = AvJob::start(&signed_filelink(&service).transform(), &[], &options).await.unwrap();
    let error = job.wait(None, &options).await.unwrap_err();
    assert_eq!((error.kind(), error.service_text()), (ErrorKind::Http, Some("no such codec")));

    let service = answering(json!({"status": "pending", "uuid": "u"})).await;
    let job = AvJob::start(&signed_filelink(&service).transform(), &[], &options).await.unwrap();
    let error = job.wait(Some(Duration::from_millis(1)), &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn workflows_archives_and_screenshots_have_the_references_addresses() {
    let service = Scripted::start(|received, _, _| match received.target.contains("/zip/") {
        true => "PK".into_response(),
        false => axum::Json(json!({"jobid": "j"})).into_response(),
    })
    .await;
    let options = RequestOptions::default();
    let client = client(&service.url, Some(security()));
    client.filelink("H", None).unwrap().run_workflow("w-1", &options).await.unwrap();
    client.workflow_status("j-1", &options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    assert_eq!(client.zip(&path, &["H1", "H2"], &options).await.unwrap(), 2);
    let screenshot = client.urlscreenshot("https://example.com/a b?c", &[("agent", "mobile".into())]).unwrap();
    assert!(client.zip(&path, &[], &options).await.is_err());
    let targets: Vec<_> = service.received().iter().map(|received| received.target.clone()).collect();
    assert_eq!(
        targets,
        [
            format!("/run_workflow=id:w-1/{SEGMENT}/H"),
            format!("/K/{SEGMENT}/workflow_status=job_id:j-1"),
            format!("/zip/{SEGMENT}/[H1,H2]"),
        ]
    );
    assert!(screenshot.url().unwrap().contains("/K/b64/"), "a query would be lost in the plain form");
    assert_eq!(std::fs::read(&path).unwrap(), b"PK");
}

#[tokio::test]
async fn a_client_with_other_credentials_shares_the_connections() {
    let service = answering(json!({"size": 1})).await;
    let plain = client(&service.url, None);
    let signing = plain.with_security(Some(security()));
    for client in [&plain, &signing, &signing.with_security(None)] {
        let filelink = client.filelink("H", None).unwrap();
        filelink.metadata(&["size"], &RequestOptions::default()).await.unwrap();
    }
    let received = service.received();
    let signed: Vec<_> = received.iter().map(|received| received.target.contains("signature=")).collect();
    assert_eq!(signed, [false, true, false]);
    assert!(received.windows(2).all(|pair| pair[0].peer == pair[1].peer));
}

#[test]
fn the_hosts_of_a_configuration_can_be_listed() {
    let mut options = ClientOptions::new();
    options.set_cname("example.com").unwrap();
    let hosts: Value = serde_json::from_str(&Client::new(None, options).unwrap().hosts_json()).unwrap();
    assert_eq!(hosts["fixed"], json!(["cdn.example.com", "upload.example.com", "www.example.com"]));
    assert!(hosts["named_by_the_service"].as_array().is_some_and(|list| list.len() == 2));
}

#[tokio::test]
async fn screenshots_take_every_parameter() {
    let service = answering(json!({})).await;
    let params = [
        ("agent", "desktop".into()),
        ("mode", "window".into()),
        ("width", 800.into()),
        ("height", 600.into()),
        ("delay", 1000.into()),
    ];
    let screenshot = client(&service.url, None).urlscreenshot("https://example.com", &params).unwrap();
    assert_eq!(
        screenshot.url().unwrap(),
        format!(
            "{}/K/urlscreenshot=agent:desktop,delay:1000,height:600,mode:window,width:800/https://example.com",
            service.url
        )
    );
}

#[tokio::test]
async fn a_file_is_stored_again_with_every_parameter() {
    let service = answering(json!({"handle": "N"})).await;
    let mut store = StoreOptions::new();
    store.set_region("eu-west-1").unwrap();
    store.set_access("public").unwrap();
    store.set_base64decode(true);
    store.add_workflow("w-1").unwrap();
    store.add_workflow("w-2").unwrap();
    let filelink = signed_filelink(&service);
    assert_eq!(filelink.store(&store, &RequestOptions::default()).await.unwrap().handle(), "N");
    let path = format!("/store=access:public,base64decode:true,region:eu-west-1,workflows:[w-1,w-2]/{SEGMENT}/H");
    assert_eq!(request(&service.received()[0]), ("POST", path.as_str()));
}

#[tokio::test]
async fn each_question_is_its_task() {
    let service = answering(json!({})).await;
    let filelink = signed_filelink(&service);
    let options = RequestOptions::default();
    filelink.tags(&options).await.unwrap();
    filelink.sfw(&options).await.unwrap();
    filelink.ocr(&options).await.unwrap();
    let targets: Vec<_> = service.received().iter().map(|received| received.target.clone()).collect();
    assert_eq!(targets, ["tags", "sfw", "ocr"].map(|task| format!("/{task}/{SEGMENT}/H")));
}

#[tokio::test]
async fn credentials_of_a_call_go_before_those_of_the_object() {
    let service = answering(json!({})).await;
    let other = Security::new("{\"expiry\": 456}", "secret").unwrap();
    let options = RequestOptions { security: Some(other.clone()), ..RequestOptions::default() };
    let client = client(&service.url, Some(security()));
    let filelink = client.filelink("H", None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    filelink.get_content(&options).await.unwrap();
    filelink.metadata(&[], &options).await.unwrap();
    filelink.delete(&options).await.unwrap();
    filelink.overwrite(&Source::from_bytes("abc"), false, &options).await.unwrap();
    filelink.transform().get_content(&options).await.unwrap();
    client.zip(folder.path().join("a.zip"), &["H"], &options).await.unwrap();
    for received in service.received() {
        assert!(received.target.contains(other.signature()), "{}", received.target);
        assert!(!received.target.contains(security().signature()), "{}", received.target);
    }
    let signed = filelink.transform().signed_url(Some(&other)).unwrap();
    assert!(signed.contains(other.signature()), "{signed}");
}
