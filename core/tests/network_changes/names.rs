//! Names that cannot be looked up: the C program that stands in for the C library's look-ups.

use std::process::Command;
use std::time::Duration;

use filestack_local::{Options, Service};

/// Where the program is; `make soak` builds it and says so.
const PROGRAM: &str = "FILESTACK_NAME_LOOKUPS";

/// Runs its tests with names that are away for this long, and returns how many look-ups failed.
///
/// # Errors
/// Why that is not possible.
pub(crate) fn upload_without(away: Duration) -> Result<u32, String> {
    let program = std::env::var_os(PROGRAM).ok_or("it takes `make soak`")?;
    let service = Service::start(Options { control: true, ..Options::default() }).unwrap();
    let mut command = Command::new(program);
    command.env("FILESTACK_LOCAL_URL", service.url()).env("FILESTACK_LOCAL_APIKEY", service.api_key());
    let output = command.env("FILESTACK_TEST_OUTAGE_MS", away.as_millis().to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let failed = said.lines().find_map(|line| line.trim().split_once(" look-ups failed")).unwrap().0;
    Ok(failed.parse().unwrap())
}
