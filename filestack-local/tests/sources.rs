//! Files elsewhere: `/process`, external sources, archives, screenshots and the `store` task.

mod common;

use std::io::{Cursor, Read as _};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use common::*;
use filestack_local::Options;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

const SECRET: &str = "TOP-SECRET";

/// A service that is not Filestack; its address.
async fn elsewhere(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Serves the same bytes under `/a/b.bin`, whatever the query.
async fn serving(bytes: Vec<u8>, mimetype: &'static str) -> String {
    elsewhere(Router::new().route("/a/{name}", get(move || async move { ([("content-type", mimetype)], bytes) }))).await
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::new(width, height)).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn store_task(parameters: Value) -> Value {
    json!([{ "name": "store", "params": parameters }])
}

async fn process(fixture: &Fixture, sources: Value, tasks: Value) -> (u16, Value) {
    fixture.call("/process", &json!({ "apikey": KEY, "sources": sources, "tasks": tasks })).await
}

#[tokio::test]
async fn process_stores_what_a_url_leads_to() {
    let fixture = start(Options::default());
    let bytes = noise(3 * MIB, 1);
    let url = format!("{}/a/b%20c.bin?d=e", serving(bytes.clone(), "application/x-noise; q=1").await);
    let tags = json!({ "city": "Rome" });
    let body = json!({
        "apikey": KEY, "sources": [url], "upload_tags": tags,
        "tasks": [{ "name": "store", "params": { "location": "gcs", "path": "in/", "container": "c" } },
                  { "name": "store", "params": { "workflows": ["w1"] } }],
    });
    let (status, reply) = fixture.call("/process", &body).await;
    assert_eq!(status, 200, "{reply}");
    let handle = reply["handle"].as_str().unwrap();
    assert_eq!(reply["url"], fixture.url(&format!("/{handle}")));
    assert_eq!((&reply["filename"], &reply["type"]), (&json!("b c.bin"), &json!("application/x-noise")));
    assert_eq!(
        (&reply["size"], &reply["container"], &reply["status"]),
        (&json!(bytes.len()), &json!("c"), &json!("Stored"))
    );
    assert!(reply["key"].as_str().unwrap().starts_with("in/"));
    assert_eq!(reply["upload_tags"], tags);
    assert!(reply["workflows"]["w1"]["jobid"].is_string());
    assert_eq!(sha256(&fixture.bytes(&format!("/{handle}")).await), sha256(&bytes));
    let (_, metadata) = fixture.ask(&format!("/{handle}/metadata?location=true")).await;
    assert_eq!(metadata["location"], "gcs");
}

#[tokio::test]
async fn process_runs_tasks_before_it_stores_and_takes_handles() {
    let fixture = start(Options::default());
    let handle = fixture.store(&png(40, 20), "a.png", "image/png").await;
    let tasks = json!([{ "Name": "resize", "Params": { "width": 20 } }, { "Name": "store", "Params": { "filename": "b.png" } }]);
    let body = json!({ "apiKey": KEY, "sources": [handle], "tasks": tasks });
    let (status, reply) = fixture.call("/process", &body).await;
    assert_eq!((status, &reply["filename"]), (200, &json!("b.png")), "{reply}");
    let small =
        image::load_from_memory(&fixture.bytes(&format!("/{}", reply["handle"].as_str().unwrap())).await).unwrap();
    assert_eq!((small.width(), small.height()), (20, 10));

    let (_, size) = process(&fixture, json!([handle]), json!([{ "name": "imagesize" }])).await;
    assert_eq!(size, json!({ "width": 40, "height": 20 }));
    let (_, zipped) = process(&fixture, json!([handle, handle]), json!([{ "name": "zip" }, { "name": "store" }])).await;
    assert_eq!(zipped["type"], "application/zip");
    let whole = fixture.bytes(&format!("/{}", zipped["handle"].as_str().unwrap())).await;
    assert_eq!(zip::ZipArchive::new(Cursor::new(whole)).unwrap().len(), 2);
}

#[tokio::test]
async fn process_sends_the_headers_of_a_source() {
    let fixture = start(Options::default());
    let guarded = |headers: HeaderMap| async move {
        match headers.get("x-pass").is_some_and(|pass| pass == "open") {
            true => (StatusCode::OK, "inside"),
            false => (StatusCode::UNAUTHORIZED, "outside"),
        }
    };
    let url = format!("{}/f.txt", elsewhere(Router::new().route("/f.txt", get(guarded))).await);
    let (status, reply) = process(&fixture, json!([url]), store_task(json!({}))).await;
    assert_eq!(status, 400);
    assert!(reply["error"].as_str().unwrap().contains("the server answered 401"), "{reply}");
    let source = json!({ "source": url, "headers": { "X-Pass": "open" } });
    let (status, reply) = process(&fixture, json!([source]), store_task(json!({}))).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(fixture.bytes(&format!("/{}", reply["handle"].as_str().unwrap())).await, b"inside");
}

#[tokio::test]
async fn process_refuses_in_json() {
    let fixture = start(Options { api_keys: vec![KEY.to_owned()], ..Options::default() });
    let ok = store_task(json!({}));
    for (body, status, text) in [
        (json!({ "sources": ["h"], "tasks": ok }), 400, "Parameters are invalid"),
        (json!({ "apikey": "other", "sources": ["h"], "tasks": ok }), 404, "application not found"),
        (json!({ "apikey": KEY, "sources": [], "tasks": ok }), 400, "invalid params: sources"),
        (json!({ "apikey": KEY, "sources": ["nosuch"], "tasks": ok }), 404, "file not found"),
        (json!({ "apikey": KEY, "sources": ["http://127.0.0.1:1/a"], "tasks": ok }), 400, "could not be fetched"),
        (json!({ "apikey": KEY, "sources": ["h"], "tasks": [{ "name": "stor" }] }), 400, "Invalid transformation task"),
        (
            json!({ "apikey": KEY, "sources": ["h"], "tasks": store_task(json!({ "location": "ftp" })) }),
            400,
            "location",
        ),
        (json!({ "apikey": KEY, "sources": ["h"], "tasks": ok, "upload_tags": { "a": 1 } }), 400, "upload_tags"),
    ] {
        let (got, reply) = fixture.call("/process", &body).await;
        assert_eq!(got, status, "{body}: {reply}");
        assert!(reply["error"].as_str().is_some_and(|error| error.contains(text)), "{body}: {reply}");
    }
}

#[tokio::test]
async fn policies_limit_what_is_fetched_and_where_it_goes() {
    let fixture = start(Options { secret: Some(SECRET.to_owned()), ..Options::default() });
    let host = serving(b"elsewhere".to_vec(), "text/plain").await;
    let url = format!("{host}/a/f.txt");
    for (policy, text) in [
        (json!({ "expiry": FUTURE }), None),
        (json!({ "expiry": FUTURE, "call": ["pick"] }), None),
        (json!({ "expiry": FUTURE, "call": "store", "url": "^http://127\\.0\\.0\\.1:", "path": "^in/" }), None),
        (json!({ "expiry": FUTURE, "call": ["read", "convert"] }), Some("pick or store")),
        (json!({ "expiry": FUTURE, "url": "^https://" }), Some("invalid security policy url")),
        (json!({ "expiry": FUTURE, "path": "^out/" }), Some("invalid security policy path")),
        (json!({ "expiry": FUTURE, "container": "^mine$" }), Some("invalid security policy container")),
        (json!({ "expiry": FUTURE, "maxSize": 8 }), Some("maxSize")),
        (json!({ "expiry": 1 }), Some("expired")),
    ] {
        let (encoded, signature) = sign(SECRET, &policy);
        let security = json!({ "name": "security", "params": { "policy": encoded, "signature": signature } });
        let tasks = json!([{ "name": "store", "params": { "path": "in/" } }, security]);
        let (status, reply) = process(&fixture, json!([url]), tasks).await;
        match text {
            None => assert_eq!(status, 200, "{policy}: {reply}"),
            Some(text) => {
                assert_eq!(status, 403, "{policy}: {reply}");
                assert!(reply["error"].as_str().unwrap().contains(text), "{policy}: {reply}");
            }
        }
    }
    let (status, _) = process(&fixture, json!([url]), store_task(json!({}))).await;
    assert_eq!(status, 403);
    let convert = sign_task(SECRET, &json!({ "expiry": FUTURE, "call": ["convert"] }));
    let both = sign_task(SECRET, &json!({ "expiry": FUTURE, "call": ["convert", "store"] }));
    assert_eq!(fixture.get(&format!("/{KEY}/store/{convert}/{url}")).await.status(), 403);
    assert_eq!(fixture.get(&format!("/{KEY}/store/{both}/{url}")).await.status(), 200);
}

#[tokio::test]
async fn external_sources_are_fetched_with_their_query() {
    let fixture = start(Options::default());
    let echo = |uri: axum::http::Uri| async move { uri.to_string() };
    let host = elsewhere(Router::new().route("/{*path}", get(echo))).await;
    for (path, seen) in [
        (format!("/{KEY}/{host}/a//b.txt?w=1&policy=P&signature=S&dl=true&key=k"), "/a//b.txt?w=1&key=k"),
        (format!("/{KEY}/cache=expiry:9/%22{host}/a,b.txt%22"), "/a,b.txt"),
        (format!("/{KEY}/[{host}/c.txt]"), "/c.txt"),
    ] {
        assert_eq!(String::from_utf8(fixture.bytes(&path).await).unwrap(), seen, "{path}");
    }
    let picture = serving(png(40, 20), "application/octet-stream").await;
    let response = fixture.get(&format!("/{KEY}/resize=width:20/{picture}/a/p.png")).await;
    assert_eq!(response.headers()["content-type"], "image/png");
    let small = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (20, 10));
    let (status, text) = read_text(fixture.get(&format!("/{KEY}/{host}1/a")).await).await;
    assert!(status == 400 && text.contains("could not be fetched"), "{text}");
}

#[tokio::test]
async fn a_service_with_tls_fetches_from_itself() {
    let fixture = start(Options { tls: true, ..Options::default() });
    let handle = fixture.store(b"by way of the API", "a.txt", "text/plain").await;
    let api = fixture.url(&format!("/api/file/{handle}"));
    let (status, reply) = process(&fixture, json!([api]), store_task(json!({}))).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(fixture.bytes(&format!("/{}", reply["handle"].as_str().unwrap())).await, b"by way of the API");

    let stranger = start(Options { tls: true, ..Options::default() });
    let (status, reply) = process(&stranger, json!([api]), store_task(json!({}))).await;
    assert!(status == 400 && reply["error"].as_str().unwrap().contains("certificate"), "{reply}");
}

#[tokio::test]
async fn zip_holds_all_sources_under_names_of_their_own() {
    let fixture = start(Options::default());
    let large = noise(2 * MIB, 5);
    let first = fixture.store(&large, "a.bin", "a/b").await;
    let second = fixture.store(b"second", "a.bin", "a/b").await;
    let host = serving(b"third".to_vec(), "text/plain").await;
    let response = fixture.get(&format!("/{KEY}/zip/[{first},{second},%22{host}/a/c.txt%22]")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/zip");
    let mut archive = zip::ZipArchive::new(Cursor::new(response.bytes().await.unwrap())).unwrap();
    for (name, expected) in [("a.bin", large.as_slice()), ("a (1).bin", b"second"), ("c.txt", b"third")] {
        let mut bytes = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(sha256(&bytes), sha256(expected), "{name}");
    }
    assert_eq!(archive.len(), 3);
    let many = vec![first.as_str(); 101].join(",");
    for (path, status) in [(format!("/{KEY}/zip/[{many}]"), 400), (format!("/{KEY}/zip/[{first},nosuch]"), 404)] {
        assert_eq!(fixture.get(&path).await.status(), status);
    }
}

#[tokio::test]
async fn store_makes_a_new_file_by_get_and_post() {
    let fixture = start(Options::default());
    let handle = fixture.store(&png(40, 20), "a.png", "image/png").await;
    let path = format!("/resize=width:10/store=container:c,filename:b.png,location:S3,path:%22x/y,z.png%22/{handle}");
    for request in [fixture.client.get(fixture.url(&path)), fixture.client.post(fixture.url(&path))] {
        let (status, reply) = read_json(request.send().await.unwrap()).await;
        assert_eq!(status, 200, "{reply}");
        assert_eq!((&reply["filename"], &reply["key"]), (&json!("b.png"), &json!("x/y,z.png")));
        assert_eq!((&reply["container"], &reply["type"]), (&json!("c"), &json!("image/png")));
        let bytes = fixture.bytes(&format!("/{}", reply["handle"].as_str().unwrap())).await;
        assert_eq!(reply["size"], bytes.len());
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 10);
    }
    let encoded = fixture.store(b"ZmlsZXN0\nYWNr\n", "b64.txt", "text/plain").await;
    let (_, reply) = fixture.ask(&format!("/store=base64decode:true,workflows:[w1,w2]/{encoded}")).await;
    assert_eq!((&reply["size"], reply["workflows"].as_object().unwrap().len()), (&json!(9), 2), "{reply}");
    assert_eq!(fixture.bytes(&format!("/{}", reply["handle"].as_str().unwrap())).await, b"filestack");
    for (path, status) in [
        (format!("/store=base64decode:true/{handle}"), 400),
        (format!("/store=location:ftp/{handle}"), 400),
        (format!("/store/flip/{handle}"), 400),
        ("/store/nosuch".to_owned(), 404),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn screenshots_are_pictures_of_the_asked_size() {
    let fixture = start(Options::default());
    let path = format!("/{KEY}/urlscreenshot=agent:mobile,width:300,height:200/https://example.com/?q=1");
    let first = fixture.bytes(&path).await;
    let picture = image::load_from_memory(&first).unwrap();
    assert_eq!((picture.width(), picture.height()), (300, 200));
    assert!(fixture.bytes(&path).await == first);
    assert!(fixture.bytes(&path.replace("q=1", "q=2")).await != first, "another URL is another picture");
    let (_, size) = fixture.ask(&format!("/{KEY}/urlscreenshot/resize=width:64/imagesize/https://example.com")).await;
    assert_eq!(size, json!({ "width": 64, "height": 48 }));
    assert_eq!(fixture.get("/urlscreenshot/https://example.com").await.status(), 404, "it needs a key");
}
