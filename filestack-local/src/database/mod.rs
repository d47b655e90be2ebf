//! Records in SQLite: files, uploads under way with what storage has received for them, and jobs.

mod files;
mod jobs;
mod uploads;

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::errors::{Result, ServiceError};

pub(crate) use files::{FileRecord, Replacement};
pub(crate) use jobs::{VideoRecord, WorkflowRecord};
pub(crate) use uploads::{ChunkRecord, PartRecord, UploadRecord};

/// The layout of the tables, as the steps that lead to it. A file is brought up to date by those that it lacks;
/// a step that was ever released does not change.
const LAYOUT: [&str; 2] = [FIRST_LAYOUT, SECOND_LAYOUT];

const FIRST_LAYOUT: &str = "
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE files (
    handle TEXT PRIMARY KEY, filename TEXT NOT NULL, mimetype TEXT NOT NULL, size INTEGER NOT NULL,
    object TEXT NOT NULL, location TEXT NOT NULL, container TEXT NOT NULL, key TEXT NOT NULL,
    created_ms INTEGER NOT NULL) STRICT;
CREATE TABLE uploads (
    upload_id TEXT PRIMARY KEY, api_key TEXT NOT NULL, uri TEXT NOT NULL, region TEXT NOT NULL,
    filename TEXT NOT NULL, mimetype TEXT NOT NULL, size INTEGER NOT NULL, store TEXT NOT NULL,
    intelligent INTEGER NOT NULL, created_ms INTEGER NOT NULL, complete_calls INTEGER NOT NULL DEFAULT 0, reply TEXT) STRICT;
CREATE TABLE parts (
    upload_id TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, md5 TEXT NOT NULL, file TEXT NOT NULL,
    intelligent INTEGER NOT NULL, PRIMARY KEY (upload_id, number)) STRICT;
CREATE TABLE chunks (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, upload_id TEXT NOT NULL, part INTEGER NOT NULL,
    start INTEGER NOT NULL, size INTEGER NOT NULL, file TEXT NOT NULL) STRICT;
CREATE INDEX chunks_of_part ON chunks (upload_id, part, sequence);
";

const SECOND_LAYOUT: &str = "
ALTER TABLE files ADD COLUMN tags TEXT;
CREATE TABLE videos (
    uuid TEXT PRIMARY KEY, request TEXT NOT NULL UNIQUE, filename TEXT NOT NULL, mimetype TEXT NOT NULL,
    size INTEGER NOT NULL, object TEXT NOT NULL, source_filename TEXT NOT NULL, source_mimetype TEXT NOT NULL,
    parameters TEXT NOT NULL, requests INTEGER NOT NULL, handle TEXT, thumbnail TEXT, has_ended INTEGER NOT NULL,
    created_ms INTEGER NOT NULL) STRICT;
CREATE TABLE workflows (
    job TEXT PRIMARY KEY, workflow TEXT NOT NULL, handle TEXT, source TEXT NOT NULL, requests INTEGER NOT NULL,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;
";

/// The database of one data folder.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
}

impl Database {
    /// Opens or creates the database file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let (connection, version) =
            connect(path).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        if version != LAYOUT.len() {
            let text = format!("{} has layout {version}, this version reads {}", path.display(), LAYOUT.len());
            return Err(io::Error::other(text));
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs `work` on a thread that may block.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            // A panic in an earlier call has rolled its transaction back: the connection is good.
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Ok(done.await.map_err(ServiceError::internal)??)
    }

    /// The value of a setting, made by `make` the first time.
    pub(crate) fn setting(&self, name: &str, make: impl FnOnce() -> Vec<u8>) -> rusqlite::Result<Vec<u8>> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let found =
            connection.query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0)).optional()?;
        if let Some(value) = found {
            return Ok(value);
        }
        let value = make();
        connection.execute("INSERT INTO settings (name, value) VALUES (?1, ?2)", params![name, value])?;
        Ok(value)
    }

    /// What the first column of a query has.
    fn names(&self, query: &str) -> rusqlite::Result<HashSet<String>> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection.prepare(query)?;
        statement.query_map([], |row| row.get(0))?.collect()
    }

    /// Counts that the folder was opened, and returns how often that was.
    pub(crate) fn count_run(&self) -> rusqlite::Result<u64> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let counted: Option<Vec<u8>> =
            connection.query_row("SELECT value FROM settings WHERE name = 'runs'", [], |row| row.get(0)).optional()?;
        let before = counted.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        let runs = before + 1;
        connection.execute(
            "INSERT OR REPLACE INTO settings (name, value) VALUES ('runs', ?1)",
            [runs.to_le_bytes().as_slice()],
        )?;
        Ok(runs)
    }
}

/// Opens the file, brings its layout up to date, and returns the number of that.
fn connect(path: &Path) -> rusqlite::Result<(Connection, usize)> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode NORMAL survives a killed process; only a power cut can lose the latest transactions.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    let missing = LAYOUT.get(version..).unwrap_or_default();
    if missing.is_empty() {
        return Ok((connection, version));
    }
    let transaction = connection.transaction()?;
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(LAYOUT.len()).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    Ok((connection, LAYOUT.len()))
}

/// SQLite's integers are signed; no size here comes near the difference.
fn to_sql(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn from_sql(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_layouts_are_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        {
            let old = Connection::open(&path).unwrap();
            old.execute_batch(FIRST_LAYOUT).unwrap();
            old.pragma_update(None, "user_version", 1).unwrap();
            old.execute("INSERT INTO files VALUES ('h', 'a', 'b/c', 3, 'o', 'S3', 'c', 'k', 1)", []).unwrap();
        }
        for _ in 0..2 {
            let (connection, version) = connect(&path).unwrap();
            assert_eq!(version, LAYOUT.len());
            let tags: Option<String> =
                connection.query_row("SELECT tags FROM files WHERE handle = 'h'", [], |row| row.get(0)).unwrap();
            assert_eq!(tags, None);
        }
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(Database::open(&path).is_err());
    }
}
