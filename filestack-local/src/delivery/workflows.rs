//! Workflows: runs that end after their status was asked for a number of times. There are no definitions here, so
//! every workflow has the same results: a copy of the source, which only the run keeps and `wf://` names, the source
//! itself as what it stored, and tags of it.

use axum::http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::content::blob::Blob;
use crate::database::{FileRecord, WorkflowRecord};
use crate::delivery::intelligence;
use crate::delivery::order::Order;
use crate::errors::{Result, ServiceError};
use crate::files;
use crate::files::workflow_runs::start;
use crate::hex::hex;
use crate::state::State;
use crate::tasks::grammar::Task;

const SCHEME: &str = "wf://";
/// The name of the result that is kept by the run alone.
const COPY: &str = "copy";
/// Ids of workflows in URLs; the usual ones hold nothing that has to be escaped.
const WORKFLOW_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Seconds for which results are kept, as the reply has it.
const LIFETIME_SECONDS: u32 = 24 * 3600;

/// `run_workflow`
pub(crate) async fn run(state: &State, task: &Task, file: Option<&FileRecord>, source: &str) -> Result<Value> {
    let run = start(state, task.text("id").unwrap_or_default(), file, source).await?;
    Ok(describe(&run, "Started"))
}

/// `workflow_status`
pub(crate) async fn status(state: &State, task: &Task, order: &Order) -> Result<Value> {
    let job = task.text("job_id").unwrap_or_default();
    let run = state.database.ask_workflow(job, clock::now_ms(), state.job_polls).await?;
    let run = run.ok_or_else(|| ServiceError::text(StatusCode::NOT_FOUND, "workflow job not found"))?;
    if run.requests <= state.job_polls {
        let mut reply = describe(&run, "Started");
        reply["results"] = json!({});
        return Ok(reply);
    }
    let mut reply = describe(&run, "Finished");
    reply["results"] = results(state, &run, order).await?;
    reply["ttl"] = Value::from(LIFETIME_SECONDS);
    Ok(reply)
}

/// The file that `wf://WORKFLOW/JOB/RESULT` names.
pub(crate) async fn result(state: &State, source: &str) -> Result<Blob> {
    let path = source.get(SCHEME.len()..).unwrap_or_default();
    let mut parts = path.rsplitn(3, '/');
    let (Some(result), Some(job), Some(workflow)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ServiceError::file_not_found());
    };
    let run = state.database.workflow(job).await?;
    let run = run.filter(|run| run.workflow == workflow && copy_id(run) == result);
    match file_of(state, &run.ok_or_else(ServiceError::file_not_found)?).await? {
        Some(file) => Ok(Blob::stored(&state.storage, file)),
        None => Err(ServiceError::file_not_found()),
    }
}

/// The id of the copy, among the results of the same run.
fn copy_id(run: &WorkflowRecord) -> String {
    hex(&Sha256::digest(format!("{}/{COPY}", run.job))[..16])
}

async fn file_of(state: &State, run: &WorkflowRecord) -> Result<Option<FileRecord>> {
    match &run.handle {
        Some(handle) => state.database.file(handle).await,
        None => Ok(None),
    }
}

async fn results(state: &State, run: &WorkflowRecord, order: &Order) -> Result<Value> {
    // A file that was deleted meanwhile, or was never here, has left no results.
    let Some(file) = file_of(state, run).await? else { return Ok(json!({})) };
    let key = order.api_key.as_ref().map(|key| format!("{key}/")).unwrap_or_default();
    let workflow = utf8_percent_encode(&run.workflow, WORKFLOW_ESCAPES);
    let url = format!("{}/{key}{SCHEME}{workflow}/{}/{}", order.origin, run.job, copy_id(run));
    let copied = json!({ "mimetype": file.mimetype, "size": file.size, "url": url });
    let stored = json!({ "mimetype": file.mimetype, "size": file.size, "url": files::url(&order.origin, &file) });
    let task = Task { name: "tags", parameters: Vec::new() };
    let tags = intelligence::describe(&task, Blob::stored(&state.storage, file)).await?;
    Ok(json!({ COPY: copied, "store": stored, "tags": { "data": tags } }))
}

fn describe(run: &WorkflowRecord, status: &str) -> Value {
    json!({
        "jobid": run.job,
        "workflow": run.workflow,
        "status": status,
        "sources": [run.source],
        "createdAt": date(run.created_ms),
        "updatedAt": date(run.updated_ms),
    })
}

fn date(unix_ms: i64) -> String {
    clock::rfc3339(unix_ms / 1000)
}
