//! The journal of an upload: a file that tells another process what it needs to go on. docs/resume.md describes it.
//!
//! Its first line names the format. Every further one is a record: a sum and JSON. The sum covers the lines before, too,
//! so a record that was changed, moved or taken out is noticed. Only the last one can be incomplete: then the process was
//! killed, or the power failed, while it was written. It holds no key, no credentials and nothing of the content.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::locked_file;

use super::state::{BegunPart, Phase, SentPart, Start, State};

/// What the first line says before the number of the version.
const NAME: &str = "filestack-checkpoint ";
const VERSION: &str = "1";
/// No journal grows to this.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// How many bytes of records that say nothing any more are kept before the rest is written anew.
const MOST_STALE_BYTES: u64 = 512 * 1024;
/// A power failure forgets the parts of at most this time; they are sent again.
const BETWEEN_SYNCS: Duration = Duration::from_secs(1);
const SUM_BYTES: usize = 8;
/// Only the owner reads it: it names the upload.
const MODE: u32 = 0o600;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    Start(Start),
    Part { number: u64, md5: String, etag: Option<String> },
    Chunk { number: u64, arrived: u64, md5: String },
    Completing,
}

/// Why a journal cannot be gone on with.
#[derive(Debug)]
pub(super) enum Unusable {
    /// Another call or process has it.
    InUse,
    /// The file is something else.
    Foreign,
    /// A later version of this library wrote it.
    OtherVersion,
    /// It is not what was written.
    Damaged,
    Io(io::Error),
}

impl From<io::Error> for Unusable {
    fn from(cause: io::Error) -> Self {
        Unusable::Io(cause)
    }
}

/// A journal that this call has locked.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Of the last record.
    sum: Vec<u8>,
    /// How much of the file is whole.
    length: u64,
    /// How much of it are records of chunks.
    stale: u64,
    synced: Instant,
}

impl Journal {
    /// Opens the journal at `path`, or makes an empty one, and reads it. Blocks.
    pub(super) fn open(path: &Path) -> Result<(Self, Option<State>), Unusable> {
        let file = locked_file::open(path, MODE)?.ok_or(Unusable::InUse)?;
        // Nobody else writes it while the journal is locked: it was left by a process that was killed.
        let _ = std::fs::remove_file(beside(path));
        if file.metadata()?.len() > MOST_BYTES {
            return Err(Unusable::Foreign);
        }
        let mut text = Vec::new();
        (&file).read_to_end(&mut text)?;
        let read = read(&text)?;
        let mut journal = Journal {
            path: path.to_owned(),
            file,
            sum: read.sum,
            length: read.length,
            stale: read.stale,
            synced: Instant::now(),
        };
        if journal.length < text.len() as u64 {
            journal.cut()?;
        }
        Ok((journal, read.recorded))
    }

    /// Begins a journal of an upload, in the place of what is there. It is on the disk when this returns.
    pub(super) fn begin(&mut self, start: Start) -> io::Result<()> {
        self.write_anew(&[Record::Start(start)])
    }

    /// Notes a part that the storage has.
    pub(super) fn part(&mut self, number: u64, part: &SentPart) -> io::Result<()> {
        self.append(&Record::Part { number, md5: part.md5.clone(), etag: part.etag.clone() })?;
        if self.synced.elapsed() >= BETWEEN_SYNCS {
            self.sync()?;
        }
        if self.stale > MOST_STALE_BYTES { self.compact() } else { Ok(()) }
    }

    /// Notes how much of a part the storage has.
    pub(super) fn chunk(&mut self, number: u64, begun: &BegunPart) -> io::Result<()> {
        let before = self.length;
        self.append(&Record::Chunk { number, arrived: begun.arrived, md5: begun.md5.clone() })?;
        self.stale += self.length - before;
        if self.stale > 2 * MOST_STALE_BYTES { self.compact() } else { Ok(()) }
    }

    /// Notes that the service is going to be told to join the parts. It is on the disk when this returns.
    pub(super) fn completing(&mut self) -> io::Result<()> {
        self.append(&Record::Completing)?;
        self.sync()
    }

    /// Removes the file, because there is nothing more to go on with.
    pub(super) fn remove(&self) -> io::Result<()> {
        if locked_file::is_at(&self.file, &self.path) { std::fs::remove_file(&self.path) } else { Ok(()) }
    }

    /// Whether nothing is recorded in it.
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn append(&mut self, record: &Record) -> io::Result<()> {
        let (line, sum) = line(&self.sum, record)?;
        if let Err(cause) = (&self.file).write_all(&line) {
            // What is half written would look like a record of a killed process; the next one must not follow it.
            let _ = self.cut();
            return Err(cause);
        }
        self.sum = sum;
        self.length += line.len() as u64;
        Ok(())
    }

    /// Takes away what follows the last whole record.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        (&self.file).seek(SeekFrom::Start(self.length)).map(drop)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.synced = Instant::now();
        Ok(())
    }

    /// Writes only what still says something. Chunks of parts that are done say nothing.
    fn compact(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        (&self.file).seek(SeekFrom::Start(0))?;
        (&self.file).read_to_end(&mut text)?;
        let recorded = read(&text).ok().and_then(|read| read.recorded);
        let recorded = recorded.ok_or_else(|| io::Error::other("its content was changed by another program"))?;
        self.write_anew(&records(recorded))
    }

    /// Puts a file with these records in the place of the present one. It is locked before it gets there.
    fn write_anew(&mut self, records: &[Record]) -> io::Result<()> {
        let beside = beside(&self.path);
        let taken = || io::Error::other(format!("another program has '{}'", beside.display()));
        let mut file = locked_file::open(&beside, MODE)?.ok_or_else(taken)?;
        let mut text = format!("{NAME}{VERSION}\n").into_bytes();
        let mut sum = Vec::new();
        let mut stale = 0;
        for record in records {
            let (line, next) = line(&sum, record)?;
            if matches!(record, Record::Chunk { .. }) {
                stale += line.len() as u64;
            }
            text.extend(line);
            sum = next;
        }
        file.set_len(0)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        sync_folder(&self.path)?;
        // The lock of the file that was replaced ends here, when its name leads to the new one.
        self.file = file;
        (self.sum, self.length, self.stale, self.synced) = (sum, text.len() as u64, stale, Instant::now());
        Ok(())
    }
}

/// The records of a state.
fn records(state: State) -> Vec<Record> {
    let part = |(number, SentPart { md5, etag })| Record::Part { number, md5, etag };
    let chunk = |(number, BegunPart { md5, arrived })| Record::Chunk { number, arrived, md5 };
    let completing = (state.phase == Phase::Completing).then_some(Record::Completing);
    let parts = state.sent.into_iter().map(part).chain(state.begun.into_iter().map(chunk));
    std::iter::once(Record::Start(state.start)).chain(parts).chain(completing).collect()
}

/// Adds what a record says; `None` when it cannot come here.
fn add(state: &mut State, record: Record) -> Option<()> {
    match record {
        Record::Start(_) => return None,
        Record::Part { number, md5, etag } => {
            state.begun.remove(&number);
            state.sent.insert(number, SentPart { md5, etag });
        }
        Record::Chunk { number, arrived, md5 } => {
            state.begun.insert(number, BegunPart { md5, arrived });
        }
        Record::Completing => state.phase = Phase::Completing,
    }
    Some(())
}

/// A journal as it was found.
struct Found {
    recorded: Option<State>,
    sum: Vec<u8>,
    length: u64,
    stale: u64,
}

fn read(text: &[u8]) -> Result<Found, Unusable> {
    let mut found = Found { recorded: None, sum: Vec::new(), length: 0, stale: 0 };
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let head = format!("{NAME}{VERSION}\n").into_bytes();
    match lines.next() {
        None => return Ok(found),
        Some(first) if *first == *head => found.length = first.len() as u64,
        Some(first) if head.starts_with(first) => return Ok(found),
        Some(first) if first.starts_with(NAME.as_bytes()) => return Err(Unusable::OtherVersion),
        Some(_) => return Err(Unusable::Foreign),
    }
    for whole in lines {
        // The end of a journal whose process was killed, or zeros that a power failure left.
        let Some(whole) = whole.strip_suffix(b"\n") else { break };
        let (record, sum) = parse(&found.sum, whole).ok_or(Unusable::Damaged)?;
        let length = whole.len() as u64 + 1;
        if matches!(record, Record::Chunk { .. }) {
            found.stale += length;
        }
        match (&mut found.recorded, record) {
            (Some(recorded), record) => add(recorded, record).ok_or(Unusable::Damaged)?,
            (None, Record::Start(start)) => found.recorded = Some(State::of(start)),
            (None, _) => return Err(Unusable::Damaged),
        }
        (found.sum, found.length) = (sum, found.length + length);
    }
    Ok(found)
}

/// A record's line, and its sum.
fn line(before: &[u8], record: &Record) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let json = serde_json::to_vec(record)?;
    let sum = sum(before, &json);
    let mut line = hex(&sum).into_bytes();
    line.push(b' ');
    line.extend(json);
    line.push(b'\n');
    Ok((line, sum))
}

/// The record of a line, and its sum, when that is right.
fn parse(before: &[u8], line: &[u8]) -> Option<(Record, Vec<u8>)> {
    let (told, json) = line.split_at_checked(2 * SUM_BYTES)?;
    let json = json.strip_prefix(b" ")?;
    let sum = sum(before, json);
    let record = serde_json::from_slice(json).ok()?;
    (*told == *hex(&sum).as_bytes()).then_some((record, sum))
}

fn sum(before: &[u8], json: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(before).chain_update(json).finalize()[..SUM_BYTES].to_vec()
}

/// Where a journal is written before it takes the place of another one.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

/// Puts the names in the file's folder on the disk.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems cannot, and some folders cannot be read.
        Err(cause) if cause.kind() == io::ErrorKind::Other => Err(cause),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Fingerprint;
    use crate::upload::state::Place;
    use serde_json::{Map, json};

    fn start(filename: &str) -> Start {
        let map = |value: serde_json::Value| -> Map<_, _> { value.as_object().unwrap().clone() };
        Start {
            filename: filename.into(),
            mimetype: "image/png".into(),
            size: 5 << 40,
            options: "0011".into(),
            place: Place {
                host: "https://upload.example.com".into(),
                region: Some("eu-central-1".into()),
                is_intelligent: true,
                identity: map(json!({ "uri": "/a", "region": "eu", "upload_id": 12345678901234567890_u64 })),
                unknown: map(json!({ "later": [1, null] })),
            },
            part_size: 525 << 20,
            source: Fingerprint { size: 5 << 40, modified_ns: Some(7), device: Some(1), inode: Some(2) },
        }
    }

    fn sent(etag: Option<&str>) -> SentPart {
        SentPart { md5: "bQ==".into(), etag: etag.map(str::to_owned) }
    }

    fn begun(arrived: u64) -> BegunPart {
        BegunPart { md5: "bg==".into(), arrived }
    }

    /// A journal in which everything was noted once, and what it should tell.
    fn written(path: &Path) -> State {
        let (mut journal, found) = Journal::open(path).unwrap();
        assert_eq!(found, None);
        journal.begin(start("ü.png")).unwrap();
        journal.part(2, &sent(Some("\"e\""))).unwrap();
        journal.chunk(1, &begun(1000)).unwrap();
        journal.chunk(3, &begun(10)).unwrap();
        journal.chunk(3, &begun(20)).unwrap();
        journal.part(1, &sent(None)).unwrap();
        journal.completing().unwrap();
        let mut state = State::of(start("ü.png"));
        state.sent = [(1, sent(None)), (2, sent(Some("\"e\"")))].into();
        state.begun = [(3, begun(20))].into();
        state.phase = Phase::Completing;
        state
    }

    fn found(path: &Path) -> Result<Option<State>, Unusable> {
        Journal::open(path).map(|(_, found)| found)
    }

    #[test]
    fn it_tells_what_was_noted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let state = written(&path);
        assert_eq!(found(&path).unwrap(), Some(state.clone()));
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.compact().unwrap();
        journal.part(3, &sent(None)).unwrap();
        drop(journal);
        let again = found(&path).unwrap().unwrap();
        assert_eq!((again.begun.len(), again.sent.len(), again.phase), (0, 3, state.phase));
    }

    #[test]
    fn one_call_at_a_time_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        for _ in 0..2 {
            assert!(matches!(found(&path), Err(Unusable::InUse)));
            journal.begin(start("a")).unwrap();
            journal.compact().unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        journal.remove().unwrap();
        drop(journal);
        assert!(!path.exists());
    }

    #[test]
    fn a_killed_process_costs_at_most_the_last_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let state = written(&path);
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (mut journal, found) = Journal::open(&path).unwrap();
            if let Some(found) = &found {
                assert!(found.sent.iter().all(|(number, part)| state.sent.get(number) == Some(part)), "{length}");
            }
            if found.is_some() {
                journal.part(9, &sent(None)).unwrap();
                drop(journal);
                assert!(self::found(&path).unwrap().unwrap().sent.contains_key(&9), "{length}");
            }
        }
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        written(&path);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            for change in [1, 0x20, 0x80] {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                std::fs::write(&path, &damaged).unwrap();
                // Without its end, the last record is that of a process that was killed.
                let is_last = at + 1 == whole.len();
                assert_eq!(found(&path).is_ok(), is_last, "byte {at} ^ {change}");
            }
        }
    }

    #[test]
    fn records_that_were_moved_or_taken_out_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        written(&path);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for gone in 1..lines.len() - 1 {
            let left: Vec<_> =
                (lines.iter().enumerate()).filter(|(at, _)| *at != gone).map(|(_, line)| *line).collect();
            std::fs::write(&path, left.join("\n") + "\n").unwrap();
            assert!(matches!(found(&path), Err(Unusable::Damaged)), "without line {gone}");
        }
        let mut swapped = lines.clone();
        swapped.swap(2, 3);
        std::fs::write(&path, swapped.join("\n") + "\n").unwrap();
        assert!(matches!(found(&path), Err(Unusable::Damaged)));
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        for (text, is_version) in [("my notes", false), ("filestack-checkpoint 2\n", true), ("\n", false)] {
            std::fs::write(&path, text).unwrap();
            let problem = found(&path).unwrap_err();
            assert_eq!(matches!(problem, Unusable::OtherVersion), is_version, "{problem:?}");
            assert!(is_version || matches!(problem, Unusable::Foreign), "{problem:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_long_intelligent_upload_has_a_small_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.begin(start("50 GB.bin")).unwrap();
        // 50 GB in parts of 8 MiB, in chunks of 1 MiB.
        let mut largest = 0;
        let part = SentPart { md5: "x".repeat(24), etag: Some("e".repeat(34)) };
        for number in 1..=5961 {
            for arrived in 1..=8 {
                let begun = BegunPart { md5: "x".repeat(24), arrived: arrived << 20 };
                journal.chunk(number, &begun).unwrap();
            }
            journal.part(number, &part).unwrap();
            largest = largest.max(std::fs::metadata(&path).unwrap().len());
        }
        assert!(largest < 2 << 20, "{largest}");
        drop(journal);
        assert_eq!(found(&path).unwrap().unwrap().sent.len(), 5961);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_pipe_in_its_place_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        std::os::unix::fs::symlink(folder.path().join("other"), &path).unwrap();
        assert!(matches!(found(&path), Err(Unusable::Io(_))));
        assert!(!folder.path().join("other").exists());
        assert!(matches!(found(folder.path()), Err(Unusable::Io(_))));
    }
}
