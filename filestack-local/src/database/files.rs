//! Stored files.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Database, from_sql, to_sql};
use crate::errors::Result;

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileRecord {
    pub(crate) handle: String,
    pub(crate) filename: String,
    pub(crate) mimetype: String,
    pub(crate) size: u64,
    /// Id of the bytes in storage; immutable, so it also serves as the file's version.
    pub(crate) object: String,
    pub(crate) location: String,
    pub(crate) container: String,
    pub(crate) key: String,
    pub(crate) created_ms: i64,
    /// The upload tags as a JSON object.
    pub(crate) tags: Option<String>,
}

/// What an overwritten file holds from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) object: String,
    pub(crate) size: u64,
    pub(crate) filename: String,
    pub(crate) mimetype: String,
}

impl Database {
    /// The file called `handle`.
    pub(crate) async fn file(&self, handle: &str) -> Result<Option<FileRecord>> {
        let handle = handle.to_owned();
        self.run(move |connection| {
            connection.query_row("SELECT * FROM files WHERE handle = ?1", [handle], file_from_row).optional()
        })
        .await
    }

    /// The latest `limit` files, newest first, and how many there are in all.
    pub(crate) async fn latest_files(&self, limit: u32) -> Result<(Vec<FileRecord>, u64)> {
        self.run(move |connection| {
            // Rows are numbered as they come, so this reads no more of them than it returns.
            let mut query = connection.prepare("SELECT * FROM files ORDER BY rowid DESC LIMIT ?1")?;
            let files = query.query_map([limit], file_from_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
            let total: i64 = connection.query_row("SELECT COUNT(*) FROM files", [], |row| row.get(0))?;
            Ok((files, from_sql(total)))
        })
        .await
    }

    /// The objects of all files, and those that video jobs read.
    pub(crate) fn recorded_objects(&self) -> rusqlite::Result<HashSet<String>> {
        self.names("SELECT object FROM files UNION SELECT object FROM videos")
    }

    /// Records a new file.
    pub(crate) async fn add_file(&self, file: FileRecord) -> Result<()> {
        self.run(move |connection| insert_file(connection, &file)).await
    }

    /// Gives a file new content; returns the file as it was, or `None` when there is none.
    pub(crate) async fn replace_file(&self, handle: &str, new: Replacement) -> Result<Option<FileRecord>> {
        let handle = handle.to_owned();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let replaced =
                transaction.query_row("SELECT * FROM files WHERE handle = ?1", [&handle], file_from_row).optional()?;
            transaction.execute(
                "UPDATE files SET object = ?2, size = ?3, filename = ?4, mimetype = ?5 WHERE handle = ?1",
                params![handle, new.object, to_sql(new.size), new.filename, new.mimetype],
            )?;
            transaction.commit()?;
            Ok(replaced)
        })
        .await
    }

    /// Forgets a file and returns what was known of it.
    pub(crate) async fn remove_file(&self, handle: &str) -> Result<Option<FileRecord>> {
        let handle = handle.to_owned();
        self.run(move |connection| {
            connection.query_row("DELETE FROM files WHERE handle = ?1 RETURNING *", [handle], file_from_row).optional()
        })
        .await
    }
}

/// Adds the row of a file.
pub(super) fn insert_file(connection: &Connection, file: &FileRecord) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO files (handle, filename, mimetype, size, object, location, container, key, created_ms, tags)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            file.handle,
            file.filename,
            file.mimetype,
            to_sql(file.size),
            file.object,
            file.location,
            file.container,
            file.key,
            file.created_ms,
            file.tags
        ],
    )?;
    Ok(())
}

fn file_from_row(row: &Row<'_>) -> rusqlite::Result<FileRecord> {
    Ok(FileRecord {
        handle: row.get("handle")?,
        filename: row.get("filename")?,
        mimetype: row.get("mimetype")?,
        size: from_sql(row.get("size")?),
        object: row.get("object")?,
        location: row.get("location")?,
        container: row.get("container")?,
        key: row.get("key")?,
        created_ms: row.get("created_ms")?,
        tags: row.get("tags")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_latest_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("a.sqlite")).unwrap();
        for name in ["one", "two", "three"] {
            let text = || name.to_owned();
            let file = FileRecord {
                handle: text(),
                filename: text(),
                mimetype: text(),
                size: 1,
                object: text(),
                location: text(),
                container: text(),
                key: text(),
                created_ms: 1,
                tags: None,
            };
            database.add_file(file).await.unwrap();
        }
        let (files, total) = database.latest_files(2).await.unwrap();
        let handles: Vec<_> = files.iter().map(|file| file.handle.as_str()).collect();
        assert_eq!((handles, total), (vec!["three", "two"], 3));
    }
}
