//! Progress of calls: what is counted, who is told of it, and how that one ends a call.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use filestack_core::{
    CallState, Client, ClientOptions, ErrorKind, Observer, Operation, Progress, RequestOptions, Source, UploadOptions,
};
use filestack_local::{Options, Service};
use support::{request_options, upload_options};

const PART: usize = 5 * 1024 * 1024;
const SIZE: usize = 2 * PART + 4711;

fn service() -> Service {
    Service::start(Options::default()).unwrap()
}

fn client(service: &Service) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(5)).unwrap();
    Client::new(Some(service.api_key()), options).unwrap()
}

fn in_parts(operation: &Operation) -> UploadOptions {
    let mut options = upload_options(operation);
    options.set_part_size(PART as u64).unwrap();
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_sent_again_is_counted_as_resent_and_not_as_done() {
    let service = service();
    service.add_fault("PUT /s3/* 2 status:500".parse().unwrap());
    let operation = Operation::new();
    let source = Source::from_bytes(vec![7; SIZE]);
    client(&service).upload(&source, &in_parts(&operation)).await.unwrap();
    let progress = operation.progress();
    assert_eq!((progress.bytes_done, progress.bytes_total), (SIZE as u64, SIZE as u64));
    assert_eq!((progress.parts_done, progress.parts_total, progress.retries), (3, 3, 1));
    assert!(progress.bytes_resent > 0 && progress.bytes_resent <= PART as u64, "{progress:?}");
    assert_eq!(progress.state, CallState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn received_bytes_are_counted_once_however_often_they_come() {
    let service = service();
    let client = client(&service);
    let file = client.upload(&Source::from_bytes(vec![7; SIZE]), &UploadOptions::default()).await.unwrap();
    service.add_fault(format!("GET /{} 1 truncate:1000000", file.handle()).parse().unwrap());
    let operation = Operation::new();
    let folder = tempfile::tempdir().unwrap();
    file.download(folder.path().join("copy"), &request_options(&operation)).await.unwrap();
    let progress = operation.progress();
    assert_eq!((progress.bytes_done, progress.bytes_total, progress.retries), (SIZE as u64, SIZE as u64, 1));
    let operation = Operation::new();
    file.get_content(&request_options(&operation)).await.unwrap();
    assert_eq!((operation.progress().bytes_done, operation.progress().bytes_total), (SIZE as u64, SIZE as u64));
}

/// Keeps what it is told, and lets the call go on or not.
#[derive(Default)]
struct Recorder {
    reports: Mutex<Vec<Progress>>,
    refuses: AtomicBool,
}

impl Observer for Recorder {
    fn report(&self, progress: &Progress) -> bool {
        self.reports.lock().unwrap().push(*progress);
        !self.refuses.load(Ordering::Relaxed)
    }
}

impl Recorder {
    /// Checks that the last report, and no other, tells of the end, and that nothing shrinks.
    fn check(&self) -> Vec<Progress> {
        let reports = std::mem::take(&mut *self.reports.lock().unwrap());
        let (last, others) = reports.split_last().unwrap();
        assert_eq!(last.state, CallState::Done);
        assert!(others.iter().all(|report| report.state == CallState::Running), "{others:?}");
        assert!(reports.is_sorted_by_key(|report| (report.bytes_done, report.parts_done)), "{reports:?}");
        reports
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_is_told_at_intervals_and_once_at_the_end() {
    let service = service();
    service.add_fault("POST /multipart/complete 1 delay:100".parse().unwrap());
    let recorder = Arc::new(Recorder::default());
    let mut options = UploadOptions::default();
    options.reports.observer = Some(Arc::<Recorder>::clone(&recorder));
    options.reports.interval = Duration::from_millis(5);
    client(&service).upload(&Source::from_bytes(vec![7; SIZE]), &options).await.unwrap();
    let reports = recorder.check();
    assert!(reports.len() > 2, "{reports:?}");
    assert_eq!(reports.last().unwrap().bytes_done, SIZE as u64);

    service.add_fault("POST /multipart/start * status:400".parse().unwrap());
    client(&service).upload(&Source::from_bytes("abc"), &options).await.unwrap_err();
    recorder.check();
    options.reports.observer = None;
    assert_eq!(Arc::strong_count(&recorder), 1, "it is let go before the call returns");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_ends_a_call_by_its_first_word() {
    let service = service();
    service.add_fault("POST /multipart/start * hang".parse().unwrap());
    let recorder = Arc::new(Recorder::default());
    recorder.refuses.store(true, Ordering::Relaxed);
    let mut options = UploadOptions::default();
    options.reports.observer = Some(Arc::<Recorder>::clone(&recorder));
    options.reports.interval = Duration::from_millis(1);
    let error = client(&service).upload(&Source::from_bytes("abc"), &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    recorder.check();

    let recorder = Arc::new(Recorder::default());
    let mut request = RequestOptions::default();
    request.reports.observer = Some(Arc::<Recorder>::clone(&recorder));
    service.clear_faults();
    let file = client(&service).upload(&Source::from_bytes("abc"), &UploadOptions::default()).await.unwrap();
    file.overwrite(&Source::from_bytes("abcd"), false, &request).await.unwrap_err();
    assert!(recorder.reports.lock().unwrap().is_empty(), "a call that is refused is not told of");
    file.get_content(&request).await.unwrap();
    assert_eq!(recorder.check().last().unwrap().bytes_total, 3);
}
