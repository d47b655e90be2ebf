//! Uploads that go on with a checkpoint, and what is in the way of that.

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use filestack_core::{
    Client, ClientOptions, Error, ErrorKind, Filelink, Given, Intelligent, Operation, Reader, Source, UploadOptions,
};
use serde_json::json;
use support::{Received, Scripted, any_reply};

const PART: usize = 5 * 1024 * 1024;
const PARTS: usize = 5;
const SIZE: usize = (PARTS - 1) * PART + 77_777;

/// Made once: it takes its time.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| support::content(SIZE));

fn content(size: usize) -> Vec<u8> {
    BYTES[..size].to_vec()
}

/// A source, a checkpoint, and a service whose storage takes as many PUTs as it is told.
struct Scene {
    folder: tempfile::TempDir,
    service: Scripted,
    puts_left: Arc<AtomicUsize>,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_, _| None).await
    }

    /// As [`Scene::new`], but `script` answers first.
    async fn with(script: impl Fn(&Received, &str) -> Option<Response> + Clone + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let puts_left = Arc::new(AtomicUsize::new(usize::MAX));
        let left = Arc::clone(&puts_left);
        let answer = move |request: &Received, url: &str, _| {
            let take = |left: usize| left.checked_sub(1);
            let is_put = request.target.starts_with("/s3");
            if is_put && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_err() {
                return StatusCode::FORBIDDEN.into_response();
            }
            script(request, url).unwrap_or_else(|| any_reply(request, url))
        };
        let scene = Scene { service: Scripted::start(answer).await, folder, puts_left };
        std::fs::write(scene.source(), content(SIZE)).unwrap();
        scene
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source.bin")
    }

    fn checkpoint(&self) -> PathBuf {
        self.folder.path().join("checkpoint")
    }

    fn options(&self) -> UploadOptions {
        let mut options = UploadOptions::default();
        options.set_part_size(PART as u64).unwrap();
        options.set_concurrency(1).unwrap();
        options.checkpoint = Some(self.checkpoint());
        options.store.set_filename("a.bin").unwrap();
        options
    }

    fn lines(&self) -> Vec<String> {
        std::fs::read_to_string(self.checkpoint()).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn count(&self, target: &str) -> usize {
        self.service.received().iter().filter(|request| request.target == target).count()
    }

    fn file(&self) -> Source {
        Source::from_path(self.source()).unwrap()
    }

    async fn upload(&self, source: &Source, options: &UploadOptions) -> Result<Filelink, Error> {
        client(&self.service.url, "K").upload(source, options).await
    }

    /// Ends an upload of which the storage has this many parts.
    async fn leave(&self, parts: usize) {
        self.puts_left.store(parts, Ordering::SeqCst);
        let failure = self.upload(&self.file(), &self.options()).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Auth, "{failure}");
        // The format, the start and the parts.
        assert_eq!(self.lines().len(), 2 + parts);
        self.puts_left.store(usize::MAX, Ordering::SeqCst);
    }

    /// Uploads `source` with the checkpoint of two parts: how many PUTs that took, and how many starts there were in all.
    async fn go_on(&self, source: &Source) -> (usize, usize) {
        self.leave(2).await;
        let before = self.count("/s3");
        self.upload(source, &self.options()).await.unwrap();
        assert!(!self.checkpoint().exists());
        (self.count("/s3") - before, self.count("/multipart/start"))
    }
}

fn client(url: &str, key: &str) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.network.max_retries = 1;
    Client::new(Some(key), options).unwrap()
}

/// Gives bytes once, with their number known.
struct Once(std::io::Cursor<Vec<u8>>);

impl Reader for Once {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given, Error> {
        Ok(Given::Bytes(std::io::Read::read(&mut self.0, buffer).unwrap()))
    }

    fn rewind(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>, Error> {
        Ok(Some(self.0.get_ref().len() as u64))
    }
}

fn reader(bytes: Vec<u8>) -> Source {
    Source::from_reader(Box::new(Once(std::io::Cursor::new(bytes))))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_storage_has_is_not_sent_again() {
    let scene = Scene::new().await;
    let operation = Operation::new();
    let mut options = scene.options();
    options.operation = Some(operation.clone());
    scene.leave(2).await;
    let before = scene.count("/s3");
    scene.upload(&scene.file(), &options).await.unwrap();
    assert_eq!((scene.count("/s3") - before, scene.count("/multipart/start")), (3, 1));
    let requests = scene.service.received();
    let complete = requests.iter().find(|request| request.target == "/multipart/complete").unwrap().json();
    let numbers: Vec<_> =
        complete["parts"].as_array().unwrap().iter().map(|part| part["part_number"].as_u64()).collect();
    assert_eq!(numbers, (1..=5).map(Some).collect::<Vec<_>>());
    let progress = operation.progress();
    assert_eq!((progress.bytes_done, progress.bytes_resent), (SIZE as u64, 0));
    assert_eq!((progress.parts_done, progress.parts_total), (5, 5));
    assert_eq!(std::fs::read_dir(scene.folder.path()).unwrap().count(), 1, "the source only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touched_or_moved_file_of_the_same_content_goes_on() {
    let scene = Scene::new().await;
    let copy = scene.folder.path().join("copy.bin");
    std::fs::copy(scene.source(), &copy).unwrap();
    assert_eq!(scene.go_on(&Source::from_path(copy).unwrap()).await, (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_readers_of_the_same_content_go_on() {
    assert_eq!(Scene::new().await.go_on(&Source::from_bytes(content(SIZE))).await, (3, 1));
    assert_eq!(Scene::new().await.go_on(&reader(content(SIZE))).await, (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_content_begins_anew() {
    // In every part, because any two may have arrived.
    let mut other = content(SIZE);
    other.iter_mut().step_by(PART).for_each(|byte| *byte ^= 1);
    assert_eq!(Scene::new().await.go_on(&Source::from_bytes(other.clone())).await, (PARTS, 2));
    assert_eq!(Scene::new().await.go_on(&Source::from_bytes(content(2 * PART))).await, (2, 2));
    // A reader has been read when it turns out to be another one.
    let scene = Scene::new().await;
    scene.leave(2).await;
    let failure = scene.upload(&reader(other), &scene.options()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::SourceChanged);
    assert!(failure.message().contains("checkpoint'"), "{failure}");
    assert_eq!((scene.count("/multipart/complete"), scene.lines().len()), (0, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checkpoint_of_another_upload_is_refused_and_stays() {
    let scene = Scene::new().await;
    scene.leave(2).await;
    let lines = scene.lines();
    let mut other_name = scene.options();
    other_name.store.set_filename("b.bin").unwrap();
    let mut other_path = scene.options();
    other_path.store.set_path("/elsewhere/").unwrap();
    let mut other_text = scene.options();
    other_text.set_alt_text("a crane").unwrap();
    for options in [&other_name, &other_path, &other_text] {
        let failure = scene.upload(&scene.file(), options).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::State, "{failure}");
    }
    let failure = client(&scene.service.url, "OTHER").upload(&scene.file(), &scene.options()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::State, "{failure}");
    assert_eq!(scene.lines(), lines);
    assert!(!lines.concat().contains("\"K\""), "the key is not written down");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_files_and_damaged_checkpoints_are_refused_and_stay() {
    let scene = Scene::new().await;
    scene.leave(2).await;
    let whole = std::fs::read_to_string(scene.checkpoint()).unwrap();
    for (text, kind) in [
        ("my notes\n".to_owned(), ErrorKind::Argument),
        (whole.replace("checkpoint 1", "checkpoint 2"), ErrorKind::Unsupported),
        (whole.replace("a.bin", "b.bin"), ErrorKind::State),
    ] {
        std::fs::write(scene.checkpoint(), &text).unwrap();
        let failure = scene.upload(&scene.file(), &scene.options()).await.unwrap_err();
        assert_eq!(failure.kind(), kind, "{failure}");
        assert_eq!(std::fs::read_to_string(scene.checkpoint()).unwrap(), text);
    }
    std::fs::write(scene.checkpoint(), &whole[..whole.len() - 10]).unwrap();
    let before = scene.count("/s3");
    scene.upload(&scene.file(), &scene.options()).await.unwrap();
    assert_eq!(scene.count("/s3") - before, 4, "the part of the incomplete line is sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_upload_with_the_same_checkpoint_fails_at_once() {
    let scene = Scene::with(|request, _| {
        // The first upload waits in here until the second one has ended.
        (request.target == "/multipart/complete").then(|| StatusCode::ACCEPTED.into_response())
    })
    .await;
    let operation = Operation::new();
    let mut options = scene.options();
    options.operation = Some(operation.clone());
    let (first_client, source) = (client(&scene.service.url, "K"), scene.file());
    let first = tokio::spawn(async move { first_client.upload(&source, &options).await });
    while scene.count("/multipart/complete") == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let failure = scene.upload(&scene.file(), &scene.options()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::State);
    assert!(failure.message().contains("in use"), "{failure}");
    operation.cancel();
    assert_eq!(first.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(scene.lines().last().unwrap().ends_with("\"completing\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_an_upload_that_was_not_started() {
    let scene =
        Scene::with(|request, _| (request.target == "/multipart/start").then(|| StatusCode::FORBIDDEN.into_response()))
            .await;
    assert_eq!(scene.upload(&scene.file(), &scene.options()).await.unwrap_err().kind(), ErrorKind::Auth);
    assert!(!scene.checkpoint().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_forgotten_while_parts_are_sent_begins_anew_once() {
    for forgets in [1, 2] {
        let starts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&starts);
        let scene = Scene::with(move |request, _| {
            if request.target == "/multipart/start" {
                counted.fetch_add(1, Ordering::SeqCst);
            }
            let is_third = request.target == "/multipart/upload" && request.json()["part"] == 3;
            let forgotten = || (StatusCode::BAD_REQUEST, "{\"error\":\"invalid params: upload_id\"}").into_response();
            (is_third && counted.load(Ordering::SeqCst) <= forgets).then(forgotten)
        })
        .await;
        let outcome = scene.upload(&scene.file(), &scene.options()).await;
        assert_eq!((outcome.is_ok(), starts.load(Ordering::SeqCst)), (forgets == 1, 2), "{outcome:?}");
        assert_eq!(scene.count("/multipart/complete"), usize::from(forgets == 1));
    }
}

/// A service that loses its answer to the first `lost` requests to join the parts, and then says `last`.
async fn forgetful(lost: usize, last: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Scene {
    let asked = Arc::new(AtomicUsize::new(0));
    Scene::with(move |request, _| {
        let is_complete = request.target == "/multipart/complete";
        is_complete.then(|| match asked.fetch_add(1, Ordering::SeqCst) {
            number if number < lost => StatusCode::BAD_GATEWAY.into_response(),
            _ => last(),
        })
    })
    .await
}

fn forgotten() -> Response {
    (StatusCode::NOT_FOUND, "{\"error\":\"no such upload\"}").into_response()
}

fn stored() -> Response {
    axum::Json(json!({"handle": "H", "url": "u", "filename": "a.bin", "size": SIZE})).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_be_stored_is_not_uploaded_again() {
    let scene = forgetful(1, forgotten).await;
    for round in 0..2 {
        let failure = scene.upload(&scene.file(), &scene.options()).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::MayBeStored, "round {round}: {failure}");
        assert!(failure.message().contains("remove the checkpoint"), "{failure}");
    }
    assert_eq!((scene.count("/multipart/start"), scene.count("/s3")), (1, PARTS));
    // The same without a checkpoint.
    let scene = forgetful(1, forgotten).await;
    let mut options = scene.options();
    options.checkpoint = None;
    assert_eq!(scene.upload(&scene.file(), &options).await.unwrap_err().kind(), ErrorKind::MayBeStored);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_forgotten_before_its_end_begins_anew() {
    let scene = forgetful(0, forgotten).await;
    assert_eq!(scene.upload(&scene.file(), &scene.options()).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!((scene.count("/multipart/start"), scene.count("/s3")), (2, 2 * PARTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_end_of_an_upload_is_repeated_after_it_was_asked_for() {
    let scene = forgetful(2, stored).await;
    assert_eq!(scene.upload(&scene.file(), &scene.options()).await.unwrap_err().kind(), ErrorKind::Http);
    let puts = scene.count("/s3");
    let changed = Source::from_bytes(content(SIZE - 1));
    let failure = scene.upload(&changed, &scene.options()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::SourceChanged, "{failure}");
    scene.upload(&scene.file(), &scene.options()).await.unwrap();
    assert_eq!((scene.count("/s3"), scene.count("/multipart/start")), (puts, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_in_chunks_goes_on_where_it_was() {
    let scene = Scene::with(|request, url| match request.target.as_str() {
        "/multipart/start" => Some(
            axum::Json(json!({
                "uri": "/u", "region": "r", "upload_id": "i", "location_url": url,
                "upload_type": "intelligent_ingestion",
            }))
            .into_response(),
        ),
        "/multipart/upload" => {
            let (part, offset) = (request.json()["part"].clone(), request.json()["offset"].clone());
            let target = format!("{url}/s3?part={part}&at={offset}");
            Some(axum::Json(json!({"url": target, "headers": {}})).into_response())
        }
        "/multipart/commit" => Some("".into_response()),
        // Whole parts are too much for this network.
        target if target.starts_with("/s3") && request.body.len() > PART / 2 => {
            Some(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        target if target.starts_with("/s3") => Some(([("etag", "\"e\"")], "").into_response()),
        _ => None,
    })
    .await;
    let mut options = scene.options();
    options.intelligent = Intelligent::On;
    // Some that are too large, and some that are not.
    scene.puts_left.store(5, Ordering::SeqCst);
    scene.upload(&scene.file(), &options).await.unwrap_err();
    let mut arrived = BTreeMap::new();
    for line in scene.lines().iter().filter(|line| line.contains("{\"chunk\"")) {
        let record: serde_json::Value = serde_json::from_str(line.split_once(' ').unwrap().1).unwrap();
        let chunk = |name: &str| record["chunk"][name].as_u64().unwrap();
        arrived.insert(chunk("number"), chunk("arrived"));
    }
    assert!(!arrived.is_empty(), "{:?}", scene.lines());
    let before = scene.service.received().len();
    scene.puts_left.store(usize::MAX, Ordering::SeqCst);
    scene.upload(&scene.file(), &options).await.unwrap();
    for request in &scene.service.received()[before..] {
        let Some(place) = request.target.strip_prefix("/s3?part=") else { continue };
        let (part, offset) = place.split_once("&at=").unwrap();
        let (part, offset): (u64, u64) = (part.parse().unwrap(), offset.parse().unwrap());
        assert!(offset >= arrived.get(&part).copied().unwrap_or(0), "part {part} at {offset}: {arrived:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_is_waited_for_within_the_time() {
    let scene = Scene::new().await;
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let away = format!("http://{port}");
    let failure = client(&away, "K").upload(&scene.file(), &scene.options()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Connect, "without a total time, the retries are counted: {failure}");
    let target = scene.service.url.strip_prefix("http://").unwrap().to_owned();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let listener = tokio::net::TcpListener::bind(port).await.unwrap();
        while let Ok((mut near, _)) = listener.accept().await {
            let target = target.clone();
            tokio::spawn(async move {
                let mut far = tokio::net::TcpStream::connect(target).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    let mut options = scene.options();
    options.total_timeout = Some(Duration::from_secs(60));
    client(&away, "K").upload(&scene.file(), &options).await.unwrap();
}
