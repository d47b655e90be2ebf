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
use crate::filelink::Filelink;
use crate::security::Security;
use crate::transport::Request;
use crate::upload::StoreOptions;
use crate::video::VideoJob;

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

    /// Adds a task that the catalogue does not know; see [`TaskChain::add_unchecked`].
    ///
    /// # Errors
    /// Those of [`TaskChain::add_unchecked`].
    pub fn add_unchecked(&mut self, task: &str, params_json: &str) -> Result<()> {
        self.chain.add_unchecked(task, params_json)
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
        delivery::download(&self.client, &url, &self.name("download of"), path.as_ref(), options).await
    }

    /// The result's content.
    ///
    /// # Errors
    /// Those of the chain, `TooLarge` beyond the limit, and whatever is wrong with the network or the service.
    pub async fn get_content(&self, options: &RequestOptions) -> Result<Vec<u8>> {
        let url = self.content_url(options)?;
        delivery::get_content(&self.client, &url, &self.name("download of"), options).await
    }

    /// Stores the result as a new file, which has the client and the credentials that signed the call.
    ///
    /// # Errors
    /// Those of the chain, `Argument` for a MIME type or upload tags, which the task cannot set, and whatever is
    /// wrong with the network or the service.
    pub async fn store(&self, store: &StoreOptions, options: &RequestOptions) -> Result<Filelink> {
        if store.to_upload_tags().is_some() {
            return Err(Error::argument("upload tags cannot be set for a stored transformation: leave them unset"));
        }
        let mut stored = self.clone();
        stored.add_json("store", &serde_json::Value::Object(store.to_task_params()?).to_string())?;
        let request = Request::post(stored.content_url(options)?, stored.name("storing"));
        let reply = self.client.json(&request, options.total_timeout).await?;
        Filelink::stored(self.client.clone(), self.call_security(options).cloned(), reply)
    }

    /// What the service answers, as JSON: for chains that end with a task whose reply is no file.
    ///
    /// # Errors
    /// Those of the chain, `Argument` when it gives a file or lacks credentials that its task needs, and whatever is
    /// wrong with the network or the service.
    pub async fn get_json(&self, options: &RequestOptions) -> Result<String> {
        if self.chain.failure().is_none() && !self.chain.tasks().iter().any(Step::may_answer_json) {
            return Err(Error::argument("the transformation gives a file, not JSON: download it or read its content"));
        }
        let request = Request::get(self.content_url(options)?, self.name("answer to"));
        let reply = self.client.transport().json_value(&request);
        Ok(self.client.within(options.total_timeout, request.what(), reply).await?.to_string())
    }

    /// What the service answers to one more task, as JSON. This transformation stays as it is, so the same question
    /// asked twice gets the same answer.
    ///
    /// # Errors
    /// Those of [`Transformation::add`] and [`Transformation::get_json`].
    pub async fn answer(&self, task: &str, params: &[(&str, Value)], options: &RequestOptions) -> Result<String> {
        let mut question = self.clone();
        question.add(task, params)?;
        question.get_json(options).await
    }

    /// Starts a conversion of audio or video. The parameters are those of the task `video_convert`.
    ///
    /// # Errors
    /// Those of [`Transformation::add`], and whatever is wrong with the network or the service.
    pub async fn av_convert(&self, params: &[(&str, Value)], options: &RequestOptions) -> Result<VideoJob> {
        let mut starting = self.clone();
        starting.add("video_convert", params)?;
        let request = Request::get(starting.content_url(options)?, starting.name("start of"));
        let reply = self.client.json(&request, options.total_timeout).await?;
        // With `force` each look at the job would start it again.
        let looking_params: Vec<_> = params.iter().filter(|(name, _)| *name != "force").cloned().collect();
        let mut looking = self.clone();
        looking.add("video_convert", &looking_params)?;
        let security = self.call_security(options).cloned();
        VideoJob::started(self.client.clone(), security, looking.content_url(options)?, reply)
    }

    /// The call's own credentials, or else the transformation's.
    fn call_security<'a>(&'a self, options: &'a RequestOptions) -> Option<&'a Security> {
        options.security.as_ref().or(self.security.as_ref())
    }

    fn content_url(&self, options: &RequestOptions) -> Result<String> {
        let security = self.call_security(options);
        if let (None, Some(step)) = (security, self.chain.task_that_needs_security()) {
            return Err(Error::argument(format!(
                "the task '{}' needs a security object, and the transformation has none",
                step.name()
            )));
        }
        self.url_with(security)
    }

    /// Such as "download of resize/rotate of 'HANDLE'".
    fn name(&self, action: &str) -> String {
        let tasks: Vec<_> = self.chain.tasks().iter().map(Step::name).collect();
        let sources = match self.chain.sources() {
            [source] => format!("'{}'", source.as_str()),
            sources => format!("{} sources", sources.len()),
        };
        let tasks = if tasks.is_empty() { "no task".into() } else { tasks.join("/") };
        format!("{action} {tasks} of {sources}")
    }

    fn url_with(&self, security: Option<&Security>) -> Result<String> {
        let cdn = self.client.endpoints().base(Endpoint::Cdn);
        self.chain.url(cdn, self.client.optional_api_key(), security.map(Security::url_string))
    }
}
