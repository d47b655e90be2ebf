//! The latest files, with links that work.

use axum::Json;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::clock;
use crate::database::FileRecord;
use crate::delivery::chain;
use crate::delivery::order::Order;
use crate::delivery::presentation::{Presentation, deliver};
use crate::errors::{Result, ServiceError};
use crate::handles;
use crate::security::credentials::Credentials;
use crate::state::{Shared, State};
use crate::tasks::grammar;

/// Files that are listed.
const LIMIT: u32 = 100;
/// Links work for half of this at least, and for all of it at most: made anew each time, they would change with every
/// look at the page.
const LINK_LIFETIME: i64 = 3600;
/// Thumbnails carry the version of their file in their URL.
const THUMBNAIL_CACHE: &str = "private, max-age=86400, immutable";

/// The latest files, newest first.
pub(super) async fn list(Extracted(state): Extracted<Shared>) -> Result<Json<Value>> {
    let (files, total) = state.database.latest_files(LIMIT).await?;
    let objects: Vec<String> = files.iter().map(|file| file.object.clone()).collect();
    let digests = state.digests.of(&state.storage, &objects);
    let files: Vec<Value> = files.iter().zip(digests).map(|(file, digest)| describe(&state, file, digest)).collect();
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "control": state.control,
        "total": total,
        "files": files,
    })))
}

fn describe(state: &State, file: &FileRecord, digest: Option<String>) -> Value {
    let handle = &file.handle;
    let credentials = sign(state, handle);
    let query = credentials.as_ref().map(|given| format!("policy={}&signature={}", given.policy, given.signature));
    let link = |path: &str, items: &[&str]| {
        let items: Vec<&str> = items.iter().copied().chain(query.as_deref()).collect();
        format!("/{handle}{path}{}{}", if items.is_empty() { "" } else { "?" }, items.join("&"))
    };
    let has_thumbnail = file.mimetype.starts_with("image/") && !file.mimetype.starts_with("image/svg");
    json!({
        "handle": handle,
        "filename": file.filename,
        "mimetype": file.mimetype,
        "size": file.size,
        "created_ms": file.created_ms,
        "sha256": digest,
        "thumbnail": has_thumbnail.then(|| format!("/local/thumbnails/{handle}?v={}", file.object)),
        "open": link("", &[]),
        "download": link("", &["dl=true"]),
        "metadata": link("/metadata", &[]),
        "security": credentials.map(|given| format!("security=p:{},s:{}", given.policy, given.signature)),
    })
}

/// Credentials to look at one file for a while; `None` where none are needed.
fn sign(state: &State, handle: &str) -> Option<Credentials> {
    let half = LINK_LIFETIME / 2;
    let expiry = clock::now_seconds() / half * half + LINK_LIFETIME;
    state.guard.sign(&json!({ "call": ["read", "stat", "convert"], "expiry": expiry, "handle": handle }))
}

/// A small picture of a picture, outside of the log and the faults.
pub(super) async fn thumbnail(
    Extracted(state): Extracted<Shared>,
    Path(handle): Path<String>,
    request: Request,
) -> Result<Response> {
    if !handles::is_handle(&handle) {
        return Err(ServiceError::file_not_found());
    }
    let (head, _) = request.into_parts();
    let wanted = grammar::parse(&format!("/resize=width:112,height:112,fit:max/{handle}"), None, |_| false)?;
    let order = Order::new(wanted, sign(&state, &handle), state.origin(&head.uri, &head.headers));
    let mut response = deliver(&head, chain::run(&state, order).await?, &Presentation::default()).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(THUMBNAIL_CACHE));
    Ok(response)
}
