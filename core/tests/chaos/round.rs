//! One round: a service, a folder, processes that upload, what happens to them, and what must be there in the end.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use filestack_local::{Options, Service};

use crate::support::process::Process;
use crate::support::{files_below, sha256};
use crate::worker::{self, Entry, Task, UPLOADS};

/// After this, nothing more happens to a round, so that it ends.
const LONGEST_CHAOS: Duration = Duration::from_secs(9);
/// What tells an end from a hang.
const HANGS: Duration = Duration::from_secs(240);
/// Between two incidents.
const PAUSES_MS: std::ops::Range<u64> = 20..250;
/// How long the service is away.
const AWAY_MS: std::ops::Range<u64> = 0..400;
const ROUTES: [&str; 5] = [
    "POST /multipart/start",
    "POST /multipart/upload",
    "PUT /s3/*",
    "POST /multipart/commit",
    "POST /multipart/complete",
];
const ACTIONS: [&str; 16] = [
    "reset",
    "reset-after",
    "reset-mid",
    "reset-body:100000",
    "status:500",
    "status:503",
    "status:503 retry-after=1",
    "status:429",
    "status:408",
    "early:503",
    "hang",
    "delay:700",
    "truncate:5",
    "garbage",
    "no-etag",
    "skew",
];

/// What has happened.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) rounds: usize,
    pub(crate) faults: usize,
    pub(crate) restarts: usize,
    pub(crate) kills: usize,
    /// Calls that failed, by the kind of the error.
    pub(crate) failed: BTreeMap<String, usize>,
    pub(crate) reported: usize,
    /// Files that the service has, but no process lived to tell.
    pub(crate) unreported: usize,
    pub(crate) bytes: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.rounds += other.rounds;
        self.faults += other.faults;
        self.restarts += other.restarts;
        self.kills += other.kills;
        self.reported += other.reported;
        self.unreported += other.unreported;
        self.bytes += other.bytes;
        for (kind, count) in other.failed {
            *self.failed.entry(kind).or_default() += count;
        }
    }
}

/// # Errors
/// What is not as it must be in the end.
pub(crate) fn run(seed: u64) -> Result<Tally, String> {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut service = start(0, data.path());
    let port = service.url().rsplit(':').next().unwrap().parse().unwrap();
    let task = Task {
        url: service.url().to_owned(),
        key: service.api_key().to_owned(),
        folder: folder.path().to_owned(),
        seed,
    };
    let mut random = fastrand::Rng::with_seed(seed);
    let mut tally = Tally { rounds: 1, ..Tally::default() };
    let mut process = Process::start("worker", &task);
    let started = Instant::now();
    while !process.has_ended() && started.elapsed() < LONGEST_CHAOS {
        pause(&mut random, PAUSES_MS);
        match random.u32(..20) {
            0..2 => {
                service.stop(Duration::ZERO);
                pause(&mut random, AWAY_MS);
                service = start(port, data.path());
                tally.restarts += 1;
            }
            2..5 => {
                tally.kills += usize::from(process.kill());
                process = Process::start("worker", &task);
            }
            5 => service.clear_faults(),
            _ => {
                service.add_fault(fault(&mut random).parse().unwrap());
                tally.faults += 1;
            }
        }
    }
    service.clear_faults();
    if !process.end(HANGS)? {
        return Err("an upload failed with an error after which it cannot go on".to_owned());
    }
    check(&task, &data.path().join("objects"), &mut tally)?;
    Ok(tally)
}

fn start(port: u16, data: &Path) -> Service {
    let options = Options { port, data: Some(data.to_owned()), page: false, kept_requests: 0, ..Options::default() };
    // The connection of somebody else may have the port for a moment.
    let mut tries = 0..50;
    loop {
        match Service::start(options.clone()) {
            Ok(service) => return service,
            Err(error) => assert!(tries.next().is_some(), "the service does not start: {error}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn pause(random: &mut fastrand::Rng, milliseconds: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(random.u64(milliseconds)));
}

/// A rule for some of the next requests of one kind.
fn fault(random: &mut fastrand::Rng) -> String {
    let (route, action) = (ROUTES[random.usize(..ROUTES.len())], ACTIONS[random.usize(..ACTIONS.len())]);
    format!("{route} 1-{} {action}", random.u32(1..=4))
}

/// Compares what was reported with what is there.
fn check(task: &Task, objects: &Path, tally: &mut Tally) -> Result<(), String> {
    let mut stored: HashMap<String, usize> = HashMap::new();
    for path in files_below(objects) {
        let content = std::fs::read(path).unwrap();
        tally.bytes += content.len() as u64;
        *stored.entry(sha256(&content)).or_default() += 1;
    }
    if let Some((hash, count)) = stored.iter().find(|(_, count)| **count > 1) {
        return Err(format!("a file is stored {count} times: {hash}"));
    }
    let bytes = worker::bytes();
    let mut reported = HashSet::new();
    for entry in task.entries() {
        match entry {
            Entry::Failed { kind } => *tally.failed.entry(kind).or_default() += 1,
            Entry::Stored { upload, attempt, handle } => {
                let hash = sha256(&worker::content_of(task.seed, upload, attempt, &bytes));
                if stored.remove(&hash).is_none() {
                    return Err(format!("upload {upload}, attempt {attempt} was reported and is not there: {handle}"));
                }
                reported.insert(upload);
            }
        }
    }
    if reported.len() != UPLOADS {
        return Err(format!("{} uploads of {UPLOADS} were reported", reported.len()));
    }
    tally.reported += reported.len();
    tally.unreported += stored.len();
    Ok(())
}
