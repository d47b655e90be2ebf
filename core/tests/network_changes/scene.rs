//! What all changes of the network happen to: a service, and an upload of some parts to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use filestack_core::{Client, ClientOptions, Error, Filelink, Operation, Source};
use filestack_local::{Options, Service};
use tokio::task::JoinHandle;

use crate::support::{content, files_below, sha256, upload_options};

const PART: usize = 5 * 1024 * 1024;
pub(crate) const PARTS: usize = 5;
const SIZE: usize = (PARTS - 1) * PART + 1;
/// How many connections are made to lie unused, and how many parts come to the storage for that.
pub(crate) const CONNECTIONS: usize = 8;
/// What tells an end from a hang.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) fn service(options: Options) -> Service {
    let service = Service::start(Options { page: false, ..options }).unwrap();
    // So that there is time for something to happen.
    service.add_fault("PUT /s3/* * delay:100".parse().unwrap());
    service
}

pub(crate) fn service_with_tls() -> Service {
    service(Options { tls: true, ..Options::default() })
}

pub(crate) fn address_of(service: &Service) -> SocketAddr {
    service.url().rsplit('/').next().unwrap().parse().unwrap()
}

pub(crate) fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Options of a client that trusts `service`. A connection that breaks is one failure; what follows must cost nothing.
pub(crate) fn options(service: &Service, url: &str, total: Option<Duration>) -> ClientOptions {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    if let Some(pem) = service.ca_pem() {
        options.add_ca_pem(pem).unwrap();
    }
    options.set_retry_delay(Duration::from_millis(50), Duration::from_millis(100)).unwrap();
    options.network.max_retries = 1;
    options.network.total_timeout = total;
    options
}

/// An upload under way.
pub(crate) struct Uploading {
    operation: Operation,
    running: JoinHandle<Result<Filelink, Error>>,
}

impl Uploading {
    pub(crate) fn start(client: &Client, concurrency: usize) -> Self {
        let operation = Operation::new();
        let mut upload = upload_options(&operation);
        upload.set_part_size(PART as u64).unwrap();
        upload.set_concurrency(concurrency).unwrap();
        let (client, source) = (client.clone(), Source::from_bytes(content(SIZE)));
        let running = tokio::spawn(async move { client.upload(&source, &upload).await });
        Uploading { operation, running }
    }

    /// Uploads through a client of its own, a part at a time.
    pub(crate) fn with(options: ClientOptions) -> Self {
        Uploading::start(&Client::new(Some("K"), options).unwrap(), 1)
    }

    /// How it has ended, and how often a request was tried again.
    pub(crate) async fn end(self) -> (Result<Filelink, Error>, u32) {
        let outcome = tokio::time::timeout(DEADLINE * 2, self.running).await.expect("the upload hangs").unwrap();
        (outcome, self.operation.progress().retries)
    }
}

/// Returns once the storage has got this many parts.
pub(crate) async fn parts_come(service: &Service, count: usize) {
    let started = Instant::now();
    while service.requests().iter().filter(|request| request.method == "PUT").count() < count {
        assert!(started.elapsed() < DEADLINE, "nothing comes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Makes some connections by uploads of a few bytes, side by side, and leaves them unused.
pub(crate) async fn make_connections(client: &Client) {
    let uploads = (0..CONNECTIONS).map(|_| upload_little(client));
    for (outcome, _) in futures_util::future::join_all(uploads).await {
        outcome.unwrap();
    }
}

/// Uploads a few bytes, and returns how often a request was tried again.
pub(crate) async fn upload_little(client: &Client) -> (Result<Filelink, Error>, u32) {
    let operation = Operation::new();
    let options = upload_options(&operation);
    let outcome = client.upload(&Source::from_bytes(content(1000)), &options).await;
    (outcome, operation.progress().retries)
}

/// Checks that the service has one file of several parts, and that it is the one that was sent.
pub(crate) fn check_stored(service: &Service) {
    let stored = stored(service);
    assert_eq!(stored.len(), 1);
    assert_eq!(sha256(&std::fs::read(&stored[0]).unwrap()), sha256(&content(SIZE)));
}

pub(crate) fn check_nothing_stored(service: &Service) {
    assert!(stored(service).is_empty());
}

fn stored(service: &Service) -> Vec<PathBuf> {
    let mut files = files_below(&service.data_dir().join("objects"));
    files.retain(|path| path.metadata().is_ok_and(|file| file.len() > PART as u64));
    files
}
