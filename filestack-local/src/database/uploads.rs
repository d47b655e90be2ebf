//! Uploads under way, their parts and chunks.

use std::collections::HashSet;
use std::sync::PoisonError;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::files::{FileRecord, insert_file};
use super::{Database, from_sql, to_sql};
use crate::errors::Result;

/// A multipart upload, under way or complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UploadRecord {
    pub(crate) upload_id: String,
    pub(crate) api_key: String,
    pub(crate) uri: String,
    pub(crate) region: String,
    pub(crate) filename: String,
    pub(crate) mimetype: String,
    pub(crate) size: u64,
    /// The `store` object of the start call, as JSON.
    pub(crate) store: String,
    /// Intelligent Ingestion was asked for and granted.
    pub(crate) intelligent: bool,
    pub(crate) created_ms: i64,
    /// The reply of the successful complete call, repeated to a client that did not receive it.
    pub(crate) reply: Option<String>,
}

/// A part that storage holds as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartRecord {
    pub(crate) number: u32,
    pub(crate) size: u64,
    /// Lower-case hex.
    pub(crate) md5: String,
    /// Where its bytes are, relative to the data folder.
    pub(crate) file: String,
    /// The part was merged from chunks rather than sent in one request.
    pub(crate) intelligent: bool,
}

/// A piece of a part, sent with Intelligent Ingestion and not merged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChunkRecord {
    pub(crate) start: u64,
    pub(crate) size: u64,
    pub(crate) file: String,
}

impl Database {
    /// Records an upload that begins.
    pub(crate) async fn begin_upload(&self, upload: UploadRecord) -> Result<()> {
        self.run(move |connection| {
            connection.execute(
                "INSERT INTO uploads (upload_id, api_key, uri, region, filename, mimetype, size, store, intelligent, created_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    upload.upload_id,
                    upload.api_key,
                    upload.uri,
                    upload.region,
                    upload.filename,
                    upload.mimetype,
                    to_sql(upload.size),
                    upload.store,
                    upload.intelligent,
                    upload.created_ms
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// The upload called `upload_id`.
    pub(crate) async fn upload(&self, upload_id: &str) -> Result<Option<UploadRecord>> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            connection.query_row("SELECT * FROM uploads WHERE upload_id = ?1", [upload_id], upload_from_row).optional()
        })
        .await
    }

    /// Counts one more complete call of an upload and returns how many there were before it.
    pub(crate) async fn count_complete_call(&self, upload_id: &str) -> Result<u32> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            connection.query_row(
                "UPDATE uploads SET complete_calls = complete_calls + 1 WHERE upload_id = ?1 RETURNING complete_calls - 1",
                [upload_id],
                |row| row.get(0),
            )
        })
        .await
    }

    /// Records a part; returns the file of the part that it replaces.
    pub(crate) async fn put_part(&self, upload_id: &str, part: PartRecord) -> Result<Option<String>> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let replaced = insert_part(&transaction, &upload_id, &part)?;
            transaction.commit()?;
            Ok(replaced)
        })
        .await
    }

    /// The parts of an upload in ascending order.
    pub(crate) async fn parts(&self, upload_id: &str) -> Result<Vec<PartRecord>> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            let mut statement = connection.prepare("SELECT * FROM parts WHERE upload_id = ?1 ORDER BY number")?;
            statement.query_map([upload_id], part_from_row)?.collect()
        })
        .await
    }

    /// Records a chunk after all that came before it.
    pub(crate) async fn add_chunk(&self, upload_id: &str, part: u32, chunk: ChunkRecord) -> Result<()> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            connection.execute(
                "INSERT INTO chunks (upload_id, part, start, size, file) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![upload_id, part, to_sql(chunk.start), to_sql(chunk.size), chunk.file],
            )?;
            Ok(())
        })
        .await
    }

    /// The chunks of a part in the order in which they arrived.
    pub(crate) async fn chunks(&self, upload_id: &str, part: u32) -> Result<Vec<ChunkRecord>> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            let mut statement = connection
                .prepare("SELECT start, size, file FROM chunks WHERE upload_id = ?1 AND part = ?2 ORDER BY sequence")?;
            statement
                .query_map(params![upload_id, part], |row| {
                    Ok(ChunkRecord {
                        start: from_sql(row.get("start")?),
                        size: from_sql(row.get("size")?),
                        file: row.get("file")?,
                    })
                })?
                .collect()
        })
        .await
    }

    /// Whether an upload has chunks of parts that were never committed.
    pub(crate) async fn has_uncommitted_parts(&self, upload_id: &str) -> Result<bool> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM chunks WHERE upload_id = ?1
                 AND part NOT IN (SELECT number FROM parts WHERE upload_id = ?1))",
                [upload_id],
                |row| row.get(0),
            )
        })
        .await
    }

    /// Turns the given chunks of a part into the part itself; returns the file of the part that it replaces.
    pub(crate) async fn commit_part(
        &self,
        upload_id: &str,
        part: PartRecord,
        merged: Vec<ChunkRecord>,
    ) -> Result<Option<String>> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let replaced = insert_part(&transaction, &upload_id, &part)?;
            // Only what was merged: a chunk that arrived meanwhile waits for the next commit.
            for chunk in merged {
                transaction
                    .execute("DELETE FROM chunks WHERE upload_id = ?1 AND file = ?2", params![upload_id, chunk.file])?;
            }
            transaction.commit()?;
            Ok(replaced)
        })
        .await
    }

    /// Turns an upload into a file, in one transaction.
    pub(crate) async fn finish_upload(&self, upload_id: &str, file: FileRecord, reply: String) -> Result<()> {
        let upload_id = upload_id.to_owned();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            insert_file(&transaction, &file)?;
            transaction.execute("UPDATE uploads SET reply = ?2 WHERE upload_id = ?1", params![upload_id, reply])?;
            transaction.execute("DELETE FROM parts WHERE upload_id = ?1", [&upload_id])?;
            transaction.execute("DELETE FROM chunks WHERE upload_id = ?1", [&upload_id])?;
            transaction.commit()
        })
        .await
    }

    /// The uploads that are not complete.
    pub(crate) fn open_uploads(&self) -> rusqlite::Result<HashSet<String>> {
        self.names("SELECT upload_id FROM uploads WHERE reply IS NULL")
    }

    /// Forgets uploads that began before `limit_ms` and were never completed.
    pub(crate) fn expire_uploads(&self, limit_ms: i64) -> rusqlite::Result<()> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let expired: Vec<String> = {
            let mut statement = transaction
                .prepare("DELETE FROM uploads WHERE reply IS NULL AND created_ms < ?1 RETURNING upload_id")?;
            statement.query_map([limit_ms], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for upload_id in &expired {
            transaction.execute("DELETE FROM parts WHERE upload_id = ?1", [upload_id])?;
            transaction.execute("DELETE FROM chunks WHERE upload_id = ?1", [upload_id])?;
        }
        transaction.commit()
    }
}

fn insert_part(connection: &Connection, upload_id: &str, part: &PartRecord) -> rusqlite::Result<Option<String>> {
    let replaced = connection
        .query_row(
            "SELECT file FROM parts WHERE upload_id = ?1 AND number = ?2",
            params![upload_id, part.number],
            |row| row.get(0),
        )
        .optional()?;
    connection.execute(
        "INSERT OR REPLACE INTO parts (upload_id, number, size, md5, file, intelligent) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![upload_id, part.number, to_sql(part.size), part.md5, part.file, part.intelligent],
    )?;
    Ok(replaced)
}

fn upload_from_row(row: &Row<'_>) -> rusqlite::Result<UploadRecord> {
    Ok(UploadRecord {
        upload_id: row.get("upload_id")?,
        api_key: row.get("api_key")?,
        uri: row.get("uri")?,
        region: row.get("region")?,
        filename: row.get("filename")?,
        mimetype: row.get("mimetype")?,
        size: from_sql(row.get("size")?),
        store: row.get("store")?,
        intelligent: row.get("intelligent")?,
        created_ms: row.get("created_ms")?,
        reply: row.get("reply")?,
    })
}

fn part_from_row(row: &Row<'_>) -> rusqlite::Result<PartRecord> {
    Ok(PartRecord {
        number: row.get("number")?,
        size: from_sql(row.get("size")?),
        md5: row.get("md5")?,
        file: row.get("file")?,
        intelligent: row.get("intelligent")?,
    })
}
