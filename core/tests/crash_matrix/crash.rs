//! One crash: a service and a folder of its own, a process that is killed, one that goes on, and what must hold then.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use filestack_local::{Options, RecordedRequest, Service};

use crate::support::process::Process;
use crate::support::{content, files_below, sha256};
use crate::victim::{self, Kind, Task};

/// 16 parts of 5 MiB.
const SIZE: usize = 80 * 1024 * 1024;
/// What tells an end from a hang.
const HANGS: Duration = Duration::from_secs(60);

/// When a process is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crash {
    kind: Kind,
    /// How much must have happened: requests of an upload, bytes of a download.
    progress: usize,
    /// And how much later.
    pause: Duration,
}

/// How a crash was survived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// The process had not ended by itself.
    pub(crate) was_killed: bool,
    /// How much of the file the second process did not have to transfer.
    pub(crate) kept: u64,
    /// What was transferred again although it had arrived.
    pub(crate) again: u64,
}

impl Crash {
    pub(crate) fn seeded(kind: Kind, random: &mut fastrand::Rng) -> Self {
        let most = match kind {
            // start, a request for a URL and a PUT for each part, complete
            Kind::Regular => 34,
            // and a commit for each part
            Kind::Intelligent => 50,
            // and another try of one part
            Kind::Fallback => 37,
            Kind::Download => SIZE,
        };
        Crash { kind, progress: random.usize(1..=most), pause: Duration::from_micros(random.u64(0..8000)) }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

/// The file that is transferred.
pub(crate) struct Scene {
    folder: tempfile::TempDir,
    sha256: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bytes = content(SIZE);
        std::fs::write(folder.path().join("source.bin"), &bytes).unwrap();
        Scene { sha256: sha256(&bytes), folder }
    }

    /// # Errors
    /// What does not hold at the end.
    pub(crate) fn run(&self, crash: Crash) -> Result<Outcome, String> {
        let service = Service::start(Options { page: false, ..Options::default() }).unwrap();
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        match crash.kind {
            Kind::Download => self.download(crash, &service, folder.path()),
            _ => self.upload(crash, &service, folder.path()),
        }
    }

    fn task(&self, kind: Kind, service: &Service, folder: &Path) -> Task {
        Task {
            kind,
            url: service.url().to_owned(),
            key: service.api_key().to_owned(),
            source: self.source(),
            checkpoint: folder.join("checkpoint"),
            handle: String::new(),
            destination: folder.join("copy.bin"),
        }
    }

    fn upload(&self, crash: Crash, service: &Service, folder: &Path) -> Result<Outcome, String> {
        let task = self.task(crash.kind, service, folder);
        if crash.kind == Kind::Fallback {
            service.add_fault("PUT /s3/* 2 reset-body:1000000".parse().unwrap());
        }
        let was_killed = kill(&task, crash, || service.requests().len());
        let before = service.requests();
        if was_killed {
            go_on(&task)?;
        }
        let after = service.requests().split_off(before.len());
        let acknowledged = content_of(before.iter().filter(|request| request.status == Some(200)));
        let sent = content_of(after.iter());
        let stored = files_below(&service.data_dir().join("objects"));
        let [only] = stored.as_slice() else { return Err(format!("{} files are stored", stored.len())) };
        self.check_equal(only)?;
        if !files_below(folder).is_empty() {
            return Err("the checkpoint has stayed".to_owned());
        }
        outcome(crash, was_killed, sent, acknowledged)
    }

    fn download(&self, crash: Crash, service: &Service, folder: &Path) -> Result<Outcome, String> {
        let mut task = self.task(crash.kind, service, folder);
        task.handle = victim::store(&task);
        // Otherwise it is over before it can be killed.
        service.add_fault("GET /* 1 drip:262144/1".parse().unwrap());
        let arrived = || files_below(folder).iter().map(|path| size_of(path)).max().unwrap_or(0);
        let was_killed = kill(&task, crash, || usize::try_from(arrived()).unwrap());
        let (had, asked) = (arrived(), service.requests().len());
        if was_killed {
            go_on(&task)?;
        }
        self.check_equal(&task.destination)?;
        if files_below(folder).len() != 1 {
            return Err("something was left beside the file".to_owned());
        }
        let requests = service.requests().split_off(asked);
        let from =
            requests.iter().filter_map(|request| request.header("range")?.strip_prefix("bytes=")?.strip_suffix('-'));
        let skipped = from.map(|from| from.parse::<u64>().unwrap()).min().unwrap_or(0);
        let sent = if was_killed { SIZE as u64 - skipped } else { 0 };
        outcome(crash, was_killed, sent, had)
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source.bin")
    }

    fn check_equal(&self, path: &Path) -> Result<(), String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let is_equal = bytes.len() == SIZE && sha256(&bytes) == self.sha256;
        if is_equal { Ok(()) } else { Err(format!("{} other bytes instead of {SIZE}", bytes.len())) }
    }
}

/// Starts the transfer and kills its process at the moment of `crash`. Whether it had not ended before.
fn kill(task: &Task, crash: Crash, progress: impl Fn() -> usize) -> bool {
    let mut process = Process::start("victim", task);
    let started = Instant::now();
    while progress() < crash.progress && !process.has_ended() {
        assert!(started.elapsed() < HANGS, "{crash:?} does not come");
        std::thread::sleep(Duration::from_micros(500));
    }
    std::thread::sleep(crash.pause);
    process.kill()
}

/// Makes the same call in another process.
fn go_on(task: &Task) -> Result<(), String> {
    let has_passed = Process::start("victim", task).end(HANGS)?;
    if has_passed { Ok(()) } else { Err("the second process has failed".to_owned()) }
}

/// What `sent` after a crash says when `had` had arrived for certain.
fn outcome(crash: Crash, was_killed: bool, sent: u64, had: u64) -> Result<Outcome, String> {
    let (again, most) = ((had + sent).saturating_sub(SIZE as u64), crash.kind.most_again());
    if again > most {
        return Err(format!("{again} bytes were transferred again, at most {most} were on their way"));
    }
    Ok(Outcome { was_killed, kept: SIZE as u64 - sent.min(SIZE as u64), again })
}

/// How much of parts and chunks these requests have brought.
fn content_of<'a>(requests: impl Iterator<Item = &'a RecordedRequest>) -> u64 {
    requests.filter(|request| request.method == "PUT").map(|request| request.body_size).sum()
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}
