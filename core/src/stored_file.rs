//! A file that the service has just stored, and its whole reply.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::handle::Handle;

/// A stored file, with the context of the call that stored it. [`crate::Filelink::from`] makes a filelink of it.
#[derive(Clone, Debug)]
pub struct StoredFile {
    pub(crate) context: Context,
    pub(crate) handle: Handle,
    pub(crate) reply: UploadReply,
}

impl StoredFile {
    /// The file that `reply` describes; `context` has the credentials that signed the call.
    ///
    /// # Errors
    /// `Protocol` when the reply has no usable handle.
    pub(crate) fn new(context: Context, reply: Map<String, Value>) -> Result<Self> {
        let handle = handle(&reply);
        let handle = Handle::parse(handle).map_err(|_| {
            let message = format!("the file was stored, but the service's reply has no usable handle: '{handle}'");
            Error::new(ErrorKind::Protocol, message)
        })?;
        Ok(StoredFile { context, handle, reply: UploadReply::new(reply) })
    }

    /// The handle: the file's name at the service.
    #[must_use]
    pub fn handle(&self) -> &str {
        self.handle.as_str()
    }

    /// What the service said when it stored the file.
    #[must_use]
    pub fn reply(&self) -> &UploadReply {
        &self.reply
    }
}

/// The service's whole reply, and its members under one name each.
#[derive(Clone, Debug)]
pub struct UploadReply(Map<String, Value>);

impl UploadReply {
    /// Uploads answer with `mimetype`, stored transformations and external URLs with `type`: both are there
    /// afterwards.
    fn new(mut reply: Map<String, Value>) -> Self {
        for (name, other) in [("mimetype", "type"), ("type", "mimetype")] {
            if !reply.contains_key(name)
                && let Some(value) = reply.get(other).cloned()
            {
                reply.insert(name.into(), value);
            }
        }
        UploadReply(reply)
    }

    /// The reply as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// The file's name.
    #[must_use]
    pub fn filename(&self) -> Option<&str> {
        self.text("filename")
    }

    /// The file's MIME type.
    #[must_use]
    pub fn mimetype(&self) -> Option<&str> {
        self.text("mimetype")
    }

    /// The file's size in bytes.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.0.get("size")?.as_u64()
    }

    /// `Stored`, or `InTransit` while the file is on its way to the customer's storage.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.text("status")
    }

    /// The bucket or container.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        self.text("container")
    }

    /// The file's key in the container.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.text("key")
    }

    /// The workflows that were started, by their ids, as a JSON object.
    #[must_use]
    pub fn workflows(&self) -> Option<String> {
        self.0.get("workflows").filter(|workflows| !workflows.is_null()).map(Value::to_string)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

/// The handle of a reply; older servers give it only as the last part of the URL.
fn handle(reply: &Map<String, Value>) -> &str {
    let text = |name: &str| reply.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let last_segment = |url: &'static str| {
        let url = text(url).filter(|url| url.contains("://"))?;
        url.trim_end_matches('/').rsplit('/').next()
    };
    text("handle").or_else(|| last_segment("url")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn both_names_of_the_type_are_there() {
        for reply in [json!({"type": "image/png"}), json!({"mimetype": "image/png"})] {
            let reply = UploadReply::new(object(reply));
            assert_eq!(reply.mimetype(), Some("image/png"));
            let json: Value = serde_json::from_str(&reply.to_json()).unwrap();
            assert_eq!(json, json!({"type": "image/png", "mimetype": "image/png"}));
        }
    }

    #[test]
    fn members_are_read_by_their_type() {
        let reply = UploadReply::new(object(json!({"filename": "a", "size": 4_294_967_296_u64, "status": "Stored",
            "container": null, "key": "k", "workflows": {"w": {"jobid": "j"}}})));
        assert_eq!((reply.filename(), reply.size(), reply.status()), (Some("a"), Some(1 << 32), Some("Stored")));
        assert_eq!((reply.container(), reply.key()), (None, Some("k")));
        assert_eq!(reply.workflows().as_deref(), Some("{\"w\":{\"jobid\":\"j\"}}"));
        assert_eq!(UploadReply::new(Map::new()).workflows(), None);
    }

    #[test]
    fn the_handle_may_hide_in_the_url() {
        assert_eq!(handle(&object(json!({"handle": "H", "url": "https://cdn/X"}))), "H");
        assert_eq!(handle(&object(json!({"handle": "", "url": "https://www/api/file/X/"}))), "X");
        assert_eq!(handle(&object(json!({"url": "x"}))), "");
        assert_eq!(handle(&Map::new()), "");
    }
}
