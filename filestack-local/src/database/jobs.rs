//! Jobs that clients poll until they are done.

use rusqlite::{OptionalExtension, Row, params};

use super::{Database, from_sql, to_sql};
use crate::errors::Result;

/// A conversion of audio or video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VideoRecord {
    pub(crate) uuid: String,
    /// What tells this job from others: source and parameters.
    pub(crate) request: String,
    /// Name of the result.
    pub(crate) filename: String,
    /// Type of the result.
    pub(crate) mimetype: String,
    pub(crate) size: u64,
    /// Id of the bytes in storage.
    pub(crate) object: String,
    pub(crate) source_filename: String,
    pub(crate) source_mimetype: String,
    /// The task's parameters as a JSON object.
    pub(crate) parameters: String,
    /// How often the job was asked for.
    pub(crate) requests: u32,
    /// The result's handle, once there is one.
    pub(crate) handle: Option<String>,
    /// The handle of a picture for it.
    pub(crate) thumbnail: Option<String>,
    /// The client was told how the job ended.
    pub(crate) has_ended: bool,
    pub(crate) created_ms: i64,
}

/// A run of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkflowRecord {
    pub(crate) job: String,
    pub(crate) workflow: String,
    /// The stored file that it works on; `None` for a file elsewhere.
    pub(crate) handle: Option<String>,
    /// Handle or URL, as it was given.
    pub(crate) source: String,
    /// How often its status was asked for.
    pub(crate) requests: u32,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
}

impl Database {
    /// The video job of a request.
    pub(crate) async fn video_of(&self, request: &str) -> Result<Option<VideoRecord>> {
        let request = request.to_owned();
        self.run(move |connection| {
            connection.query_row("SELECT * FROM videos WHERE request = ?1", [request], video_from_row).optional()
        })
        .await
    }

    /// The video job called `uuid`.
    pub(crate) async fn video(&self, uuid: &str) -> Result<Option<VideoRecord>> {
        let uuid = uuid.to_owned();
        self.run(move |connection| {
            connection.query_row("SELECT * FROM videos WHERE uuid = ?1", [uuid], video_from_row).optional()
        })
        .await
    }

    /// Records a video job as it is now; it takes the place of an earlier one for the same request.
    pub(crate) async fn put_video(&self, video: VideoRecord) -> Result<()> {
        self.run(move |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO videos (uuid, request, filename, mimetype, size, object, source_filename,
                 source_mimetype, parameters, requests, handle, thumbnail, has_ended, created_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                params![
                    video.uuid,
                    video.request,
                    video.filename,
                    video.mimetype,
                    to_sql(video.size),
                    video.object,
                    video.source_filename,
                    video.source_mimetype,
                    video.parameters,
                    video.requests,
                    video.handle,
                    video.thumbnail,
                    video.has_ended,
                    video.created_ms
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// Records a run of a workflow.
    pub(crate) async fn add_workflow(&self, workflow: WorkflowRecord) -> Result<()> {
        self.run(move |connection| {
            connection.execute(
                "INSERT INTO workflows (job, workflow, handle, source, requests, created_ms, updated_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    workflow.job,
                    workflow.workflow,
                    workflow.handle,
                    workflow.source,
                    workflow.requests,
                    workflow.created_ms,
                    workflow.updated_ms
                ],
            )?;
            Ok(())
        })
        .await
    }

    /// A run of a workflow, without counting the question.
    pub(crate) async fn workflow(&self, job: &str) -> Result<Option<WorkflowRecord>> {
        let job = job.to_owned();
        self.run(move |connection| {
            connection.query_row("SELECT * FROM workflows WHERE job = ?1", [job], workflow_from_row).optional()
        })
        .await
    }

    /// Counts one more question for a run's status; what is returned has this one counted.
    pub(crate) async fn ask_workflow(&self, job: &str, now_ms: i64, busy: u32) -> Result<Option<WorkflowRecord>> {
        let job = job.to_owned();
        self.run(move |connection| {
            // A run that is over is not updated any more.
            connection
                .query_row(
                    "UPDATE workflows SET requests = requests + 1,
                     updated_ms = CASE WHEN requests <= ?3 THEN ?2 ELSE updated_ms END WHERE job = ?1 RETURNING *",
                    params![job, now_ms, busy],
                    workflow_from_row,
                )
                .optional()
        })
        .await
    }
}

fn video_from_row(row: &Row<'_>) -> rusqlite::Result<VideoRecord> {
    Ok(VideoRecord {
        uuid: row.get("uuid")?,
        request: row.get("request")?,
        filename: row.get("filename")?,
        mimetype: row.get("mimetype")?,
        size: from_sql(row.get("size")?),
        object: row.get("object")?,
        source_filename: row.get("source_filename")?,
        source_mimetype: row.get("source_mimetype")?,
        parameters: row.get("parameters")?,
        requests: row.get("requests")?,
        handle: row.get("handle")?,
        thumbnail: row.get("thumbnail")?,
        has_ended: row.get("has_ended")?,
        created_ms: row.get("created_ms")?,
    })
}

fn workflow_from_row(row: &Row<'_>) -> rusqlite::Result<WorkflowRecord> {
    Ok(WorkflowRecord {
        job: row.get("job")?,
        workflow: row.get("workflow")?,
        handle: row.get("handle")?,
        source: row.get("source")?,
        requests: row.get("requests")?,
        created_ms: row.get("created_ms")?,
        updated_ms: row.get("updated_ms")?,
    })
}
