//! What the program survives: being killed, damaged and hostile requests, and clients that misbehave.

mod common;

use std::collections::HashSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use bytes::Bytes;
use common::program::{PROGRAM, Program};
use common::*;
use filestack_local::Options;
use futures_util::{StreamExt as _, stream};
use reqwest::Body;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

/// All files below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push(path),
        }
    }
    files
}

/// What the uploads of one life of the program have come to.
#[derive(Default)]
struct Progress {
    calls: AtomicUsize,
    called: Notify,
    /// Handles with the hashes of their files.
    complete: Mutex<Vec<(String, String)>>,
    /// Complete calls that were sent and not answered, with the hashes of their files.
    unanswered: Mutex<Vec<(Value, Value, String)>>,
    hashes: Mutex<HashSet<String>>,
}

impl Progress {
    fn count(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.called.notify_one();
    }

    /// Uploads one file after the other until the program is gone.
    async fn upload(&self, program: &Program, seed: u64) -> reqwest::Result<()> {
        for number in 0.. {
            let size = PART / 100 * (1 + (seed + 7 * number) as usize % 11);
            let two_parts = number % 4 == 3;
            let bytes = noise(if two_parts { PART + size } else { size }, seed << 20 | number);
            let hash = sha256(&bytes);
            self.hashes.lock().unwrap().insert(hash.clone());
            let upload = program.begin(bytes.len() as u64, json!({})).await?;
            self.count();
            let mut parts = Vec::new();
            for (part, piece) in (1..).zip(bytes.chunks(PART)) {
                parts.push(program.put(&upload, part, piece.len() as u64, piece.to_vec(), json!({})).await?);
                self.count();
            }
            let parts = json!({ "parts": parts });
            match program.complete(&upload, parts.clone()).await {
                Ok(reply) => {
                    let handle = reply["handle"].as_str().unwrap().to_owned();
                    self.complete.lock().unwrap().push((handle, hash));
                }
                Err(error) => {
                    self.unanswered.lock().unwrap().push((upload, parts, hash));
                    return Err(error);
                }
            }
            self.count();
        }
        Ok(())
    }
}

#[tokio::test]
async fn whatever_was_answered_survives_kill() {
    let folder = tempfile::tempdir().unwrap();
    let progress = Arc::new(Progress::default());
    let mut schedule = noise(64, 11).into_iter();
    let mut calls = 0;
    for round in 0..14 {
        let program = Arc::new(Program::on(folder.path()));
        assert_eq!(files_below(&folder.path().join("temporary")), Vec::<PathBuf>::new());
        let unanswered = std::mem::take(&mut *progress.unanswered.lock().unwrap());
        for (upload, parts, hash) in unanswered {
            // It may have become a file or not; to ask again is right in both cases.
            let reply = program.complete(&upload, parts).await.unwrap();
            progress.complete.lock().unwrap().push((reply["handle"].as_str().unwrap().to_owned(), hash));
        }
        let complete = progress.complete.lock().unwrap().clone();
        for (handle, hash) in &complete {
            let (status, bytes) = program.download(handle).await;
            assert_eq!((status, &sha256(&bytes)), (200, hash), "round {round}");
        }
        let mut uploads = JoinSet::new();
        for client in 0..3 {
            let (program, progress) = (Arc::clone(&program), Arc::clone(&progress));
            uploads.spawn(async move { progress.upload(&program, round * 3 + client).await });
        }
        calls += 5 + usize::from(schedule.next().unwrap()) % 40;
        while progress.calls.load(Ordering::SeqCst) < calls {
            progress.called.notified().await;
        }
        // Into the middle of what the other clients are doing.
        for _ in 0..schedule.next().unwrap() {
            tokio::task::yield_now().await;
        }
        program.send_signal("-KILL");
        while let Some(ended) = uploads.join_next().await {
            assert!(ended.unwrap().is_err(), "nothing but the end of the program ends an upload");
        }
        calls = progress.calls.load(Ordering::SeqCst);
        Arc::into_inner(program).unwrap().wait();
    }
    assert!(progress.complete.lock().unwrap().len() > 40);
    let known = progress.hashes.lock().unwrap();
    for object in files_below(&folder.path().join("objects")) {
        assert!(known.contains(&sha256(&std::fs::read(object).unwrap())), "half a file has a name");
    }
}

#[tokio::test]
async fn everything_goes_on_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = noise(2 * PART, 1);
    let (first, second) = (&bytes[..PART], &bytes[PART..]);
    let part = PART as u64;
    let chunk = |offset: usize| json!({ "fii": true, "offset": offset });
    let mut program = Program::on(folder.path());
    let named = json!({
        "filename": "a name.txt", "mimetype": "text/x-test", "upload_tags": { "a": "b" },
        "store": { "location": "gcs", "path": "p/q.txt", "container": "c" },
    });
    let handle = program.store(part, first.to_vec(), named).await;
    let described = program.ask(&format!("/{handle}/metadata")).await;
    let regular = program.begin(2 * part, json!({})).await.unwrap();
    let etag = program.put(&regular, 1, part, first.to_vec(), json!({})).await.unwrap();
    let intelligent = program.begin(2 * part, json!({ "fii": true })).await.unwrap();
    program.put(&intelligent, 1, part, first.to_vec(), chunk(0)).await.unwrap();
    let video = format!("/video_convert=preset:webm/{handle}");
    let (_, job) = program.ask(&video).await;
    assert_eq!(job["status"], "started");
    let security = sign_task("any", &json!({ "expiry": FUTURE }));
    let (_, run) = program.ask(&format!("/{security}/run_workflow=id:W/{handle}")).await;
    program.kill();

    let mut program = Program::on(folder.path());
    let (status, got) = program.download(&handle).await;
    assert_eq!((status, sha256(&got)), (200, sha256(first)));
    assert_eq!(program.ask(&format!("/{handle}/metadata")).await, described);
    let (_, tags) = program.ask(&format!("/{security}/tags/{handle}")).await;
    assert_eq!(tags["tags"]["user"], json!({ "a": "b" }));
    program.put(&intelligent, 1, part, second.to_vec(), chunk(PART)).await.unwrap();
    let (_, went_on) = program.ask(&video).await;
    assert_eq!((&went_on["uuid"], &went_on["status"]), (&job["uuid"], &json!("pending")));
    let (_, told) =
        program.ask(&format!("/{KEY}/{security}/workflow_status=job_id:{}", run["jobid"].as_str().unwrap())).await;
    assert_eq!((&told["status"], &told["sources"]), (&json!("Started"), &json!([handle])));
    program.kill();

    let program = Program::on(folder.path());
    let last = program.put(&regular, 2, part, second.to_vec(), json!({})).await.unwrap();
    let mut members = intelligent.clone();
    members["part"] = json!(1);
    assert_eq!(program.call("/multipart/commit", &members).await.0, 200);
    let replies = [
        program.complete(&regular, json!({ "parts": [etag, last] })).await.unwrap(),
        program.complete(&intelligent, json!({})).await.unwrap(),
    ];
    for reply in replies {
        let (status, got) = program.download(reply["handle"].as_str().unwrap()).await;
        assert_eq!((status, sha256(&got)), (200, sha256(&bytes)));
    }
    assert_eq!(files_below(&folder.path().join("parts")), Vec::<PathBuf>::new());
}

/// What the program says when it does not start.
fn failure(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).args(["--", "true"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn folders_and_addresses_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = path("file");
    std::fs::write(&file, "canary").unwrap();
    for data in [&file, &path("file/below"), "/proc/self/nothing"] {
        let said = failure(&["--data", data]);
        assert!(said.starts_with(&format!("filestack-local: {data}: ")), "{said}");
    }
    let broken = path("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(path("broken/filestack-local.sqlite"), "this is no database, and it is long enough to tell")
        .unwrap();
    let said = failure(&["--data", &broken]);
    assert!(said.contains("filestack-local.sqlite") && said.contains("not a database"), "{said}");
    let used = Program::start(&[]);
    let port = used.address().rsplit(':').next().unwrap();
    let said = failure(&["--port", port]);
    assert!(said.contains(used.address()) && said.contains("in use"), "{said}");
}

#[test]
fn links_in_the_data_folder_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("canary"), "canary").unwrap();
    for (name, target) in [
        ("objects", "outside"),
        ("parts", "outside"),
        ("temporary", "outside"),
        ("lock", "outside/canary"),
        ("ca.pem", "outside/canary"),
        ("filestack-local.sqlite", "outside/new"),
        ("filestack-local.sqlite-wal", "outside/new"),
    ] {
        let data = folder.path().join(format!("data-{name}"));
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::symlink(folder.path().join(target), data.join(name)).unwrap();
        let said = failure(&["--tls", "--data", data.to_str().unwrap()]);
        assert!(said.contains(name) && said.contains("symbolic link"), "{said}");
    }
    assert_eq!(files_below(&outside), [outside.join("canary")]);
    assert_eq!(std::fs::read_to_string(outside.join("canary")).unwrap(), "canary");
}

/// A limit for the size of files stands for a disk that is full: the system refuses to write in the same way.
#[tokio::test]
async fn a_full_disk_is_reported_and_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("trap '' XFSZ; ulimit -f 4096; exec {PROGRAM} --data {}", folder.path().display());
    let program = Program::of(Command::new("sh").args(["-c", &script]));
    let size = PART as u64;
    let upload = program.begin(size, json!({})).await.unwrap();
    let mut members = upload.clone();
    merge(&mut members, json!({ "part": 1, "size": size }));
    let (_, ticket) = program.call("/multipart/upload", &members).await;
    let mut put = program.client.put(ticket["url"].as_str().unwrap()).body(noise(PART, 1));
    for (name, value) in ticket["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    let (status, text) = read_text(put.send().await.unwrap()).await;
    assert!(
        status == 500 && text.contains("<Code>InternalError</Code>") && text.contains("cannot be written"),
        "{text}"
    );
    let request = program.client.post(format!("{}/api/store/S3?key={KEY}", program.url)).body(noise(PART, 2));
    let (status, text) = read_text(request.send().await.unwrap()).await;
    assert!(status == 500 && text.contains("cannot be written"), "{text}");
    assert_eq!(files_below(&folder.path().join("temporary")), Vec::<PathBuf>::new());
    let handle = program.store(1000, noise(1000, 3), json!({})).await;
    assert_eq!(program.download(&handle).await, (200, noise(1000, 3)));
}

/// Sends a request as it is and returns the reply.
fn raw(program: &Program, request: &[u8]) -> String {
    let mut connection = TcpStream::connect(program.address()).unwrap();
    connection.write_all(request).unwrap();
    let mut reply = Vec::new();
    let _ = connection.read_to_end(&mut reply);
    String::from_utf8_lossy(&reply).into_owned()
}

fn status_of(reply: &str) -> u16 {
    reply.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no reply: {reply:?}"))
}

#[tokio::test]
async fn nothing_leads_out_of_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary.txt");
    std::fs::write(&canary, "do not tell").unwrap();
    let data = folder.path().join("data");
    let program = Program::start(&["--control", "--data", data.to_str().unwrap()]);
    let absolute = canary.to_str().unwrap();
    let ways = [
        "../canary.txt",
        "../../canary.txt",
        "../../../canary.txt",
        "%2e%2e/canary.txt",
        "..%2Fcanary.txt",
        "%2e%2e%2f%2e%2e%2fcanary.txt",
        "..%5Ccanary.txt",
        "%252e%252e%252fcanary.txt",
        "../canary.txt%00",
        "%00",
        absolute,
        &absolute.replace('/', "%2F"),
    ];
    for way in ways {
        for target in [
            format!("/{way}"),
            format!("//{way}"),
            format!("/{KEY}/{way}"),
            format!("/resize=width:1/{way}"),
            format!("/zip/[{way},{way}]"),
            format!("/{KEY}/src://a/{way}"),
            format!("/{KEY}/src://{way}"),
            format!("/{KEY}/wf://{way}"),
            format!("/{KEY}/file://{way}"),
            format!("/{KEY}/http://{}/{way}", program.address()),
            format!("/api/file/{way}"),
            format!("/api/file/{way}/metadata"),
            format!("/file/{way}/metadata"),
            format!("/{way}/metadata"),
            format!("/s3/{way}"),
            format!("/local/{way}"),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            let reply = raw(&program, request.as_bytes());
            assert!(!reply.contains("do not tell"), "{target}: {reply}");
            // A URL may well lead to a page that everybody may see.
            assert!(status_of(&reply) >= 400 || target.contains("http:"), "{target}: {reply}");
            for method in ["PUT", "DELETE", "POST"] {
                let target =
                    format!("{target}?key={KEY}&partNumber=1&uploadId={way}&X-Amz-Expires=60&X-Amz-Part-Size=4");
                let head = format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
                let request = format!("{head}Authorization: AWS4-HMAC-SHA256\r\nContent-Length: 4\r\n\r\nevil");
                assert!(status_of(&raw(&program, request.as_bytes())) >= 400, "{method} {target}");
            }
        }
    }
    for way in ways.into_iter().chain(["..", ".", "a\0b", "/", "\\..\\"]) {
        let store = json!({ "location": "s3", "path": way, "container": way });
        let members =
            json!({ "filename": format!("a/{way}x"), "mimetype": format!("{way}\r\nevil: 1"), "store": store });
        let handle = program.store(4, "good", members.clone()).await;
        assert_eq!(program.download(&handle).await, (200, b"good".to_vec()), "{way}");
        let (status, _) = program.ask(&format!("/zip/store=filename:x/[{handle},{handle}]")).await;
        assert_eq!(status, 200);
        let upload = program.begin(4, members).await.unwrap();
        for name in ["upload_id", "uri", "region"] {
            let mut changed = upload.clone();
            merge(&mut changed, json!({ "part": 1, "size": 4, name: format!("{way}/..") }));
            for path in ["/multipart/upload", "/multipart/commit", "/multipart/complete"] {
                assert_eq!(program.call(path, &changed).await.0, 400, "{path} {name}");
            }
        }
    }
    let beside: HashSet<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, HashSet::from(["canary.txt".into(), "data".into()]));
    assert_eq!(std::fs::read_to_string(&canary).unwrap(), "do not tell");
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    for file in files_below(&data.join("objects")) {
        assert!(is_plain(file.file_name().unwrap().to_str().unwrap()), "{}", file.display());
    }
}

#[tokio::test]
async fn documents_without_end_or_bottom_are_refused() {
    let program = Program::start(&["--control"]);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let many: Value =
        (0..50_000).map(|number| (number.to_string(), json!(number))).collect::<serde_json::Map<_, _>>().into();
    let bodies = [
        (413, format!("{{\"a\":\"{}\"}}", "x".repeat(MIB))),
        (400, deep("[", "]")),
        (400, deep("{\"a\":", "}")),
        (400, many.to_string()),
        (400, "{\"apikey\":1e999}".to_owned()),
        (400, "[[[[".to_owned()),
        (400, "{\"a\"".repeat(1000)),
        (400, String::new()),
        (400, "null".to_owned()),
    ];
    for path in [
        "/multipart/start",
        "/multipart/upload",
        "/multipart/commit",
        "/multipart/complete",
        "/process",
        "/prefetch",
        "/folder/list",
        "/store/",
        "/auth/logout",
        "/metadata",
        "/local/faults",
    ] {
        for (expected, body) in &bodies {
            let request =
                program.client.post(format!("{}{path}", program.url)).header("content-type", "application/json");
            let (status, text) = read_text(request.body(body.clone()).send().await.unwrap()).await;
            let start: String = body.chars().take(20).collect();
            let is_refused = status == *expected || (path == "/local/faults" && status == 400);
            assert!(is_refused, "{path} {start}: {status} {text}");
        }
    }
    let deep_member = format!("{{\"apikey\":\"{KEY}\",\"sources\":[\"http://x/\"],\"tasks\":{}}}", deep("[", "]"));
    assert_eq!(
        read_text(program.client.post(format!("{}/process", program.url)).body(deep_member).send().await.unwrap())
            .await
            .0,
        400
    );
    for path in [
        format!("/{KEY}/zip/{}", "[".repeat(20_000)),
        format!("/{KEY}/zip/{}{}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("/resize=width:{}{}/H", "[".repeat(20_000), "]".repeat(20_000)),
        format!("/{}H", "flip/".repeat(10_000)),
        format!("/{KEY}/{}", "debug/".repeat(10_000)),
        format!("/{}", "security=p:".repeat(5_000)),
        format!("/resize=width:1{}/H", ",a:b".repeat(10_000)),
        "/x".repeat(40_000),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let status = status_of(&raw(&program, request.as_bytes()));
        assert!(status < 500, "{} {status}", &path[..40]);
    }
    assert_eq!(program.ask("/").await.0, 200);
}

/// A form's part has headers; one whose headers never end must not be collected.
#[tokio::test]
async fn forms_whose_headers_never_end_are_refused() {
    let program = Program::start(&[]);
    for start in ["--B\r\ncontent-disposition: form-data; name=\"", "--B\r\n\r\n\r\n--B\r\na: ", "", "--B"] {
        let filler = stream::iter((0..256).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; MIB]))));
        let body = stream::iter([Ok(Bytes::from(start))]).chain(filler);
        let request = program.client.post(format!("{}/api/store/S3?key={KEY}", program.url));
        let request = request.header("content-type", "multipart/form-data; boundary=B").body(Body::wrap_stream(body));
        // The refusal may come while the client still sends.
        if let Ok(response) = request.send().await {
            assert_eq!(response.status(), 400, "{start}");
        }
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().strip_suffix(" kB").unwrap();
    assert!(peak.parse::<usize>().unwrap() < 96 * 1024, "{peak} kB");
}

/// A part that stops half-way until it is told to go on, and the moment in which it stops.
fn halting_body(bytes: &[u8]) -> (Body, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (halted, halt) = oneshot::channel();
    let (resume, resumed) = oneshot::channel::<()>();
    let half = bytes.len() / 2;
    let (first, second) = (Bytes::copy_from_slice(&bytes[..half]), Bytes::copy_from_slice(&bytes[half..]));
    let rest = stream::once(async move {
        let _ = halted.send(());
        // Whoever does not resume wants the body to stay where it is.
        if resumed.await.is_err() {
            std::future::pending::<()>().await;
        }
        Ok(second)
    });
    let body = stream::iter([Ok::<_, std::io::Error>(first)]).chain(rest);
    (Body::wrap_stream(body), halt, resume)
}

#[tokio::test]
async fn what_a_client_does_not_wait_for_is_done_once() {
    let fixture = start(Options::default());
    let objects = fixture.service.data_dir().join("objects");
    let bytes = noise(3 * PART, 1);
    let upload = fixture.begin(bytes.len(), json!({})).await;
    let mut parts = Vec::new();
    for (number, part) in bytes.chunks(PART).enumerate() {
        let etag = upload.put(number + 1, part, None).await;
        parts.push(json!({ "part_number": number + 1, "etag": etag }));
    }
    // Long before the parts are joined, and as they are.
    for wait_ms in [1, 5, 20] {
        let complete = upload.complete(json!({ "parts": parts }));
        let _ = tokio::time::timeout(Duration::from_millis(wait_ms), complete).await;
    }
    let (status, reply) = upload.complete(json!({ "parts": parts })).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(files_below(&objects).len(), 1);
    let stored = fixture.bytes(&format!("/{}", reply["handle"].as_str().unwrap())).await;
    assert_eq!(sha256(&stored), sha256(&bytes));
}

/// A program whose temporary folder is made in `folder`.
fn temporary(folder: &Path, arguments: &[&str]) -> Program {
    Program::of(Command::new(PROGRAM).args(arguments).env("TMPDIR", folder))
}

/// Returns when nobody listens any more.
fn wait_until_closed(address: &str) {
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn an_upload_under_way_is_finished_before_the_end() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut program = temporary(folder.path(), &[]);
        let bytes = noise(2 * MIB, 1);
        let upload = program.begin(bytes.len() as u64, json!({})).await.unwrap();
        let (body, halted, resume) = halting_body(&bytes);
        let put = program.put(&upload, 1, bytes.len() as u64, body, json!({}));
        let steer = async {
            halted.await.unwrap();
            program.send_signal(signal);
            wait_until_closed(program.address());
            resume.send(()).unwrap();
        };
        let (etag, ()) = tokio::join!(put, steer);
        assert!(etag.unwrap()["etag"].as_str().unwrap().contains(&hex(&md5_of(&bytes))));
        assert_eq!(program.wait().code(), Some(0), "{signal}");
        assert_eq!(files_below(folder.path()), Vec::<PathBuf>::new());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn an_upload_that_does_not_end_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = temporary(folder.path(), &["--fault", "GET /hang * hang"]);
    let upload = program.begin(1024 * MIB as u64, json!({})).await.unwrap();
    let (body, halted, _resume) = halting_body(&noise(64 * MIB, 1));
    let put = program.put(&upload, 1, 1024 * MIB as u64, body, json!({}));
    let mut hanging = TcpStream::connect(program.address()).unwrap();
    hanging.write_all(b"GET /hang HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let stop = async {
        halted.await.unwrap();
        program.send_signal("-TERM");
    };
    let (cut, ()) = tokio::join!(put, stop);
    assert!(cut.is_err());
    assert_eq!(program.wait().code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(matches!(hanging.read(&mut [0; 16]), Ok(0) | Err(_)));
}

#[tokio::test]
async fn idle_and_slow_clients_stop_nobody() {
    let mut program = Program::start(&[]);
    let connect = || TcpStream::connect(program.address()).unwrap();
    let mut idle: Vec<TcpStream> = (0..200).map(|_| connect()).collect();
    for (number, connection) in idle.iter_mut().enumerate() {
        let start: &[u8] = match number % 4 {
            0 => b"",
            1 => b"GE",
            2 => b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
            _ => b"POST /multipart/start HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{",
        };
        connection.write_all(start).unwrap();
    }
    let bytes = noise(MIB, 5);
    let handle = program.store(bytes.len() as u64, bytes.clone(), json!({})).await;
    assert_eq!(sha256(&program.download(&handle).await.1), sha256(&bytes));
    for connection in &mut idle {
        connection.set_nonblocking(true).unwrap();
        assert_eq!(connection.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock, "nobody was cut off");
    }
    program.send_signal("-TERM");
    assert_eq!(program.wait().code(), Some(0));
}

/// What is for this machine only must not be reachable by naming it as a source.
#[tokio::test]
async fn the_service_does_not_fetch_its_own_controls() {
    let program = Program::start(&["--control"]);
    let port = program.address().rsplit(':').next().unwrap().to_owned();
    let target = format!("http://127.0.0.1:{port}/local/requests");
    let redirect = target.clone();
    let router = Router::new().route("/", get(async move || Redirect::temporary(&redirect)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let control = program.client.get(&target).send().await.unwrap();
    assert_eq!(control.status(), 200);
    for source in
        [target.clone(), target.replace("127.0.0.1", "localhost"), target.replace("/local", "//local"), elsewhere]
    {
        let store = json!([{ "name": "store" }]);
        for name in ["localhost", "127.0.0.1"] {
            let url = format!("http://{name}:{port}");
            let headers = json!({ "Via": "1.1 other", "User-Agent": "other" });
            let process =
                json!({ "apikey": KEY, "sources": [{ "source": source, "headers": headers }], "tasks": store });
            let form = format!("url={source}");
            let policy = sign_query("any", &json!({ "expiry": FUTURE }));
            let handle = program.store(4, "good", json!({})).await;
            let post = |path: &str| program.client.post(format!("{url}{path}"));
            let typed =
                |path: &str| post(path).header("content-type", "application/x-www-form-urlencoded").body(form.clone());
            for request in [
                program.client.get(format!("{url}/{KEY}/{source}")),
                program.client.get(format!("{url}/{KEY}/zip/[{source}]")),
                post("/process").body(process.to_string()),
                post("/metadata").body(json!({ "apikey": KEY, "url": source }).to_string()),
                typed(&format!("/api/store/S3?key={KEY}")),
                typed(&format!("/api/file/{handle}?{policy}")),
            ] {
                let (status, text) = read_text(request.send().await.unwrap()).await;
                assert!((400..500).contains(&status), "{source}: {status} {text}");
            }
        }
    }
}
