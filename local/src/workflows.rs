//! Workflows: runs that are over after their status was asked for often enough. There are no definitions here, so
//! every workflow has the same two results: what it stored is the source itself, and tags of it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::content::Blob;
use crate::database::{FileRecord, WorkflowRecord};
use crate::errors::{Result, ServiceError};
use crate::files::Jobs;
use crate::grammar::Task;
use crate::state::State;
use crate::{clock, files, intelligence};

/// Seconds for which results are kept, as the reply has it.
const LIFETIME_SECONDS: u32 = 24 * 3600;

/// `run_workflow`
pub(crate) async fn run(state: &State, task: &Task, file: Option<&FileRecord>, source: &str) -> Result<Value> {
    let run = start(state, task.text("id").unwrap_or_default(), file, source).await?;
    Ok(describe(&run, "Started"))
}

/// Runs workflows on a new file.
pub(crate) async fn start_all(state: &State, workflows: &[String], file: &FileRecord) -> Result<Jobs> {
    let mut jobs = Jobs::new();
    for workflow in workflows {
        let run = start(state, workflow, Some(file), &file.handle).await?;
        jobs.insert(workflow.clone(), json!({ "jobid": run.job }));
    }
    Ok(jobs)
}

async fn start(state: &State, workflow: &str, file: Option<&FileRecord>, source: &str) -> Result<WorkflowRecord> {
    let now_ms = clock::now_ms();
    let run = WorkflowRecord {
        job: state.names.uuid(),
        workflow: workflow.to_owned(),
        handle: file.map(|file| file.handle.clone()),
        source: source.to_owned(),
        requests: 0,
        created_ms: now_ms,
        updated_ms: now_ms,
    };
    state.database.add_workflow(run.clone()).await?;
    Ok(run)
}

/// `workflow_status`
pub(crate) async fn status(state: &State, task: &Task, origin: &str) -> Result<Value> {
    let job = task.text("job_id").unwrap_or_default();
    let run = state.database.ask_workflow(job, clock::now_ms(), state.job_polls).await?;
    let run = run.ok_or_else(|| ServiceError::text(StatusCode::NOT_FOUND, "workflow job not found"))?;
    if run.requests <= state.job_polls {
        let mut reply = describe(&run, "Started");
        reply["results"] = json!({});
        return Ok(reply);
    }
    let mut reply = describe(&run, "Finished");
    reply["results"] = results(state, &run, origin).await?;
    reply["ttl"] = Value::from(LIFETIME_SECONDS);
    Ok(reply)
}

async fn results(state: &State, run: &WorkflowRecord, origin: &str) -> Result<Value> {
    let file = match &run.handle {
        Some(handle) => state.database.file(handle).await?,
        None => None,
    };
    // A file that was deleted meanwhile, or was never here, has left no results.
    let Some(file) = file else { return Ok(json!({})) };
    let stored = json!({ "mimetype": file.mimetype, "size": file.size, "url": files::url(origin, &file) });
    let task = Task { name: "tags", parameters: Vec::new() };
    let tags = intelligence::describe(&task, Blob::stored(&state.storage, file)).await?;
    Ok(json!({ "store": stored, "tags": { "data": tags } }))
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
