//! Store options: where and under which name a file is stored.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::location::Location;
use crate::suggestion;

use super::media_type;

/// The most workflows that the service starts for one file.
const MOST_WORKFLOWS: usize = 20;
/// The most tags of one upload, and the longest key and value in characters.
const MOST_TAGS: usize = 10;
const LONGEST_TAG_KEY: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

/// Who may read a file in the customer's own S3 bucket.
const ACCESS: [&str; 2] = ["public", "private"];

/// Where and under which name a file is stored. What is not set is left to the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreOptions {
    filename: Option<String>,
    mimetype: Option<String>,
    location: Option<Location>,
    path: Option<String>,
    container: Option<String>,
    region: Option<String>,
    access: Option<String>,
    base64decode: Option<bool>,
    workflows: Vec<String>,
    upload_tags: Vec<(String, String)>,
}

impl StoreOptions {
    /// Options with nothing set.
    #[must_use]
    pub fn new() -> Self {
        StoreOptions::default()
    }

    /// Sets the name of the stored file.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_filename(&mut self, filename: &str) -> Result<()> {
        self.filename = Some(not_empty("filename", filename)?);
        Ok(())
    }

    /// Sets the MIME type of the stored file.
    ///
    /// # Errors
    /// `Argument` when it is not a type and a subtype, with or without parameters, in the form that headers have, or
    /// longer than 255 characters.
    pub fn set_mimetype(&mut self, mimetype: &str) -> Result<()> {
        if let Some(problem) = media_type::problem(mimetype) {
            return Err(Error::argument(format!("mimetype '{mimetype}' must be one such as 'image/png': {problem}")));
        }
        self.mimetype = Some(mimetype.into());
        Ok(())
    }

    /// Sets the storage service by its name, in any case.
    ///
    /// # Errors
    /// `Argument` for an unknown name.
    pub fn set_location(&mut self, location: &str) -> Result<()> {
        self.location = Some(Location::parse(location)?);
        Ok(())
    }

    /// Sets the path within the container: a folder when it ends with a slash, otherwise the exact key.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_path(&mut self, path: &str) -> Result<()> {
        self.path = Some(not_empty("path", path)?);
        Ok(())
    }

    /// Sets the bucket or container.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_container(&mut self, container: &str) -> Result<()> {
        self.container = Some(not_empty("container", container)?);
        Ok(())
    }

    /// Sets the region of the S3 bucket.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_region(&mut self, region: &str) -> Result<()> {
        self.region = Some(not_empty("region", region)?);
        Ok(())
    }

    /// Sets who may read the file in S3: `public` or `private`.
    ///
    /// # Errors
    /// `Argument` for another word.
    pub fn set_access(&mut self, access: &str) -> Result<()> {
        if !ACCESS.contains(&access) {
            return Err(Error::argument(format!(
                "access '{access}' must be 'public' or 'private'{}",
                suggestion::hint(access, ACCESS)
            )));
        }
        self.access = Some(access.into());
        Ok(())
    }

    /// Asks the service to decode base64 content before it is stored.
    pub fn set_base64decode(&mut self, decode: bool) {
        self.base64decode = Some(decode);
    }

    /// Starts this workflow once the file is stored. At most 20.
    ///
    /// # Errors
    /// `Argument` when it is empty or one too many.
    pub fn add_workflow(&mut self, id: &str) -> Result<()> {
        if self.workflows.len() == MOST_WORKFLOWS {
            return Err(Error::argument(format!("a file starts at most {MOST_WORKFLOWS} workflows")));
        }
        self.workflows.push(not_empty("workflow", id)?);
        Ok(())
    }

    /// Tags the upload; a key that is already there gets the new value. At most 10 tags, keys up to 128 and
    /// values up to 256 characters.
    ///
    /// # Errors
    /// `Argument` beyond these limits or for an empty key.
    pub fn add_upload_tag(&mut self, key: &str, value: &str) -> Result<()> {
        let key = not_empty("upload tag key", key)?;
        if key.chars().count() > LONGEST_TAG_KEY || value.chars().count() > LONGEST_TAG_VALUE {
            return Err(Error::argument(format!(
                "the upload tag '{key}' is too long: keys have up to {LONGEST_TAG_KEY} and values up to \
                 {LONGEST_TAG_VALUE} characters"
            )));
        }
        if let Some(tag) = self.upload_tags.iter_mut().find(|(known, _)| *known == key) {
            tag.1 = value.into();
            return Ok(());
        }
        if self.upload_tags.len() == MOST_TAGS {
            return Err(Error::argument(format!("an upload has at most {MOST_TAGS} tags")));
        }
        self.upload_tags.push((key, value.into()));
        Ok(())
    }

    pub(crate) fn filename(&self) -> Option<&str> {
        self.filename.as_deref()
    }

    pub(crate) fn mimetype(&self) -> Option<&str> {
        self.mimetype.as_deref()
    }

    /// Whether the service stores other bytes than it is sent.
    pub(crate) fn decodes_base64(&self) -> bool {
        self.base64decode == Some(true)
    }

    /// The `store` member of the upload API's requests; `default` is the client's storage.
    pub(crate) fn to_store_member(&self, default: Location) -> Map<String, Value> {
        let mut store = Map::new();
        store.insert("location".into(), self.location.unwrap_or(default).name().into());
        let texts =
            [("path", &self.path), ("container", &self.container), ("region", &self.region), ("access", &self.access)];
        for (name, value) in texts {
            if let Some(value) = value {
                store.insert(name.into(), value.clone().into());
            }
        }
        if let Some(decode) = self.base64decode {
            store.insert("base64decode".into(), decode.into());
        }
        if !self.workflows.is_empty() {
            store.insert("workflows".into(), self.workflows.clone().into());
        }
        store
    }

    /// The parameters of a `store` task.
    ///
    /// # Errors
    /// `Argument` when there is a MIME type, which that task cannot set.
    pub(crate) fn to_task_params(&self) -> Result<Map<String, Value>> {
        if self.mimetype.is_some() {
            return Err(Error::argument(
                "mimetype cannot be set for a file that the service makes itself: leave it unset",
            ));
        }
        let mut params = self.to_store_member(Location::S3);
        if self.location.is_none() {
            params.remove("location");
        }
        if let Some(filename) = &self.filename {
            params.insert("filename".into(), filename.clone().into());
        }
        Ok(params)
    }

    /// The `upload_tags` member, when there are tags.
    pub(crate) fn to_upload_tags(&self) -> Option<Value> {
        let member = |(key, value): &(String, String)| (key.clone(), Value::from(value.clone()));
        (!self.upload_tags.is_empty()).then(|| self.upload_tags.iter().map(member).collect::<Map<_, _>>().into())
    }
}

pub(super) fn not_empty(name: &str, value: &str) -> Result<String> {
    if value.is_empty() {
        return Err(Error::argument(format!("{name} is empty: leave it unset to use the default")));
    }
    Ok(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_option_reaches_the_wire() {
        let mut store = StoreOptions::new();
        store.set_location("GCS").unwrap();
        store.set_path("p/").unwrap();
        store.set_container("c").unwrap();
        store.set_region("eu-west-1").unwrap();
        store.set_access("private").unwrap();
        store.set_base64decode(false);
        store.add_workflow("w").unwrap();
        assert_eq!(
            Value::Object(store.to_store_member(Location::S3)),
            json!({"location": "gcs", "path": "p/", "container": "c", "region": "eu-west-1", "access": "private",
                "base64decode": false, "workflows": ["w"]})
        );
        assert_eq!(Value::Object(StoreOptions::new().to_store_member(Location::Azure)), json!({"location": "azure"}));
    }

    #[test]
    fn limits_are_those_of_the_service() {
        let mut store = StoreOptions::new();
        for index in 0..10 {
            store.add_upload_tag(&format!("k{index}"), "v").unwrap();
        }
        store.add_upload_tag("k0", "new").unwrap();
        assert!(store.add_upload_tag("k10", "v").is_err());
        assert_eq!(store.to_upload_tags().unwrap()["k0"], "new");
        assert!(StoreOptions::new().add_upload_tag(&"k".repeat(129), "v").is_err());
        assert!(StoreOptions::new().add_upload_tag("k", &"ü".repeat(257)).is_err());
        assert!(StoreOptions::new().add_upload_tag("k", &"ü".repeat(256)).is_ok());
        for _ in 0..20 {
            store.add_workflow("w").unwrap();
        }
        assert!(store.add_workflow("w").is_err());
    }

    #[test]
    fn bad_values_change_nothing() {
        let mut store = StoreOptions::new();
        assert!(store.set_location("s4").is_err());
        assert!(store.set_access("Public").unwrap_err().message().contains("did you mean 'public'?"));
        assert!(store.set_filename("").is_err());
        for mimetype in ["", "png", "/", "image/png\nX-Evil: 1"] {
            let error = store.set_mimetype(mimetype).unwrap_err();
            assert!(error.message().contains("such as 'image/png': "), "{error}");
        }
        assert!(store.set_path("").is_err());
        assert_eq!(store, StoreOptions::new());
    }
}
