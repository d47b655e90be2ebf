//! Runs of workflows: how they begin.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::database::{FileRecord, WorkflowRecord};
use crate::errors::Result;
use crate::state::State;

/// Workflow ids with `{"jobid": ..}` each.
pub(crate) type Jobs = Map<String, Value>;

/// Runs workflows on a new file.
pub(crate) async fn start_all(state: &State, workflows: &[String], file: &FileRecord) -> Result<Jobs> {
    let mut jobs = Jobs::new();
    for workflow in workflows {
        let run = start(state, workflow, Some(file), &file.handle).await?;
        jobs.insert(workflow.clone(), json!({ "jobid": run.job }));
    }
    Ok(jobs)
}

/// Records a run of a workflow.
pub(crate) async fn start(
    state: &State,
    workflow: &str,
    file: Option<&FileRecord>,
    source: &str,
) -> Result<WorkflowRecord> {
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
