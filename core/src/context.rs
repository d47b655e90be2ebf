//! The context of a call: the application's key, credentials, hosts and connections.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::endpoints::Endpoints;
use crate::error::{Error, ErrorKind, Limit, Result};
use crate::location::Location;
use crate::options::ClientOptions;
use crate::security::Security;
use crate::transport::{Request, Transport};

/// What every call to the service needs. Clones share the connections.
#[derive(Clone)]
pub struct Context {
    shared: Arc<Shared>,
    security: Option<Security>,
}

struct Shared {
    api_key: Option<String>,
    storage: Location,
    endpoints: Endpoints,
    transport: Transport,
}

impl Context {
    /// The context of the application with `api_key`.
    ///
    /// # Errors
    /// `Argument` when the key is empty or an option cannot be used.
    pub(crate) fn new(api_key: Option<&str>, options: ClientOptions) -> Result<Self> {
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
        Ok(Context { shared: Arc::new(shared), security: options.security })
    }

    /// The same context with other credentials.
    #[must_use]
    pub(crate) fn with_security(&self, security: Option<Security>) -> Self {
        Context { shared: Arc::clone(&self.shared), security }
    }

    /// The same context with the credentials of one call, when it has some.
    #[must_use]
    pub(crate) fn signed_by(&self, call: Option<&Security>) -> Self {
        self.with_security(self.call_security(call).cloned())
    }

    /// The credentials of one call, or else the context's.
    pub(crate) fn call_security<'a>(&'a self, call: Option<&'a Security>) -> Option<&'a Security> {
        call.or(self.security.as_ref())
    }

    /// Puts the credentials into the members of a JSON body, where the upload API wants them.
    pub(crate) fn sign_members(&self, body: &mut Map<String, Value>) {
        if let Some(security) = &self.security {
            body.insert("policy".into(), security.policy_b64().into());
            body.insert("signature".into(), security.signature().into());
        }
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
            let message = format!("{what} did not end within {milliseconds} ms");
            Err(Error::new(ErrorKind::Timeout, message).with_limit(Limit::Total).with_retryable(true))
        })
    }

    /// The JSON object that the service answers `request` with, within the call's limit, or else the client's.
    pub(crate) async fn json(&self, request: &Request, limit: Option<Duration>) -> Result<Map<String, Value>> {
        self.within(limit, request.what(), self.transport().json(request)).await
    }

    /// The API key, or an error that says what needs it.
    pub(crate) fn api_key(&self, needed_by: &str) -> Result<&str> {
        self.optional_api_key().ok_or_else(|| {
            Error::argument(format!("{needed_by} needs an API key, but the client was made without one"))
        })
    }

    pub(crate) fn optional_api_key(&self) -> Option<&str> {
        self.shared.api_key.as_deref()
    }

    pub(crate) fn storage(&self) -> Location {
        self.shared.storage
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.shared.transport
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("api_key", &self.shared.api_key)
            .field("storage", &self.shared.storage)
            .field("endpoints", &self.shared.endpoints)
            .finish_non_exhaustive()
    }
}
