//! The built-in page: what it is served with, what it gets, and what a browser makes of it.

mod common;

use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use common::*;
use filestack_local::Options;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// A file name that runs code wherever it is taken for markup.
const HOSTILE: &str = "<img src=x onerror=alert(1)>.png";

/// A picture in one color.
fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(width, height, image::Rgb([200, 80, 40]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Stores a file with a single request.
async fn store(fixture: &Fixture, name: &str, kind: &str, bytes: Vec<u8>, security: &str) -> String {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let url = fixture.url(&format!("/api/store/S3?key={KEY}&{security}&filename={name}"));
    let request = fixture.client.post(url).header("content-type", kind).body(bytes);
    let (status, reply) = read_json(request.send().await.unwrap()).await;
    assert_eq!(status, 200, "{reply}");
    reply["handle"].as_str().unwrap().to_owned()
}

/// The list of files once all digests are known.
async fn listed(fixture: &Fixture) -> Vec<Value> {
    loop {
        let (status, state) = fixture.ask("/local/files").await;
        assert_eq!(status, 200, "{state}");
        let files = state["files"].as_array().unwrap().clone();
        if files.iter().all(|file| file["sha256"].is_string()) {
            return files;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_page_is_strict_and_for_this_machine() {
    let fixture = start(Options { control: true, ..Options::default() });
    let reply = fixture.get("/").await;
    assert_eq!(reply.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(reply.headers()["cache-control"], "no-store");
    let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe") && !policy.contains("http"));
    let text = reply.text().await.unwrap();
    assert!(text.starts_with("<!doctype html>") && !text.contains("http:") && !text.contains("https:"));
    for (path, kind) in
        [("/local/page.css", "text/css; charset=utf-8"), ("/local/page.js", "text/javascript; charset=utf-8")]
    {
        let reply = fixture.get(path).await;
        assert_eq!((reply.status().as_u16(), &reply.headers()["content-type"]), (200, &kind.parse().unwrap()));
        assert!(!reply.text().await.unwrap().contains("innerHTML"));
    }
    assert_eq!(fixture.get("/favicon.ico").await.status(), 204);
    for name in ["cdn.filestackcontent.com", "localhost.evil.example"] {
        let reply = fixture.client.get(fixture.url("/")).header("host", name).send().await.unwrap();
        let (status, text) = read_text(reply).await;
        assert!(status == 200 && text.starts_with("filestack-local "), "{text}");
        let icon = fixture.client.get(fixture.url("/favicon.ico")).header("host", name).send().await.unwrap();
        assert_eq!(icon.status(), 204);
    }
    assert!(fixture.service.requests().iter().all(|request| request.header("host").unwrap().contains('.')));
    let without = start(Options { page: false, ..Options::default() });
    assert!(without.get("/").await.text().await.unwrap().starts_with("filestack-local "));
    assert_ne!(without.get("/local/files").await.status(), 200);
}

#[tokio::test]
async fn files_are_listed_with_links_that_work() {
    let fixture = start(Options { secret: Some("SECRET".to_owned()), control: true, ..Options::default() });
    let security = sign_query("SECRET", &json!({ "expiry": FUTURE }));
    let bytes = picture(300, 200);
    let first = store(&fixture, "notes.txt", "text/plain", b"hello".to_vec(), &security).await;
    let second = store(&fixture, HOSTILE, "image/png", bytes.clone(), &security).await;
    fixture.service.clear_requests();
    fixture.service.add_fault("* /local/* * status:500".parse().unwrap());
    let files = listed(&fixture).await;
    assert_eq!((files.len(), &files[0]["handle"], &files[1]["handle"]), (2, &json!(second), &json!(first)));
    assert_eq!((&files[0]["filename"], &files[0]["sha256"]), (&json!(HOSTILE), &json!(sha256(&bytes))));
    assert_eq!((&files[1]["thumbnail"], &files[1]["size"]), (&Value::Null, &json!(5)));
    let thumbnail = fixture.bytes(files[0]["thumbnail"].as_str().unwrap()).await;
    let thumbnail = image::load_from_memory(&thumbnail).unwrap();
    assert_eq!((thumbnail.width(), thumbnail.height()), (112, 75));
    assert!(fixture.service.requests().is_empty(), "the page does not disturb what it shows");

    let link = |name: &str| files[0][name].as_str().unwrap().to_owned();
    assert_eq!(sha256(&fixture.bytes(&link("open")).await), sha256(&bytes));
    let download = fixture.get(&link("download")).await;
    assert!(download.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(fixture.ask(&link("metadata")).await.1["filename"], HOSTILE);
    let transformed = fixture.bytes(&format!("/resize=width:30/{}/{second}", link("security"))).await;
    assert_eq!(image::load_from_memory(&transformed).unwrap().width(), 30);
    let other = fixture.get(&format!("/resize=width:30/{}/{first}", link("security"))).await;
    assert_eq!(other.status(), 403, "links are for one file each");
    assert_eq!(fixture.get(&format!("/{second}")).await.status(), 403);
    let delete = format!("{}&key={KEY}", link("open").replace('/', "/api/file/"));
    let delete = fixture.client.delete(fixture.url(&delete)).send().await.unwrap();
    assert_eq!(delete.status(), 403, "they are for looking only");
}

/// A stored document has the page's origin; a browser must not run code of it there.
#[tokio::test]
async fn documents_are_confined_where_a_browser_opens_them() {
    let fixture = start(Options::default());
    let html = store(&fixture, "a.html", "text/html", b"<script>1</script>".to_vec(), "").await;
    let svg = store(&fixture, "a.svg", "image/svg+xml", b"<svg/>".to_vec(), "").await;
    let text = store(&fixture, "a.txt", "text/plain", b"a".to_vec(), "").await;
    for (handle, purpose, is_confined) in [
        (&html, Some("document"), true),
        (&html, Some("iframe"), true),
        (&svg, Some("document"), true),
        (&svg, Some("image"), false),
        (&text, Some("document"), false),
        (&html, Some("empty"), false),
        (&html, None, false),
    ] {
        let mut request = fixture.client.get(fixture.url(&format!("/{handle}")));
        if let Some(purpose) = purpose {
            request = request.header("sec-fetch-dest", purpose);
        }
        let reply = request.send().await.unwrap();
        let policy = reply.headers().get("content-security-policy").map(|policy| policy.to_str().unwrap());
        assert_eq!(policy.is_some_and(|policy| policy.starts_with("sandbox")), is_confined, "{handle} {purpose:?}");
        assert!(policy.is_none_or(|policy| !policy.contains("same-origin")));
    }
}

#[tokio::test]
async fn tasks_to_choose_from_come_from_the_catalogue() {
    let fixture = start(Options::default());
    let (_, tasks) = fixture.ask("/local/tasks").await;
    let resize = tasks.as_array().unwrap().iter().find(|task| task["name"] == "resize").unwrap();
    assert_eq!(
        resize,
        &json!({ "name": "resize", "category": "image", "example": "resize=width:300,fit:crop,align:[top,left]" })
    );
}

/// A browser in PATH.
fn browser() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// The document after its scripts have run.
fn rendered(browser: &Path, url: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let mut child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"])
        .args(["--virtual-time-budget=5000", &format!("--user-data-dir={}", profile.path().display()), url])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut document = String::new();
        let read = output.read_to_string(&mut document).map(|_| document);
        sender.send(read).unwrap();
    });
    // A browser that hangs must not hang the tests.
    let document = receiver.recv_timeout(Duration::from_secs(120));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    let document = document.expect("the browser comes to an end").unwrap();
    assert!(document.contains("</html>"), "{document}");
    document
}

#[test]
fn a_browser_shows_files_requests_and_transformations() {
    let Some(browser) = browser() else {
        // Not with a macro: what those write is not shown for tests that pass.
        let text = "SKIPPED, the page in a browser: no chromium, chromium-browser or google-chrome in PATH";
        writeln!(std::io::stderr(), "{text}").unwrap();
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = start(Options { secret: Some("SECRET".to_owned()), control: true, ..Options::default() });
    let security = sign_query("SECRET", &json!({ "expiry": FUTURE }));
    let handle = runtime.block_on(async {
        store(&fixture, "notes.txt", "text/plain", b"hello".to_vec(), &security).await;
        let handle = store(&fixture, HOSTILE, "image/png", picture(300, 200), &security).await;
        listed(&fixture).await;
        handle
    });
    let document = rendered(&browser, &fixture.url(&format!("/?file={handle}&tasks=resize%3Dwidth:120%2Fmonochrome")));
    assert!(document.contains("image/png, 120 × 80, "), "the picture was decoded: {document}");
    let segment = document.split("/resize=width:120/monochrome/security=p:").nth(1);
    assert!(segment.is_some_and(|rest| rest.contains(&format!("/{handle}"))), "its URL is shown: {document}");
    assert!(document.contains("&lt;img src=x onerror=alert(1)&gt;.png"), "names are text: {document}");
    assert!(!document.contains("<img src=\"x\"") && !document.contains("onerror=\"alert"), "{document}");
    assert!(
        document.contains(&sha256(&picture(300, 200))) && document.contains(&format!("/local/thumbnails/{handle}"))
    );
    assert!(document.contains("/resize=width:120/monochrome/security=***/"), "the request is in the log: {document}");
    assert!(document.contains("/api/store/S3?key=ATestApplicationKey00z&amp;policy=***"), "{document}");
    let seen = fixture.service.requests();
    assert!(seen.iter().all(|request| request.path.starts_with("/api/store/") || request.path.starts_with("/resize=")));
    let (_, credentials) = security.split_once("signature=").unwrap();
    assert!(!document.contains(credentials), "a client's signature is not shown");

    let refused = rendered(&browser, &fixture.url(&format!("/?file={handle}&tasks=resiz%3Dwidth:1")));
    assert!(refused.contains("Refused with 400") && refused.contains("Invalid transformation task"), "{refused}");
    let plain = start(Options::default());
    let empty = rendered(&browser, plain.service.url());
    assert!(empty.contains("<p class=\"empty\" id=\"files-empty\">"), "{empty}");
    assert!(empty.contains("<p class=\"empty\" id=\"requests-off\">"), "{empty}");
}

/// What a stored document could do to the service if a browser took it for the page.
#[test]
fn scripts_of_stored_documents_cannot_speak_for_the_page() {
    let Some(browser) = browser() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = start(Options { control: true, ..Options::default() });
    let script = "<!doctype html><html><body><script>
        const say = (text) => document.body.append(text + ';');
        fetch('/local/files').then((reply) => reply.text()).then((text) => say('READ' + text), () => say('NOT' + 'READ'));
        fetch('/local/faults', { method: 'POST', body: JSON.stringify(['* * * reset']) }).finally(() => say('TR' + 'IED'));
        </script></body></html>";
    let handle = runtime.block_on(store(&fixture, "a.html", "text/html", script.into(), ""));
    let document = rendered(&browser, &fixture.url(&format!("/{handle}")));
    assert!(document.contains("NOTREAD;") && document.contains("TRIED;"), "{document}");
    assert!(!document.contains("READ{") && fixture.service.faults().is_empty(), "{document}");
}
