//! Names that cannot be looked up: the C program that stands in for the C library's look-ups.

use std::time::Duration;

use filestack_local::{Options, Service};

use crate::support::process::said_by_c_program;

/// Where the program is.
const PROGRAM: &str = "FILESTACK_NAME_LOOKUPS";

/// Runs its tests with names that are away for this long, and returns how many look-ups failed.
///
/// # Errors
/// Why that is not possible.
pub(crate) fn upload_without(away: Duration) -> Result<u32, String> {
    let service = Service::start(Options { control: true, ..Options::default() }).unwrap();
    let outage = ("FILESTACK_TEST_OUTAGE_MS", away.as_millis().to_string());
    let said = said_by_c_program(PROGRAM, &service, &[outage])?;
    let failed = said.lines().find_map(|line| line.trim().split_once(" look-ups failed")).unwrap().0;
    Ok(failed.parse().unwrap())
}
