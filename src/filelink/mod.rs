//! A file that the service keeps.

mod changes;
mod intelligence;
mod upload_reply;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use crate::client::Client;
use crate::delivery::{self, RequestOptions};
use crate::endpoints::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::security::Security;
use crate::suggestion;
use crate::transformation::{Source as TransformationSource, SourceKind, Transformation};
use crate::transport::Request;

pub use upload_reply::UploadReply;

/// The metadata that the service can be asked for.
pub const METADATA_FIELDS: &[&str] = &[
    "size",
    "mimetype",
    "filename",
    "width",
    "height",
    "uploaded",
    "writeable",
    "cloud",
    "source_url",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "location",
    "path",
    "container",
    "key",
    "exif",
    "status",
];

/// A file by its handle. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Filelink(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    client: Client,
    source: TransformationSource,
    security: Option<Security>,
    upload_reply: Option<UploadReply>,
}

impl Filelink {
    /// A file that the service has just stored, with its whole reply.
    pub(crate) fn stored(client: Client, security: Option<Security>, reply: Map<String, Value>) -> Result<Self> {
        let handle = upload_reply::handle(&reply);
        let source = source_of(handle).map_err(|_| {
            let message = format!("the file was stored, but the service's reply has no usable handle: '{handle}'");
            Error::new(ErrorKind::Protocol, message)
        })?;
        let upload_reply = Some(UploadReply::new(reply));
        Ok(Filelink(Arc::new(Shared { client, source, security, upload_reply })))
    }

    /// A file that exists at the service.
    pub(crate) fn existing(client: Client, handle: &str, security: Option<Security>) -> Result<Self> {
        let source = source_of(handle)?;
        Ok(Filelink(Arc::new(Shared { client, source, security, upload_reply: None })))
    }

    /// The handle: the file's name at the service.
    #[must_use]
    pub fn handle(&self) -> &str {
        self.0.source.as_str()
    }

    /// What the service said when it stored the file, when this filelink comes from that.
    #[must_use]
    pub fn upload_reply(&self) -> Option<&UploadReply> {
        self.0.upload_reply.as_ref()
    }

    /// The file's URL, without credentials.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}", self.cdn(), self.handle())
    }

    /// The file's URL with credentials: those of `security`, or else the filelink's.
    ///
    /// # Errors
    /// `Argument` when there are none.
    pub fn signed_url(&self, security: Option<&Security>) -> Result<String> {
        let security = security.or(self.0.security.as_ref()).ok_or_else(|| {
            Error::argument("a signed URL needs a security object, and the filelink has none: pass one")
        })?;
        Ok(format!("{}/{}/{}", self.cdn(), security.url_string(), self.handle()))
    }

    /// A transformation of this file.
    #[must_use]
    pub fn transform(&self) -> Transformation {
        self.0.client.transformation(vec![self.0.source.clone()], self.0.security.as_ref())
    }

    /// Downloads the file to `path` and returns its size in bytes.
    ///
    /// # Errors
    /// Whatever is wrong with the destination, the network or the service. Nothing is left at `path` then.
    pub async fn download(&self, path: impl AsRef<Path>, options: &RequestOptions) -> Result<u64> {
        let url = self.content_url(options)?;
        delivery::download(&self.0.client, &url, &self.download_name(), path.as_ref(), options).await
    }

    /// The file's content.
    ///
    /// # Errors
    /// `TooLarge` beyond the limit, and whatever is wrong with the network or the service.
    pub async fn get_content(&self, options: &RequestOptions) -> Result<Vec<u8>> {
        let url = self.content_url(options)?;
        delivery::get_content(&self.0.client, &url, &self.download_name(), options).await
    }

    /// What the service knows of the file, as a JSON object. Without fields the service chooses them.
    ///
    /// # Errors
    /// `Argument` for an unknown field, and whatever is wrong with the network or the service.
    pub async fn metadata(&self, fields: &[&str], options: &RequestOptions) -> Result<String> {
        let mut url = self.api_url("/metadata")?;
        for field in fields {
            if !METADATA_FIELDS.contains(field) {
                let hint = suggestion::hint(field, METADATA_FIELDS.iter().copied());
                return Err(Error::argument(format!("'{field}' is no metadata field{hint}")));
            }
            url.query_pairs_mut().append_pair(field, "true");
        }
        if let Some(security) = self.call_security(options) {
            sign(&mut url, security);
        }
        let request = Request::get(url, format!("metadata of '{}'", self.handle()));
        let reply = self.0.client.json(&request, options.total_timeout).await?;
        Ok(Value::Object(reply).to_string())
    }

    fn content_url(&self, options: &RequestOptions) -> Result<String> {
        match self.call_security(options) {
            Some(security) => self.signed_url(Some(security)),
            None => Ok(self.url()),
        }
    }

    /// The file's address at the API, not signed.
    fn api_url(&self, suffix: &str) -> Result<Url> {
        let base = format!("{}/file/{}{suffix}", self.0.client.endpoints().base(Endpoint::Api), self.handle());
        Url::parse(&base).map_err(|cause| Error::argument(format!("'{base}' is no URL: {cause}")))
    }

    /// The call's own credentials, or else the filelink's.
    fn call_security<'a>(&'a self, options: &'a RequestOptions) -> Option<&'a Security> {
        options.security.as_ref().or(self.0.security.as_ref())
    }

    fn required_security<'a>(&'a self, options: &'a RequestOptions, needed_by: &str) -> Result<&'a Security> {
        self.call_security(options).ok_or_else(|| {
            Error::argument(format!("{needed_by} needs a security object, and the filelink has none: pass one"))
        })
    }

    fn client(&self) -> &Client {
        &self.0.client
    }

    fn download_name(&self) -> String {
        format!("download of '{}'", self.handle())
    }

    fn cdn(&self) -> &str {
        self.0.client.endpoints().base(Endpoint::Cdn)
    }
}

/// Puts credentials into the query, where the API wants them.
fn sign(url: &mut Url, security: &Security) {
    url.query_pairs_mut().append_pair("policy", security.policy_b64()).append_pair("signature", security.signature());
}

/// The handle as a source, when it can be one.
fn source_of(handle: &str) -> Result<TransformationSource> {
    match TransformationSource::parse(handle) {
        Ok(source) if source.kind() == SourceKind::Handle => Ok(source),
        _ if handle.is_empty() => Err(Error::argument("the handle is empty")),
        _ => Err(Error::argument(format!("'{handle}' is no handle: give the last part of the file's URL"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientOptions;

    fn client(security: Option<Security>) -> Client {
        let mut options = ClientOptions::new();
        options.security = security;
        Client::new(None, options).unwrap()
    }

    #[test]
    fn urls_are_those_of_the_reference() {
        let security = Security::new("{\"expires\":999999999999}", "secret").unwrap();
        let filelink = client(None).filelink("sm9IEXAMPLEQuzfJykmA", None).unwrap();
        assert_eq!(filelink.url(), "https://cdn.filestackcontent.com/sm9IEXAMPLEQuzfJykmA");
        assert_eq!(
            filelink.signed_url(Some(&security)).unwrap(),
            "https://cdn.filestackcontent.com/security=p:eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==,\
             s:8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a/sm9IEXAMPLEQuzfJykmA"
        );
        assert!(filelink.signed_url(None).unwrap_err().message().contains("security"));
        let of_client = client(Some(security)).filelink("H", None).unwrap();
        assert!(of_client.signed_url(None).unwrap().ends_with("/H"));
    }

    #[test]
    fn what_is_no_handle_is_refused() {
        for text in ["", "a/b", "https://x.io/a", "src://a/b"] {
            assert!(client(None).filelink(text, None).is_err(), "{text}");
        }
    }
}
