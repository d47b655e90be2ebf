//! Where a file is to be kept: the `store` object of uploads, the `store` task, the query of REST calls.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::errors::{Result, ServiceError};
use crate::handles::Names;
use crate::tasks::grammar::Task;

/// Names of the storage backends, as replies spell them; requests may use any case.
const LOCATIONS: [&str; 5] = ["S3", "gcs", "azure", "rackspace", "dropbox"];
const DEFAULT_LOCATION: &str = "S3";
const DEFAULT_CONTAINER: &str = "filestack-local";
const DEFAULT_REGION: &str = "us-east-1";
const MAX_WORKFLOWS: usize = 20;

/// Where a file is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Store {
    pub(crate) location: &'static str,
    pub(crate) path: Option<String>,
    pub(crate) container: String,
    pub(crate) region: String,
    pub(crate) workflows: Vec<String>,
    /// The content is base64, and what it stands for is to be kept.
    pub(crate) base64decode: bool,
}

impl Store {
    /// Reads the `store` object of an upload, which must name a location.
    pub(crate) fn read(value: &Value) -> Result<Self> {
        let members = value.as_object().ok_or_else(|| ServiceError::invalid_params("store"))?;
        match members.get("location") {
            None | Some(Value::Null) => Err(ServiceError::invalid_params("location")),
            Some(_) => Self::from_members(members),
        }
    }

    /// Reads the `store` tasks of a request; JavaScript sends the workflows in a second one.
    pub(crate) fn from_tasks<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> Result<Self> {
        let parameters = tasks.into_iter().flat_map(|task| &task.parameters);
        Self::from_members(&parameters.map(|(name, value)| (name.clone(), value.to_json())).collect())
    }

    /// Reads the members that say where; others are tolerated.
    pub(crate) fn from_members(members: &Map<String, Value>) -> Result<Self> {
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(ServiceError::invalid_params(name)),
        };
        let location = text("location")?.unwrap_or_else(|| DEFAULT_LOCATION.to_owned());
        let location = LOCATIONS.into_iter().find(|known| known.eq_ignore_ascii_case(&location));
        if text("access")?.is_some_and(|access| access != "public" && access != "private") {
            return Err(ServiceError::invalid_params("access"));
        }
        let region = text("region")?.unwrap_or_else(|| DEFAULT_REGION.to_owned());
        if !is_region(&region) {
            return Err(ServiceError::invalid_params("region"));
        }
        Ok(Self {
            location: location.ok_or_else(|| ServiceError::invalid_params("location"))?,
            path: text("path")?,
            container: text("container")?.unwrap_or_else(|| DEFAULT_CONTAINER.to_owned()),
            region,
            workflows: read_workflows(members.get("workflows"))?,
            base64decode: read_flag(members, "base64decode")?,
        })
    }

    /// The key under which a file of this name is kept: a path that ends in a slash is a folder, any other the key.
    pub(crate) fn key(&self, filename: &str, names: &Names) -> String {
        match &self.path {
            Some(path) if !path.ends_with('/') => path.clone(),
            folder => format!("{}{}_{filename}", folder.as_deref().unwrap_or_default(), names.name(20)),
        }
    }
}

/// Regions become part of a header that is signed.
fn is_region(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A boolean, which forms, queries and tasks have as text.
fn read_flag(members: &Map<String, Value>, name: &str) -> Result<bool> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) => Ok(text == "true"),
        Some(_) => Err(ServiceError::invalid_params(name)),
    }
}

fn read_workflows(value: Option<&Value>) -> Result<Vec<String>> {
    let refusal = || ServiceError::json(StatusCode::BAD_REQUEST, "invalid params: workflows");
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(ids)) if ids.len() <= MAX_WORKFLOWS => {
            // JavaScript may send each id as a member of an object.
            let text = |id: &Value| id.as_str().or_else(|| id.get("id")?.as_str()).map(str::to_owned);
            ids.iter().map(|id| text(id).ok_or_else(refusal)).collect()
        }
        // Go has a single one.
        Some(Value::String(id)) => Ok(vec![id.clone()]),
        Some(_) => Err(refusal()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn locations_have_any_case() {
        for (sent, kept) in [("s3", "S3"), ("S3", "S3"), ("GCS", "gcs"), ("Dropbox", "dropbox")] {
            assert_eq!(Store::read(&json!({ "location": sent })).unwrap().location, kept);
        }
        for bad in [
            json!({}),
            json!({ "location": "ftp" }),
            json!({ "location": 3 }),
            json!("s3"),
            json!({ "location": "s3", "access": "all" }),
            json!({ "location": "s3", "region": "us-east-1\r\na: b" }),
            json!({ "location": "s3", "region": "a/b" }),
            json!({ "location": "s3", "base64decode": 1 }),
        ] {
            assert!(Store::read(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn flags_are_booleans_or_texts() {
        for (given, expected) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(""), false),
            (json!(null), false),
        ] {
            let store = Store::read(&json!({ "location": "s3", "base64decode": given })).unwrap();
            assert_eq!(store.base64decode, expected, "{given}");
        }
    }

    #[test]
    fn workflows_are_ids_or_objects_with_one() {
        let read = |workflows: Value| {
            let store = Store::read(&json!({ "location": "s3", "workflows": workflows }));
            store.map(|store| store.workflows.join(" "))
        };
        assert_eq!(read(json!(["a", { "id": "b" }])).unwrap(), "a b");
        assert_eq!(read(json!("a")).unwrap(), "a");
        for bad in [json!([1]), json!([{ "name": "a" }]), json!({ "id": "a" }), Value::from(vec!["a"; 21])] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_follow_the_path() {
        let key = |path: Value| {
            Store::read(&json!({ "location": "s3", "path": path })).unwrap().key("a.txt", &Names::new(None, 0))
        };
        assert!(key(Value::Null).ends_with("_a.txt") && key(Value::Null).len() == 26);
        assert!(key(json!("x/")).starts_with("x/") && key(json!("x/")).len() == 28);
        assert_eq!(key(json!("x/y.bin")), "x/y.bin");
    }
}
