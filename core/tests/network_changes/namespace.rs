//! Changes of the machine's own network, which a process makes in a network of its own: loopback only.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use filestack_core::Client;
use filestack_local::Options;
use serde::{Deserialize, Serialize};

use crate::scene::{
    CONNECTIONS, DEADLINE, PARTS, Uploading, check_stored, make_connections, options, parts_come, service,
};
use crate::support::process::{self, Process};

/// For measurements of networks, says RFC 2544: nobody is reached by them.
const SERVICE: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
const BEFORE: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 2);
const AFTER: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 3);

/// How long a request waits for a silent connection, and for one to be made.
const IDLE: Duration = Duration::from_millis(1500);
const CONNECT: Duration = Duration::from_millis(300);
/// Much longer, so that there is time for more tries than are allowed.
const AWAY: Duration = Duration::from_secs(4);
const MAX_RETRIES: u32 = 2;

/// What happens to the network.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum Change {
    /// The interface goes down, and up again later.
    InterfaceDown,
    /// The machine gets another address, and loses the one it had.
    OtherAddress,
}

#[derive(Deserialize, Serialize)]
struct Task {
    change: Change,
    away: Duration,
    /// Where the number of retries is written.
    retries: PathBuf,
}

/// Uploads while the network changes, and returns the number of retries.
///
/// # Errors
/// Why that is not possible on this machine.
pub(crate) fn upload_through(change: Change, away: Duration) -> Result<u32, String> {
    if let Some(reason) = process::missing_for_namespace() {
        return Err(format!("there can be no network for a process alone: {reason}"));
    }
    let folder = tempfile::tempdir().unwrap();
    let task = Task { change, away, retries: folder.path().join("retries") };
    let mut process = Process::start_in_namespace("namespace::inside", &task);
    assert_eq!(process.end(away + DEADLINE * 2), Ok(true), "{change:?}");
    Ok(std::fs::read_to_string(&task.retries).unwrap().parse().unwrap())
}

#[test]
fn an_interface_that_is_down_for_a_while_ends_no_upload() {
    match upload_through(Change::InterfaceDown, AWAY) {
        Ok(retries) => assert!(retries > MAX_RETRIES, "{retries}"),
        Err(reason) => eprintln!("skipped: {reason}"),
    }
}

#[test]
fn another_address_of_the_machine_costs_each_request_under_way_one_retry() {
    match upload_through(Change::OtherAddress, Duration::ZERO) {
        // A part has one request under way.
        Ok(retries) => assert!(retries as usize <= PARTS, "{retries}"),
        Err(reason) => eprintln!("skipped: {reason}"),
    }
}

/// Not a test: what the processes run that have a network of their own.
#[tokio::test(flavor = "multi_thread")]
async fn inside() {
    let Some(task) = process::task::<Task>() else { return };
    ip("link set lo up");
    let retries = match task.change {
        Change::InterfaceDown => with_the_interface_down(task.away).await,
        Change::OtherAddress => with_another_address().await,
    };
    std::fs::write(task.retries, retries.to_string()).unwrap();
}

async fn with_the_interface_down(away: Duration) -> u32 {
    let service = service(Options::default());
    let mut options = options(&service, service.url(), Some(away + DEADLINE));
    options.network.idle_timeout = Some(IDLE);
    options.network.connect_timeout = Some(CONNECT);
    options.network.max_retries = MAX_RETRIES;
    let uploading = Uploading::with(options);
    parts_come(&service, 2).await;
    ip("link set lo down");
    tokio::time::sleep(away).await;
    ip("link set lo up");
    let (outcome, retries) = uploading.end().await;
    outcome.unwrap();
    check_stored(&service);
    retries
}

async fn with_another_address() -> u32 {
    ip(&format!("address add {SERVICE}/32 dev lo"));
    let service = service(Options { listen: IpAddr::V4(SERVICE), ..Options::default() });
    come_from(BEFORE);
    let mut options = options(&service, service.url(), Some(DEADLINE));
    options.network.idle_timeout = Some(IDLE);
    let client = Client::new(Some("K"), options).unwrap();
    make_connections(&client).await;
    let uploading = Uploading::start(&client, 4);
    parts_come(&service, CONNECTIONS + 2).await;
    come_from(AFTER);
    ip(&format!("address delete {BEFORE}/32 dev lo"));
    let (outcome, retries) = uploading.end().await;
    outcome.unwrap();
    check_stored(&service);
    retries
}

/// Lets new connections to the service come from this address.
fn come_from(address: Ipv4Addr) {
    ip(&format!("address add {address}/32 dev lo"));
    ip(&format!("route replace local {SERVICE} dev lo table local src {address}"));
}

fn ip(command: &str) {
    let output = Command::new("ip").args(command.split(' ')).output().unwrap();
    assert!(output.status.success(), "ip {command}: {}", String::from_utf8_lossy(&output.stderr));
}
