//! The state of an upload: what another process would have to know to go on with it. It holds no secrets and no key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::source::Fingerprint;

/// An upload that the service has started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) description: Description,
    pub(super) place: Place,
    /// Of every part but the last.
    pub(super) part_size: u64,
    /// What the source was when its parts were cut.
    pub(super) source: Fingerprint,
    /// The parts that the storage has, by number.
    pub(super) sent: BTreeMap<u64, SentPart>,
    pub(super) phase: Phase,
}

/// What is uploaded, as the service is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Description {
    pub(super) filename: String,
    pub(super) mimetype: String,
    pub(super) size: u64,
    pub(super) store: Map<String, Value>,
    pub(super) upload_tags: Option<Value>,
    pub(super) alt_text: Option<String>,
}

/// Where the service wants the upload, and what it must be told again in each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Base URL of the host that this upload goes to.
    pub(super) host: String,
    /// Names the region to the host.
    pub(super) region: Option<String>,
    /// Whether the service agreed to Intelligent Ingestion.
    pub(super) is_intelligent: bool,
    /// `uri`, `region` and `upload_id`: what every request repeats.
    pub(super) identity: Map<String, Value>,
    /// Members of the start reply that this library does not know. The service may want them back.
    pub(super) unknown: Map<String, Value>,
}

/// A part that the storage has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SentPart {
    /// In base64.
    pub(super) md5: String,
    /// `None` for a part that went in chunks and was committed.
    pub(super) etag: Option<String>,
}

/// How far the upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Parts are sent.
    Sending,
    /// The service was told to join them. It may have done so.
    Completing,
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_state_reads_as_it_was_written() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let state = State {
            description: Description {
                filename: "ü.png".into(),
                mimetype: "image/png".into(),
                size: 5 << 40,
                store: map(json!({ "location": "s3" })),
                upload_tags: Some(json!({ "a": "b" })),
                alt_text: Some("a crane".into()),
            },
            place: Place {
                host: "https://upload.example.com".into(),
                region: Some("eu-central-1".into()),
                is_intelligent: false,
                identity: map(json!({ "uri": "/a", "region": "eu", "upload_id": 12345678901234567890_u64 })),
                unknown: map(json!({ "later": [1, null] })),
            },
            part_size: 525 << 20,
            source: Fingerprint { size: 5 << 40, modified_ns: Some(7), device: Some(1), inode: Some(2) },
            sent: BTreeMap::from([(2, SentPart { md5: "bQ==".into(), etag: Some("\"e\"".into()) })]),
            phase: Phase::Sending,
        };
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
        assert!(json.contains(r#""sent":{"2":{"md5":"bQ==","etag":"\"e\""}},"phase":"sending""#), "{json}");
    }
}
