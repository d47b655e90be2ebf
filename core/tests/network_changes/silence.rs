//! Connections that go silent while new ones work: the address has changed, or a router has forgotten them.

use std::time::{Duration, Instant};

use filestack_core::{Client, ClientOptions, ErrorKind, Limit, RequestOptions, StoreOptions};
use filestack_local::{Options, Service};

use crate::relay::Relay;
use crate::scene::{
    CONNECTIONS, DEADLINE, PARTS, Uploading, address_of, anywhere, check_stored, make_connections, options, parts_come,
    service, service_with_tls, upload_little,
};

/// How long a request waits for a silent connection.
const IDLE: Duration = Duration::from_secs(2);

/// A service that is reached through a relay.
async fn behind_a_relay(service: &Service) -> (Relay, ClientOptions) {
    let relay = Relay::start(anywhere(), address_of(service), false).await;
    let scheme = if service.ca_pem().is_some() { "https" } else { "http" };
    let mut options = options(service, &format!("{scheme}://{}", relay.address), None);
    options.network.idle_timeout = Some(IDLE);
    (relay, options)
}

fn client(options: ClientOptions) -> Client {
    Client::new(Some("K"), options).unwrap()
}

/// Its one retry, of one allowed, meets no other silent connection: not over HTTP/1.1, where there are several, and not
/// over HTTP/2, where all requests share one.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_meets_one_silent_connection_at_most() {
    for service in [service(Options::default()), service_with_tls()] {
        let (relay, options) = behind_a_relay(&service).await;
        let client = client(options);
        make_connections(&client).await;
        relay.silence();
        let (outcome, retries) = upload_little(&client).await;
        outcome.unwrap();
        assert!(retries <= 1, "{retries}");
    }
}

/// Silences the connections of an upload and those that lie beside it, and returns its retries.
pub(crate) async fn upload_over_silent_connections(service: &Service) -> u32 {
    let (relay, options) = behind_a_relay(service).await;
    let client = client(options);
    make_connections(&client).await;
    let uploading = Uploading::start(&client, 4);
    parts_come(service, CONNECTIONS + 2).await;
    relay.silence();
    let (outcome, retries) = uploading.end().await;
    outcome.unwrap();
    check_stored(service);
    retries
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_costs_each_request_under_way_one_retry() {
    for service in [service(Options::default()), service_with_tls()] {
        let retries = upload_over_silent_connections(&service).await;
        // A part has one request under way.
        assert!(retries as usize <= PARTS, "{retries}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_have_long_been_unused_are_not_used_again() {
    for service in [service(Options::default()), service_with_tls()] {
        let (relay, options) = behind_a_relay(&service).await;
        let client = client(options);
        make_connections(&client).await;
        tokio::time::sleep(IDLE * 3 / 4).await;
        relay.silence();
        let (outcome, retries) = upload_little(&client).await;
        outcome.unwrap();
        assert_eq!(retries, 0);
    }
}

/// The service may think for minutes about what it makes each time, but its connection answers meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_noticed_while_the_service_thinks() {
    let service = service_with_tls();
    service.add_fault("POST /process* * hang".parse().unwrap());
    let asked = || service.faults().iter().any(|(rule, count)| rule.to_string().contains("/process") && *count == 1);
    let (relay, options) = behind_a_relay(&service).await;
    let client = client(options);
    let storing = tokio::spawn(async move {
        client.upload_url("https://example.com/f", &StoreOptions::default(), &RequestOptions::default()).await
    });
    let started = Instant::now();
    while !asked() {
        assert!(started.elapsed() < DEADLINE, "nothing comes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Longer than the pings take, which are answered.
    tokio::time::sleep(IDLE).await;
    assert!(!storing.is_finished());
    relay.silence();
    let failure = tokio::time::timeout(DEADLINE, storing).await.expect("the call hangs").unwrap().unwrap_err();
    assert_eq!((failure.kind(), failure.limit()), (ErrorKind::Timeout, Some(Limit::Idle)), "{failure}");
    assert!(asked(), "what makes something is sent once");
}
