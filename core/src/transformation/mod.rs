//! Transformations: chains of tasks that the service runs on files.
//!
//! A [`TaskChain`] is built task by task; each is checked against the [`catalogue`] when it is added, and the result
//! is a URL. A [`Transformation`] is such a chain with the context of its calls: only it talks to the service.

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

use crate::context::Context;
use crate::download::{self, Wanted};
use crate::endpoints::Endpoint;
use crate::error::{Error, Result};
use crate::options::{RequestOptions, StoreOptions};
use crate::security::Security;
use crate::sink::Sink;
use crate::stored_file::StoredFile;
use crate::transport::Request;
use crate::url_length;

pub use chain::TaskChain;
pub use source::{Source, SourceKind};
pub use step::Step;
pub use value::{Literal, Value};

/// A chain of tasks that the service can run. The first task that cannot be added poisons it.
#[derive(Clone, Debug)]
pub struct Transformation {
    context: Context,
    chain: TaskChain,
}

impl Transformation {
    pub(crate) fn new(context: Context, sources: Vec<Source>) -> Self {
        Transformation { context, chain: TaskChain::new(sources) }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
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
        let security = self.context.call_security(security).ok_or_else(|| {
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
        download::to_path(&self.context, &self.wanted(options)?, path.as_ref(), options).await
    }

    /// Downloads the result to a sink, which is not used after that, and returns its size in bytes.
    ///
    /// # Errors
    /// Those of the chain and of [`crate::Filelink::download_to`]. The sink may have a part of the result then.
    pub async fn download_to(&self, sink: &Sink, options: &RequestOptions) -> Result<u64> {
        download::to_sink(&self.context, &self.wanted(options)?, sink, options).await
    }

    /// The result's content.
    ///
    /// # Errors
    /// Those of the chain, `TooLarge` beyond the limit, and whatever is wrong with the network or the service.
    pub async fn get_content(&self, options: &RequestOptions) -> Result<Vec<u8>> {
        download::to_memory(&self.context, &self.wanted(options)?, options).await
    }

    /// Stores the result as a new file, which has the credentials that signed the call.
    ///
    /// # Errors
    /// Those of the chain, `Argument` for a MIME type or upload tags, which the task cannot set, and whatever is
    /// wrong with the network or the service.
    pub async fn store(&self, store: &StoreOptions, options: &RequestOptions) -> Result<StoredFile> {
        if store.to_upload_tags().is_some() {
            return Err(Error::argument("upload tags cannot be set for a stored transformation: leave them unset"));
        }
        let mut stored = self.clone();
        stored.add_json("store", &serde_json::Value::Object(store.to_task_params()?).to_string())?;
        let request = Request::post(stored.content_url(options)?, stored.name("storing")).making_something();
        let call = self.context.begin(options.control(), request.what(), options.total_timeout)?;
        let reply = call.run(call.json(&request)).await?;
        StoredFile::new(self.context.signed_by(options.security.as_ref()), reply)
    }

    /// What the service answers, as JSON: for chains that end with a task whose reply is not a file.
    ///
    /// # Errors
    /// Those of the chain, `Argument` when it gives a file or lacks credentials that its task needs, and whatever is
    /// wrong with the network or the service.
    pub async fn get_json(&self, options: &RequestOptions) -> Result<String> {
        if self.chain.failure().is_none() && !self.chain.tasks().iter().any(Step::may_answer_json) {
            return Err(Error::argument("the transformation gives a file, not JSON: download it or read its content"));
        }
        let request = Request::get(self.content_url(options)?, self.name("answer to"))
            .making_something_if(self.makes_something());
        let call = self.context.begin(options.control(), request.what(), options.total_timeout)?;
        Ok(call.run(call.json_value(&request)).await?.to_string())
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

    /// The URL that a call with these options asks for.
    ///
    /// # Errors
    /// Those of [`TaskChain::url`], `Argument` without credentials that a task needs, and when the URL is too long.
    pub(crate) fn content_url(&self, options: &RequestOptions) -> Result<String> {
        let security = self.context.call_security(options.security.as_ref());
        if let (None, Some(step)) = (security, self.chain.task_that_needs_security()) {
            return Err(Error::argument(format!(
                "the task '{}' needs a security object, and the transformation has none",
                step.name()
            )));
        }
        let url = self.url_with(security)?;
        url_length::check(&url, &self.name("request for"), || self.advice_to_shorten(security))?;
        Ok(url)
    }

    /// How many of several sources the URL has room for.
    fn advice_to_shorten(&self, security: Option<&Security>) -> String {
        let count = self.chain.sources().len();
        let fits = |count: &usize| {
            let url = self.url_of(&self.chain.on_first_sources(*count), security);
            url.is_ok_and(|url| url.len() <= url_length::LONGEST)
        };
        let counts: Vec<usize> = (1..count).collect();
        match counts.partition_point(fits) {
            0 => ": use fewer tasks, or shorter texts in them".into(),
            fitting => format!(": the first {fitting} of the {count} sources fit"),
        }
    }

    /// Such as "download of resize/rotate of 'HANDLE'".
    pub(crate) fn name(&self, action: &str) -> String {
        let tasks: Vec<_> = self.chain.tasks().iter().map(Step::name).collect();
        let sources = match self.chain.sources() {
            [source] => format!("'{}'", source.as_str()),
            sources => format!("{} sources", sources.len()),
        };
        let tasks = if tasks.is_empty() { "no task".into() } else { tasks.join("/") };
        format!("{action} {tasks} of {sources}")
    }

    fn makes_something(&self) -> bool {
        self.chain.tasks().iter().any(Step::makes_something)
    }

    fn wanted(&self, options: &RequestOptions) -> Result<Wanted> {
        Ok(Wanted {
            url: self.content_url(options)?,
            what: self.name("download of"),
            is_converted: !self.chain.tasks().is_empty(),
            makes_something: self.makes_something(),
            unsigned_url: self.url()?,
        })
    }

    fn url_with(&self, security: Option<&Security>) -> Result<String> {
        self.url_of(&self.chain, security)
    }

    fn url_of(&self, chain: &TaskChain, security: Option<&Security>) -> Result<String> {
        let cdn = self.context.endpoints().base(Endpoint::Cdn);
        chain.url(cdn, self.context.optional_api_key(), security.map(Security::url_string))
    }
}
