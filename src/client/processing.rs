//! Calls of the client beside uploads: files from external URLs, archives, screenshots, workflows.

use std::path::Path;

use serde_json::{Map, json};

use crate::delivery::RequestOptions;
use crate::endpoints::Endpoint;
use crate::error::{Error, Result};
use crate::filelink::Filelink;
use crate::transformation::{Transformation, Value};
use crate::transport::Request;
use crate::upload::StoreOptions;

use super::Client;

impl Client {
    /// Stores the file that the service finds at `url`. The filelink has the credentials that signed the call.
    ///
    /// # Errors
    /// `Argument` without an API key, for what is no http or https URL, and for a `mimetype`, which the service
    /// finds out by itself; and whatever is wrong with the network or the service.
    pub async fn upload_url(&self, url: &str, store: &StoreOptions, options: &RequestOptions) -> Result<Filelink> {
        let key = self.api_key("an upload")?;
        // Refuses what is no external URL.
        self.transform_external(url, None)?;
        let mut params = store.to_task_params()?;
        params.entry("location").or_insert_with(|| self.storage().name().into());
        let mut tasks = vec![json!({"name": "store", "params": params})];
        let security = options.security.as_ref().or(self.security());
        if let Some(security) = security {
            let params = json!({"policy": security.policy_b64(), "signature": security.signature()});
            tasks.push(json!({"name": "security", "params": params}));
        }
        let mut body = Map::new();
        body.insert("apikey".into(), key.into());
        body.insert("sources".into(), json!([url]));
        body.insert("tasks".into(), tasks.into());
        if let Some(tags) = store.to_upload_tags() {
            body.insert("upload_tags".into(), tags);
        }
        let target = format!("{}/process", self.endpoints().base(Endpoint::Cdn));
        let request = Request::post_json(target, format!("upload of '{url}'"), &body);
        let reply = self.json(&request, options.total_timeout).await?;
        Filelink::stored(self.clone(), security.cloned(), reply)
    }

    /// Downloads `files` - handles, URLs and aliases - as one zip archive to `path` and returns its size in bytes.
    ///
    /// # Errors
    /// `Argument` without files, and those of [`Transformation::download`].
    pub async fn zip(&self, path: impl AsRef<Path>, files: &[&str], options: &RequestOptions) -> Result<u64> {
        if files.is_empty() {
            return Err(Error::argument("files is empty: name at least one file for the archive"));
        }
        let mut archive = self.transform(files, None)?;
        archive.add("zip", &[])?;
        archive.download(path, options).await
    }

    /// A picture of the web page at `url`. The parameters are those of the task `urlscreenshot`.
    ///
    /// # Errors
    /// `Argument` for what is no http or https URL, and those of [`Transformation::add`].
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
            "fixed": self.endpoints().hosts(&[Endpoint::Api, Endpoint::Cdn, Endpoint::Upload]),
            "named_by_the_service": [
                "the regional upload host of an upload, such as upload-eu-west-1.filestackapi.com",
                "the storage host of a part, such as s3.amazonaws.com",
            ],
        })
        .to_string()
    }
}
