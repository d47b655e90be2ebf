//! Multipart uploads: start, part, commit, complete.

mod assembly;
pub(crate) mod bucket;
pub(crate) mod commit;
pub(crate) mod complete;
mod forms;
pub(crate) mod part;
pub(crate) mod start;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{header, request};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::connection::bodies;
use crate::database::UploadRecord;
use crate::errors::{Result, ServiceError};
use crate::security::credentials::Credentials;
use crate::security::policy::{Call, Subject};
use crate::state::{ApiKeys, Shared};

/// The calls of a policy of which an upload needs one.
const UPLOAD_CALLS: [Call; 2] = [Call::Pick, Call::Store];
/// S3's limit for one part.
const MAX_PART_SIZE: u64 = 5 << 30;
/// S3's limit for one file.
const MAX_SIZE: u64 = 5 << 40;
/// S3's limit for the number of parts.
const MAX_PARTS: u64 = 10_000;

/// The members of a call, whatever dialect they came in.
#[derive(Debug)]
struct Fields {
    members: Map<String, Value>,
    /// They were the fields of a form.
    is_form: bool,
}

impl Fields {
    /// Reads the body of a call.
    async fn read(head: &request::Parts, body: Body) -> Result<Self> {
        let content_type =
            head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = forms::is_form(content_type);
        let members = match is_form {
            true => forms::read(content_type, bodies::collect(body).await?).await?,
            false => bodies::json_object(body).await?,
        };
        Ok(Self { members, is_form })
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A text that must be there and not be empty.
    fn required_text(&self, name: &str) -> Result<&str> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| ServiceError::invalid_params(name))
    }

    /// A whole number, also when it was sent as text.
    fn integer(&self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
    }

    /// A number of at least 1 that must be there.
    fn required_size(&self, name: &str) -> Result<u64> {
        self.integer(name).filter(|size| *size > 0).ok_or_else(|| ServiceError::invalid_params(name))
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Bool(true))) || self.text(name) == Some("true")
    }

    /// The part's number, from 1.
    fn part(&self) -> Result<u32> {
        let number = self.integer("part").filter(|part| (1..=MAX_PARTS).contains(part));
        number.and_then(|part| u32::try_from(part).ok()).ok_or_else(|| ServiceError::invalid_params("part"))
    }

    fn credentials(&self) -> Option<Credentials> {
        let text = |name: &str| self.text(name).map(str::to_owned);
        Credentials::new(text("policy"), text("signature"))
    }
}

/// Refuses calls without an accepted API key.
fn check_key<'a>(state: &Shared, fields: &'a Fields) -> Result<&'a str> {
    let key = fields.text("apikey").filter(|key| !key.is_empty()).ok_or_else(ServiceError::parameters_are_invalid)?;
    if state.keys.accepts(key) { Ok(key) } else { Err(ApiKeys::refusal()) }
}

/// The upload that a call after start is about. Its key, id, uri and region must belong together, and a policy that is
/// given must be good; only start insists on one, because not every SDK repeats it.
async fn find_upload(state: &Shared, fields: &Fields) -> Result<UploadRecord> {
    let key = check_key(state, fields)?;
    let upload_id = fields.required_text("upload_id")?;
    let upload = state.database.upload(upload_id).await?.ok_or_else(|| ServiceError::invalid_params("upload_id"))?;
    for (name, expected) in [("uri", &upload.uri), ("region", &upload.region)] {
        if fields.text(name) != Some(expected) {
            return Err(ServiceError::invalid_params(name));
        }
    }
    if key != upload.api_key {
        return Err(ApiKeys::refusal());
    }
    if let Some(credentials) = fields.credentials() {
        let subject = Subject { size: Some(upload.size), ..Subject::default() };
        state.guard.check(Some(&credentials), &UPLOAD_CALLS, subject)?;
    }
    Ok(upload)
}

/// Refuses calls on an upload that has become a file.
fn check_open(upload: &UploadRecord) -> Result<()> {
    match upload.reply {
        None => Ok(()),
        Some(_) => Err(ServiceError::invalid_params("upload_id")),
    }
}

/// Answers in the upload host's envelope, also where the refusal comes from elsewhere.
fn answer(outcome: Result<Response>) -> Response {
    outcome.unwrap_or_else(|error| error.into_json().into_response())
}

/// Head and members of a call.
async fn open(request: Request) -> Result<(request::Parts, Fields)> {
    let (head, body) = request.into_parts();
    let fields = Fields::read(&head, body).await?;
    Ok((head, fields))
}
