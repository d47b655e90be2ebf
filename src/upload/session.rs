//! The upload API: the four requests of one upload and what the service must be told again in each.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::endpoints::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::security::Security;
use crate::transport::{Request, jittered, service_text};

/// How long the service may take to put the parts together when the caller sets no total time.
const LONGEST_ASSEMBLY: Duration = Duration::from_secs(600);
/// Names the region to the upload host.
const REGION_HEADER: HeaderName = HeaderName::from_static("filestack-upload-region");
const FIRST_ASSEMBLY_DELAY: Duration = Duration::from_millis(250);
const LONGEST_ASSEMBLY_DELAY: Duration = Duration::from_secs(2);

/// What is uploaded, as the service is told.
pub(super) struct Description {
    pub(super) filename: String,
    pub(super) mimetype: String,
    pub(super) size: u64,
    pub(super) store: Map<String, Value>,
    pub(super) upload_tags: Option<Value>,
    pub(super) intelligent: bool,
}

/// An upload that the service has started.
pub(super) struct Session<'a> {
    client: &'a Client,
    description: Description,
    security: Option<&'a Security>,
    /// Base URL of the host that this upload goes to.
    host: String,
    region_header: Option<String>,
    intelligent: bool,
    /// `apikey`, `uri`, `region`, `upload_id`: what every request repeats.
    identity: Map<String, Value>,
    /// Members of the start reply that this library does not know. The service may want them back.
    unknown: Map<String, Value>,
}

/// A piece of the file on its way: `offset` is the one within the part, in intelligent uploads only.
pub(super) struct Chunk {
    pub(super) part: u64,
    pub(super) offset: Option<u64>,
    pub(super) md5_b64: String,
    pub(super) bytes: Bytes,
}

impl<'a> Session<'a> {
    /// Announces the upload.
    pub(super) async fn start(
        client: &'a Client,
        description: Description,
        security: Option<&'a Security>,
    ) -> Result<Self> {
        let mut body = description_members(&description);
        body.insert("apikey".into(), client.api_key("an upload")?.into());
        if description.intelligent {
            body.insert("fii".into(), true.into());
        }
        sign(&mut body, security);
        let url = format!("{}/multipart/start", client.endpoints().base(Endpoint::Upload));
        let what = format!("start of the upload of '{}'", description.filename);
        let mut reply = client.transport().json(&Request::post_json(url, &what, &body)).await?;

        let mut identity = Map::new();
        identity.insert("apikey".into(), body["apikey"].clone());
        for name in ["uri", "region", "upload_id"] {
            let value = reply.remove(name).filter(|value| !value.is_null());
            identity.insert(name.into(), value.ok_or_else(|| incomplete(&what, name))?);
        }
        let location = text(reply.remove("location_url")).ok_or_else(|| incomplete(&what, "location_url"))?;
        let upload_type = text(reply.get("upload_type").cloned());
        let intelligent = description.intelligent && upload_type.as_deref() == Some("intelligent_ingestion");
        Ok(Session {
            host: client.endpoints().upload_location(&location)?,
            region_header: text(reply.get("location_region").cloned()),
            intelligent,
            identity,
            unknown: reply,
            client,
            description,
            security,
        })
    }

    /// Whether the service agreed to Intelligent Ingestion.
    pub(super) fn is_intelligent(&self) -> bool {
        self.intelligent
    }

    /// Sends one piece to the storage, each try with a signature of its own, and returns its ETag.
    pub(super) async fn send(&self, chunk: &Chunk) -> Result<String> {
        self.client.transport().retry(|| self.send_once(chunk)).await
    }

    async fn send_once(&self, chunk: &Chunk) -> Result<String> {
        let what = format!("part {} of the upload of '{}'", chunk.part, self.description.filename);
        let (url, headers) = self.signed_request(chunk, &what).await?;
        let put = Request::put_to_storage(url, &what, headers, chunk.bytes.clone());
        let reply = self.client.transport().send(&put).await.map_err(retryable_when_skewed)?;
        let etag = reply.header("etag").filter(|etag| !etag.trim_matches('"').is_empty());
        etag.map(str::to_owned).ok_or_else(|| reply.unexpected("of the storage has no ETag", "").with_retryable(true))
    }

    /// Where and with which headers the storage takes `chunk`.
    async fn signed_request(&self, chunk: &Chunk, what: &str) -> Result<(String, HeaderMap)> {
        let mut body = self.identity.clone();
        body.insert("store".into(), self.description.store.clone().into());
        body.insert("part".into(), chunk.part.into());
        body.insert("size".into(), chunk.bytes.len().into());
        body.insert("md5".into(), chunk.md5_b64.clone().into());
        if let Some(offset) = chunk.offset {
            body.insert("offset".into(), offset.into());
            body.insert("fii".into(), true.into());
        }
        sign(&mut body, self.security);
        let request = self.request("multipart/upload", what, &body);
        let mut reply = self.client.transport().send(&request).await?.json_object().await?;
        let url = text(reply.remove("url")).ok_or_else(|| incomplete(what, "url"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in reply.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| incomplete(what, "usable headers"))?;
            let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
            headers.insert(name, value.ok_or_else(|| incomplete(what, "usable headers"))?);
        }
        Ok((url, headers))
    }

    /// Tells the service that all pieces of a part are there. Intelligent uploads only.
    pub(super) async fn commit(&self, part: u64) -> Result<()> {
        let mut body = self.identity.clone();
        body.insert("store".into(), self.description.store.clone().into());
        body.insert("part".into(), part.into());
        // The size of the whole file, not of the part: so the service has it.
        body.insert("size".into(), self.description.size.into());
        sign(&mut body, self.security);
        let what = format!("commit of part {part} of the upload of '{}'", self.description.filename);
        let request = self.request("multipart/commit", &what, &body);
        let transport = self.client.transport();
        transport.retry(|| async { transport.send(&request).await?.text().await.map(drop) }).await
    }

    /// Ends the upload and waits until the service has put the parts together. `etags` are those of the parts
    /// in their order; an intelligent upload has none.
    pub(super) async fn complete(&self, etags: &[String]) -> Result<Map<String, Value>> {
        let mut body = self.unknown.clone();
        body.extend(self.identity.clone());
        body.extend(description_members(&self.description));
        if self.intelligent {
            body.insert("fii".into(), true.into());
        } else {
            let part = |(index, etag): (usize, &String)| json!({"part_number": index + 1, "etag": etag});
            body.insert("parts".into(), etags.iter().enumerate().map(part).collect());
        }
        if let Some(tags) = &self.description.upload_tags {
            body.insert("upload_tags".into(), tags.clone());
        }
        sign(&mut body, self.security);
        let what = format!("completion of the upload of '{}'", self.description.filename);
        let request = self.request("multipart/complete", &what, &body);
        let waiting = self.poll_until_assembled(&request);
        tokio::time::timeout(LONGEST_ASSEMBLY, waiting).await.map_err(|_| {
            let seconds = LONGEST_ASSEMBLY.as_secs();
            Error::new(ErrorKind::Timeout, format!("{what} failed: the parts were not joined within {seconds} s"))
                .with_retryable(true)
        })?
    }

    async fn poll_until_assembled(&self, request: &Request) -> Result<Map<String, Value>> {
        let transport = self.client.transport();
        let mut delay = FIRST_ASSEMBLY_DELAY;
        loop {
            let outcome = transport
                .retry(|| async {
                    let reply = transport.send(request).await?;
                    match reply.status() {
                        202 => Ok(None),
                        206 => Err(reply.unexpected("says that a part was not committed", "")),
                        _ => reply.json_object().await.map(Some),
                    }
                })
                .await?;
            if let Some(reply) = outcome {
                return Ok(reply);
            }
            tokio::time::sleep(jittered(delay)).await;
            delay = (delay * 2).min(LONGEST_ASSEMBLY_DELAY);
        }
    }

    fn request(&self, path: &str, what: &str, body: &Map<String, Value>) -> Request {
        let request = Request::post_json(format!("{}/{path}", self.host), what, body);
        match &self.region_header {
            Some(region) => request.with_service_header(REGION_HEADER, region),
            None => request,
        }
    }
}

/// What start and complete both say. The service compares them.
fn description_members(description: &Description) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("filename".into(), description.filename.clone().into());
    members.insert("mimetype".into(), description.mimetype.clone().into());
    members.insert("size".into(), description.size.into());
    members.insert("store".into(), description.store.clone().into());
    members
}

fn sign(body: &mut Map<String, Value>, security: Option<&Security>) {
    if let Some(security) = security {
        body.insert("policy".into(), security.policy_b64().into());
        body.insert("signature".into(), security.signature().into());
    }
}

fn text(value: Option<Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn incomplete(what: &str, member: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("{what} failed: the service's reply has no {member}"))
}

/// A signature that is too old, or a clock that is off: a fresh signature can help, unlike with any other 403.
fn retryable_when_skewed(error: Error) -> Error {
    let skewed = error.service_text().is_some_and(|text| service_text(text).starts_with("RequestTimeTooSkewed"));
    if skewed { error.with_retryable(true) } else { error }
}
