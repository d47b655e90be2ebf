//! `POST /multipart/start`: an upload begins.

use axum::Json;
use axum::extract::{Request, State as Extracted};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{MAX_SIZE, UPLOAD_CALLS, answer, check_key, open};
use crate::clock;
use crate::content::filename::plain_filename;
use crate::database::UploadRecord;
use crate::errors::{Result, ServiceError};
use crate::files::store::Store;
use crate::security::policy::Subject;
use crate::state::Shared;

/// What a uri keeps as it is; clients send it back and it becomes part of a URL.
const URI_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Begins an upload.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(start(&state, request).await)
}

async fn start(state: &Shared, request: Request) -> Result<Response> {
    let (head, fields) = open(request).await?;
    let api_key = check_key(state, &fields)?.to_owned();
    let filename = plain_filename(fields.required_text("filename")?).to_owned();
    if filename.is_empty() {
        return Err(ServiceError::invalid_params("filename"));
    }
    let mimetype = fields.required_text("mimetype")?.to_owned();
    let size = fields.required_size("size")?;
    if size > MAX_SIZE {
        return Err(ServiceError::invalid_params("size"));
    }
    let store_value = fields.get("store").ok_or_else(|| ServiceError::invalid_params("store"))?;
    let store = Store::read(store_value)?;
    let subject = Subject {
        size: Some(size),
        path: store.path.as_deref(),
        container: Some(&store.container),
        ..Subject::default()
    };
    state.guard.check(fields.credentials().as_ref(), &UPLOAD_CALLS, subject)?;

    let intelligent = state.intelligent_ingestion && fields.flag("fii");
    let uri = format!("/filestack-uploads/{}_{}", state.names.name(20), utf8_percent_encode(&filename, URI_ESCAPES));
    let upload = UploadRecord {
        upload_id: state.names.upload_id(),
        api_key,
        uri,
        region: store.region,
        filename,
        mimetype,
        size,
        store: store_value.to_string(),
        intelligent,
        created_ms: clock::now_ms(),
        reply: None,
    };
    let mut reply = json!({
        "uri": upload.uri,
        "region": upload.region,
        "upload_id": upload.upload_id,
        "location_url": state.location_url(&head.uri, &head.headers),
        "location_region": upload.region,
    });
    if intelligent {
        reply["upload_type"] = Value::from("intelligent_ingestion");
    }
    if state.metahash {
        reply["metahash"] = Value::from(state.signer.metahash(&upload));
    }
    state.database.begin_upload(upload).await?;
    Ok(Json(reply).into_response())
}
