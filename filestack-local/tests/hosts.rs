//! The hosts by which clients know the service, and what its replies say of them.

mod common;

use common::*;
use filestack_local::Options;
use reqwest::Client;
use serde_json::{Value, json};

/// A call to a service without TLS under another name.
async fn call_as(fixture: &Fixture, host: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = http1_client(None).post(fixture.url(path)).header("host", host);
    read_json(request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap()).await
}

fn start_call() -> Value {
    json!({ "apikey": KEY, "filename": "a.bin", "mimetype": "b/c", "size": 3, "store": { "location": "s3" } })
}

#[tokio::test]
async fn file_urls_follow_the_host() {
    let fixture = start(Options::default());
    for (host, files) in [
        ("upload.filestackapi.com", "cdn.filestackcontent.com"),
        ("www.filestackapi.com:81", "cdn.filestackcontent.com:81"),
        ("process.filestackapi.com", "cdn.filestackcontent.com"),
        ("cloud.filestackapi.com", "cdn.filestackcontent.com"),
        ("www.filepicker.io", "cdn.filestackcontent.com"),
        ("www.example.com:82", "cdn.example.com:82"),
        ("api.example.com", "cdn.example.com"),
        ("files.example.com", "files.example.com"),
        ("localhost:83", "localhost:83"),
    ] {
        let (status, stored) =
            call_as(&fixture, host, &format!("/api/store/S3?key={KEY}"), &json!({ "a": host })).await;
        let handle = stored["handle"].as_str().unwrap();
        assert_eq!((status, &stored["url"]), (200, &json!(format!("http://{files}/{handle}"))), "{host}");
        let body = json!({ "apikey": KEY, "sources": [handle], "tasks": [{ "name": "store" }] });
        let (_, stored) = call_as(&fixture, host, "/process", &body).await;
        assert!(stored["url"].as_str().unwrap().starts_with(&format!("http://{files}/")), "{host}: {stored}");
    }
}

#[tokio::test]
async fn uploads_stay_at_the_host_that_was_called() {
    let fixture = start(Options::default());
    let (_, begun) = call_as(&fixture, "upload.example.com:81", "/multipart/start", &start_call()).await;
    assert_eq!(begun["location_url"], "http://upload.example.com:81");
    let mut members = start_call();
    for name in ["uri", "region", "upload_id"] {
        members[name] = begun[name].clone();
    }
    members["part"] = json!(1);
    let (_, signed) = call_as(&fixture, "upload.example.com:81", "/multipart/upload", &members).await;
    assert_eq!(signed["location_url"], "http://upload.example.com:81");
    assert!(signed["url"].as_str().unwrap().starts_with("http://upload.example.com:81/s3/"), "{signed}");
}

#[tokio::test]
async fn the_location_can_be_any_text() {
    let location_url = Some("upload-eu-west-1.filestackapi.com".to_owned());
    let fixture = start(Options { location_url, ..Options::default() });
    let upload = fixture.begin(3, json!({})).await;
    assert_eq!(upload.reply["location_url"], "upload-eu-west-1.filestackapi.com");
    let ticket = upload.ticket(1, b"abc", None).await;
    assert_eq!(ticket["location_url"], "upload-eu-west-1.filestackapi.com");
    assert!(ticket["url"].as_str().unwrap().starts_with(fixture.service.url()));
}

/// Uploads to `host` as the official SDKs do, and returns the URL of the file.
async fn upload_to(client: &Client, host: &str, bytes: &[u8]) -> String {
    let call = |host: &str, path: &str, body: &Value| {
        let request = client.post(format!("https://{host}{path}")).header("content-type", "application/json");
        let sent = request.body(body.to_string()).send();
        async move {
            let (status, reply) = read_json(sent.await.unwrap()).await;
            assert_eq!(status, 200, "{reply}");
            reply
        }
    };
    let mut members = start_call();
    members["size"] = json!(bytes.len());
    let mut begun = call(host, "/multipart/start", &members).await;
    let location = begun.as_object_mut().unwrap().remove("location_url").unwrap();
    assert_eq!(location, host, "with TLS there is no scheme in it");
    for (name, value) in begun.as_object().unwrap() {
        members[name] = value.clone();
    }
    members["part"] = json!(1);
    let ticket = call(host, "/multipart/upload", &members).await;
    let mut put = client.put(ticket["url"].as_str().unwrap()).body(bytes.to_vec());
    for (name, value) in ticket["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    let etag = put.send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned();
    members["parts"] = json!([{ "part_number": 1, "etag": etag }]);
    call(host, "/multipart/complete", &members).await["url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn tls_serves_the_names_of_the_real_service_and_more() {
    let options = Options { tls: true, tls_names: vec!["*.example.test".to_owned()], ..Options::default() };
    let fixture = start(options);
    let names = [
        "upload.filestackapi.com",
        "cdn.filestackcontent.com",
        "www.filestackapi.com",
        "upload.example.test",
        "cdn.example.test",
        "upload.localhost",
        "cdn.localhost",
        "upload.example.org",
    ];
    let client = client_of_names(&fixture.service, &names);
    let port = fixture.service.url().rsplit(':').next().unwrap();
    for (number, (upload, files)) in (1..).zip([
        ("upload.filestackapi.com", "cdn.filestackcontent.com"),
        ("upload.example.test", "cdn.example.test"),
        ("upload.localhost", "cdn.localhost"),
    ]) {
        let bytes = noise(1000, number);
        let url = upload_to(&client, &format!("{upload}:{port}"), &bytes).await;
        assert!(url.starts_with(&format!("https://{files}:{port}/")), "{url}");
        let got = client.get(&url).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(sha256(&got), sha256(&bytes), "{url}");
    }
    let about = client.get(format!("https://www.filestackapi.com:{port}/")).send().await.unwrap();
    assert_eq!(about.status(), 200);
    let unknown = client.get(format!("https://upload.example.org:{port}/")).send().await;
    assert!(unknown.is_err(), "not every name is in the certificate");
}

#[tokio::test]
async fn sources_that_lead_back_are_served_under_every_name() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"led back", "a.txt", "text/plain").await;
    for source in [
        format!("http://cdn.filestackcontent.com/{handle}"),
        format!("http://process.filestackapi.com/cache=false/{handle}"),
        format!("http://www.filestackapi.com/api/file/{handle}?dl=true"),
    ] {
        let request = http1_client(None).get(fixture.url(&format!("/{KEY}/{source}")));
        let (status, text) = read_text(request.header("host", "process.filestackapi.com").send().await.unwrap()).await;
        assert_eq!((status, text.as_str()), (200, "led back"), "{source}");
    }
    let body = json!({ "apikey": KEY, "sources": [format!("http://cdn.example.com/{handle}")], "tasks": [{ "name": "store" }] });
    let (status, stored) = call_as(&fixture, "process.example.com", "/process", &body).await;
    assert_eq!((status, &stored["size"]), (200, &json!(8)), "{stored}");
}
