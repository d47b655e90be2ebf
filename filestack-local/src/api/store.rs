//! `POST /api/store/PROVIDER`: a new file with a single request.

use axum::Json;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::{HeaderMap, request};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::sent::Sent;
use crate::content::blob::Blob;
use crate::errors::{Result, ServiceError};
use crate::files::store::Store;
use crate::files::{self, New, Origin};
use crate::files::{find_file, plain_handle};
use crate::security::credentials::Credentials;
use crate::security::credentials::{api_credentials, query_item};
use crate::security::policy::{Call, Subject};
use crate::state::{ApiKeys, Shared, State};

const CALLS: [Call; 2] = [Call::Pick, Call::Store];
/// The name of what has none.
const UNNAMED: &str = "unnamed_file";

/// What a call says beside its body.
struct Wishes {
    credentials: Option<Credentials>,
    store: Store,
    filename: Option<String>,
    mimetype: Option<String>,
}

/// `POST /api/store/PROVIDER`
pub(crate) async fn new(
    Extracted(state): Extracted<Shared>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<Response> {
    let (head, body) = request.into_parts();
    let Some(wishes) = Wishes::read(&state, &head, &provider)? else { return Ok(invalid_application()) };
    let subject = wishes.subject();
    state.guard.check(wishes.credentials.as_ref(), &CALLS, subject)?;
    let service = state.file_origin(&head.uri, &head.headers);
    match Sent::read(&state, &head.headers, body, true).await? {
        Sent::Bytes(blob) => wishes.keep(&state, blob, Origin::of_bytes(&service), &service).await,
        Sent::Url(url) => {
            state.guard.check(wishes.credentials.as_ref(), &CALLS, Subject { url: Some(&url), ..subject })?;
            let blob = state.fetcher.fetch(&state.storage, &url, HeaderMap::new()).await?;
            wishes.keep(&state, blob, Origin::of_url(&service), &service).await
        }
    }
}

/// `POST /api/store/PROVIDER/HANDLE`: a stored file once more.
pub(crate) async fn again(
    Extracted(state): Extracted<Shared>,
    Path((provider, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (head, _) = request.into_parts();
    let Some(wishes) = Wishes::read(&state, &head, &provider)? else { return Ok(invalid_application()) };
    let handle = plain_handle(&name);
    let subject = Subject { handle: Some(handle), ..wishes.subject() };
    state.guard.check(wishes.credentials.as_ref(), &CALLS, subject)?;
    let blob = Blob::stored(&state.storage, find_file(&state, handle).await?);
    let service = state.file_origin(&head.uri, &head.headers);
    wishes.keep(&state, blob, Origin::of_url(&service), &service).await
}

/// The real service answers a call without a key like this, with status 200.
fn invalid_application() -> Response {
    "Invalid Application".into_response()
}

impl Wishes {
    /// Reads the query; `None` when there is no key in it.
    fn read(state: &State, head: &request::Parts, provider: &str) -> Result<Option<Self>> {
        let query = head.uri.query();
        let item = |name: &str| query_item(query, name).filter(|text| !text.is_empty());
        let Some(key) = item("key") else { return Ok(None) };
        if !state.keys.accepts(&key) {
            return Err(ApiKeys::refusal());
        }
        let mut members = Map::from_iter([("location".to_owned(), Value::from(provider))]);
        for name in ["path", "container", "region", "access", "base64decode"] {
            members.extend(item(name).map(|text| (name.to_owned(), Value::from(text))));
        }
        if let Some(workflows) = item("workflows") {
            // A JSON list, or ids with commas between them.
            let listed = serde_json::from_str::<Vec<String>>(&workflows);
            let split = || workflows.trim_matches(['[', ']']).split(',').map(|id| id.trim().to_owned()).collect();
            members.insert("workflows".to_owned(), Value::from(listed.unwrap_or_else(|_| split())));
        }
        Ok(Some(Self {
            credentials: api_credentials(head),
            store: Store::from_members(&members).map_err(ServiceError::into_text)?,
            filename: item("filename"),
            mimetype: item("mimetype"),
        }))
    }

    fn subject(&self) -> Subject<'_> {
        Subject { path: self.store.path.as_deref(), container: Some(&self.store.container), ..Subject::default() }
    }

    async fn keep(self, state: &State, mut blob: Blob, origin: Origin<'_>, service: &str) -> Result<Response> {
        let subject = Subject { size: Some(blob.size), ..Subject::default() };
        state.guard.check(self.credentials.as_ref(), &CALLS, subject)?;
        if let Some(filename) = self.filename {
            blob.filename = filename;
        } else if blob.filename.is_empty() {
            blob.filename = UNNAMED.to_owned();
        }
        if let Some(mimetype) = self.mimetype {
            blob.mimetype = mimetype;
        }
        let new = New { blob, store: self.store, tags: None, origin };
        let (file, workflows) = files::add(state, new).await?;
        Ok(Json(files::reply(service, &file, "type", workflows)).into_response())
    }
}
