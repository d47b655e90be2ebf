//! Filelinks: files that the service keeps.

mod analysis;
mod changes;

use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::context::Context;
use crate::download::{self, Wanted};
use crate::endpoints::Endpoint;
use crate::error::{Error, Result};
use crate::file_api;
use crate::handle::Handle;
use crate::options::RequestOptions;
use crate::security::Security;
use crate::sink::Sink;
use crate::stored_file::{StoredFile, UploadReply};
use crate::transformation::Transformation;

/// A file by its handle. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Filelink(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    context: Context,
    handle: Handle,
    upload_reply: Option<UploadReply>,
}

/// The new file has the context and the credentials that stored it.
impl From<StoredFile> for Filelink {
    fn from(stored: StoredFile) -> Self {
        let StoredFile { context, handle, reply } = stored;
        Filelink(Arc::new(Shared { context, handle, upload_reply: Some(reply) }))
    }
}

impl Filelink {
    /// A file that exists at the service.
    pub(crate) fn existing(context: Context, handle: &str) -> Result<Self> {
        let handle = Handle::parse(handle)?;
        Ok(Filelink(Arc::new(Shared { context, handle, upload_reply: None })))
    }

    /// The handle: the file's name at the service.
    #[must_use]
    pub fn handle(&self) -> &str {
        self.0.handle.as_str()
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
        let security = self.context().call_security(security).ok_or_else(|| {
            Error::argument("a signed URL needs a security object, and the filelink has none: pass one")
        })?;
        Ok(format!("{}/{}/{}", self.cdn(), security.url_string(), self.handle()))
    }

    /// A transformation of this file.
    #[must_use]
    pub fn transform(&self) -> Transformation {
        Transformation::new(self.context().clone(), vec![(&self.0.handle).into()])
    }

    /// Downloads the file to `path` and returns its size in bytes.
    ///
    /// # Errors
    /// Whatever is wrong with the destination, the network or the service. Nothing is left at `path` then.
    pub async fn download(&self, path: impl AsRef<Path>, options: &RequestOptions) -> Result<u64> {
        download::to_path(self.context(), &self.wanted(options)?, path.as_ref(), options).await
    }

    /// Downloads the file to a sink, which is not used after that, and returns its size in bytes.
    ///
    /// # Errors
    /// `State` when the sink is in use, `Callback` or `Io` when it fails, `SourceChanged` when the file is another one
    /// after the connection was cut, and whatever is wrong with the network or the service. The sink may have a part
    /// of the file then.
    pub async fn download_to(&self, sink: &Sink, options: &RequestOptions) -> Result<u64> {
        download::to_sink(self.context(), &self.wanted(options)?, sink, options).await
    }

    /// The file's content.
    ///
    /// # Errors
    /// `TooLarge` beyond the limit, and whatever is wrong with the network or the service.
    pub async fn get_content(&self, options: &RequestOptions) -> Result<Vec<u8>> {
        download::to_memory(self.context(), &self.wanted(options)?, options).await
    }

    /// What the service knows of the file, as a JSON object. Without fields the service chooses them.
    ///
    /// # Errors
    /// `Argument` for an unknown field, and whatever is wrong with the network or the service.
    pub async fn metadata(&self, fields: &[&str], options: &RequestOptions) -> Result<String> {
        let security = self.context().call_security(options.security.as_ref());
        let request = file_api::metadata_request(self.context(), &self.0.handle, fields, security)?;
        let call = self.context().begin(options.control(), request.what(), options.total_timeout)?;
        call.json_text(&request).await
    }

    fn content_url(&self, options: &RequestOptions) -> Result<String> {
        match self.context().call_security(options.security.as_ref()) {
            Some(security) => self.signed_url(Some(security)),
            None => Ok(self.url()),
        }
    }

    /// The file's address at the API, not signed.
    fn api_url(&self) -> Result<Url> {
        file_api::url(self.context(), &self.0.handle, "")
    }

    fn required_security<'a>(&'a self, options: &'a RequestOptions, needed_by: &str) -> Result<&'a Security> {
        self.context().call_security(options.security.as_ref()).ok_or_else(|| {
            Error::argument(format!("{needed_by} needs a security object, and the filelink has none: pass one"))
        })
    }

    fn context(&self) -> &Context {
        &self.0.context
    }

    fn wanted(&self, options: &RequestOptions) -> Result<Wanted> {
        let what = format!("download of '{}'", self.handle());
        Ok(Wanted {
            url: self.content_url(options)?,
            what,
            is_converted: false,
            makes_something: false,
            unsigned_url: self.url(),
        })
    }

    fn cdn(&self) -> &str {
        self.context().endpoints().base(Endpoint::Cdn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::ClientOptions;

    fn filelink(handle: &str, security: Option<Security>) -> Filelink {
        let mut options = ClientOptions::new();
        options.security = security;
        Filelink::existing(Context::new(None, options).unwrap(), handle).unwrap()
    }

    #[test]
    fn urls_are_those_of_the_reference() {
        let security = Security::new("{\"expires\":999999999999}", "secret").unwrap();
        let unsigned = filelink("sm9IEXAMPLEQuzfJykmA", None);
        assert_eq!(unsigned.url(), "https://cdn.filestackcontent.com/sm9IEXAMPLEQuzfJykmA");
        assert_eq!(
            unsigned.signed_url(Some(&security)).unwrap(),
            "https://cdn.filestackcontent.com/security=p:eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==,\
             s:8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a/sm9IEXAMPLEQuzfJykmA"
        );
        assert!(unsigned.signed_url(None).unwrap_err().message().contains("security"));
        let signed = filelink("H", Some(security));
        assert!(signed.signed_url(None).unwrap().ends_with("/H"));
    }
}
