//! `/prefetch`, and the API of cloud drives: every drive is there, and every drive is empty.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State as Extracted};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::connection::bodies;
use crate::errors::{Result, ServiceError};
use crate::security::credentials::Credentials;
use crate::security::credentials::query_item;
use crate::security::policy::{Call, Subject};
use crate::state::{ApiKeys, Shared, State};

/// The calls of a policy of which a visit to a drive needs one.
const CALLS: [Call; 2] = [Call::Pick, Call::Store];
/// Members of a request that only newer clients send, and that the newer reply answers.
const NEWER: [&str; 4] = ["permissions", "settings", "picker_config", "events"];
/// The drives.
const CLOUDS: [&str; 14] = [
    "box",
    "clouddrive",
    "customsource",
    "dropbox",
    "facebook",
    "github",
    "gmail",
    "googledrive",
    "googlephotos",
    "instagram",
    "onedrive",
    "onedriveforbusiness",
    "picasa",
    "unsplash",
];
const TOKEN_LENGTH: usize = 40;

/// A request, read.
struct Visit {
    members: Map<String, Value>,
}

/// `POST /prefetch`: what the application may do.
pub(crate) async fn prefetch(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(read_prefetch(&state, request).await)
}

/// `GET /prefetch?apikey=KEY`, as older clients ask.
pub(crate) async fn prefetch_by_query(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    let key = query_item(request.uri().query(), "apikey").unwrap_or_default();
    let visit = Visit { members: Map::from_iter([("apikey".to_owned(), Value::from(key))]) };
    answer(visit.check_key(&state).map(|()| older_permissions(&state)))
}

async fn read_prefetch(state: &State, request: Request) -> Result<Value> {
    let visit = Visit::read(state, request.into_body()).await?;
    let given = visit.members.get("security").and_then(Value::as_object).unwrap_or(&visit.members);
    visit.check_given(state, credentials(given))?;
    if !NEWER.iter().any(|name| visit.members.contains_key(*name)) {
        return Ok(older_permissions(state));
    }
    let mut reply = json!({
        "blocked": false,
        "settings": visit.asked("settings", |_| false),
        "permissions": visit.asked("permissions", |name| name == "intelligent_ingestion" && state.intelligent_ingestion),
    });
    if let Some(config) = visit.members.get("picker_config").filter(|config| config.is_object()) {
        reply["updated_config"] = config.clone();
    }
    Ok(reply)
}

fn older_permissions(state: &State) -> Value {
    json!({
        "blocked": false,
        "intelligent_ingestion": state.intelligent_ingestion,
        "whitelabel": false,
        "customsource": false,
    })
}

/// `POST /folder/list`
pub(crate) async fn list(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(read_list(&state, request).await)
}

async fn read_list(state: &State, request: Request) -> Result<Value> {
    let visit = Visit::authorized(state, request.into_body()).await?;
    let mut reply = json!({ "token": visit.token(state) });
    for (name, wish) in visit.clouds()? {
        let path = wish.get("path").and_then(Value::as_str).unwrap_or_default();
        let folder = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        reply[name] = json!({ "contents": [], "next": null, "client": name, "filename": folder });
    }
    Ok(reply)
}

/// `POST /store/`: there is nothing in the drives that could be stored.
pub(crate) async fn store(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(read_store(&state, request).await)
}

async fn read_store(state: &State, request: Request) -> Result<Value> {
    let visit = Visit::authorized(state, request.into_body()).await?;
    visit.clouds()?;
    Err(ServiceError::file_not_found())
}

/// `POST /auth/logout`: nobody was ever logged in.
pub(crate) async fn logout(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(read_logout(&state, request).await)
}

async fn read_logout(state: &State, request: Request) -> Result<Value> {
    let visit = Visit::read(state, request.into_body()).await?;
    visit.check_given(state, credentials(&visit.members))?;
    let clouds = if visit.members.contains_key("clouds") { visit.clouds()? } else { Vec::new() };
    Ok(clouds.into_iter().map(|(name, _)| (name.to_owned(), json!({}))).collect::<Map<_, _>>().into())
}

/// `POST /metadata`: what a URL leads to.
pub(crate) async fn metadata(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(read_metadata(&state, request).await)
}

async fn read_metadata(state: &State, request: Request) -> Result<Value> {
    let visit = Visit::read(state, request.into_body()).await?;
    let url = visit.members.get("url").and_then(Value::as_str).filter(|url| !url.is_empty());
    let url = url.ok_or_else(|| ServiceError::invalid_params("url"))?;
    visit.check(state, Subject { url: Some(url), ..Subject::default() })?;
    let mut headers = HeaderMap::new();
    for (name, value) in visit.members.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let pair =
            name.parse::<HeaderName>().ok().zip(value.as_str().and_then(|text| HeaderValue::from_str(text).ok()));
        let (name, value) = pair.ok_or_else(|| ServiceError::invalid_params("headers"))?;
        headers.append(name, value);
    }
    let blob = state.fetcher.fetch(&state.storage, url, headers).await?;
    Ok(json!({ "url": url, "filename": blob.filename, "mimetype": blob.mimetype, "size": blob.size }))
}

/// `POST /recording/KIND/STEP`: cameras and microphones are another company's service.
pub(crate) async fn recording(request: Request) -> Response {
    ServiceError::not_served(format_args!("POST {}", request.uri().path())).into_cloud().into_response()
}

impl Visit {
    async fn read(state: &State, body: Body) -> Result<Self> {
        let visit = Self { members: bodies::json_object(body).await? };
        visit.check_key(state)?;
        Ok(visit)
    }

    async fn authorized(state: &State, body: Body) -> Result<Self> {
        let visit = Self::read(state, body).await?;
        visit.check(state, Subject::default())?;
        Ok(visit)
    }

    fn check_key(&self, state: &State) -> Result<()> {
        let key = self.members.get("apikey").and_then(Value::as_str).filter(|key| !key.is_empty());
        let key = key.ok_or_else(ServiceError::parameters_are_invalid)?;
        if state.keys.accepts(key) { Ok(()) } else { Err(ApiKeys::refusal()) }
    }

    fn check(&self, state: &State, subject: Subject<'_>) -> Result<()> {
        let verdict = state.guard.check(credentials(&self.members).as_ref(), &CALLS, subject);
        verdict.map_err(|_| invalid_policy())
    }

    /// Refuses credentials that are wrong, but not those that are missing.
    fn check_given(&self, state: &State, given: Option<Credentials>) -> Result<()> {
        let Some(given) = given else { return Ok(()) };
        state.guard.check(Some(&given), &CALLS, Subject::default()).map_err(|_| invalid_policy())
    }

    /// The drives that the request names, with what it wants of each.
    fn clouds(&self) -> Result<Vec<(&str, &Value)>> {
        let refusal = || ServiceError::invalid_params("clouds");
        let clouds = self.members.get("clouds").and_then(Value::as_object).ok_or_else(refusal)?;
        match clouds.keys().all(|name| CLOUDS.contains(&name.as_str())) {
            true => Ok(clouds.iter().map(|(name, wish)| (name.as_str(), wish)).collect()),
            false => Err(refusal()),
        }
    }

    /// What tells this visitor from others.
    fn token(&self, state: &State) -> String {
        let given = self.members.get("token").and_then(Value::as_str).filter(|token| !token.is_empty());
        given.map_or_else(|| state.names.name(TOKEN_LENGTH), str::to_owned)
    }

    /// The names in a list, each with whether it is granted.
    fn asked(&self, list: &str, is_granted: impl Fn(&str) -> bool) -> Map<String, Value> {
        let names = self.members.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        names.map(|name| (name.to_owned(), Value::from(is_granted(name)))).collect()
    }
}

fn credentials(members: &Map<String, Value>) -> Option<Credentials> {
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    Credentials::new(text("policy"), text("signature"))
}

fn invalid_policy() -> ServiceError {
    ServiceError::json(StatusCode::UNAUTHORIZED, "Invalid Policy")
}

fn answer(outcome: Result<Value>) -> Response {
    match outcome {
        Ok(reply) => Json(reply).into_response(),
        Err(error) => error.into_cloud().into_response(),
    }
}
