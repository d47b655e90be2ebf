//! `/api/file/HANDLE`: deleting and overwriting. Both need credentials even where security is off.

use axum::Json;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::sent::Sent;
use crate::content::filename::plain_filename;
use crate::database::Replacement;
use crate::errors::{Result, ServiceError};
use crate::files;
use crate::files::{find_file, plain_handle};
use crate::security::credentials::{api_credentials, query_item};
use crate::security::policy::{Call, Subject};
use crate::state::{ApiKeys, Shared};

/// `DELETE /api/file/HANDLE` and `POST /api/file/HANDLE/remove`
pub(crate) async fn delete(
    Extracted(state): Extracted<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response> {
    let (head, _) = request.into_parts();
    let query = head.uri.query();
    if !query_item(query, "key").is_some_and(|key| state.keys.accepts(&key)) {
        return Err(ApiKeys::refusal());
    }
    let handle = plain_handle(&name);
    let subject = Subject { handle: Some(handle), ..Subject::default() };
    state.guard.demand(api_credentials(&head).as_ref(), &[Call::Remove], subject)?;
    find_file(&state, handle).await?;
    let file = state.database.remove_file(handle).await?.ok_or_else(ServiceError::file_not_found)?;
    if query_item(query, "skip_storage").as_deref() != Some("true") {
        state.storage.forget_object(&file.object);
    }
    let origin = state.file_origin(&head.uri, &head.headers);
    state.webhooks.send("fp.delete", json!({ "url": files::url(&origin, &file) }));
    Ok("success".into_response())
}

/// `POST /api/file/HANDLE`, also `PUT`
pub(crate) async fn overwrite(
    Extracted(state): Extracted<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response> {
    let (head, body) = request.into_parts();
    let query = head.uri.query();
    let handle = plain_handle(&name);
    let credentials = api_credentials(&head);
    let subject = Subject { handle: Some(handle), ..Subject::default() };
    // Which of the two it is shows when the body is read, and bytes are not read for strangers.
    state.guard.demand(credentials.as_ref(), &[Call::Write, Call::WriteUrl], subject)?;
    let file = find_file(&state, handle).await?;
    let (blob, call, client) = match Sent::read(&state, &head.headers, body, false).await? {
        Sent::Bytes(blob) => (blob, Call::Write, "Computer"),
        Sent::Url(url) => {
            let subject = Subject { url: Some(&url), ..subject };
            state.guard.demand(credentials.as_ref(), &[Call::WriteUrl], subject)?;
            (state.fetcher.fetch(&state.storage, &url, HeaderMap::new()).await?, Call::WriteUrl, "URL")
        }
    };
    let subject = Subject { size: Some(blob.size), ..subject };
    state.guard.demand(credentials.as_ref(), &[call], subject)?;
    let filename = match plain_filename(&blob.filename) {
        "" => file.filename.clone(),
        plain => plain.to_owned(),
    };
    let mimetype = blob.mimetype.clone();
    let base64decode = query_item(query, "base64decode").as_deref() == Some("true");
    let (object, size) = blob.keep(&state.storage, base64decode).await?;
    let new = Replacement { object: object.clone(), size, filename, mimetype };
    let Some(replaced) = state.database.replace_file(handle, new.clone()).await? else {
        // Deleted while the new content arrived.
        state.storage.forget_object(&object);
        return Err(ServiceError::file_not_found());
    };
    state.storage.forget_object(&replaced.object);
    let url = files::url(&state.file_origin(&head.uri, &head.headers), &file);
    let reply = json!({
        "url": url,
        "mimetype": new.mimetype,
        "isWriteable": true,
        "size": new.size,
        "filename": new.filename,
    });
    let mut told = reply.clone();
    told["client"] = json!(client);
    state.webhooks.send("fp.overwrite", told);
    Ok(Json(reply).into_response())
}
