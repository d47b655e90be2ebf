//! Changes of a file: storing a copy, overwriting and deleting.

use serde_json::Value;
use url::Url;

use crate::background;
use crate::error::Result;
use crate::mimetype;
use crate::options::{RequestOptions, StoreOptions};
use crate::source::{OpenSource, Reservation, Source};
use crate::transport::Request;
use crate::web_url;

use super::{Filelink, sign};

impl Filelink {
    /// Stores a copy of the file as a new one.
    ///
    /// # Errors
    /// As [`crate::Transformation::store`].
    pub async fn store(&self, store: &StoreOptions, options: &RequestOptions) -> Result<Filelink> {
        self.transform().store(store, options).await.map(Filelink::from)
    }

    /// Replaces the file's content by that of `source` and returns the service's reply. The handle stays. With
    /// `base64decode` the service decodes the content first.
    ///
    /// # Errors
    /// `Argument` without credentials, and whatever is wrong with the source, the network or the service.
    pub async fn overwrite(&self, source: &Source, base64decode: bool, options: &RequestOptions) -> Result<String> {
        self.overwrite_reserved(source.reserve()?, base64decode, options).await
    }

    /// Overwrites by a source that was reserved before, so that its end can be waited for.
    ///
    /// # Errors
    /// As [`Filelink::overwrite`].
    pub async fn overwrite_reserved(
        &self,
        reserved: Reservation,
        base64decode: bool,
        options: &RequestOptions,
    ) -> Result<String> {
        let url = self.overwrite_target(base64decode, options)?;
        let mimetype = mimetype::of_file_name(reserved.source().file_name().unwrap_or_default());
        let content = background::run(move || OpenSource::new(reserved)).await?;
        self.overwrite_by(&Request::post_content(url, self.overwrite_name(), mimetype, content), options).await
    }

    /// Replaces the file's content by what the service finds at `url`, and returns the service's reply.
    ///
    /// # Errors
    /// `Argument` without credentials or when `url` is not an http or https URL, and whatever is wrong with the network
    /// or the service.
    pub async fn overwrite_url(&self, url: &str, base64decode: bool, options: &RequestOptions) -> Result<String> {
        let target = self.overwrite_target(base64decode, options)?;
        web_url::check(url)?;
        self.overwrite_by(&Request::post_form(target, self.overwrite_name(), &[("url", url)]), options).await
    }

    /// Deletes the file from the service and its storage.
    ///
    /// # Errors
    /// `Argument` that says whether the API key or the credentials are missing, `NotFound` when the file is gone
    /// already, and whatever is wrong with the network or the service.
    pub async fn delete(&self, options: &RequestOptions) -> Result<()> {
        let context = self.context();
        let key = context.api_key("deleting a file")?;
        let mut url = self.api_url("")?;
        url.query_pairs_mut().append_pair("key", key);
        sign(&mut url, self.required_security(options, "deleting a file")?);
        let what = format!("deletion of '{}'", self.handle());
        let request = Request::delete(url, &what);
        let transport = context.transport();
        let work = transport.retry(|| async { transport.send(&request).await?.text().await.map(drop) });
        context.within(options.total_timeout, &what, work).await
    }

    fn overwrite_target(&self, base64decode: bool, options: &RequestOptions) -> Result<Url> {
        let mut url = self.api_url("")?;
        url.query_pairs_mut().append_pair("base64decode", if base64decode { "true" } else { "false" });
        sign(&mut url, self.required_security(options, "overwriting a file")?);
        Ok(url)
    }

    fn overwrite_name(&self) -> String {
        format!("overwriting of '{}'", self.handle())
    }

    async fn overwrite_by(&self, request: &Request, options: &RequestOptions) -> Result<String> {
        let reply = self.context().json(request, options.total_timeout).await?;
        Ok(Value::Object(reply).to_string())
    }
}
