//! File metadata, as the File API and the CDN give it.

use std::io::{self, Read as _};

use axum::Json;
use axum::extract::{Path, Request, State as Extracted};
use axum::response::{IntoResponse, Response};
use md5::Md5;
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

use crate::content::blob::Blob;
use crate::errors::{Result, ServiceError};
use crate::files::{find_file, plain_handle};
use crate::hex::hex;
use crate::images::Input;
use crate::security::credentials::api_credentials;
use crate::security::policy::{Call, Subject};
use crate::state::Shared;
use crate::tasks::grammar::Task;
use crate::tasks::value::Value as Parameter;

/// What is answered when nothing in particular is asked for.
const DEFAULT_FIELDS: [&str; 9] =
    ["mimetype", "size", "filename", "uploaded", "writeable", "location", "path", "container", "key"];
/// What else can be asked for; other names mean nothing.
const MORE_FIELDS: [&str; 12] =
    ["cloud", "exif", "height", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "source_url", "status", "width"];
/// Bytes that are read at once while hashing.
const BUFFER: usize = 256 * 1024;

/// The fields of a request; without any, the default set.
#[derive(Debug)]
pub(crate) struct Fields(Vec<String>);

impl Fields {
    /// Reads `NAME=true` items; names that mean nothing are ignored, as the service does.
    fn from_query(query: Option<&str>) -> Self {
        let items = query.unwrap_or_default().split('&').filter_map(|item| item.split_once('='));
        Self::known(items.filter(|(_, value)| *value == "true").map(|(name, _)| name))
    }

    /// Reads the list that the task may bring.
    pub(crate) fn from_task(task: &Task) -> Self {
        let names = task.get("fields").and_then(Parameter::as_list).unwrap_or_default();
        Self::known(names.iter().filter_map(Parameter::as_text))
    }

    fn known<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let is_known = |name: &&str| DEFAULT_FIELDS.contains(name) || MORE_FIELDS.contains(name);
        Self(names.filter(is_known).map(str::to_owned).collect())
    }

    fn iter(&self) -> Vec<&str> {
        if self.0.is_empty() { DEFAULT_FIELDS.to_vec() } else { self.0.iter().map(String::as_str).collect() }
    }

    /// Whether a field is asked for.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.iter().contains(&name)
    }
}

/// `GET /api/file/HANDLE/metadata` and its forms on the CDN.
pub(crate) async fn handle(
    Extracted(state): Extracted<Shared>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response> {
    let (head, _) = request.into_parts();
    let handle = plain_handle(&name);
    let fields = Fields::from_query(head.uri.query());
    let credentials = api_credentials(&head);
    let subject = Subject { handle: Some(handle), ..Subject::default() };
    state.guard.check(credentials.as_ref(), &[Call::Stat], subject)?;
    if fields.has("exif") {
        state.guard.check(credentials.as_ref(), &[Call::Exif], subject)?;
    }
    let file = find_file(&state, handle).await?;
    describe(&Blob::stored(&state.storage, file), &fields).await.map(|description| Json(description).into_response())
}

/// What the asked fields of a file hold; of a file that is not stored, those that it has.
pub(crate) async fn describe(blob: &Blob, fields: &Fields) -> Result<Value> {
    let mut description = Map::new();
    for name in fields.iter() {
        if let Some(value) = plain_field(blob, name) {
            description.insert(name.to_owned(), value);
        }
    }
    if fields.has("width") || fields.has("height") {
        let input = blob.input();
        let size = tokio::task::spawn_blocking(move || input.dimensions()).await.map_err(ServiceError::internal)?;
        for (name, value) in [("width", size.map(|size| size.0)), ("height", size.map(|size| size.1))] {
            if fields.has(name) {
                description.insert(name.to_owned(), Value::from(value));
            }
        }
    }
    if fields.has("exif") {
        let input = blob.input();
        let tags = tokio::task::spawn_blocking(move || input.exif()).await.map_err(ServiceError::internal)?;
        let tags = tags.into_iter().map(|(name, value)| (name, Value::from(value)));
        description.insert("exif".to_owned(), Value::Object(tags.collect()));
    }
    description.extend(hashes(blob.input(), fields).await?);
    Ok(Value::Object(description))
}

/// A field that is known without reading the bytes.
fn plain_field(blob: &Blob, name: &str) -> Option<Value> {
    let file = blob.record.as_deref();
    match name {
        "size" => Some(Value::from(blob.size)),
        "mimetype" => Some(Value::from(blob.mimetype.as_str())),
        "filename" => Some(Value::from(blob.filename.as_str())),
        // A float of milliseconds, as the real service has it.
        "uploaded" => file.map(|file| Value::from(file.created_ms as f64)),
        "writeable" => file.map(|_| Value::from(true)),
        "location" => file.map(|file| Value::from(file.location.as_str())),
        "path" | "key" => file.map(|file| Value::from(file.key.as_str())),
        "container" => file.map(|file| Value::from(file.container.as_str())),
        "status" => file.map(|_| Value::from("Stored")),
        "cloud" | "source_url" => file.map(|_| Value::Null),
        _ => None,
    }
}

/// The asked hashes, computed in one pass over the file.
async fn hashes(input: Input, fields: &Fields) -> Result<Map<String, Value>> {
    let all: [(&str, Box<dyn DynDigest + Send>); 6] = [
        ("md5", Box::new(Md5::new())),
        ("sha1", Box::new(Sha1::new())),
        ("sha224", Box::new(Sha224::new())),
        ("sha256", Box::new(Sha256::new())),
        ("sha384", Box::new(Sha384::new())),
        ("sha512", Box::new(Sha512::new())),
    ];
    let mut asked: Vec<_> = all.into_iter().filter(|(name, _)| fields.has(name)).collect();
    if asked.is_empty() {
        return Ok(Map::new());
    }
    let work = tokio::task::spawn_blocking(move || -> io::Result<_> {
        let mut file = input.open()?;
        let mut buffer = vec![0; BUFFER];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                length => asked.iter_mut().for_each(|(_, hash)| hash.update(&buffer[..length])),
            }
        }
        Ok(asked.into_iter().map(|(name, hash)| (name.to_owned(), Value::from(hex(&hash.finalize())))).collect())
    });
    Ok(work.await.map_err(ServiceError::internal)??)
}
