//! The storm of the C tests, ten times as large.

#[path = "support/mod.rs"]
mod support;

use std::time::Instant;

use filestack_local::{Options, Service};

use support::process::said_by_c_program;
use support::reliability;

/// Where the program is.
const PROGRAM: &str = "FILESTACK_STORM_PROGRAM";

const PAIRS: u32 = 10_000;

/// Writes its section of docs/reliability.md.
#[test]
#[ignore = "part of `make soak`"]
fn twenty_thousand_operations_end_once_each_and_leave_nothing() {
    let service = Service::start(Options { control: true, ..Options::default() }).unwrap();
    let started = Instant::now();
    let said = said_by_c_program(PROGRAM, &service, &[("FILESTACK_STORM", PAIRS.to_string())]).unwrap();
    let tally = said.lines().find(|line| line.contains(" started, ")).unwrap().trim();
    reliability::write_section("Storm", &section(tally, started.elapsed().as_secs()));
}

fn section(tally: &str, seconds: u64) -> String {
    format!(
        "{PAIRS} uploads and {PAIRS} downloads through one queue, cancelled, paused and resumed at random moments, with \
         faults: {tally}, in {seconds} s. Each arrived at the queue once, with its bytes or for having been cancelled; \
         after `filestack_shutdown` the process had as many threads and descriptors as before, and at most 512 KiB more of \
         memory."
    )
}
