//! Uploads of external URLs, which the service fetches by itself.

use serde_json::{Map, json};

use crate::context::Context;
use crate::endpoints::Endpoint;
use crate::error::Result;
use crate::options::{RequestOptions, StoreOptions};
use crate::redaction::secrets_of_url;
use crate::stored_file::StoredFile;
use crate::transport::Request;
use crate::web_url;

/// Stores the file that the service finds at `url`.
pub(crate) async fn upload_url(
    context: &Context,
    url: &str,
    store: &StoreOptions,
    options: &RequestOptions,
) -> Result<StoredFile> {
    let key = context.api_key("an upload")?;
    web_url::check(url)?;
    let _secrets = secrets_of_url(url);
    let mut params = store.to_task_params()?;
    params.entry("location").or_insert_with(|| context.storage().name().into());
    let mut tasks = vec![json!({"name": "store", "params": params})];
    let signed = context.signed_by(options.security.as_ref());
    let mut credentials = Map::new();
    signed.sign_members(&mut credentials);
    if !credentials.is_empty() {
        tasks.push(json!({"name": "security", "params": credentials}));
    }
    let mut body = Map::new();
    body.insert("apikey".into(), key.into());
    body.insert("sources".into(), json!([url]));
    body.insert("tasks".into(), tasks.into());
    if let Some(tags) = store.to_upload_tags() {
        body.insert("upload_tags".into(), tags);
    }
    let target = format!("{}/process", context.endpoints().base(Endpoint::Cdn));
    let request = Request::post_json(target, format!("upload of '{url}'"), &body).making_something();
    let call = context.begin(options.control(), request.what(), options.total_timeout)?;
    let reply = call.run(call.json(&request)).await?;
    StoredFile::new(signed, reply)
}
