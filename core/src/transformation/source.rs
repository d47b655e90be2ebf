//! What a transformation works on: a file of the service or one that the service fetches.

use std::fmt;

use super::value::shorten;
use crate::error::{Error, Result};
use crate::handle::{Handle, is_handle};
use crate::redaction::{Secret, redact_reference, secrets_of_url};
use crate::web_url::is_web_url;

/// One source of a transformation.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    kind: SourceKind,
    text: String,
    /// Those of its text, which the service may repeat.
    secrets: Vec<Secret>,
}

/// The kinds of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A file of the service.
    Handle,
    /// A file or page of the web, `http://…` or `https://…`.
    Url,
    /// A file in a storage that the application knows under an alias, `src://alias/path`.
    Alias,
    /// A file that a workflow made, `wf://…`.
    Workflow,
}

impl Source {
    /// The source that `text` names.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Argument`] when it is not one of the four kinds.
    pub fn parse(text: &str) -> Result<Self> {
        let kind = if is_web_url(text) {
            SourceKind::Url
        } else if is_alias(text) {
            SourceKind::Alias
        } else if is_workflow(text) {
            SourceKind::Workflow
        } else if is_handle(text) {
            SourceKind::Handle
        } else {
            return Err(Error::argument(format!(
                "the source '{}' is neither a handle nor a URL (http://, https://) nor src://alias/path nor wf://…",
                shorten(text)
            )));
        };
        Ok(Source { kind, text: text.to_owned(), secrets: secrets_of_url(text) })
    }

    /// The kind of the source.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The source as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether only the API key tells the service whose file this is.
    pub(super) fn needs_api_key(&self) -> bool {
        matches!(self.kind, SourceKind::Url | SourceKind::Alias)
    }
}

impl From<&Handle> for Source {
    fn from(handle: &Handle) -> Self {
        Source { kind: SourceKind::Handle, text: handle.as_str().to_owned(), secrets: Vec::new() }
    }
}

/// A source may be a signed URL, so what is dumped is masked.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {})", self.kind, redact_reference(&self.text))
    }
}

/// Whether `text` is a handle that brings credentials of its own, `HANDLE?policy=…&signature=…`.
pub(super) fn is_signed_handle(text: &str) -> bool {
    text.split_once('?').is_some_and(|(handle, query)| {
        is_handle(handle) && query.contains('=') && query.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// Whether `text` is `wf://` and the ids of a workflow, a job and a result.
pub(super) fn is_workflow(text: &str) -> bool {
    text.strip_prefix("wf://").is_some_and(|ids| ids.split('/').all(is_handle))
}

/// Whether `text` is `src://`, an alias and a path.
pub(super) fn is_alias(text: &str) -> bool {
    text.strip_prefix("src://")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(alias, path)| is_handle(alias) && !path.is_empty() && !path.contains(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_kind_is_seen_from_the_text() {
        for (text, kind) in [
            ("sm9IEXAMPLEQuzfJykmA", SourceKind::Handle),
            ("short", SourceKind::Handle),
            ("somefile.jpg", SourceKind::Handle),
            ("https://example.com", SourceKind::Url),
            ("http://127.0.0.1:8080/ü b.png?x=1#top", SourceKind::Url),
            ("HTTPS://EXAMPLE.COM/A", SourceKind::Url),
            ("src://test123/folder/example.jpg", SourceKind::Alias),
            (
                "wf://975092d5-2eb3-460e-aca8-e7b00a0838d5/2ec47319-24c8-4ced-9ae3-10a6d450a736/1c04a766e53633f1256759f2d06a50a3",
                SourceKind::Workflow,
            ),
        ] {
            let source = Source::parse(text).unwrap();
            assert_eq!((source.kind(), source.as_str()), (kind, text));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "..",
            "a b",
            "a/b",
            "[a,b]",
            "a?b=c",
            "a:b",
            "résumé",
            "ftp://example.com/a",
            "https://",
            "https:///path",
            "https:\\\\example.com",
            "https://example.com/a\nb",
            "https://example.com ",
            "//example.com",
            "src://",
            "src://alias",
            "src://alias/",
            "src:///path",
            "wf://",
            "wf://a//b",
            "b64://aGFuZGxl",
            "data:text/plain,hello",
        ] {
            let error = Source::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Argument, "{text}");
        }
    }

    #[test]
    fn dumps_hold_no_credentials() {
        let source = Source::parse("https://me:pass@example.com/?signature=0f0f").unwrap();
        let dump = format!("{source:?}");
        assert!(!dump.contains("pass") && !dump.contains("0f0f"), "{dump}");
    }
}
