//! The process that uploads: many files through one client, each until it is stored. It may be killed at any time; then
//! another one goes on with what the folder says.
//!
//! The folder has, for each upload, its source, its checkpoint and the number of its attempt, and a log for all. An attempt
//! has a name and a content of its own. It is given up only when nobody can know whether its file is stored: when the
//! process was killed and has left no checkpoint, or with `MayBeStored`.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use filestack_core::{Client, ClientOptions, Error, ErrorKind, Intelligent, UploadOptions};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

use crate::support::content;

/// Uploads of one round.
pub(crate) const UPLOADS: usize = 200;
/// How many of them run at the same time.
const SIDE_BY_SIDE: usize = 12;
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const LARGEST: usize = 18 * MIB;
/// Sizes of files are below one of these.
const MOST_BYTES: [usize; 8] = [64 * KIB, 64 * KIB, 64 * KIB, MIB, MIB, 6 * MIB, 6 * MIB, LARGEST];
const MODES: [Intelligent; 3] = [Intelligent::Off, Intelligent::On, Intelligent::Fallback];
/// How long a request may stand still.
const SILENCE: Duration = Duration::from_millis(1500);
/// Of one call; the next one goes on.
const DEADLINE: Duration = Duration::from_secs(20);

/// A round of uploads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) folder: PathBuf,
    pub(crate) seed: u64,
}

/// One line of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Entry {
    /// The service has the file.
    Stored { upload: usize, attempt: u32, handle: String },
    /// The call failed, and another one was made.
    Failed { kind: String },
}

/// Uploads what is not stored yet.
///
/// # Panics
/// When an upload fails with an error after which it cannot go on.
pub(crate) async fn run(task: Task) {
    let mut options = ClientOptions::new();
    options.set_base_url(&task.url).unwrap();
    options.set_retry_delay(Duration::from_millis(5), Duration::from_millis(100)).unwrap();
    options.network.connect_timeout = Some(SILENCE);
    options.network.idle_timeout = Some(SILENCE);
    options.network.total_timeout = Some(DEADLINE);
    options.network.max_retries = 2;
    let client = Client::new(Some(&task.key), options).unwrap();
    let bytes = bytes();
    let stored_upload = |entry| match entry {
        Entry::Stored { upload, .. } => Some(upload),
        Entry::Failed { .. } => None,
    };
    let stored: HashSet<_> = task.entries().into_iter().filter_map(stored_upload).collect();
    let missing = (0..UPLOADS).filter(|upload| !stored.contains(upload));
    let uploads = missing.map(|upload| store(&client, &task, upload, &bytes));
    futures_util::stream::iter(uploads).buffer_unordered(SIDE_BY_SIDE).collect::<()>().await;
}

/// Uploads one file, however often it takes.
async fn store(client: &Client, task: &Task, upload: usize, bytes: &[u8]) {
    let checkpoint = task.folder.join(format!("{upload}.checkpoint"));
    let mut attempt = task.attempt(upload).unwrap_or(0);
    if attempt == 0 || !checkpoint.exists() {
        attempt = task.begin(upload, attempt + 1, bytes);
    }
    loop {
        let options = options_of(upload, attempt, checkpoint.clone());
        match client.upload_path(task.source(upload), &options).await {
            Ok(filelink) => {
                task.log(&Entry::Stored { upload, attempt, handle: filelink.handle().to_owned() });
                return;
            }
            Err(error) => {
                assert!(may_be_repeated(&error), "upload {upload}: {:?}: {error}", error.kind());
                task.log(&Entry::Failed { kind: format!("{:?}", error.kind()) });
                if error.kind() == ErrorKind::MayBeStored {
                    std::fs::remove_file(&checkpoint).unwrap();
                    attempt = task.begin(upload, attempt + 1, bytes);
                }
            }
        }
    }
}

/// What faults and restarts may end with. Anything else is a defect.
fn may_be_repeated(error: &Error) -> bool {
    use ErrorKind::{Auth, Connect, Http, MayBeStored, Network, Protocol, RateLimit, Timeout};
    matches!(error.kind(), Auth | Connect | Http | MayBeStored | Network | Protocol | RateLimit | Timeout)
}

fn options_of(upload: usize, attempt: u32, checkpoint: PathBuf) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.store.set_filename(&name_of(upload, attempt)).unwrap();
    options.set_part_size(5 * MIB as u64).unwrap();
    options.checkpoint = Some(checkpoint);
    options.intelligent = MODES[upload % MODES.len()];
    options
}

fn name_of(upload: usize, attempt: u32) -> String {
    format!("{upload}-{attempt}.bin")
}

fn random_of(seed: u64, upload: usize) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed ^ (upload as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The content of an attempt: its name, and as many further bytes as the upload has.
pub(crate) fn content_of(seed: u64, upload: usize, attempt: u32, bytes: &[u8]) -> Vec<u8> {
    let mut random = random_of(seed, upload);
    let most = MOST_BYTES[random.usize(..MOST_BYTES.len())];
    [name_of(upload, attempt).as_bytes(), &bytes[..random.usize(..most)]].concat()
}

/// The bytes of which every content has the beginning.
pub(crate) fn bytes() -> Vec<u8> {
    content(LARGEST)
}

impl Task {
    /// What processes so far have told. The last line may be missing its end.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn source(&self, upload: usize) -> PathBuf {
        self.folder.join(format!("{upload}.bin"))
    }

    /// The number of the attempt that was begun last.
    fn attempt(&self, upload: usize) -> Option<u32> {
        std::fs::read_to_string(self.folder.join(format!("{upload}.attempt"))).ok()?.parse().ok()
    }

    /// Writes down that an attempt begins, and its source before that.
    fn begin(&self, upload: usize, attempt: u32, bytes: &[u8]) -> u32 {
        std::fs::write(self.source(upload), content_of(self.seed, upload, attempt, bytes)).unwrap();
        let beside = self.folder.join(format!("{upload}.attempt.new"));
        std::fs::write(&beside, attempt.to_string()).unwrap();
        std::fs::rename(&beside, self.folder.join(format!("{upload}.attempt"))).unwrap();
        attempt
    }

    fn log(&self, entry: &Entry) {
        let mut line = serde_json::to_vec(entry).unwrap();
        line.push(b'\n');
        let mut log = OpenOptions::new().append(true).create(true).open(self.folder.join("log")).unwrap();
        log.write_all(&line).unwrap();
    }
}
