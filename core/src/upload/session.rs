//! The session of an upload: how it starts, and what the service must be told again in each further request.

use reqwest::header::HeaderName;
use serde_json::{Map, Value};

use crate::context::{Call, Context};
use crate::endpoints::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Request;

/// Names the region to the upload host.
const REGION_HEADER: HeaderName = HeaderName::from_static("filestack-upload-region");

/// What is uploaded, as the service is told.
pub(super) struct Description {
    pub(super) filename: String,
    pub(super) mimetype: String,
    pub(super) size: u64,
    pub(super) store: Map<String, Value>,
    pub(super) upload_tags: Option<Value>,
    pub(super) intelligent: bool,
}

impl Description {
    /// What start and complete both say. The service compares them.
    pub(super) fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("filename".into(), self.filename.clone().into());
        members.insert("mimetype".into(), self.mimetype.clone().into());
        members.insert("size".into(), self.size.into());
        members.insert("store".into(), self.store.clone().into());
        members
    }
}

/// An upload that the service has started.
pub(super) struct Session<'a> {
    pub(super) context: &'a Context,
    pub(super) call: &'a Call,
    pub(super) description: Description,
    /// Base URL of the host that this upload goes to.
    host: String,
    region_header: Option<String>,
    pub(super) intelligent: bool,
    /// `apikey`, `uri`, `region`, `upload_id`: what every request repeats.
    pub(super) identity: Map<String, Value>,
    /// Members of the start reply that this library does not know. The service may want them back.
    pub(super) unknown: Map<String, Value>,
}

impl<'a> Session<'a> {
    /// Announces the upload.
    pub(super) async fn start(context: &'a Context, call: &'a Call, description: Description) -> Result<Self> {
        let mut body = description.members();
        body.insert("apikey".into(), context.api_key("an upload")?.into());
        if description.intelligent {
            body.insert("fii".into(), true.into());
        }
        context.sign_members(&mut body);
        let url = format!("{}/multipart/start", context.endpoints().base(Endpoint::Upload));
        let what = format!("start of the upload of '{}'", description.filename);
        let mut reply = call.json(&Request::post_json(url, &what, &body)).await?;

        let mut identity = Map::new();
        identity.insert("apikey".into(), body["apikey"].clone());
        for name in ["uri", "region", "upload_id"] {
            let value = reply.remove(name).filter(|value| !value.is_null());
            identity.insert(name.into(), value.ok_or_else(|| incomplete(&what, name))?);
        }
        let location = non_empty(reply.remove("location_url")).ok_or_else(|| incomplete(&what, "location_url"))?;
        let upload_type = non_empty(reply.get("upload_type").cloned());
        let intelligent = description.intelligent && upload_type.as_deref() == Some("intelligent_ingestion");
        Ok(Session {
            host: context.endpoints().upload_location(&location)?,
            region_header: non_empty(reply.get("location_region").cloned()),
            intelligent,
            identity,
            unknown: reply,
            context,
            call,
            description,
        })
    }

    /// Whether the service agreed to Intelligent Ingestion.
    pub(super) fn is_intelligent(&self) -> bool {
        self.intelligent
    }

    /// Base URL of the host that this upload goes to.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// A request of this upload to its host.
    pub(super) fn request(&self, path: &str, what: &str, body: &Map<String, Value>) -> Request {
        let request = Request::post_json(format!("{}/{path}", self.host), what, body);
        match &self.region_header {
            Some(region) => request.with_service_header(REGION_HEADER, region),
            None => request,
        }
    }
}

/// A text of a reply, when it is there and holds something.
pub(super) fn non_empty(value: Option<Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The error for a reply that lacks a member.
pub(super) fn incomplete(what: &str, member: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("{what} failed: the service's reply has no {member}"))
}
