//! The client: the facade that uploads files and makes filelinks and transformations.

use std::path::Path;

use serde_json::json;

use crate::context::Context;
use crate::endpoints::Endpoint;
use crate::error::{Error, Result};
use crate::filelink::Filelink;
use crate::options::{ClientOptions, RequestOptions, StoreOptions, UploadOptions};
use crate::security::Security;
use crate::sink::Sink;
use crate::source::Source;
use crate::transformation::{Source as TransformationSource, Transformation, Value};
use crate::upload;
use crate::web_url;

/// Uploads files and makes filelinks and transformations. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    context: Context,
}

impl Client {
    /// A client of the application with `api_key`. Without one, everything works that needs none.
    ///
    /// # Errors
    /// `Argument` when the key is empty or an option cannot be used.
    pub fn new(api_key: Option<&str>, options: ClientOptions) -> Result<Self> {
        Ok(Client { context: Context::new(api_key, options)? })
    }

    /// A client of the same application, over the same connections, whose calls are signed by `security`.
    #[must_use]
    pub fn with_security(&self, security: Option<Security>) -> Client {
        Client { context: self.context.with_security(security) }
    }

    /// The file with `handle`. `security` signs its calls instead of the client's.
    ///
    /// # Errors
    /// `Argument` when the handle is empty or cannot be one.
    pub fn filelink(&self, handle: &str, security: Option<&Security>) -> Result<Filelink> {
        Filelink::existing(self.context.signed_by(security), handle)
    }

    /// A transformation of the file at an external URL.
    ///
    /// # Errors
    /// `Argument` when `url` is not an http or https URL.
    pub fn transform_external(&self, url: &str, security: Option<&Security>) -> Result<Transformation> {
        web_url::check(url)?;
        self.transform(&[url], security)
    }

    /// A transformation of any number of sources: handles, URLs and storage aliases (`src://alias/path`).
    ///
    /// # Errors
    /// `Argument` when a source is not one of these.
    pub fn transform(&self, sources: &[&str], security: Option<&Security>) -> Result<Transformation> {
        let sources = sources.iter().map(|source| TransformationSource::parse(source)).collect::<Result<_>>()?;
        Ok(Transformation::new(self.context.signed_by(security), sources))
    }

    /// Uploads a source.
    ///
    /// # Errors
    /// Whatever is wrong with the source, the options, the network or the service.
    pub async fn upload(&self, source: &Source, options: &UploadOptions) -> Result<Filelink> {
        upload::upload(&self.context, source, options).await.map(Filelink::from)
    }

    /// Uploads the file at `path`.
    ///
    /// # Errors
    /// As [`Client::upload`], and `Io` when the file cannot be opened, which is done when the upload begins.
    pub async fn upload_path(&self, path: impl AsRef<Path>, options: &UploadOptions) -> Result<Filelink> {
        self.upload(&Source::at_path(path.as_ref()), options).await
    }

    /// Stores the file that the service finds at `url`. The filelink has the credentials that signed the call.
    ///
    /// # Errors
    /// `Argument` without an API key, for anything but an http or https URL, and for a `mimetype`, which the service
    /// finds out by itself; and whatever is wrong with the network or the service.
    pub async fn upload_url(&self, url: &str, store: &StoreOptions, options: &RequestOptions) -> Result<Filelink> {
        upload::upload_url(&self.context, url, store, options).await.map(Filelink::from)
    }

    /// Downloads `files` - handles, URLs and aliases - as one zip archive to `path` and returns its size in bytes.
    ///
    /// # Errors
    /// `Argument` without files, and those of [`Transformation::download`].
    pub async fn zip(&self, path: impl AsRef<Path>, files: &[&str], options: &RequestOptions) -> Result<u64> {
        self.archive(files)?.download(path, options).await
    }

    /// Downloads `files` - handles, URLs and aliases - as one zip archive to a sink and returns its size in bytes.
    ///
    /// # Errors
    /// `Argument` without files, and those of [`Transformation::download_to`].
    pub async fn zip_to(&self, sink: &Sink, files: &[&str], options: &RequestOptions) -> Result<u64> {
        self.archive(files)?.download_to(sink, options).await
    }

    fn archive(&self, files: &[&str]) -> Result<Transformation> {
        if files.is_empty() {
            return Err(Error::argument("files is empty: name at least one file for the archive"));
        }
        let mut archive = self.transform(files, None)?;
        archive.add("zip", &[])?;
        Ok(archive)
    }

    /// A picture of the web page at `url`. The parameters are those of the task `urlscreenshot`.
    ///
    /// # Errors
    /// `Argument` for anything but an http or https URL, and those of [`Transformation::add`].
    pub fn urlscreenshot(&self, url: &str, params: &[(&str, Value)]) -> Result<Transformation> {
        let mut screenshot = self.transform_external(url, None)?;
        screenshot.add("urlscreenshot", params)?;
        Ok(screenshot)
    }

    /// How far a workflow's job is, as a JSON object. Needs an API key and credentials.
    ///
    /// # Errors
    /// Those of [`Transformation::answer`].
    pub async fn workflow_status(&self, job_id: &str, options: &RequestOptions) -> Result<String> {
        self.transform(&[], None)?.answer("workflow_status", &[("job_id", job_id.into())], options).await
    }

    /// The hosts that this client contacts, for allow-lists, as a JSON object: `fixed` is a list of names,
    /// `named_by_the_service` a list of sentences that say where others come from.
    #[must_use]
    pub fn hosts_json(&self) -> String {
        json!({
            "fixed": self.context.endpoints().hosts(&[Endpoint::Api, Endpoint::Cdn, Endpoint::Upload]),
            "named_by_the_service": [
                "the regional upload host of an upload, such as upload-eu-west-1.filestackapi.com",
                "the storage host of a part, such as s3.amazonaws.com",
            ],
        })
        .to_string()
    }
}
