//! The fault matrix: every request of uploads and downloads, every fault, every kind of upload, and how often. Each cell
//! ends with the file whole or with the documented error, soon, with nothing left over and nothing stored twice.
//!
//! A slice of it runs with the other tests; `make soak` runs it whole.

mod cells;
mod expectations;
mod report;
mod run;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;

use cells::Cell;
use report::Tally;
use run::Content;

/// How many cells run at the same time: most of them wait most of the time.
const SIDE_BY_SIDE: usize = 16;
/// That of the cells that run with the other tests.
const SEED: u64 = 13;
const SLICE: usize = 60;
/// Threads without work end after ten seconds.
const LONGEST_REST: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slice_of_the_matrix_ends_as_documented() {
    run_cells(cells::slice(SEED, SLICE)).await;
}

/// Writes its section of docs/reliability.md.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes minutes: make soak"]
async fn the_whole_matrix_ends_as_documented() {
    let started = Instant::now();
    let tally = run_cells(cells::all()).await;
    report::write(&tally, started.elapsed());
}

/// Runs cells side by side.
///
/// # Panics
/// When one of them does not end as it must, or something is left when all have ended.
async fn run_cells(cells: Vec<Cell>) -> Tally {
    let before = held();
    let folder = tempfile::tempdir().unwrap();
    let mut contents: Vec<Arc<Content>> = Vec::new();
    let mut content_of = |cell: &Cell| {
        if let Some(known) = contents.iter().find(|content| content.size() == cell.size()) {
            return Arc::clone(known);
        }
        contents.push(Arc::new(Content::write(folder.path(), cell.size())));
        Arc::clone(contents.last().unwrap())
    };
    let with_content: Vec<_> = cells.into_iter().map(|cell| (cell, content_of(&cell))).collect();
    let running = with_content.into_iter().map(|(cell, content)| async move {
        (cell, tokio::spawn(async move { run::run(cell, &content).await }).await.unwrap())
    });
    let outcomes: Vec<_> = futures_util::stream::iter(running).buffer_unordered(SIDE_BY_SIDE).collect().await;
    let problems: Vec<_> = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().err()).collect();
    let list = problems.iter().map(|problem| problem.as_str()).collect::<Vec<_>>().join("\n");
    assert!(problems.is_empty(), "{} of {} cells:\n{list}", problems.len(), outcomes.len());
    rest(before).await;
    Tally::of(outcomes.into_iter().map(|(cell, outcome)| (cell, outcome.unwrap())))
}

/// Descriptors and threads of this process.
fn held() -> [usize; 2] {
    ["/proc/self/fd", "/proc/self/task"].map(|folder| std::fs::read_dir(folder).map_or(0, Iterator::count))
}

/// Waits until this process has no more descriptors and threads than before.
async fn rest(before: [usize; 2]) {
    let started = Instant::now();
    while held().iter().zip(before).any(|(now, before)| *now > before) {
        assert!(started.elapsed() < LONGEST_REST, "descriptors and threads: {before:?} before, {:?} after", held());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
