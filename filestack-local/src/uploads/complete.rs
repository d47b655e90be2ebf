//! `POST /multipart/complete`: an upload becomes a file.

use axum::Json;
use axum::extract::{Request, State as Extracted};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::{Fields, UPLOAD_CALLS, answer, assembly, find_upload, open};
use crate::clock;
use crate::content::filename::plain_filename;
use crate::database::{FileRecord, PartRecord, UploadRecord};
use crate::errors::{Result, ServiceError};
use crate::files::store::Store;
use crate::files::workflow_runs;
use crate::files::{self, Origin};
use crate::security::policy::Subject;
use crate::state::Shared;

/// S3's rule for every part but the last.
const MIN_PART_SIZE: u64 = 5 * 1024 * 1024;

/// Ends an upload.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(complete(&state, request).await)
}

async fn complete(state: &Shared, request: Request) -> Result<Response> {
    let (head, fields) = open(request).await?;
    let upload_id = find_upload(state, &fields).await?.upload_id;
    let _held = state.merging.hold(&upload_id).await;
    // Looked up again: a call that came before this one may have completed the upload meanwhile.
    let upload = find_upload(state, &fields).await?;
    if let Some(reply) = upload.reply.as_deref() {
        let reply: Value = serde_json::from_str(reply).map_err(ServiceError::internal)?;
        return Ok(Json(reply).into_response());
    }
    if state.database.count_complete_call(&upload.upload_id).await? < state.complete_pending {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    if fields.integer("size").is_some_and(|size| size != upload.size) {
        return Err(ServiceError::invalid_params("size"));
    }
    if state.metahash {
        check_metahash(state, &upload, &fields)?;
    }
    let tags = files::read_tags(fields.get("upload_tags"))?;
    let store = settle_store(state, &upload, &fields)?;
    let parts = match chosen_parts(state, &upload, &fields).await? {
        Some(parts) => parts,
        None => {
            let refusal = ServiceError::json(StatusCode::PARTIAL_CONTENT, "part not committed");
            return Ok(refusal.into_response());
        }
    };
    let tags = tags.map(|tags| Value::Object(tags).to_string());
    let file = FileRecord { tags, ..make_file(state, &upload, &fields, &store, parts).await? };
    let origin = state.file_origin(&head.uri, &head.headers);
    let workflows = workflow_runs::start_all(state, &store.workflows, &file).await?;
    let reply = files::reply(&origin, &file, "mimetype", workflows);
    state.database.finish_upload(&upload.upload_id, file.clone(), reply.to_string()).await?;
    state.storage.forget_upload(&upload.upload_id);
    files::announce(state, &file, Origin::of_bytes(&origin));
    Ok(Json(reply).into_response())
}

/// Where the file goes: what start has said, and over it what is said now. Start has judged its place; whoever names
/// another one needs a policy for that.
fn settle_store(state: &Shared, upload: &UploadRecord, fields: &Fields) -> Result<Store> {
    let mut members: Map<String, Value> = serde_json::from_str(&upload.store).map_err(ServiceError::internal)?;
    let begun = Store::from_members(&members)?;
    let given = match fields.get("store") {
        None => Map::new(),
        Some(store) => store.as_object().cloned().ok_or_else(|| ServiceError::invalid_params("store"))?,
    };
    members.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
    let store = Store::from_members(&members)?;
    if (&store.path, &store.container) != (&begun.path, &begun.container) {
        let subject = Subject {
            size: Some(upload.size),
            path: store.path.as_deref(),
            container: Some(&store.container),
            ..Subject::default()
        };
        state.guard.check(fields.credentials().as_ref(), &UPLOAD_CALLS, subject)?;
    }
    Ok(store)
}

/// Refuses a call that does not bring back what start has given, or that gives the file another name or type.
fn check_metahash(state: &Shared, upload: &UploadRecord, fields: &Fields) -> Result<()> {
    if fields.text("metahash") != Some(&state.signer.metahash(upload)) {
        return Err(ServiceError::invalid_params("metahash"));
    }
    if fields.text("filename").is_some_and(|name| plain_filename(name) != upload.filename) {
        return Err(ServiceError::invalid_params("filename"));
    }
    match fields.text("mimetype").is_some_and(|mimetype| mimetype != upload.mimetype) {
        true => Err(ServiceError::invalid_params("mimetype")),
        false => Ok(()),
    }
}

/// The parts that make up the file, checked; `None` while some of them are not committed.
async fn chosen_parts(state: &Shared, upload: &UploadRecord, fields: &Fields) -> Result<Option<Vec<PartRecord>>> {
    let received = state.database.parts(&upload.upload_id).await?;
    let listed = read_parts(fields)?;
    let find = |number: u64| received.iter().find(|part| u64::from(part.number) == number);
    for (number, etag) in &listed {
        if find(*number).is_none_or(|part| part.md5 != *etag) {
            return Err(ServiceError::invalid_params("parts"));
        }
    }
    if !listed.is_sorted_by(|(first, _), (second, _)| first < second) {
        return Err(ServiceError::invalid_params("parts"));
    }
    let is_listed = |part: &PartRecord| listed.iter().any(|(number, _)| *number == u64::from(part.number));
    // A client that fell back to Intelligent Ingestion lists the parts that went before that; committed ones count anyway.
    let parts: Vec<PartRecord> =
        received.into_iter().filter(|part| (upload.intelligent && part.intelligent) || is_listed(part)).collect();
    let total: u64 = parts.iter().map(|part| part.size).sum();
    if upload.intelligent {
        let is_contiguous = parts.iter().zip(1..).all(|(part, number)| part.number == number);
        let is_waiting =
            !is_contiguous || total < upload.size || state.database.has_uncommitted_parts(&upload.upload_id).await?;
        if is_waiting && total <= upload.size && fields.flag("fii") {
            return Ok(None);
        }
    }
    if parts.is_empty() {
        return Err(ServiceError::invalid_params("parts"));
    }
    if total != upload.size {
        return Err(ServiceError::invalid_params("size"));
    }
    if parts.split_last().is_some_and(|(_, others)| others.iter().any(|part| part.size < MIN_PART_SIZE)) {
        let text = "invalid params: parts: every part but the last must have at least 5242880 bytes";
        return Err(ServiceError::json(StatusCode::BAD_REQUEST, text));
    }
    Ok(Some(parts))
}

/// Numbers and bare etags of the `parts` member.
fn read_parts(fields: &Fields) -> Result<Vec<(u64, String)>> {
    let refusal = || ServiceError::invalid_params("parts");
    let Some(value) = fields.get("parts") else { return Ok(Vec::new()) };
    let read = |part: &Value| {
        let number = part.get("part_number").and_then(Value::as_u64).ok_or_else(refusal)?;
        let etag = part.get("etag").and_then(Value::as_str).ok_or_else(refusal)?;
        Ok((number, etag.trim_matches('"').to_owned()))
    };
    value.as_array().ok_or_else(refusal)?.iter().map(read).collect()
}

async fn make_file(
    state: &Shared,
    upload: &UploadRecord,
    fields: &Fields,
    store: &Store,
    parts: Vec<PartRecord>,
) -> Result<FileRecord> {
    let (storage, base64decode) = (state.storage.clone(), store.base64decode);
    let (object, size) = tokio::task::spawn_blocking(move || assembly::make_object(&storage, &parts, base64decode))
        .await
        .map_err(ServiceError::internal)??;
    // Name and type may be settled as late as here.
    let filename =
        fields.text("filename").map(plain_filename).filter(|name| !name.is_empty()).unwrap_or(&upload.filename);
    let mimetype = fields.text("mimetype").filter(|mimetype| !mimetype.is_empty()).unwrap_or(&upload.mimetype);
    Ok(FileRecord {
        handle: state.names.handle(),
        filename: filename.to_owned(),
        mimetype: mimetype.to_owned(),
        size,
        object,
        location: store.location.to_owned(),
        container: store.container.clone(),
        key: store.key(filename, &state.names),
        created_ms: clock::now_ms(),
        tags: None,
    })
}
