//! Running one cell: a service, a client and a file of its own, and everything that must hold at the end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use filestack_core::{Client, ClientOptions, Limit, RequestOptions, Result, UploadOptions, Verify};
use filestack_local::{Options, Service};

use crate::cells::{Cell, Operation, PART};
use crate::expectations::{Expected, expected};
use crate::support::{content, files_below, options_of, sha256};

/// How long a request may stand still.
const SILENCE: Duration = Duration::from_millis(1500);
/// The deadline of a call. Every cell must end long before.
const DEADLINE: Duration = Duration::from_secs(60);
/// What tells an end from a hang.
const HANGS: Duration = Duration::from_secs(90);
/// Repetitions of each request.
const RETRIES: u32 = 3;

/// A file that many cells upload.
pub(crate) struct Content {
    path: PathBuf,
    size: usize,
    sha256: String,
}

impl Content {
    pub(crate) fn write(folder: &Path, size: usize) -> Self {
        let (path, bytes) = (folder.join(format!("{size}.bin")), content(size));
        std::fs::write(&path, &bytes).unwrap();
        Content { path, size, sha256: sha256(&bytes) }
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }
}

/// Runs a cell and returns whether its call succeeded.
///
/// # Errors
/// What did not end as it must.
pub(crate) async fn run(cell: Cell, content: &Content) -> std::result::Result<bool, String> {
    let service = Service::start(Options { page: false, ..Options::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let outcome = tokio::time::timeout(HANGS, check(cell, content, &service, folder.path())).await;
    outcome.map_err(|_| "hangs".to_owned()).flatten().map_err(|problem| format!("{cell:?}: {problem}"))
}

async fn check(cell: Cell, content: &Content, service: &Service, folder: &Path) -> std::result::Result<bool, String> {
    let (temporary, downloads) = (folder.join("temporary"), folder.join("downloads"));
    std::fs::create_dir(&temporary).unwrap();
    std::fs::create_dir(&downloads).unwrap();
    let client = client(service, &temporary);
    let destination = downloads.join("copy.bin");
    let outcome = carry_out(cell, content, service, &client, &destination).await;
    let met = service.faults().last().map_or(0, |(_, matched)| *matched);
    service.clear_faults();

    let Expected { errors, stored } = expected(&cell);
    match &outcome {
        _ if met == 0 => return Err("the fault was not met".into()),
        Ok(_) if !errors.is_empty() => return Err(format!("succeeded instead of {errors:?}")),
        Err(error) if error.limit() == Some(Limit::Total) => return Err(format!("the deadline passed: {error}")),
        Err(error) if !errors.contains(&error.kind()) => {
            return Err(format!("{:?} instead of {errors:?}: {error}", error.kind()));
        }
        _ => {}
    }
    if let Ok(handle) = &outcome {
        let bytes = client.filelink(handle, None).unwrap().get_content(&RequestOptions::default()).await;
        equal(&bytes.map_err(|error| format!("the stored file cannot be read: {error}"))?, content)?;
    }
    if cell.is_download() && outcome.is_ok() {
        equal(&std::fs::read(&destination).map_err(|error| error.to_string())?, content)?;
    }
    let expected_files = usize::from(cell.is_download() && outcome.is_ok());
    for (what, folder, expected) in [
        ("stored", &*service.data_dir().join("objects"), stored),
        ("downloaded", &downloads, expected_files),
        ("left in the temporary folder", &temporary, 0),
    ] {
        let count = files_below(folder).len();
        if count != expected {
            return Err(format!("{count} files instead of {expected} are {what}"));
        }
    }
    Ok(outcome.is_ok())
}

/// Makes the cell's call and returns the handle of the file.
async fn carry_out(
    cell: Cell,
    content: &Content,
    service: &Service,
    client: &Client,
    destination: &Path,
) -> Result<String> {
    let mut options = UploadOptions::default();
    options.set_part_size(PART as u64)?;
    options.intelligent = cell.mode;
    if cell.operation == Operation::Metadata {
        options.verify = Verify::Sha256;
    }
    let meet = || cell.rules().iter().for_each(|rule| service.add_fault(rule.parse().unwrap()));
    if !cell.is_download() {
        meet();
    }
    let filelink = client.upload_path(&content.path, &options).await?;
    if cell.is_download() {
        meet();
        filelink.download(destination, &RequestOptions::default()).await?;
    }
    Ok(filelink.handle().to_owned())
}

fn client(service: &Service, temporary: &Path) -> Client {
    let mut options: ClientOptions = options_of(service);
    options.network.max_retries = RETRIES;
    options.network.connect_timeout = Some(SILENCE);
    options.network.idle_timeout = Some(SILENCE);
    options.network.total_timeout = Some(DEADLINE);
    options.set_temporary_folder(temporary).unwrap();
    Client::new(Some(service.api_key()), options).unwrap()
}

fn equal(bytes: &[u8], content: &Content) -> std::result::Result<(), String> {
    let is_equal = bytes.len() == content.size && sha256(bytes) == content.sha256;
    if is_equal { Ok(()) } else { Err(format!("{} other bytes instead of {}", bytes.len(), content.size)) }
}
