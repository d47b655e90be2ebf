//! A policy built key by key, so that a misspelt key or call is an error instead of an unrestricted policy.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::suggestion;

/// The last second of the year 9999. Nobody means a later expiry: it is a time in milliseconds.
const LATEST_EXPIRY: i64 = 253_402_300_799;

/// The calls that a policy may allow.
pub const CALLS: &[&str] =
    &["pick", "read", "stat", "write", "writeUrl", "store", "convert", "remove", "exif", "runWorkflow"];

/// The keys of a policy.
pub const KEYS: &[&str] = &["expiry", "call", "handle", "url", "maxSize", "minSize", "path", "container"];

/// The restrictions that a signature grants, under construction.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    members: Map<String, Value>,
}

impl Policy {
    /// A policy without any member. It needs an expiry before it can be signed.
    #[must_use]
    pub fn new() -> Self {
        Policy::default()
    }

    /// Sets the member `key` to `value`, checked against what the service knows.
    ///
    /// # Errors
    /// `Argument` for an unknown key (with the nearest known one), a value of the wrong type or out of range.
    pub fn set(&mut self, key: &str, value: Value) -> Result<()> {
        match key {
            "expiry" => self.set_expiry(integer(key, &value)?),
            "maxSize" => self.set_max_size(integer(key, &value)?),
            "minSize" => self.set_min_size(integer(key, &value)?),
            "handle" | "url" | "path" | "container" => self.set_text(key, text(key, &value)?),
            "call" => self.set_calls(&value),
            _ => Err(Error::argument(format!(
                "'{key}' is not a policy key; the keys are {}{}",
                KEYS.join(", "),
                suggestion::hint(key, KEYS.iter().copied())
            ))),
        }
    }

    /// Sets when the policy ends, in seconds since 1970.
    ///
    /// # Errors
    /// `Argument` when it is not positive, or so large that it must be milliseconds.
    pub fn set_expiry(&mut self, unix_seconds: i64) -> Result<()> {
        if unix_seconds > LATEST_EXPIRY {
            return Err(Error::argument(format!(
                "expiry {unix_seconds} lies beyond the year 9999: it is counted in seconds, not in milliseconds"
            )));
        }
        if unix_seconds <= 0 {
            return Err(Error::argument(format!("expiry {unix_seconds} must be a positive number of seconds")));
        }
        self.members.insert("expiry".into(), unix_seconds.into());
        Ok(())
    }

    /// Allows one more call. Without any, the service allows every call but `exif`.
    ///
    /// # Errors
    /// `Argument` for an unknown call, with the nearest known one.
    pub fn add_call(&mut self, call: &str) -> Result<()> {
        if !CALLS.contains(&call) {
            return Err(Error::argument(format!(
                "'{call}' is not a call that a policy can allow; the calls are {}{}",
                CALLS.join(", "),
                suggestion::hint(call, CALLS.iter().copied())
            )));
        }
        let calls = self.members.entry("call").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(calls) = calls
            && !calls.iter().any(|known| known == call)
        {
            calls.push(call.into());
        }
        Ok(())
    }

    /// Limits the policy to the one file with this handle.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_handle(&mut self, handle: &str) -> Result<()> {
        self.set_text("handle", handle)
    }

    /// Limits external URLs to those that match this regular expression.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_url(&mut self, pattern: &str) -> Result<()> {
        self.set_text("url", pattern)
    }

    /// Limits storage paths to those that match this regular expression.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_path(&mut self, pattern: &str) -> Result<()> {
        self.set_text("path", pattern)
    }

    /// Limits storage containers to those that match this regular expression.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_container(&mut self, pattern: &str) -> Result<()> {
        self.set_text("container", pattern)
    }

    /// Limits uploads to files of at most this many bytes.
    ///
    /// # Errors
    /// `Argument` when it is negative.
    pub fn set_max_size(&mut self, bytes: i64) -> Result<()> {
        self.set_size("maxSize", bytes)
    }

    /// Limits uploads to files of at least this many bytes.
    ///
    /// # Errors
    /// `Argument` when it is negative.
    pub fn set_min_size(&mut self, bytes: i64) -> Result<()> {
        self.set_size("minSize", bytes)
    }

    /// The policy as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Object(self.members.clone()).to_string()
    }

    /// Checks what only the whole can tell: there is an expiry, and the size limits leave something.
    pub(super) fn check_complete(&self) -> Result<()> {
        if !self.members.contains_key("expiry") {
            return Err(Error::argument("the policy has no expiry, and the service refuses such a policy: set one"));
        }
        let size = |key: &str| self.members.get(key).and_then(Value::as_i64);
        if let (Some(least), Some(most)) = (size("minSize"), size("maxSize"))
            && least > most
        {
            return Err(Error::argument(format!("the policy's minSize {least} is larger than its maxSize {most}")));
        }
        Ok(())
    }

    pub(super) fn value(&self) -> Value {
        Value::Object(self.members.clone())
    }

    fn set_calls(&mut self, value: &Value) -> Result<()> {
        let single = std::slice::from_ref(value);
        let calls = value.as_array().map_or(single, Vec::as_slice);
        if calls.is_empty() {
            return Err(empty("call"));
        }
        let mut changed = self.clone();
        changed.members.remove("call");
        for call in calls {
            changed.add_call(text("call", call)?)?;
        }
        *self = changed;
        Ok(())
    }

    fn set_text(&mut self, key: &str, value: &str) -> Result<()> {
        if value.is_empty() {
            return Err(empty(key));
        }
        self.members.insert(key.into(), value.into());
        Ok(())
    }

    fn set_size(&mut self, key: &str, bytes: i64) -> Result<()> {
        if bytes < 0 {
            return Err(Error::argument(format!("the policy's {key} is {bytes} bytes: it cannot be negative")));
        }
        self.members.insert(key.into(), bytes.into());
        Ok(())
    }
}

/// The error for a restriction that restricts nothing.
fn empty(key: &str) -> Error {
    Error::argument(format!("the policy's {key} is empty, which would allow everything: leave it unset to mean that"))
}

fn integer(key: &str, value: &Value) -> Result<i64> {
    if value.is_null() {
        return Err(empty(key));
    }
    value.as_i64().ok_or_else(|| Error::argument(format!("the policy's {key} must be an integer, not {value}")))
}

fn text<'a>(key: &str, value: &'a Value) -> Result<&'a str> {
    if value.is_null() {
        return Err(empty(key));
    }
    value.as_str().ok_or_else(|| Error::argument(format!("the policy's {key} must be a string, not {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn misspelt_names_are_refused_with_the_nearest_right_one() {
        let mut policy = Policy::new();
        for (key, nearest) in [
            ("expires", "expiry"),
            ("calls", "call"),
            ("max_size", "maxSize"),
            ("maxsize", "maxSize"),
            ("min_size", "minSize"),
        ] {
            let error = policy.set(key, json!(1)).unwrap_err();
            assert!(error.message().contains(&format!("did you mean '{nearest}'?")), "{error}");
        }
        let error = policy.add_call("reed").unwrap_err();
        assert!(error.message().contains("did you mean 'read'?"), "{error}");
        assert_eq!(policy.to_json(), "{}", "a refused member changes nothing");
    }

    #[test]
    fn values_are_checked() {
        let mut policy = Policy::new();
        for (key, value) in [
            ("expiry", json!("soon")),
            ("expiry", json!(1.5)),
            ("expiry", json!(0)),
            ("expiry", json!(1_700_000_000_000_i64)),
            ("maxSize", json!(-1)),
            ("handle", json!("")),
            ("handle", json!(7)),
            ("call", json!([])),
            ("call", json!("")),
            ("call", json!([""])),
            ("call", json!(["read", 7])),
            ("call", json!(["read", "nothing"])),
        ] {
            assert!(policy.set(key, value.clone()).is_err(), "{key}: {value}");
        }
        for key in KEYS {
            for nothing in [json!(null), json!(""), json!([]), json!({}), json!(false)] {
                assert!(policy.set(key, nothing.clone()).is_err(), "{key}: {nothing}");
            }
        }
        assert_eq!(policy.to_json(), "{}");
    }

    #[test]
    fn every_key_can_be_set() {
        let mut policy = Policy::new();
        for (key, value) in [
            ("expiry", json!(253_402_300_799_i64)),
            ("call", json!(["read", "convert", "read"])),
            ("handle", json!("H")),
            ("url", json!("https://.*")),
            ("maxSize", json!(10)),
            ("minSize", json!(1)),
            ("path", json!("/a/.*")),
            ("container", json!("c")),
        ] {
            policy.set(key, value).unwrap();
        }
        assert!(policy.check_complete().is_ok());
        assert_eq!(policy.value()["call"], json!(["read", "convert"]));
        assert_eq!(policy.value().as_object().map(Map::len), Some(KEYS.len()));
    }

    #[test]
    fn the_whole_is_checked_before_it_is_signed() {
        let mut policy = Policy::new();
        policy.set_min_size(10).unwrap();
        policy.set_max_size(9).unwrap();
        assert!(policy.check_complete().unwrap_err().message().contains("expiry"));
        policy.set_expiry(1).unwrap();
        assert!(policy.check_complete().unwrap_err().message().contains("minSize 10"));
    }
}
