//! The state of an upload: what another process has to know to go on with it. It holds no secrets and no key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::source::Fingerprint;

/// How much of the digest of the options is written down.
const DIGEST_BYTES: usize = 16;

/// An upload that the service has started, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) start: Start,
    /// The parts that the storage has, by number.
    pub(super) sent: BTreeMap<u64, SentPart>,
    /// The parts of which the storage has the beginning, by number. Intelligent uploads only.
    pub(super) begun: BTreeMap<u64, BegunPart>,
    pub(super) phase: Phase,
}

/// An upload that the service has started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) filename: String,
    pub(super) mimetype: String,
    /// In bytes.
    pub(super) size: u64,
    /// A digest of the key, the host and the options: what they are is not written down.
    pub(super) options: String,
    pub(super) place: Place,
    /// Of every part but the last.
    pub(super) part_size: u64,
    /// What the source was when its parts were cut.
    pub(super) source: Fingerprint,
}

/// What is uploaded, as the service is told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Description {
    pub(super) filename: String,
    pub(super) mimetype: String,
    pub(super) size: u64,
    pub(super) store: Map<String, Value>,
    pub(super) upload_tags: Option<Value>,
    pub(super) alt_text: Option<String>,
}

/// Where the service wants the upload, and what it must be told again in each request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A part of which the storage has the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BegunPart {
    /// Of the whole part, in base64.
    pub(super) md5: String,
    /// How many bytes the storage has.
    pub(super) arrived: u64,
}

/// What an upload is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Parts are sent.
    Sending,
    /// The service was told to join them. It may have done so.
    Completing,
}

impl State {
    /// One of which the storage has nothing yet.
    pub(super) fn of(start: Start) -> Self {
        State { start, sent: BTreeMap::new(), begun: BTreeMap::new(), phase: Phase::Sending }
    }
}

impl Description {
    /// A digest of what the service is told besides name, type and size, and of who tells it: `application` is its key
    /// and the host that it speaks with.
    pub(super) fn digest_of_options(&self, application: [&str; 2]) -> String {
        let options = json!([application, self.store, self.upload_tags, self.alt_text]);
        hex(&Sha256::digest(options.to_string())[..DIGEST_BYTES])
    }

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

    #[test]
    fn every_option_changes_the_digest() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let description = Description {
            filename: "ü.png".into(),
            mimetype: "image/png".into(),
            size: 5 << 40,
            store: map(json!({ "location": "s3" })),
            upload_tags: Some(json!({ "a": "b" })),
            alt_text: Some("a crane".into()),
        };
        let application = ["KEY", "https://upload.example.com"];
        let digests = [
            description.digest_of_options(application),
            description.digest_of_options(["OTHER", application[1]]),
            description.digest_of_options([application[0], "https://upload.example.net"]),
            Description { store: map(json!({ "location": "gcs" })), ..description.clone() }
                .digest_of_options(application),
            Description { upload_tags: None, ..description.clone() }.digest_of_options(application),
            Description { alt_text: None, ..description.clone() }.digest_of_options(application),
        ];
        let different: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(different.len(), digests.len(), "{digests:?}");
        assert_eq!(description.digest_of_options(application), digests[0]);
        assert!(!digests[0].contains("KEY"));
    }
}
