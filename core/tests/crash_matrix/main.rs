//! The crash matrix: uploads of each kind and downloads whose process is killed at some moment, and another one that goes
//! on. The file is whole, there is one of it, and only what was on its way is sent again.
//!
//! A slice of it runs with the other tests; `make soak` runs it whole.

mod crash;
mod report;
#[path = "../support/mod.rs"]
mod support;
mod victim;

use std::time::Instant;

use crash::{Crash, Outcome, Scene};
use support::process;
use victim::Kind;

/// That of the moments at which processes are killed.
const SEED: u64 = 13;
/// Crashes of each kind in the whole matrix.
const MOMENTS: usize = 50;
/// Crashes of all kinds that run with the other tests.
const SLICE: usize = 10;

/// Not a test: what the processes run that are killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    if let Some(task) = process::task() {
        victim::run(task).await;
    }
}

#[test]
fn a_slice_of_the_crashes_is_survived() {
    let kinds = victim::KINDS.into_iter().cycle().take(SLICE);
    let mut random = fastrand::Rng::with_seed(SEED);
    run(kinds.map(|kind| Crash::seeded(kind, &mut random)).collect());
}

/// Writes its section of docs/reliability.md.
#[test]
#[ignore = "takes minutes: make soak"]
fn every_crash_is_survived() {
    let started = Instant::now();
    let mut random = fastrand::Rng::with_seed(SEED + 1);
    let kinds = victim::KINDS.into_iter().flat_map(|kind| std::iter::repeat_n(kind, MOMENTS));
    let outcomes = run(kinds.map(|kind| Crash::seeded(kind, &mut random)).collect());
    report::write(&outcomes, started.elapsed());
}

/// Carries out crashes, one after the other.
///
/// # Panics
/// When one of them is not survived.
fn run(crashes: Vec<Crash>) -> Vec<(Kind, Outcome)> {
    let scene = Scene::new();
    let outcomes: Vec<_> = crashes.into_iter().map(|crash| (crash, scene.run(crash))).collect();
    let problem = |(crash, outcome): &(Crash, Result<Outcome, String>)| {
        outcome.as_ref().err().map(|problem| format!("{crash:?}: {problem}"))
    };
    let problems: Vec<_> = outcomes.iter().filter_map(problem).collect();
    assert!(problems.is_empty(), "{} of {} crashes:\n{}", problems.len(), outcomes.len(), problems.join("\n"));
    outcomes.into_iter().map(|(crash, outcome)| (crash.kind(), outcome.unwrap())).collect()
}
