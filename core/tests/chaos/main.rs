//! Chaos: two hundred uploads of mixed sizes through one client while requests fail, the service restarts and the process
//! is killed. Every file that was reported stored is there with its hash, and none is there twice.
//!
//! Half a minute of it runs with the other tests; `make soak` runs half an hour.

mod report;
mod round;
#[path = "../support/mod.rs"]
mod support;
mod worker;

use std::time::{Duration, Instant};

use round::Tally;
use support::process;

const SEED: u64 = 13;

/// Not a test: what the process runs that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn worker() {
    if let Some(task) = process::task() {
        worker::run(task).await;
    }
}

#[test]
fn half_a_minute_of_chaos_loses_and_doubles_nothing() {
    run(Duration::from_secs(30));
}

/// Writes its section of docs/reliability.md.
#[test]
#[ignore = "takes half an hour: make soak"]
fn half_an_hour_of_chaos_loses_and_doubles_nothing() {
    let started = Instant::now();
    let tally = run(Duration::from_secs(30 * 60));
    report::write(&tally, started.elapsed());
}

/// Begins rounds until this time is over.
///
/// # Panics
/// When a round does not end as it must.
fn run(time: Duration) -> Tally {
    let started = Instant::now();
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut tally = Tally::default();
    while started.elapsed() < time {
        let seed = random.u64(..);
        let outcome = round::run(seed);
        tally.add(outcome.unwrap_or_else(|problem| panic!("round {} (seed {seed}): {problem}", tally.rounds + 1)));
    }
    tally
}
