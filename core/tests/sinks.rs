//! Sinks that are slow, that fail, that take nothing for a while: nothing is read for them meanwhile, and nothing of them is
//! used once the call has ended.

mod support;

use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use filestack_core::{
    Client, ClientOptions, Error, ErrorKind, Filelink, Operation, RequestOptions, Result, Sink, Writer, Written,
};
use futures_util::stream;
use support::{Scripted, request_options};

/// Generous: it only tells an end from a hang.
const LIMIT: Duration = Duration::from_secs(20);

const PIECE: usize = 64 * 1024;

/// A service that sends pieces of equal bytes, which count up from 0, and how many it has made.
async fn sending(pieces: usize) -> (Scripted, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let answer = move |_: &support::Received, _: &str, _: usize| {
        let counted = Arc::clone(&counted);
        let body = stream::iter((0..pieces).map(move |number| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::convert::Infallible>(Bytes::from(vec![number as u8; PIECE]))
        }));
        Response::builder().header("content-length", pieces * PIECE).body(Body::from_stream(body)).unwrap()
    };
    (Scripted::start(answer).await, made)
}

fn expected(pieces: usize) -> Vec<u8> {
    (0..pieces).flat_map(|number| vec![number as u8; PIECE]).collect()
}

fn client(service: &Scripted) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(&service.url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.network.max_requests = 1;
    Client::new(Some("K"), options).unwrap()
}

fn filelink(service: &Scripted) -> Filelink {
    client(service).filelink("H", None).unwrap()
}

async fn in_time<T>(what: &str, work: impl std::future::Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| panic!("{what} hangs"))
}

/// A writer that is a function; it tells when it is dropped.
struct Function<F>(F, Option<Arc<AtomicBool>>);

impl<F: FnMut(&[u8]) -> Result<Written> + Send> Writer for Function<F> {
    fn write(&mut self, bytes: &[u8]) -> Result<Written> {
        (self.0)(bytes)
    }
}

impl<F> Drop for Function<F> {
    fn drop(&mut self) {
        if let Some(dropped) = &self.1 {
            assert!(!dropped.swap(true, Ordering::SeqCst));
        }
    }
}

fn writer(write: impl FnMut(&[u8]) -> Result<Written> + Send + 'static) -> Sink {
    Sink::from_writer(Box::new(Function(write, None)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_may_take_less_than_it_is_given() {
    for most in [1000, 65_537] {
        let (service, _) = sending(8).await;
        let (sender, taken) = mpsc::channel();
        let sink = writer(move |bytes| {
            let size = bytes.len().min(most);
            sender.send(bytes[..size].to_vec()).unwrap();
            Ok(Written::Taken(size))
        });
        let size = filelink(&service).download_to(&sink, &RequestOptions::default()).await.unwrap();
        drop(sink);
        assert_eq!(size, (8 * PIECE) as u64);
        assert!(taken.into_iter().flatten().collect::<Vec<_>>() == expected(8), "{most}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_fails_ends_the_download_with_its_error() {
    let (service, _) = sending(8).await;
    let mut calls = 0;
    let sink = writer(move |bytes| {
        calls += 1;
        if calls < 3 { Ok(Written::Taken(bytes.len())) } else { Err(Error::new(ErrorKind::Callback, "full")) }
    });
    let error = filelink(&service).download_to(&sink, &RequestOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Callback, "full"));
    assert_eq!(service.received().len(), 1, "it is not tried again");
    for wrong in [0, PIECE * 1000] {
        let sink = writer(move |_| Ok(Written::Taken(wrong)));
        let error = filelink(&service).download_to(&sink, &RequestOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_for_a_sink_that_takes_nothing() {
    const PIECES: usize = 4096;
    let (service, made) = sending(PIECES).await;
    let is_open = Arc::new(AtomicBool::new(false));
    let (sender, taken) = mpsc::channel();
    let door = Arc::clone(&is_open);
    let sink = writer(move |bytes| {
        if !door.load(Ordering::SeqCst) {
            return Ok(Written::WouldBlock);
        }
        sender.send(bytes.len()).unwrap();
        Ok(Written::Taken(bytes.len()))
    });
    let filelink = filelink(&service);
    let options = RequestOptions::default();
    let download = filelink.download_to(&sink, &options);
    let opening = async {
        let mut before = usize::MAX;
        while made.load(Ordering::SeqCst) != before || before == 0 {
            before = made.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(before < PIECES / 4, "{before} of {PIECES} pieces were made");
        // Asked again for nothing, it waits on.
        sink.ready();
        tokio::time::sleep(Duration::from_millis(50)).await;
        is_open.store(true, Ordering::SeqCst);
        sink.ready();
    };
    let (size, ()) = in_time("the download", async { tokio::join!(download, opening) }).await;
    assert_eq!(size.unwrap(), (PIECES * PIECE) as u64);
    drop(sink);
    assert_eq!(taken.into_iter().sum::<usize>(), PIECES * PIECE);
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_is_remembered() {
    let (service, _) = sending(4).await;
    let itself: Arc<std::sync::OnceLock<Sink>> = Arc::default();
    let known = Arc::clone(&itself);
    let mut has_refused = false;
    let sink = writer(move |bytes| {
        has_refused = !has_refused;
        if has_refused {
            // Before the download waits for it.
            known.get().unwrap().ready();
            return Ok(Written::WouldBlock);
        }
        Ok(Written::Taken(bytes.len()))
    });
    itself.set(sink.clone()).unwrap();
    let filelink = filelink(&service);
    let size = in_time("the download", filelink.download_to(&sink, &RequestOptions::default())).await;
    assert_eq!(size.unwrap(), (4 * PIECE) as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_sink_holds_up_no_other_call() {
    let (service, _) = sending(64).await;
    let client = client(&service);
    let is_open = Arc::new(AtomicBool::new(false));
    let door = Arc::clone(&is_open);
    let waiting = writer(move |bytes| {
        Ok(if door.load(Ordering::SeqCst) { Written::Taken(bytes.len()) } else { Written::WouldBlock })
    });
    let (reader, full) = std::io::pipe().unwrap();
    let full = Sink::from_fd(full.into()).unwrap();
    let (first, second, third) =
        (client.filelink("A", None).unwrap(), client.filelink("B", None).unwrap(), client.filelink("C", None).unwrap());
    let options = RequestOptions::default();
    let others = async {
        while service.received().len() < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(third.get_content(&options).await.unwrap() == expected(64));
        is_open.store(true, Ordering::SeqCst);
        waiting.ready();
        tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; 64 * PIECE];
            let mut reader = reader;
            reader.read_exact(&mut bytes).unwrap();
            bytes
        })
        .await
        .unwrap()
    };
    let all =
        async { tokio::join!(first.download_to(&waiting, &options), second.download_to(&full, &options), others) };
    let (one, two, read) = in_time("a call", all).await;
    assert_eq!((one.unwrap(), two.unwrap()), ((64 * PIECE) as u64, (64 * PIECE) as u64));
    assert!(read == expected(64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cancelled_waits_for_the_write_that_runs_and_gives_the_writer_back() {
    for is_blocking in [true, false] {
        let (service, _) = sending(64).await;
        let dropped = Arc::new(AtomicBool::new(false));
        let is_inside = Arc::new(AtomicBool::new(false));
        let (release, held) = mpsc::channel::<()>();
        let inside = Arc::clone(&is_inside);
        let write = move |_: &[u8]| {
            inside.store(true, Ordering::SeqCst);
            if is_blocking {
                held.recv().unwrap();
                inside.store(false, Ordering::SeqCst);
            }
            Ok(Written::WouldBlock)
        };
        let sink = Sink::from_writer(Box::new(Function(write, Some(Arc::clone(&dropped)))));
        let operation = Operation::new();
        let filelink = filelink(&service);
        let options = request_options(&operation);
        let cancelling = async {
            while !is_inside.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            operation.cancel();
            tokio::time::sleep(Duration::from_millis(50)).await;
            if is_blocking {
                assert!(is_inside.load(Ordering::SeqCst), "the write still runs");
                release.send(()).unwrap();
            }
        };
        let download = async {
            let outcome = filelink.download_to(&sink, &options).await;
            assert!(!is_blocking || !is_inside.load(Ordering::SeqCst), "the call has ended during the write");
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
            // Nobody else has it any more.
            drop(sink);
            assert!(dropped.load(Ordering::SeqCst));
        };
        in_time("the cancelled call", async { tokio::join!(download, cancelling) }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_whose_sink_was_dropped_goes_before_the_call_ends() {
    let (service, _) = sending(4).await;
    let dropped = Arc::new(AtomicBool::new(false));
    let write = |bytes: &[u8]| Ok(Written::Taken(bytes.len()));
    let sink = Sink::from_writer(Box::new(Function(write, Some(Arc::clone(&dropped)))));
    let filelink = filelink(&service);
    let mut download = Box::pin(async move {
        let sink = sink;
        filelink.download_to(&sink, &RequestOptions::default()).await
    });
    in_time("the download", &mut download).await.unwrap();
    drop(download);
    assert!(dropped.load(Ordering::SeqCst));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_serves_one_download_at_a_time_and_then_the_next() {
    let (service, _) = sending(64).await;
    let (reader, pipe) = std::io::pipe().unwrap();
    let sink = Sink::from_fd(pipe.into()).unwrap();
    let filelink = filelink(&service);
    let options = RequestOptions::default();
    let refused = async {
        while service.received().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(filelink.download_to(&sink, &options).await.unwrap_err().kind(), ErrorKind::State);
        std::thread::spawn(move || {
            let (mut reader, mut bytes) = (reader, Vec::new());
            reader.read_to_end(&mut bytes).unwrap();
            bytes
        })
    };
    let (first, draining) = tokio::join!(filelink.download_to(&sink, &options), refused);
    first.unwrap();
    filelink.download_to(&sink, &options).await.unwrap();
    drop(sink);
    assert!(draining.join().unwrap() == [expected(64), expected(64)].concat());
}

/// The flag of a descriptor that says whether it blocks.
fn is_blocking(descriptor: impl std::os::fd::AsFd) -> bool {
    !rustix::fs::fcntl_getfl(descriptor).unwrap().contains(rustix::fs::OFlags::NONBLOCK)
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptors_that_are_drained_slowly_get_everything_and_stay_as_they_were() {
    for blocking in [true, false] {
        for kind in ["pipe", "socket"] {
            let (service, _) = sending(32).await;
            let (mut reader, descriptor): (Box<dyn std::io::Read + Send>, std::os::fd::OwnedFd) = match kind {
                "pipe" => std::io::pipe().map(|(reader, writer)| (Box::new(reader) as _, writer.into())).unwrap(),
                _ => UnixStream::pair().map(|(reader, writer)| (Box::new(reader) as _, writer.into())).unwrap(),
            };
            let kept = descriptor.try_clone().unwrap();
            rustix::io::ioctl_fionbio(&kept, !blocking).unwrap();
            let sink = Sink::from_fd(descriptor).unwrap();
            let draining = std::thread::spawn(move || {
                let (mut bytes, mut piece) = (Vec::new(), vec![0; 10_000]);
                while bytes.len() < 32 * PIECE {
                    std::thread::sleep(Duration::from_millis(1));
                    let size = reader.read(&mut piece).unwrap();
                    bytes.extend_from_slice(&piece[..size]);
                }
                bytes
            });
            let filelink = filelink(&service);
            let size = in_time(kind, filelink.download_to(&sink, &RequestOptions::default())).await.unwrap();
            assert_eq!(size, (32 * PIECE) as u64);
            assert!(draining.join().unwrap() == expected(32), "{kind}");
            assert_eq!(is_blocking(kept.as_fd()), blocking, "{kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_is_an_error_with_its_number() {
    for kind in ["pipe", "socket"] {
        let (service, _) = sending(64).await;
        let (reader, descriptor): (Box<dyn std::io::Read + Send>, std::os::fd::OwnedFd) = match kind {
            "pipe" => std::io::pipe().map(|(reader, writer)| (Box::new(reader) as _, writer.into())).unwrap(),
            _ => UnixStream::pair().map(|(reader, writer)| (Box::new(reader) as _, writer.into())).unwrap(),
        };
        let sink = Sink::from_fd(descriptor).unwrap();
        let leaving = std::thread::spawn(move || {
            let mut reader = reader;
            reader.read_exact(&mut [0; 1000]).unwrap();
        });
        let filelink = filelink(&service);
        let error = in_time(kind, filelink.download_to(&sink, &RequestOptions::default())).await.unwrap_err();
        leaving.join().unwrap();
        let codes = [rustix::io::Errno::PIPE, rustix::io::Errno::CONNRESET].map(|errno| errno.raw_os_error());
        assert_eq!(error.kind(), ErrorKind::Io, "{kind}: {error}");
        assert!(codes.contains(&error.os_code().unwrap()), "{kind}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_pipe_ends_with_the_deadline() {
    let (service, _) = sending(64).await;
    let (_reader, pipe) = std::io::pipe().unwrap();
    let sink = Sink::from_fd(pipe.into()).unwrap();
    let options = RequestOptions { total_timeout: Some(Duration::from_millis(300)), ..RequestOptions::default() };
    let error = in_time("the download", filelink(&service).download_to(&sink, &options)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_gets_the_bytes_at_its_position() {
    let (service, _) = sending(4).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writing = file.reopen().unwrap();
    std::io::Write::write_all(&mut writing, b"before").unwrap();
    let sink = Sink::from_fd(writing.into()).unwrap();
    filelink(&service).download_to(&sink, &RequestOptions::default()).await.unwrap();
    assert!(std::fs::read(file.path()).unwrap() == [b"before".to_vec(), expected(4)].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_the_size_holds_for_sinks() {
    let (service, _) = sending(4).await;
    let sink = writer(|bytes| Ok(Written::Taken(bytes.len())));
    let options = RequestOptions { max_size: Some((4 * PIECE - 1) as u64), ..RequestOptions::default() };
    let error = filelink(&service).download_to(&sink, &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}
