//! The process that is killed, and the one that goes on: both make the same call.

use std::path::PathBuf;

use filestack_core::{Client, ClientOptions, IfExists, Intelligent, RequestOptions, UploadOptions};
use serde::{Deserialize, Serialize};

const PART: u64 = 5 * 1024 * 1024;
const CONCURRENCY: usize = 3;

/// What is transferred, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Regular,
    Intelligent,
    Fallback,
    Download,
}

pub(crate) const KINDS: [Kind; 4] = [Kind::Regular, Kind::Intelligent, Kind::Fallback, Kind::Download];

impl Kind {
    /// How many bytes may be on their way when the process is killed.
    pub(crate) fn most_again(self) -> u64 {
        match self {
            // So that there is something to ask for.
            Kind::Download => 1,
            _ => CONCURRENCY as u64 * PART,
        }
    }
}

/// One transfer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    pub(crate) key: String,
    /// What is uploaded.
    pub(crate) source: PathBuf,
    pub(crate) checkpoint: PathBuf,
    /// What is downloaded.
    pub(crate) handle: String,
    pub(crate) destination: PathBuf,
}

/// # Panics
/// When the transfer fails.
pub(crate) async fn run(task: Task) {
    match task.kind {
        Kind::Download => {
            let request = RequestOptions { if_exists: IfExists::Resume, ..RequestOptions::default() };
            let filelink = client(&task).filelink(&task.handle, None).unwrap();
            filelink.download(&task.destination, &request).await.unwrap();
        }
        _ => drop(client(&task).upload_path(&task.source, &upload_options(&task)).await.unwrap()),
    }
}

/// Stores the file that will be downloaded, and returns its handle.
pub(crate) fn store(task: &Task) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stored = runtime.block_on(client(task).upload_path(&task.source, &UploadOptions::default()));
    stored.unwrap().handle().to_owned()
}

fn client(task: &Task) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(&task.url).unwrap();
    Client::new(Some(&task.key), options).unwrap()
}

fn upload_options(task: &Task) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.set_part_size(PART).unwrap();
    options.set_concurrency(CONCURRENCY).unwrap();
    options.checkpoint = Some(task.checkpoint.clone());
    options.intelligent = match task.kind {
        Kind::Intelligent => Intelligent::On,
        Kind::Fallback => Intelligent::Fallback,
        Kind::Regular | Kind::Download => Intelligent::Off,
    };
    options
}
