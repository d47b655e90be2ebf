//! The session of an upload: how it starts, and what the service must be told again in each further request.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderName;
use serde_json::{Map, Value};

use crate::context::{Call, Context};
use crate::endpoints::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Transfer;
use crate::transport::Request;

use super::checkpoint::Checkpoint;
use super::chunk_size::ChunkSize;
use super::part_layout::Part;
use super::state::{BegunPart, Description, Place, SentPart};

/// Names the region to the upload host.
const REGION_HEADER: HeaderName = HeaderName::from_static("filestack-upload-region");

/// An upload that the service has started, and the call that goes on with it.
pub(super) struct Session<'a> {
    pub(super) context: &'a Context,
    pub(super) call: &'a Call,
    pub(super) description: &'a Description,
    pub(super) place: &'a Place,
    /// Whether parts go in chunks only when the network has failed them as a whole.
    pub(super) is_fallback: bool,
    pub(super) chunk_size: ChunkSize,
    /// Parts of a reader that the storage has already: they are read and compared.
    pub(super) known: &'a BTreeMap<u64, SentPart>,
    /// Parts of which the storage has the beginning already.
    pub(super) begun: &'a BTreeMap<u64, BegunPart>,
    pub(super) checkpoint: &'a Checkpoint,
    pub(super) transfers: &'a Transfers,
}

/// The parts of a call on their way. One that is sent again, even to an upload that was begun anew, is counted once.
#[derive(Default)]
pub(super) struct Transfers(Mutex<BTreeMap<u64, Transfer>>);

impl Transfers {
    pub(super) fn of(&self, call: &Call, number: u64) -> Transfer {
        let mut transfers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        transfers.entry(number).or_insert_with(|| call.operation().transfer()).clone()
    }
}

/// Announces an upload, and learns where it goes.
pub(super) async fn start(
    context: &Context,
    call: &Call,
    description: &Description,
    wants_intelligent: bool,
) -> Result<Place> {
    let mut body = description.members();
    body.insert("apikey".into(), context.api_key("an upload")?.into());
    if wants_intelligent {
        body.insert("fii".into(), true.into());
    }
    context.sign_members(&mut body);
    let url = format!("{}/multipart/start", context.endpoints().base(Endpoint::Upload));
    let what = format!("start of the upload of '{}'", description.filename);
    let mut reply = call.json(&Request::post_json(url, &what, &body)).await?;

    let mut identity = Map::new();
    for name in ["uri", "region", "upload_id"] {
        let value = reply.remove(name).filter(|value| !value.is_null());
        identity.insert(name.into(), value.ok_or_else(|| incomplete(&what, name))?);
    }
    let location = non_empty(reply.remove("location_url")).ok_or_else(|| incomplete(&what, "location_url"))?;
    let upload_type = non_empty(reply.get("upload_type").cloned());
    Ok(Place {
        host: context.endpoints().upload_location(&location)?,
        region: non_empty(reply.get("location_region").cloned()),
        is_intelligent: wants_intelligent && upload_type.as_deref() == Some("intelligent_ingestion"),
        identity,
        unknown: reply,
    })
}

impl Session<'_> {
    /// What every request says: whose upload it is, and which.
    pub(super) fn identity(&self) -> Result<Map<String, Value>> {
        let mut members = self.place.identity.clone();
        members.insert("apikey".into(), self.context.api_key("an upload")?.into());
        Ok(members)
    }

    /// Counts a part that the storage has already.
    pub(super) fn count_known(&self, part: Part) {
        self.transfers.of(self.call, part.number).count(part.length, part.length);
        self.call.operation().count_part();
    }

    /// A request of this upload to its host.
    pub(super) fn request(&self, path: &str, what: &str, body: &Map<String, Value>) -> Request {
        let request = Request::post_json(format!("{}/{path}", self.place.host), what, body);
        match &self.place.region {
            Some(region) => request.with_service_header(REGION_HEADER, region),
            None => request,
        }
    }
}

/// Whether the service or the storage no longer knows the upload, of which nothing can be stored.
pub(super) fn is_forgotten(error: &Error) -> bool {
    if error.kind() == ErrorKind::MayBeStored {
        return false;
    }
    let says = |word| error.service_text().is_some_and(|text| text.contains(word));
    match error.http_status() {
        Some(404 | 410) => true,
        Some(400) => says("upload_id") || says("NoSuchUpload"),
        _ => false,
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
