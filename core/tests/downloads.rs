//! Downloads that are cut, to every kind of destination: they go on where they ended when the content is still the same.

mod support;

use std::io::Read as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use filestack_core::{
    Client, ClientOptions, ErrorKind, Filelink, IfExists, Operation, RequestOptions, Result, Security, Sink, Source,
    UploadOptions, Writer, Written,
};
use filestack_local::{Options, Service};
use futures_util::stream;
use support::{Received, Scripted, request_options};

const SIZE: usize = 3_000_000;

/// Bytes whose every place can be told from the others.
fn content(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_le_bytes).take(size).collect()
}

fn client_of(url: &str) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(5)).unwrap();
    options.security = Some(Security::new("{\"expiry\":4102444800}", "secret").unwrap());
    Client::new(Some("K"), options).unwrap()
}

/// Takes at most this many bytes at a time and sends them on.
struct Channel(mpsc::Sender<Vec<u8>>, usize);

impl Writer for Channel {
    fn write(&mut self, bytes: &[u8]) -> Result<Written> {
        let size = bytes.len().min(self.1);
        self.0.send(bytes[..size].to_vec()).unwrap();
        Ok(Written::Taken(size))
    }
}

fn channel(most: usize) -> (Sink, mpsc::Receiver<Vec<u8>>) {
    let (sender, receiver) = mpsc::channel();
    (Sink::from_writer(Box::new(Channel(sender, most))), receiver)
}

const DESTINATIONS: &[&str] = &["path", "resumed path", "memory", "writer", "pipe", "socket", "file"];

/// Downloads to a destination of this kind, and what has got there.
async fn download(filelink: &Filelink, to: &str, options: &RequestOptions) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    let drained = |mut end: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            end.read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    let size = match to {
        "path" => filelink.download(&path, options).await?,
        "resumed path" => {
            filelink.download(&path, &RequestOptions { if_exists: IfExists::Resume, ..options.clone() }).await?
        }
        "memory" => return filelink.get_content(options).await,
        "writer" => {
            let (sink, taken) = channel(usize::MAX);
            let size = filelink.download_to(&sink, options).await?;
            drop(sink);
            let taken = taken.into_iter().flatten().collect::<Vec<_>>();
            assert_eq!(size, taken.len() as u64);
            return Ok(taken);
        }
        "pipe" => {
            let (reader, writer) = std::io::pipe().unwrap();
            let draining = drained(Box::new(reader));
            let size = filelink.download_to(&Sink::from_fd(writer.into())?, options).await?;
            let taken = draining.join().unwrap();
            assert_eq!(size, taken.len() as u64);
            return Ok(taken);
        }
        "socket" => {
            let (reader, writer) = std::os::unix::net::UnixStream::pair().unwrap();
            let draining = drained(Box::new(reader));
            let size = filelink.download_to(&Sink::from_fd(writer.into())?, options).await?;
            let taken = draining.join().unwrap();
            assert_eq!(size, taken.len() as u64);
            return Ok(taken);
        }
        _ => {
            let file = std::fs::File::create(&path).unwrap();
            filelink.download_to(&Sink::from_fd(file.into())?, options).await?
        }
    };
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(size, bytes.len() as u64);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{to} leaves something");
    Ok(bytes)
}

async fn stored(service: &Service, bytes: &[u8]) -> Filelink {
    client_of(service.url()).upload(&Source::from_bytes(bytes.to_vec()), &UploadOptions::default()).await.unwrap()
}

fn local() -> Service {
    Service::start(Options { api_keys: vec!["K".into()], ..Options::default() }).unwrap()
}

/// The value of a header in each of the service's GETs.
fn headers(service: &Service, name: &str) -> Vec<String> {
    let value = |headers: &[(String, String)]| {
        headers.iter().find(|(key, _)| key == name).map_or(String::new(), |(_, value)| value.clone())
    };
    service.requests().iter().filter(|request| request.method == "GET").map(|request| value(&request.headers)).collect()
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    one == other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_cut_goes_on_where_it_ended() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    for to in DESTINATIONS {
        service.clear_requests();
        service.clear_faults();
        service.add_fault(format!("GET /*{} 1-2 truncate:1000000", filelink.handle()).parse().unwrap());
        let operation = Operation::new();
        let taken = download(&filelink, to, &request_options(&operation)).await.unwrap();
        assert!(is_same(&taken, &bytes), "{to}");
        assert_eq!(headers(&service, "range"), ["", "bytes=1000000-", "bytes=2000000-"], "{to}");
        let progress = operation.progress();
        assert_eq!(
            (progress.bytes_done, progress.bytes_total, progress.retries),
            (SIZE as u64, SIZE as u64, 2),
            "{to}"
        );
    }
}

/// What a scripted service says of its content.
#[derive(Clone, Copy, Debug)]
struct Says {
    etag: Option<&'static str>,
    last_modified: Option<&'static str>,
    length: Option<usize>,
    content_range: Option<&'static str>,
}

const NOTHING: Says = Says { etag: None, last_modified: None, length: None, content_range: None };

/// A reply that says something, sends these bytes, and breaks off when it is cut.
fn reply(status: u16, says: Says, bytes: &[u8], is_cut: bool) -> Response {
    let mut reply = Response::builder().status(status);
    let length = says.length.map(|length| length.to_string());
    for (name, value) in [
        ("etag", says.etag),
        ("last-modified", says.last_modified),
        ("content-length", length.as_deref()),
        ("content-range", says.content_range),
    ] {
        if let Some(value) = value {
            reply = reply.header(name, value);
        }
    }
    let end = is_cut.then(|| Err(std::io::Error::other("cut")));
    let pieces = std::iter::once(Ok(Bytes::copy_from_slice(bytes))).chain(end);
    // The pause lets the bytes be sent before the connection breaks.
    let paced = futures_util::StreamExt::then(stream::iter(pieces), |piece| async {
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        piece
    });
    reply.body(Body::from_stream(paced)).unwrap()
}

/// A service that cuts the first reply after the first half of `0123456789` and answers the next request with `second`.
async fn cutting(first: Says, second: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |_: &Received, _: &str, number: usize| match number {
        0 => reply(200, first, b"01234", true),
        1 => second(),
        _ => reply(200, Says { length: Some(10), ..first }, b"0123456789", false),
    })
    .await
}

const TAGGED: Says = Says { etag: Some("\"a\""), length: Some(10), ..NOTHING };

async fn outcome(service: &Scripted, to: &str) -> Result<String> {
    let filelink = client_of(&service.url).filelink("H", None).unwrap();
    let taken = download(&filelink, to, &RequestOptions::default()).await?;
    Ok(String::from_utf8(taken).unwrap())
}

fn is_sink(to: &str) -> bool {
    !to.contains("path") && to != "memory"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_ranges_sends_everything_again_and_sinks_skip_what_they_have() {
    for to in DESTINATIONS {
        let dated = Says { etag: None, last_modified: Some("Sun, 06 Nov 1994 08:49:37 GMT"), ..TAGGED };
        for says in [TAGGED, dated, Says { length: None, ..TAGGED }] {
            let service = cutting(says, move || reply(200, says, b"0123456789", false)).await;
            assert_eq!(outcome(&service, to).await.unwrap(), "0123456789", "{to} {says:?}");
            assert_eq!(service.received().len(), 2);
            let range = if says.etag.is_some() { ("bytes=5-", "\"a\"") } else { ("", "") };
            let asked = &service.received()[1];
            assert_eq!((asked.header("range"), asked.header("if-range")), range, "{to} {says:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_has_changed_is_never_joined_to_the_old_one() {
    for to in DESTINATIONS {
        let other = Says { etag: Some("\"b\""), length: Some(7), ..NOTHING };
        let service = cutting(TAGGED, move || reply(200, other, b"changed", false)).await;
        let outcome = outcome(&service, to).await;
        if is_sink(to) {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::SourceChanged, "{to}: {error}");
            assert!(error.message().contains("after 5 bytes") && !error.is_retryable(), "{error}");
        } else {
            assert_eq!(outcome.unwrap(), "changed", "{to}");
        }
        assert_eq!(service.received().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_about_its_version_content_is_only_begun_anew() {
    for to in DESTINATIONS {
        let weak = Says { etag: Some("W/\"a\""), ..TAGGED };
        for says in [Says { etag: None, ..TAGGED }, weak, NOTHING] {
            let service = cutting(says, move || reply(200, says, b"0123456789", false)).await;
            let outcome = outcome(&service, to).await;
            if is_sink(to) {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Network, "{to} {says:?}: {error}");
                assert_eq!(service.received().len(), 1, "{to} {says:?}");
            } else {
                assert_eq!(outcome.unwrap(), "0123456789", "{to} {says:?}");
                assert_eq!(service.received()[1].header("range"), "");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_do_not_fit_are_refused() {
    for to in DESTINATIONS {
        for (range, etag, length) in [
            ("bytes 4-9/10", "\"a\"", 6),
            ("bytes 5-9/11", "\"a\"", 5),
            ("bytes 5-9/10", "\"b\"", 5),
            ("bytes 5-9/*", "\"a\"", 5),
            ("", "\"a\"", 5),
        ] {
            let says = Says { content_range: Some(range), etag: Some(etag), length: Some(length), ..NOTHING };
            let service = cutting(TAGGED, move || reply(206, says, &vec![b'?'; length], false)).await;
            let outcome = outcome(&service, to).await;
            if is_sink(to) {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Protocol, "{to} {range}: {error}");
            } else {
                assert_eq!(outcome.unwrap(), "0123456789", "{to} {range}");
            }
        }
        let service = cutting(TAGGED, || StatusCode::RANGE_NOT_SATISFIABLE.into_response()).await;
        let outcome = outcome(&service, to).await;
        if is_sink(to) {
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::SourceChanged, "{to}");
        } else {
            assert_eq!(outcome.unwrap(), "0123456789", "{to}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_nobody_asked_for_is_refused() {
    let says = Says { content_range: Some("bytes 0-9/10"), ..TAGGED };
    let service = Scripted::start(move |_, _, _| reply(206, says, b"0123456789", false)).await;
    for to in DESTINATIONS {
        assert_eq!(outcome(&service, to).await.unwrap_err().kind(), ErrorKind::Protocol, "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_shorter_than_the_rest_is_followed_by_another_one() {
    for to in DESTINATIONS {
        let service = Scripted::start(|_: &Received, _: &str, number: usize| match number {
            0 => reply(200, TAGGED, b"01234", true),
            1 => reply(206, Says { content_range: Some("bytes 5-6/10"), length: Some(2), ..TAGGED }, b"56", false),
            _ => reply(206, Says { content_range: Some("bytes 7-9/10"), length: Some(3), ..TAGGED }, b"789", false),
        })
        .await;
        assert_eq!(outcome(&service, to).await.unwrap(), "0123456789", "{to}");
        assert_eq!(service.received()[2].header("range"), "bytes=7-", "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_something_each_time_is_asked_for_once() {
    let service = cutting(TAGGED, || reply(200, TAGGED, b"0123456789", false)).await;
    let mut transformation = client_of(&service.url).filelink("H", None).unwrap().transform();
    transformation.add("store", &[]).unwrap();
    let error = transformation.get_content(&RequestOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert_eq!(service.received().len(), 1);
}

/// Pauses the call with its first bytes.
struct Pausing(Operation, Channel);

impl Writer for Pausing {
    fn write(&mut self, bytes: &[u8]) -> Result<Written> {
        if self.0.progress().bytes_done == 0 {
            self.0.pause();
        }
        self.1.write(bytes)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_closes_the_connection_and_a_range_goes_on() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    service.clear_requests();
    let (sender, taken) = mpsc::channel();
    let operation = Operation::new();
    let sink = Sink::from_writer(Box::new(Pausing(operation.clone(), Channel(sender, usize::MAX))));
    let options = request_options(&operation);
    let resuming = async {
        while operation.progress().bytes_done == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let done = operation.progress().bytes_done;
        assert!(done < SIZE as u64, "it goes on during the pause");
        operation.resume();
        done
    };
    let (outcome, done) = tokio::join!(filelink.download_to(&sink, &options), resuming);
    assert_eq!(outcome.unwrap(), SIZE as u64);
    drop(sink);
    assert!(is_same(&taken.into_iter().flatten().collect::<Vec<_>>(), &bytes));
    assert_eq!(headers(&service, "range"), ["".to_owned(), format!("bytes={done}-")]);
    assert_eq!(operation.progress().retries, 0);
}

// Resuming.

fn resuming() -> RequestOptions {
    RequestOptions { if_exists: IfExists::Resume, ..RequestOptions::default() }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Downloads a file, the first 1,000,000 bytes of which come. Returns the part.
async fn leave_a_part(service: &Service, filelink: &Filelink, path: &Path) -> std::path::PathBuf {
    service.clear_faults();
    service.add_fault(format!("GET /*{} 1 truncate:1000000", filelink.handle()).parse().unwrap());
    service.add_fault(format!("GET /*{} 2- status:404", filelink.handle()).parse().unwrap());
    let error = filelink.download(path, &resuming()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    service.clear_faults();
    service.clear_requests();
    let part = names(path.parent().unwrap()).into_iter().find(|name| name.ends_with(".part")).unwrap();
    let part = path.with_file_name(part);
    assert_eq!(std::fs::metadata(&part).unwrap().len(), 1_000_000);
    part
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_download_goes_on_with_the_part() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    std::fs::write(&path, "old").unwrap();
    leave_a_part(&service, &filelink, &path).await;
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    let operation = Operation::new();
    let options = RequestOptions { operation: Some(operation.clone()), ..resuming() };
    assert_eq!(filelink.download(&path, &options).await.unwrap(), SIZE as u64);
    assert_eq!(headers(&service, "range"), ["bytes=1000000-"]);
    assert!(is_same(&std::fs::read(&path).unwrap(), &bytes));
    assert_eq!(names(folder.path()), ["copy.bin"]);
    assert_eq!(operation.progress().bytes_done, SIZE as u64);
    // And a whole destination is replaced.
    service.clear_requests();
    filelink.download(&path, &options).await.unwrap();
    assert_eq!(headers(&service, "range"), [""]);
    assert_eq!(names(folder.path()), ["copy.bin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_file_keeps_the_mode_of_the_replaced_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    std::fs::write(&path, "old").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
    let part = leave_a_part(&service, &filelink, &path).await;
    assert_eq!(mode(&part), 0o640, "its owner can go on, and nobody reads more than before");
    filelink.download(&path, &resuming()).await.unwrap();
    assert_eq!(headers(&service, "range"), ["bytes=1000000-"]);
    assert!(is_same(&std::fs::read(&path).unwrap(), &bytes));
    assert_eq!(mode(&path), 0o440);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_what_has_changed_since_is_begun_anew() {
    let service = local();
    let filelink = stored(&service, &content(SIZE)).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    leave_a_part(&service, &filelink, &path).await;
    filelink.overwrite(&Source::from_bytes("changed"), false, &RequestOptions::default()).await.unwrap();
    service.clear_requests();
    assert_eq!(filelink.download(&path, &resuming()).await.unwrap(), 7);
    assert_eq!(headers(&service, "range"), ["bytes=1000000-"]);
    assert_eq!(std::fs::read(&path).unwrap(), b"changed");
    assert_eq!(names(folder.path()), ["copy.bin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_cannot_be_one_is_begun_anew() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    let other = stored(&service, &content(SIZE)).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    for damage in ["longer", "without a note", "of another file"] {
        let begun = if damage == "of another file" { &other } else { &filelink };
        let part = leave_a_part(&service, begun, &path).await;
        match damage {
            "longer" => std::fs::File::options().write(true).open(&part).unwrap().set_len(SIZE as u64 + 1).unwrap(),
            "without a note" => std::fs::remove_file(part.with_extension("json")).unwrap(),
            _ => {}
        }
        assert_eq!(filelink.download(&path, &resuming()).await.unwrap(), SIZE as u64, "{damage}");
        assert_eq!(headers(&service, "range"), [""], "{damage}");
        assert!(is_same(&std::fs::read(&path).unwrap(), &bytes), "{damage}");
        assert_eq!(names(folder.path()), ["copy.bin"], "{damage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_whole_needs_one_byte_more() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    let part = leave_a_part(&service, &filelink, &path).await;
    std::fs::write(&part, &bytes).unwrap();
    assert_eq!(filelink.download(&path, &resuming()).await.unwrap(), SIZE as u64);
    assert_eq!(headers(&service, "range"), [format!("bytes={}-", SIZE - 1)]);
    assert!(is_same(&std::fs::read(&path).unwrap(), &bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_kind_of_download_removes_the_part() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    leave_a_part(&service, &filelink, &path).await;
    filelink.download(&path, &RequestOptions::default()).await.unwrap();
    assert_eq!(headers(&service, "range"), [""]);
    assert_eq!(names(folder.path()), ["copy.bin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_downloads_do_not_write_one_part() {
    let service = local();
    let bytes = content(SIZE);
    let filelink = stored(&service, &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");
    service.add_fault(format!("GET /*{} 1 drip:100000/20", filelink.handle()).parse().unwrap());
    let slow = {
        let (filelink, path) = (filelink.clone(), path.clone());
        tokio::spawn(async move { filelink.download(&path, &resuming()).await })
    };
    while names(folder.path()).len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let error = filelink.download(&path, &resuming()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State, "{error}");
    assert!(error.message().contains("copy.bin"), "{error}");
    // One that replaces has a file of its own, and leaves the other alone.
    filelink.download(&path, &RequestOptions::default()).await.unwrap();
    assert_eq!(names(folder.path()).len(), 3);
    assert_eq!(slow.await.unwrap().unwrap(), SIZE as u64);
    assert!(is_same(&std::fs::read(&path).unwrap(), &bytes));
    assert_eq!(names(folder.path()), ["copy.bin"]);
}

#[tokio::test]
async fn what_keeps_nothing_cannot_be_resumed() {
    let filelink = client_of("http://127.0.0.1:9").filelink("H", None).unwrap();
    let error = filelink.get_content(&resuming()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let (sink, _taken) = channel(1);
    let error = filelink.download_to(&sink, &resuming()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}
