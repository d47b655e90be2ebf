//! Uploads whose network changes on the way: another certificate for a while, a proxy that is restarted, connections that
//! go silent, an interface that is down, another address, names that cannot be looked up.
//!
//! Short changes are among the tests; `make soak` runs those of half a minute.

mod names;
mod namespace;
mod relay;
mod report;
mod scene;
mod silence;
#[path = "../support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use filestack_core::{Client, Error, ErrorKind, Filelink, RequestOptions, Source, UploadOptions};
use filestack_local::Service;

use namespace::Change;
use relay::Relay;
use scene::{
    DEADLINE, Uploading, address_of, anywhere, check_nothing_stored, check_stored, options, parts_come,
    service_with_tls,
};
use support::content;

/// How long the network is another one.
const AWAY: Duration = Duration::from_millis(1500);
const LONG_AWAY: Duration = Duration::from_secs(30);

/// Uploads while somebody else answers for a while, and returns the number of retries.
async fn upload_past_a_portal(away: Duration) -> u32 {
    let (service, portal) = (service_with_tls(), service_with_tls());
    let relay = Relay::start(anywhere(), address_of(&service), false).await;
    let url = format!("https://{}", relay.address);
    let uploading = Uploading::with(options(&service, &url, Some(away + DEADLINE)));
    parts_come(&service, 2).await;
    relay.lead_to(address_of(&portal));
    tokio::time::sleep(away).await;
    relay.lead_to(address_of(&service));
    let (outcome, retries) = uploading.end().await;
    outcome.unwrap();
    check_stored(&service);
    assert!(portal.requests().is_empty(), "nothing is told to somebody else");
    retries
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_for_a_while_ends_no_upload() {
    upload_past_a_portal(AWAY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_never_was_trusted_ends_an_upload_at_once() {
    let (service, portal) = (service_with_tls(), service_with_tls());
    let relay = Relay::start(anywhere(), address_of(&portal), false).await;
    let url = format!("https://{}", relay.address);
    let started = Instant::now();
    let (outcome, _) = Uploading::with(options(&service, &url, Some(DEADLINE))).end().await;
    let failure = outcome.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Tls, "{failure}");
    assert!(started.elapsed() < DEADLINE / 2);
    assert!(!failure.is_retryable());

    // What an earlier call of the client has seen is no proof for this one.
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
    let (service, portal) = (service_with_tls(), service_with_tls());
    let relay = Relay::start(anywhere(), address_of(&service), false).await;
    let url = format!("https://{}", relay.address);
    let uploading = Uploading::with(options(&service, &url, Some(Duration::from_secs(4))));
    parts_come(&service, 2).await;
    relay.lead_to(address_of(&portal));
    let failure = uploading.end().await.0.unwrap_err();
    assert!(matches!(failure.kind(), ErrorKind::Timeout | ErrorKind::Tls), "{failure}");
    check_nothing_stored(&service);
}

/// Uploads through a proxy that is restarted in the middle.
async fn upload_through_a_restart(
    service: &Service,
    total: Option<Duration>,
    away: Duration,
) -> (Result<Filelink, Error>, u32) {
    let proxy = Relay::start(anywhere(), address_of(service), true).await;
    let mut options = options(service, service.url(), total);
    options.set_proxy(&format!("http://{}", proxy.address)).unwrap();
    let uploading = Uploading::with(options);
    parts_come(service, 2).await;
    let address = proxy.stop().await;
    tokio::time::sleep(away).await;
    let _again = Relay::start(address, address_of(service), true).await;
    uploading.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_restarted_ends_no_upload() {
    let service = service_with_tls();
    upload_through_a_restart(&service, Some(DEADLINE), AWAY).await.0.unwrap();
    check_stored(&service);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_total_time_the_number_of_retries_holds() {
    let service = service_with_tls();
    let failure = upload_through_a_restart(&service, None, AWAY).await.0.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Connect, "{failure}");
    check_nothing_stored(&service);
}

/// Writes its section of docs/reliability.md.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: make soak"]
async fn every_change_for_half_a_minute_ends_no_upload() {
    let service = service_with_tls();
    let (outcome, restart) = upload_through_a_restart(&service, Some(LONG_AWAY + DEADLINE), LONG_AWAY).await;
    outcome.unwrap();
    check_stored(&service);
    let silent = silence::upload_over_silent_connections(&service_with_tls()).await;
    let in_namespace = |change| tokio::task::block_in_place(|| namespace::upload_through(change, LONG_AWAY));
    let names = tokio::task::block_in_place(|| names::upload_without(LONG_AWAY));
    let rows = [
        ("names cannot be looked up, and later lead to another address", names),
        ("the machine's interface is down (in a network namespace)", in_namespace(Change::InterfaceDown)),
        ("the machine's address is another one (in a network namespace)", in_namespace(Change::OtherAddress)),
        ("all connections go silent, new ones work", Ok(silent)),
        ("the proxy is stopped and started again", Ok(restart)),
        ("somebody else's certificate, as of a captive portal", Ok(upload_past_a_portal(LONG_AWAY).await)),
    ];
    report::write(&rows, LONG_AWAY);
}
