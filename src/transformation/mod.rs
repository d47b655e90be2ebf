//! Chains of tasks that the service runs on a file.
//!
//! A [`TaskChain`] is built task by task; each is checked against the [`catalogue`] when it is added, and the result
//! is a URL. A [`Transformation`] is such a chain with a client and credentials: only it talks to the service.

pub mod catalogue;
mod chain;
mod order;
mod source;
mod step;
mod types;
mod url;
mod validation;
mod value;

use std::path::Path;

use crate::client::Client;
use crate::delivery::{self, RequestOptions};
use crate::endpoints::Endpoint;
use crate::error::{Error, Result};
use crate::security::Security;

pub use chain::TaskChain;
pub use source::{Source, SourceKind};
pub use step::Step;
pub use value::{Literal, Value};

/// A chain of tasks that a client can have run. The first task that cannot be added poisons it.
#[derive(Clone, Debug)]
pub struct Transformation {
    client: Client,
    chain: TaskChain,
    security: Option<Security>,
}

impl Transformation {
    pub(crate) fn new(client: Client, sources: Vec<Source>, security: Option<Security>) -> Self {
        Transformation { client, chain: TaskChain::new(sources), security }
    }

    /// The tasks and the sources.
    #[must_use]
    pub fn chain(&self) -> &TaskChain {
        &self.chain
    }

    /// Adds a task; see [`TaskChain::add`].
    ///
    /// # Errors
    /// Those of [`TaskChain::add`].
    pub fn add(&mut self, task: &str, params: &[(&str, Value)]) -> Result<()> {
        self.chain.add(task, params)
    }

    /// Adds a task whose parameters are the members of a JSON object; see [`TaskChain::add_json`].
    ///
    /// # Errors
    /// Those of [`TaskChain::add_json`].
    pub fn add_json(&mut self, task: &str, params_json: &str) -> Result<()> {
        self.chain.add_json(task, params_json)
    }

    /// Records a failure that happened before a task could be added, and gives the first one back.
    pub fn poison(&mut self, error: Error) -> Error {
        self.chain.poison(error)
    }

    /// The URL of the result, without credentials.
    ///
    /// # Errors
    /// Those of [`TaskChain::url`].
    pub fn url(&self) -> Result<String> {
        self.url_with(None)
    }

    /// The URL of the result with credentials: those of `security`, or else the transformation's.
    ///
    /// # Errors
    /// `Argument` when there are none, and those of [`TaskChain::url`].
    pub fn signed_url(&self, security: Option<&Security>) -> Result<String> {
        let security = security.or(self.security.as_ref()).ok_or_else(|| {
            Error::argument("a signed URL needs a security object, and the transformation has none: pass one")
        })?;
        self.url_with(Some(security))
    }

    /// Downloads the result to `path` and returns its size in bytes.
    ///
    /// # Errors
    /// Those of the chain, and whatever is wrong with the destination, the network or the service. Nothing is left
    /// at `path` then.
    pub async fn download(&self, path: impl AsRef<Path>, options: &RequestOptions) -> Result<u64> {
        let url = self.content_url(options)?;
        delivery::download(&self.client, &url, &self.download_name(), path.as_ref(), options).await
    }

    /// The result's content.
    ///
    /// # Errors
    /// Those of the chain, `TooLarge` beyond the limit, and whatever is wrong with the network or the service.
    pub async fn get_content(&self, options: &RequestOptions) -> Result<Vec<u8>> {
        let url = self.content_url(options)?;
        delivery::get_content(&self.client, &url, &self.download_name(), options).await
    }

    fn content_url(&self, options: &RequestOptions) -> Result<String> {
        let security = options.security.as_ref().or(self.security.as_ref());
        if let (None, Some(step)) = (security, self.chain.task_that_needs_security()) {
            return Err(Error::argument(format!(
                "the task '{}' needs a security object, and the transformation has none",
                step.name()
            )));
        }
        self.url_with(security)
    }

    /// Such as "download of resize/rotate of 'HANDLE'".
    fn download_name(&self) -> String {
        let tasks: Vec<_> = self.chain.tasks().iter().map(Step::name).collect();
        let sources = match self.chain.sources() {
            [source] => format!("'{}'", source.as_str()),
            sources => format!("{} sources", sources.len()),
        };
        let tasks = if tasks.is_empty() { "no task".into() } else { tasks.join("/") };
        format!("download of {tasks} of {sources}")
    }

    fn url_with(&self, security: Option<&Security>) -> Result<String> {
        let cdn = self.client.endpoints().base(Endpoint::Cdn);
        self.chain.url(cdn, self.client.optional_api_key(), security.map(Security::url_string))
    }
}
