//! Handles: the names under which the service keeps files.

use crate::error::{Error, Result};

/// The handle of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handle(String);

impl Handle {
    /// The handle that `text` is.
    ///
    /// # Errors
    /// `Argument` when it is empty or cannot be a handle.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if is_handle(text) {
            return Ok(Handle(text.to_owned()));
        }
        Err(Error::argument(match text {
            "" => "the handle is empty".to_owned(),
            _ => format!("'{text}' is not a handle: give the last part of the file's URL"),
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` can be a handle: anything that survives in a URL without quoting or encoding. The service
/// makes handles of 20 characters but does not promise to.
pub(crate) fn is_handle(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    // HTTP clients take the segments `.` and `..` for folders and remove them.
    !text.is_empty() && text != "." && text != ".." && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_texts_are_refused() {
        for text in ["", ".", "..", "a/b", "https://x.io/a", "src://a/b", "ü"] {
            assert!(Handle::parse(text).is_err(), "{text}");
        }
        assert_eq!(Handle::parse("sm9IEXAMPLEQuzfJykmA").unwrap().as_str(), "sm9IEXAMPLEQuzfJykmA");
    }
}
