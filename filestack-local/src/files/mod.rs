//! New files: their record, the workflows that they start, the webhook that tells of them, and the reply.

pub(crate) mod store;
pub(crate) mod workflow_runs;

use serde_json::{Map, Value, json};

use crate::clock;
use crate::content::blob::Blob;
use crate::content::filename::plain_filename;
use crate::database::FileRecord;
use crate::errors::{Result, ServiceError};
use crate::handles;
use crate::state::State;
use store::Store;
use workflow_runs::Jobs;

const MAX_TAGS: usize = 10;
const MAX_TAG_KEY: usize = 128;
const MAX_TAG_VALUE: usize = 256;

/// Content that is to become a file.
#[derive(Debug)]
pub(crate) struct New<'a> {
    pub(crate) blob: Blob,
    pub(crate) store: Store,
    pub(crate) tags: Option<Map<String, Value>>,
    pub(crate) origin: Origin<'a>,
}

/// Where a file came from, for webhooks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// Of this service, as the client knows it.
    service: &'a str,
    /// What webhooks call the kind of client.
    client: &'static str,
}

impl<'a> Origin<'a> {
    /// Bytes that a client has sent.
    pub(crate) fn of_bytes(service: &'a str) -> Self {
        Self { service, client: "Computer" }
    }

    /// A file that the service has fetched or made itself.
    pub(crate) fn of_url(service: &'a str) -> Self {
        Self { service, client: "URL" }
    }
}

/// Keeps the bytes of a new file, records it and tells of it.
pub(crate) async fn add(state: &State, new: New<'_>) -> Result<(FileRecord, Jobs)> {
    let filename = match plain_filename(&new.blob.filename) {
        "" => state.names.name(8),
        plain => plain.to_owned(),
    };
    let mimetype = new.blob.mimetype.clone();
    let (object, size) = new.blob.keep(&state.storage, new.store.base64decode).await?;
    let file = FileRecord {
        handle: state.names.handle(),
        key: new.store.key(&filename, &state.names),
        filename,
        mimetype,
        size,
        object,
        location: new.store.location.to_owned(),
        container: new.store.container.clone(),
        created_ms: clock::now_ms(),
        tags: new.tags.map(|tags| Value::Object(tags).to_string()),
    };
    state.database.add_file(file.clone()).await?;
    let jobs = workflow_runs::start_all(state, &new.store.workflows, &file).await?;
    announce(state, &file, new.origin);
    Ok((file, jobs))
}

/// Tells the webhook of a new file.
pub(crate) fn announce(state: &State, file: &FileRecord, origin: Origin<'_>) {
    let mut text = json!({
        "container": file.container,
        "url": url(origin.service, file),
        "filename": file.filename,
        "client": origin.client,
        "key": file.key,
        "type": file.mimetype,
        "status": "Stored",
        "size": file.size,
    });
    if let Some(tags) = tags(file) {
        text["upload_tags"] = tags;
    }
    state.webhooks.send("fp.upload", text);
}

/// The record behind a handle.
pub(crate) async fn find_file(state: &State, handle: &str) -> Result<FileRecord> {
    let found = if handles::is_handle(handle) { state.database.file(handle).await? } else { None };
    found.ok_or_else(ServiceError::file_not_found)
}

/// The handle without the extension that may be written after it.
pub(crate) fn plain_handle(name: &str) -> &str {
    name.split('+').next().unwrap_or(name)
}

/// The URL of a file.
pub(crate) fn url(service: &str, file: &FileRecord) -> String {
    format!("{service}/{}", file.handle)
}

/// The upload tags of a file.
pub(crate) fn tags(file: &FileRecord) -> Option<Value> {
    file.tags.as_deref().and_then(|tags| serde_json::from_str(tags).ok())
}

/// What a call that makes a file answers; `type_member` is its name for the MIME type.
pub(crate) fn reply(service: &str, file: &FileRecord, type_member: &str, workflows: Jobs) -> Value {
    let mut reply = json!({
        "handle": file.handle,
        "url": url(service, file),
        "filename": file.filename,
        "size": file.size,
        type_member: file.mimetype,
        "status": "Stored",
        "container": file.container,
        "key": file.key,
    });
    if let Some(tags) = tags(file) {
        reply["upload_tags"] = tags;
    }
    if !workflows.is_empty() {
        reply["workflows"] = Value::Object(workflows);
    }
    reply
}

/// Reads an `upload_tags` member.
pub(crate) fn read_tags(value: Option<&Value>) -> Result<Option<Map<String, Value>>> {
    let refusal = || ServiceError::invalid_params("upload_tags");
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    let tags = value.as_object().ok_or_else(refusal)?;
    let is_good = |key: &str, value: &Value| {
        let length = value.as_str().map(|text| text.chars().count());
        key.chars().count() <= MAX_TAG_KEY && length.is_some_and(|length| length <= MAX_TAG_VALUE)
    };
    if tags.len() > MAX_TAGS || !tags.iter().all(|(key, value)| is_good(key, value)) {
        return Err(refusal());
    }
    Ok(Some(tags.clone()).filter(|tags| !tags.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_limited() {
        let read = |value: Value| read_tags(Some(&value));
        assert!(read_tags(None).unwrap().is_none());
        assert!(read(Value::Null).unwrap().is_none() && read(json!({})).unwrap().is_none());
        assert_eq!(read(json!({ "a": "b" })).unwrap().unwrap()["a"], "b");
        let many: Map<String, Value> = (0..=MAX_TAGS).map(|number| (number.to_string(), json!(""))).collect();
        let long = "x".repeat(MAX_TAG_VALUE + 1);
        for bad in [json!([]), json!({ "a": 1 }), json!({ "a": long }), json!({ long: "a" }), Value::Object(many)] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
