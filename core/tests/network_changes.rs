//! Uploads whose network changes on the way: another certificate for a while, a proxy that is restarted.

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use filestack_core::{Client, ClientOptions, Error, ErrorKind, Filelink, RequestOptions, Source, UploadOptions};
use filestack_local::{Options, Service};
use support::{content, files_below, sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const PART: usize = 5 * 1024 * 1024;
const SIZE: usize = 4 * PART + 1;
/// How long the network is another one.
const AWAY: Duration = Duration::from_millis(1500);
/// What tells an end from a hang.
const DEADLINE: Duration = Duration::from_secs(60);

/// A place that leads elsewhere.
struct Relay {
    address: SocketAddr,
    target: watch::Sender<SocketAddr>,
    accepting: JoinHandle<()>,
}

impl Relay {
    /// Listens on `address`; a proxy waits for a CONNECT first.
    async fn start(address: SocketAddr, target: SocketAddr, is_proxy: bool) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = watch::channel(target);
        let accepting = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(relay(connection, receiver.clone(), is_proxy));
            }
        });
        Relay { address, target: sender, accepting }
    }

    /// Cuts all connections; new ones lead to `target`.
    fn lead_to(&self, target: SocketAddr) {
        self.target.send_replace(target);
    }

    /// Cuts all connections and refuses new ones.
    async fn stop(self) -> SocketAddr {
        self.accepting.abort();
        let _ = self.accepting.await;
        self.address
    }
}

async fn relay(mut connection: TcpStream, mut target: watch::Receiver<SocketAddr>, is_proxy: bool) {
    if is_proxy {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = connection.read_u8().await else { return };
            head.push(byte);
        }
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    }
    let address = *target.borrow_and_update();
    let Ok(mut far) = TcpStream::connect(address).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut connection, &mut far) => {}
        // Also when the relay has gone.
        _ = target.changed() => {}
    }
}

fn service() -> Service {
    let service = Service::start(Options { tls: true, page: false, ..Options::default() }).unwrap();
    // So that there is time for something to happen.
    service.add_fault("PUT /s3/* * delay:100".parse().unwrap());
    service
}

fn address_of(service: &Service) -> SocketAddr {
    service.url().rsplit('/').next().unwrap().parse().unwrap()
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Options of a client that trusts `service`. A connection that breaks is one failure; what follows must cost nothing.
fn options(service: &Service, url: &str, total: Option<Duration>) -> ClientOptions {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.add_ca_pem(service.ca_pem().unwrap()).unwrap();
    options.set_retry_delay(Duration::from_millis(50), Duration::from_millis(100)).unwrap();
    options.network.max_retries = 1;
    options.network.total_timeout = total;
    options
}

async fn upload(options: ClientOptions) -> Result<Filelink, Error> {
    let mut upload = UploadOptions::default();
    upload.set_part_size(PART as u64).unwrap();
    upload.set_concurrency(1).unwrap();
    let source = Source::from_bytes(content(SIZE));
    Client::new(Some("K"), options).unwrap().upload(&source, &upload).await
}

/// Returns once the storage has got this many parts.
async fn parts_come(service: &Service, count: usize) {
    let started = Instant::now();
    while service.requests().iter().filter(|request| request.method == "PUT").count() < count {
        assert!(started.elapsed() < DEADLINE, "nothing comes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Checks that the service has one file, and that it is the one that was sent.
fn check_stored(service: &Service) {
    let stored = files_below(&service.data_dir().join("objects"));
    assert_eq!(stored.len(), 1);
    assert_eq!(sha256(&std::fs::read(&stored[0]).unwrap()), sha256(&content(SIZE)));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_for_a_while_ends_no_upload() {
    let (service, portal) = (service(), service());
    let relay = Relay::start(anywhere(), address_of(&service), false).await;
    let url = format!("https://{}", relay.address);
    let uploading = tokio::spawn(upload(options(&service, &url, Some(DEADLINE))));
    parts_come(&service, 2).await;
    relay.lead_to(address_of(&portal));
    tokio::time::sleep(AWAY).await;
    relay.lead_to(address_of(&service));
    uploading.await.unwrap().unwrap();
    check_stored(&service);
    assert!(portal.requests().is_empty(), "nothing is told to somebody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_never_was_trusted_ends_an_upload_at_once() {
    let (service, portal) = (service(), service());
    let relay = Relay::start(anywhere(), address_of(&portal), false).await;
    let url = format!("https://{}", relay.address);
    let started = Instant::now();
    let failure = upload(options(&service, &url, Some(DEADLINE))).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Tls, "{failure}");
    assert!(started.elapsed() < DEADLINE / 2);
    assert!(!failure.is_retryable());

    // A call does not rely on the certificates that earlier calls have seen.
    relay.lead_to(address_of(&service));
    let client = Client::new(Some("K"), options(&service, &url, Some(DEADLINE))).unwrap();
    let source = Source::from_bytes(content(1000));
    let filelink = client.upload(&source, &UploadOptions::default()).await.unwrap();
    relay.lead_to(address_of(&portal));
    let failure = client.upload(&source, &UploadOptions::default()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Tls, "{failure}");
    let failure = filelink.get_content(&RequestOptions::default()).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Tls, "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_stays_another_one_ends_an_upload_with_its_time() {
    let (service, portal) = (service(), service());
    let relay = Relay::start(anywhere(), address_of(&service), false).await;
    let url = format!("https://{}", relay.address);
    let uploading = tokio::spawn(upload(options(&service, &url, Some(Duration::from_secs(4)))));
    parts_come(&service, 2).await;
    relay.lead_to(address_of(&portal));
    let failure = uploading.await.unwrap().unwrap_err();
    assert!(matches!(failure.kind(), ErrorKind::Timeout | ErrorKind::Tls), "{failure}");
    assert!(files_below(&service.data_dir().join("objects")).is_empty());
}

/// Uploads through a proxy that is restarted in the middle.
async fn upload_through_a_restart(service: &Service, total: Option<Duration>) -> Result<Filelink, Error> {
    let proxy = Relay::start(anywhere(), address_of(service), true).await;
    let mut options = options(service, service.url(), total);
    options.set_proxy(&format!("http://{}", proxy.address)).unwrap();
    let uploading = tokio::spawn(upload(options));
    parts_come(service, 2).await;
    let address = proxy.stop().await;
    tokio::time::sleep(AWAY).await;
    let _again = Relay::start(address, address_of(service), true).await;
    uploading.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_restarted_ends_no_upload() {
    let service = service();
    upload_through_a_restart(&service, Some(DEADLINE)).await.unwrap();
    check_stored(&service);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_total_time_the_number_of_retries_holds() {
    let service = service();
    let failure = upload_through_a_restart(&service, None).await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Connect, "{failure}");
    assert!(files_below(&service.data_dir().join("objects")).is_empty());
}
