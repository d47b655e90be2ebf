//! Changes of a file: storing a copy, overwriting and deleting.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use url::Url;

use crate::error::{ErrorKind, Result};
use crate::file_api::sign;
use crate::options::{RequestOptions, StoreOptions};
use crate::redaction::secrets_of_url;
use crate::source::{Lease, Source};
use crate::transport::Request;
use crate::web_url;

use super::Filelink;

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
        let url = self.overwrite_target(base64decode, options)?;
        let what = self.overwrite_name();
        let call = self.context().begin(options.control(), &what, options.total_timeout)?;
        let lease = Lease::of(source, &call)?;
        let outcome = call
            .run(call.in_turn(async || {
                let size = lease.open(|_| 0, call.limits().largest_buffer()).await?;
                let mimetype = lease.mimetype(&source.file_name().unwrap_or_default()).await?;
                let content = lease.section(0, size);
                call.operation().set_total(size, 0);
                let request = Request::post_content(url, what, mimetype, content);
                let reply = call.json(&request.counted_by(call.operation().transfer())).await?;
                Ok(Value::Object(reply).to_string())
            }))
            .await;
        lease.end().await;
        outcome
    }

    /// Replaces the file's content by what the service finds at `url`, and returns the service's reply.
    ///
    /// # Errors
    /// `Argument` without credentials or when `url` is not an http or https URL, and whatever is wrong with the network
    /// or the service.
    pub async fn overwrite_url(&self, url: &str, base64decode: bool, options: &RequestOptions) -> Result<String> {
        let target = self.overwrite_target(base64decode, options)?;
        web_url::check(url)?;
        let _secrets = secrets_of_url(url);
        let request = Request::post_form(target, self.overwrite_name(), &[("url", url)]);
        let call = self.context().begin(options.control(), request.what(), options.total_timeout)?;
        call.json_text(&request).await
    }

    /// Deletes the file from the service and its storage.
    ///
    /// # Errors
    /// `Argument` that says whether the API key or the credentials are missing, `NotFound` when the file is gone
    /// already, and whatever is wrong with the network or the service.
    pub async fn delete(&self, options: &RequestOptions) -> Result<()> {
        let context = self.context();
        let key = context.api_key("deleting a file")?;
        let mut url = self.api_url()?;
        url.query_pairs_mut().append_pair("key", key);
        sign(&mut url, self.required_security(options, "deleting a file")?);
        let what = format!("deletion of '{}'", self.handle());
        let request = Request::delete(url, &what);
        let call = context.begin(options.control(), &what, options.total_timeout)?;
        // A file that is gone after a try whose end is not known was deleted by that one.
        let may_be_deleted = AtomicBool::new(false);
        let attempt = || async {
            let outcome = async { call.send(&request).await?.text().await.map(drop) }.await;
            match outcome {
                Err(error) if error.kind() == ErrorKind::NotFound && may_be_deleted.load(Ordering::Relaxed) => Ok(()),
                Err(error) => {
                    may_be_deleted.store(true, Ordering::Relaxed);
                    Err(error)
                }
                deleted => deleted,
            }
        };
        call.run(call.retry(attempt)).await
    }

    fn overwrite_target(&self, base64decode: bool, options: &RequestOptions) -> Result<Url> {
        let mut url = self.api_url()?;
        url.query_pairs_mut().append_pair("base64decode", if base64decode { "true" } else { "false" });
        sign(&mut url, self.required_security(options, "overwriting a file")?);
        Ok(url)
    }

    fn overwrite_name(&self) -> String {
        format!("overwriting of '{}'", self.handle())
    }
}
