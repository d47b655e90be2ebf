//! File names: the service cuts folders from them and keeps everything else.

mod common;

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

/// Names with what some systems or notations take for something else.
const NAMES: [&str; 11] = [
    "back\\slash.png",
    "C:\\folder\\a.png",
    "..\\a.png",
    "a.png\\",
    "a:b*c?.png",
    "a%2Fb%5Cc+d e.png",
    " a .png ",
    "a\"b'c.png",
    "[a],{b}.png",
    "\u{fc}\u{2215}\u{1f600}.png",
    "CON",
];

/// The name as a piece of a URL.
fn escaped(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A request that stores what is found at a URL.
fn storing(url: &str) -> Value {
    json!({ "apikey": KEY, "sources": [url], "tasks": [{ "name": "store" }] })
}

async fn check(fixture: &Fixture, reply: &Value, name: &str) {
    assert_eq!(reply["filename"], name, "{reply}");
    let key = reply["key"].as_str().unwrap();
    assert!(key.ends_with(&format!("_{name}")) && key.len() == 21 + name.len(), "{reply}");
    let handle = reply["handle"].as_str().unwrap();
    let (_, metadata) = fixture.ask(&format!("/{handle}/metadata?filename=true")).await;
    assert_eq!(metadata, json!({ "filename": name }));
}

#[tokio::test]
async fn names_stay_as_they_are() {
    let fixture = start(Options { metahash: true, ..Options::default() });
    for name in NAMES {
        for given in [name.to_owned(), format!("folder/{name}"), format!("../{name}")] {
            check(&fixture, &fixture.upload(b"abc", json!({ "filename": given })).await, name).await;

            let path = format!("/api/store/S3?key={KEY}&filename={}", escaped(&given));
            check(&fixture, &fixture.call(&path, &json!([1])).await.1, name).await;

            let source = fixture.store(b"abc", "source", "text/plain").await;
            let task = json!({ "name": "store", "params": { "filename": given } });
            let encoded = URL_SAFE.encode(json!([task]).to_string());
            check(&fixture, &fixture.ask(&format!("/b64/{encoded}/{source}")).await.1, name).await;
            // The other form has no way to write a quote inside of a text.
            if !name.contains('"') {
                let (_, reply) = fixture.ask(&format!("/store=filename:\"{}\"/{source}", escaped(&given))).await;
                check(&fixture, &reply, name).await;
            }
            let body = json!({ "apikey": KEY, "sources": [source], "tasks": [task] });
            check(&fixture, &fixture.call("/process", &body).await.1, name).await;
        }
    }
}

#[tokio::test]
async fn names_of_forms_stay_as_they_are() {
    let fixture = start(Options::default());
    let path = format!("/api/store/S3?key={KEY}");
    for name in NAMES.into_iter().filter(|name| !name.contains('"') && !name.ends_with('\\')) {
        let head = format!("--B\r\nContent-Disposition: form-data; name=\"fileUpload\"; filename=\"x/{name}\"\r\n\r\n");
        let request = fixture.client.post(fixture.url(&path)).header("content-type", "multipart/form-data; boundary=B");
        let (status, reply) = read_json(request.body(format!("{head}abc\r\n--B--\r\n")).send().await.unwrap()).await;
        assert_eq!(status, 200, "{reply}");
        check(&fixture, &reply, name).await;
    }
}

/// The last part of a URL is a name when it is decoded.
#[tokio::test]
async fn names_in_urls_stay_as_they_are() {
    let fixture = start(Options::default());
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = axum::Router::new().fallback(async || "abc");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, elsewhere).await.unwrap() });
    let aliased = start(Options { aliases: vec![("work".to_owned(), folder.path().to_owned())], ..Options::default() });
    for name in NAMES {
        let (status, reply) = fixture.call("/process", &storing(&format!("{origin}/x/{}", escaped(name)))).await;
        assert_eq!(status, 200, "{reply}");
        check(&fixture, &reply, name).await;

        std::fs::write(folder.path().join(name), "abc").unwrap();
        let (status, reply) = aliased.call("/process", &storing(&format!("src://work/{name}"))).await;
        assert_eq!(status, 200, "{reply}");
        check(&aliased, &reply, name).await;
    }
}

#[tokio::test]
async fn headers_tell_the_whole_name() {
    let fixture = start(Options::default());
    for name in NAMES {
        let handle = fixture.store(b"abc", name, "image/png").await;
        let response = fixture.get(&format!("/{handle}?dl=true")).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        assert_eq!(decode(&header("x-file-name")), name);
        let disposition = header("content-disposition");
        match disposition.split_once("filename*=UTF-8''") {
            Some((_, whole)) => assert_eq!(decode(whole), name),
            None => assert_eq!(disposition, format!("attachment; filename=\"{name}\"")),
        }
    }
}

#[tokio::test]
async fn archives_and_conversions_keep_names() {
    let fixture = start(Options { job_polls: 0, ..Options::default() });
    let first = fixture.store(b"first", "back\\slash.png", "image/png").await;
    let second = fixture.store(b"second", "..\\..\\a.png", "image/png").await;
    let bytes = fixture.bytes(&format!("/zip/[{first},{second}]")).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for (index, name, expected) in [(0, "back\\slash.png", "first"), (1, "a.png", "second")] {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        assert_eq!((String::from_utf8_lossy(entry.name_raw()), content.as_str()), (name.into(), expected));
    }
    let (_, job) = fixture.ask(&format!("/video_convert=preset:webm/{first}")).await;
    let result = job["data"]["url"].as_str().unwrap().strip_prefix(fixture.service.url()).unwrap();
    assert_eq!(fixture.ask(&format!("{result}/metadata?filename=true")).await.1["filename"], "back\\slash.webm");
}
