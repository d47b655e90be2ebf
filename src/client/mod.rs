//! The client: an application's key, credentials and connections.

mod options;
mod processing;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::endpoints::Endpoints;
use crate::error::{Error, ErrorKind, Result};
use crate::filelink::Filelink;
use crate::location::Location;
use crate::security::Security;
use crate::source::{Reservation, Source};
use crate::transformation::{Source as TransformationSource, SourceKind, Transformation};
use crate::transport::{Request, Transport};
use crate::upload::{UploadOptions, upload};

pub use options::ClientOptions;
pub(crate) use options::limit_from_ms;

/// Uploads files and makes filelinks and transformations. Clones share the connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    security: Option<Security>,
}

struct Shared {
    api_key: Option<String>,
    storage: Location,
    endpoints: Endpoints,
    transport: Transport,
}

impl Client {
    /// A client of the application with `api_key`. Without one, everything works that needs none.
    ///
    /// # Errors
    /// `Argument` when the key is empty or an option cannot be used.
    pub fn new(api_key: Option<&str>, options: ClientOptions) -> Result<Self> {
        if let Some(key) = api_key
            && (key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
        {
            return Err(Error::argument(format!(
                "the API key '{key}' must consist of letters and digits: copy it from the developer portal"
            )));
        }
        let shared = Shared {
            api_key: api_key.map(str::to_owned),
            storage: options.storage,
            endpoints: options.endpoints,
            transport: Transport::new(options.network)?,
        };
        Ok(Client { shared: Arc::new(shared), security: options.security })
    }

    /// A client of the same application, over the same connections, whose calls are signed by `security`.
    #[must_use]
    pub fn with_security(&self, security: Option<Security>) -> Client {
        Client { shared: Arc::clone(&self.shared), security }
    }

    /// The file with `handle`. `security` signs its calls instead of the client's.
    ///
    /// # Errors
    /// `Argument` when the handle is empty or cannot be one.
    pub fn filelink(&self, handle: &str, security: Option<&Security>) -> Result<Filelink> {
        Filelink::existing(self.clone(), handle, security.or(self.security()).cloned())
    }

    /// A transformation of the file at an external URL.
    ///
    /// # Errors
    /// `Argument` when `url` is no http or https URL.
    pub fn transform_external(&self, url: &str, security: Option<&Security>) -> Result<Transformation> {
        let source = TransformationSource::parse(url)?;
        if source.kind() != SourceKind::Url {
            return Err(Error::argument(format!("'{url}' must be a URL that begins with http:// or https://")));
        }
        Ok(self.transformation(vec![source], security))
    }

    /// A transformation of any number of sources: handles, URLs and storage aliases (`src://alias/path`).
    ///
    /// # Errors
    /// `Argument` when one of the sources is none of these.
    pub fn transform(&self, sources: &[&str], security: Option<&Security>) -> Result<Transformation> {
        let sources = sources.iter().map(|source| TransformationSource::parse(source)).collect::<Result<_>>()?;
        Ok(self.transformation(sources, security))
    }

    /// Uploads a source.
    ///
    /// # Errors
    /// Whatever is wrong with the source, the options, the network or the service.
    pub async fn upload(&self, source: &Source, options: &UploadOptions) -> Result<Filelink> {
        self.upload_reserved(source.reserve()?, options).await
    }

    /// Uploads a source that was reserved before, so that its end can be waited for.
    pub(crate) async fn upload_reserved(&self, reserved: Reservation, options: &UploadOptions) -> Result<Filelink> {
        self.within(options.total_timeout, "the upload", upload(self, reserved, options)).await
    }

    /// Uploads the file at `path`.
    ///
    /// # Errors
    /// As [`Client::upload`], and `Io` when the file cannot be opened.
    pub async fn upload_path(&self, path: &str, options: &UploadOptions) -> Result<Filelink> {
        self.upload(&Source::from_path(path)?, options).await
    }

    /// Ends `work` when the call's limit, or else the client's, has passed.
    pub(crate) async fn within<T>(
        &self,
        limit: Option<Duration>,
        what: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let Some(limit) = limit.or(self.transport().settings().total_timeout) else {
            return work.await;
        };
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
            let milliseconds = limit.as_millis();
            Err(Error::new(
                ErrorKind::Timeout,
                format!("{what} did not end within {milliseconds} ms (total_timeout_ms)"),
            )
            .with_retryable(true))
        })
    }

    /// The JSON object that the service answers `request` with, within the call's limit, or else the client's.
    pub(crate) async fn json(&self, request: &Request, limit: Option<Duration>) -> Result<Map<String, Value>> {
        self.within(limit, request.what(), self.transport().json(request)).await
    }

    pub(crate) fn transformation(
        &self,
        sources: Vec<TransformationSource>,
        security: Option<&Security>,
    ) -> Transformation {
        Transformation::new(self.clone(), sources, security.or(self.security()).cloned())
    }

    /// The API key, or an error that says what needs it.
    pub(crate) fn api_key(&self, needed_by: &str) -> Result<&str> {
        self.shared.api_key.as_deref().ok_or_else(|| {
            Error::argument(format!("{needed_by} needs an API key, but the client was made without one"))
        })
    }

    pub(crate) fn optional_api_key(&self) -> Option<&str> {
        self.shared.api_key.as_deref()
    }

    pub(crate) fn storage(&self) -> Location {
        self.shared.storage
    }

    pub(crate) fn security(&self) -> Option<&Security> {
        self.security.as_ref()
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.shared.transport
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api_key", &self.shared.api_key)
            .field("storage", &self.shared.storage)
            .field("endpoints", &self.shared.endpoints)
            .finish_non_exhaustive()
    }
}
