//! The MIME type that an upload announces: by the first bytes and the name, for sources of every kind.

use std::io::Write as _;
use std::time::Duration;

use filestack_core::{
    Client, ClientOptions, Error, ErrorKind, Filelink, Given, Reader, RequestOptions, Result, Security, Source,
    UploadOptions,
};
use filestack_local::{Options, Service};

const SECRET: &str = "app-secret";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
/// More than one part, so that what is kept of the beginning must not come twice.
const LARGE: usize = 5 * 1024 * 1024 + 4711;

fn start() -> Service {
    Service::start(Options { secret: Some(SECRET.into()), ..Options::default() }).unwrap()
}

fn client(service: &Service) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(5)).unwrap();
    options.security = Some(Security::new("{\"expiry\": 9999999999}", SECRET).unwrap());
    Client::new(Some(service.api_key()), options).unwrap()
}

/// `beginning`, and then bytes that tell where they stand.
fn content(beginning: &[u8], size: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..size).map(|index| (index / 251 + index % 251) as u8).collect();
    bytes[..beginning.len()].copy_from_slice(beginning);
    bytes
}

fn named(filename: &str) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.set_part_size(5 * 1024 * 1024).unwrap();
    if !filename.is_empty() {
        options.store.set_filename(filename).unwrap();
    }
    options
}

async fn check(filelink: &Filelink, mimetype: &str, bytes: &[u8], what: &str) {
    let metadata = filelink.metadata(&["mimetype"], &RequestOptions::default()).await.unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!(metadata["mimetype"], mimetype, "{what}");
    assert!(filelink.get_content(&RequestOptions::default()).await.unwrap() == bytes, "{what}: other bytes");
}

/// A reader of bytes. It gives them in pieces of odd sizes.
struct Pieces {
    bytes: Vec<u8>,
    position: usize,
    tells_size: bool,
    can_go_back: bool,
}

impl Pieces {
    fn source(bytes: &[u8], tells_size: bool, can_go_back: bool) -> Source {
        Source::from_reader(Box::new(Pieces { bytes: bytes.to_vec(), position: 0, tells_size, can_go_back }))
    }
}

impl Reader for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
        let given = buffer.len().min(4_099).min(self.bytes.len() - self.position);
        buffer[..given].copy_from_slice(&self.bytes[self.position..self.position + given]);
        self.position += given;
        Ok(Given::Bytes(given))
    }

    fn rewind(&mut self) -> Result<()> {
        if self.position > 0 && !self.can_go_back {
            return Err(Error::new(ErrorKind::State, "read before"));
        }
        self.position = 0;
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>> {
        Ok(self.tells_size.then_some(self.bytes.len() as u64))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_every_kind_of_source_are_looked_at() {
    let service = start();
    let client = client(&service);
    for size in [PNG.len(), 8_191, 8_192, 8_193, LARGE] {
        let bytes = content(PNG, size);
        for name in ["", "noending", "table.csv", "photo.jpg"] {
            let mut sources = vec![("memory", Source::from_bytes(bytes.clone()))];
            for (tells_size, can_go_back) in [(true, true), (true, false), (false, true), (false, false)] {
                sources.push(("reader", Pieces::source(&bytes, tells_size, can_go_back)));
            }
            for (kind, source) in sources {
                let what = format!("{size} bytes of {kind} named '{name}'");
                let filelink = client.upload(&source, &named(name)).await.unwrap_or_else(|e| panic!("{what}: {e}"));
                check(&filelink, "image/png", &bytes, &what).await;
            }
        }
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let filelink = client.upload_path(file.path(), &named("")).await.unwrap();
        check(&filelink, "image/png", &bytes, "a file").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ending_decides_for_containers_and_texts() {
    let service = start();
    let client = client(&service);
    for (name, bytes, mimetype) in [
        ("deck.key", b"PK\x03\x04\x14\0\0\0".as_slice(), "application/vnd.apple.keynote"),
        ("part.stl", b"solid cube", "model/stl"),
        ("rows.jsonl", b"{}\n{}\n", "application/jsonl"),
        ("cars.csv", b"BMW,320d\n", "text/csv"),
        ("", b"BMW,320d\n", "application/octet-stream"),
        ("", b"PK\x03\x04\x14\0\0\0", "application/zip"),
    ] {
        let filelink = client.upload(&Source::from_bytes(bytes), &named(name)).await.unwrap();
        check(&filelink, mimetype, bytes, name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_is_set_wins() {
    let service = start();
    let client = client(&service);
    let mut options = named("photo.jpg");
    options.store.set_mimetype("application/x-mine").unwrap();
    for source in [Source::from_bytes(PNG), Pieces::source(PNG, true, false)] {
        let filelink = client.upload(&source, &options).await.unwrap();
        check(&filelink, "application/x-mine", PNG, "a set type").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn overwriting_looks_at_the_bytes_too() {
    let service = start();
    let client = client(&service);
    let filelink = client.upload(&Source::from_bytes("text"), &named("a.txt")).await.unwrap();
    let bytes = content(PNG, LARGE);
    for source in
        [Source::from_bytes(bytes.clone()), Pieces::source(&bytes, true, true), Pieces::source(&bytes, true, false)]
    {
        filelink.overwrite(&Source::from_bytes("text"), false, &RequestOptions::default()).await.unwrap();
        check(&filelink, "application/octet-stream", b"text", "text").await;
        filelink.overwrite(&source, false, &RequestOptions::default()).await.unwrap();
        check(&filelink, "image/png", &bytes, "a picture").await;
    }
}

/// What was read to know the type is enough to send a small file again.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_cannot_go_back_survives_lost_requests() {
    let service = start();
    let client = client(&service);
    let filelink = client.upload(&Source::from_bytes("text"), &named("a.txt")).await.unwrap();
    service.add_fault("POST /api/file/* 1 reset".parse().unwrap());
    let small = content(PNG, 5_000);
    filelink.overwrite(&Pieces::source(&small, true, false), false, &RequestOptions::default()).await.unwrap();
    check(&filelink, "image/png", &small, "sent twice").await;
}
