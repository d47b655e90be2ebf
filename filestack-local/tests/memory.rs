//! However large a file is, the program's memory stays small: nothing holds a file in memory.

mod common;

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use bytes::Bytes;
use common::program::Program;
use common::*;
use futures_util::{Stream, StreamExt as _, stream};
use reqwest::{Body, Response};
use serde_json::{Value, json};

/// Bytes by which the program's memory may rise.
const ALLOWED: u64 = 64 * MIB as u64;
const BLOCK: usize = 256 * 1024;
const PART_BYTES: u64 = 128 * MIB as u64;
/// Large enough to be noticed, small enough to be quick.
const LARGE: u64 = 96 * MIB as u64;

/// The beginning of a document.
const PDF: &str = "%PDF-1.4 /Type /Page /MediaBox [0 0 10 20]";

/// A file that is never in memory: blocks of noise, each with its number in front.
#[derive(Clone)]
struct Pattern(Bytes);

impl Pattern {
    fn new(seed: u64) -> Self {
        Self(noise(BLOCK, seed).into())
    }

    fn block(&self, number: u64) -> Bytes {
        let mut block = self.0.to_vec();
        block[..8].copy_from_slice(&number.to_le_bytes());
        block.into()
    }

    /// The bytes from `start` to `end`, both of them between blocks.
    fn blocks(&self, start: u64, end: u64) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        let pattern = self.clone();
        stream::iter(start / BLOCK as u64..end / BLOCK as u64).map(move |number| Ok(pattern.block(number)))
    }

    fn body(&self, start: u64, end: u64) -> Body {
        Body::wrap_stream(self.blocks(start, end))
    }

    /// Reads a reply and compares every byte.
    async fn verify(&self, response: Response, size: u64) {
        assert_eq!(response.status(), 200);
        let mut position = 0;
        let mut frames = response.bytes_stream();
        while let Some(frame) = frames.next().await {
            let mut frame = frame.unwrap();
            while !frame.is_empty() {
                let inside = (position % BLOCK as u64) as usize;
                let piece = frame.split_to(frame.len().min(BLOCK - inside));
                let expected = self.block(position / BLOCK as u64);
                assert!(piece == expected[inside..inside + piece.len()], "differs at about {position}");
                position += piece.len() as u64;
            }
        }
        assert_eq!(position, size);
    }
}

/// The most memory that a program has ever had.
fn peak(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Holds a program to what it had before.
struct Limit(u64);

impl Limit {
    fn of(program: &Program) -> Self {
        Self(peak(program))
    }

    fn check(&self, program: &Program, what: &str) {
        let rise = peak(program) - self.0;
        println!("{what}: {} KiB more than {} KiB", rise / 1024, self.0 / 1024);
        assert!(rise <= ALLOWED, "{what}: the program has taken {rise} bytes more");
    }
}

async fn get_file(program: &Program, path: &str) -> Response {
    program.client.get(format!("{}{path}", program.url)).send().await.unwrap()
}

fn handle_of(reply: &Value) -> &str {
    reply["handle"].as_str().unwrap_or_else(|| panic!("{reply}"))
}

/// Uploads a file in parts and downloads it again.
async fn there_and_back(program: &Program, size: u64) {
    let limit = Limit::of(program);
    let pattern = Pattern::new(1);
    let upload = program.begin(size, json!({})).await.unwrap();
    let mut parts = Vec::new();
    for (number, start) in (1..).zip((0..size).step_by(PART_BYTES as usize)) {
        let end = size.min(start + PART_BYTES);
        parts.push(program.put(&upload, number, end - start, pattern.body(start, end), json!({})).await.unwrap());
    }
    let reply = program.complete(&upload, json!({ "parts": parts })).await.unwrap();
    limit.check(program, "upload");
    pattern.verify(get_file(program, &format!("/{}", handle_of(&reply))).await, size).await;
    limit.check(program, "download");
}

#[tokio::test]
async fn an_upload_and_its_download() {
    there_and_back(&Program::start(&[]), 2048 * MIB as u64).await;
}

/// With TLS it is HTTP/2, which has buffers of its own.
#[tokio::test]
async fn an_upload_and_its_download_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(&["--tls", "--data", folder.path().to_str().unwrap()]);
    let pem = std::fs::read_to_string(folder.path().join("ca.pem")).unwrap();
    program.client = client(Some(&pem));
    there_and_back(&program, 256 * MIB as u64).await;
}

#[tokio::test]
async fn a_large_part_in_chunks() {
    let program = Program::start(&[]);
    let limit = Limit::of(&program);
    let pattern = Pattern::new(2);
    let upload = program.begin(LARGE, json!({ "fii": true })).await.unwrap();
    let middle = LARGE / 2;
    for (start, end) in [(middle, LARGE), (0, middle)] {
        let chunk = json!({ "offset": start, "fii": true });
        program.put(&upload, 1, end - start, pattern.body(start, end), chunk).await.unwrap();
    }
    let mut members = upload.clone();
    members["part"] = json!(1);
    assert_eq!(program.call("/multipart/commit", &members).await.0, 200);
    let reply = program.complete(&upload, json!({})).await.unwrap();
    limit.check(&program, "chunks");
    pattern.verify(get_file(&program, &format!("/{}", handle_of(&reply))).await, LARGE).await;
}

#[tokio::test]
async fn single_requests_and_tasks() {
    let program = Program::start(&["--secret", "S", "--open"]);
    let limit = Limit::of(&program);
    let pattern = Pattern::new(3);
    let send = async |path: &str, content_type: &str, body: Body| {
        let request = program.client.post(format!("{}{path}", program.url)).header("content-type", content_type);
        let (status, reply) = read_json(request.body(body).send().await.unwrap()).await;
        assert_eq!(status, 200, "{reply}");
        reply
    };
    let store = format!("/api/store/S3?key={KEY}");
    let mut handles = Vec::new();
    for (content_type, start) in [("application/octet-stream", ""), ("application/json", ""), ("application/pdf", PDF)]
    {
        let body = stream::iter([Ok(Bytes::from(start))]).chain(pattern.blocks(0, LARGE));
        let reply = send(&store, content_type, Body::wrap_stream(body)).await;
        handles.push(handle_of(&reply).to_owned());
        limit.check(&program, content_type);
    }
    let before = b"--B\r\ncontent-disposition: form-data; name=\"other\"\r\n\r\n".to_vec();
    let between = b"\r\n--B\r\ncontent-disposition: form-data; name=\"fileUpload\"; filename=\"a\"\r\n\r\n".to_vec();
    let piece = |bytes: Vec<u8>| stream::iter([Ok(Bytes::from(bytes))]);
    let file = pattern.blocks(0, LARGE);
    let form = piece(before).chain(pattern.blocks(0, LARGE)).chain(piece(between)).chain(file);
    let form = Body::wrap_stream(form.chain(piece(b"\r\n--B--\r\n".to_vec())));
    let reply = send(&store, "multipart/form-data; boundary=B", form).await;
    limit.check(&program, "form");
    pattern.verify(get_file(&program, &format!("/{}", handle_of(&reply))).await, LARGE).await;

    let policy = sign_query("S", &json!({ "expiry": FUTURE }));
    let overwrite = format!("/api/file/{}?{policy}", handles[0]);
    send(&overwrite, "application/octet-stream", pattern.body(0, LARGE)).await;
    limit.check(&program, "overwrite");

    let served = pattern.clone();
    let length = [(header::CONTENT_LENGTH, LARGE.to_string())];
    let router = Router::new()
        .route("/a.bin", get(async move || (length, axum::body::Body::from_stream(served.blocks(0, LARGE)))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("http://{}/a.bin", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let body = json!({ "apikey": KEY, "sources": [elsewhere], "tasks": [{ "name": "store" }] });
    let (status, reply) = program.call("/process", &body).await;
    assert_eq!(status, 200, "{reply}");
    limit.check(&program, "URL");
    pattern.verify(get_file(&program, &format!("/{}", handle_of(&reply))).await, LARGE).await;

    let task = sign_task("S", &json!({ "expiry": FUTURE }));
    let list = handles.join(",");
    let zip = get_file(&program, &format!("/zip/[{list}]")).await;
    let mut length = 0;
    let mut frames = zip.bytes_stream();
    while let Some(frame) = frames.next().await {
        length += frame.unwrap().len() as u64;
    }
    assert!(length > 3 * LARGE / 100, "{length}");
    limit.check(&program, "zip");
    for (path, answer) in [
        (format!("/zip/store/[{list}]"), 200),
        (format!("/{}/metadata?md5=true&sha512=true&width=true", handles[0]), 200),
        (format!("/{task}/tags/{}", handles[0]), 200),
        (format!("/pdfinfo/{}", handles[2]), 200),
        (format!("/flip/{}", handles[0]), 400),
        (format!("/video_convert=preset:webm/{}", handles[0]), 200),
    ] {
        let (status, reply) = program.ask(&path).await;
        assert_eq!(status, answer, "{path}: {reply}");
        limit.check(&program, &path);
    }
}

/// Whoever asks and does not listen gets as much as the system's buffers take, and no more is prepared.
#[tokio::test]
async fn replies_that_nobody_reads() {
    let program = Program::start(&[]);
    let pattern = Pattern::new(4);
    let handle = program.store(LARGE, pattern.body(0, LARGE), json!({})).await;
    let limit = Limit::of(&program);
    let mut connections = Vec::new();
    for number in 0..24 {
        let path = if number % 4 == 0 { format!("/zip/[{handle}]") } else { format!("/{handle}") };
        let mut connection = TcpStream::connect(program.address()).unwrap();
        connection.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
        connections.push(connection);
    }
    for connection in &mut connections {
        connection.read_exact(&mut [0; 15]).unwrap();
    }
    // By the end of this every other reply has long come to a halt.
    pattern.verify(get_file(&program, &format!("/{handle}")).await, LARGE).await;
    limit.check(&program, "replies that nobody reads");
}
