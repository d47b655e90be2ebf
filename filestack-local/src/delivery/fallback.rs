//! `fallback`: the file that is delivered in place of what cannot be found or made.

use axum::http::StatusCode;

use crate::content::Content;
use crate::content::blob::Blob;
use crate::delivery::order::Order;
use crate::delivery::sources::{self, Finder};
use crate::errors::{Result, ServiceError};
use crate::security::credentials::Credentials;
use crate::security::credentials::query_credentials;
use crate::security::policy::{Call, Subject};
use crate::state::State;
use crate::tasks::grammar::{self, Source, Task};

/// A `fallback` task.
#[derive(Debug)]
pub(crate) struct Fallback {
    source: Source,
    /// Those that are written after the handle.
    credentials: Option<Credentials>,
    max_age: Option<u32>,
}

impl Fallback {
    /// Reads the task; SDKs do not agree on the name of the parameter that holds the file.
    pub(crate) fn read(task: &Task) -> Result<Self> {
        let text = task.text("handle").or_else(|| task.text("file")).filter(|text| !text.is_empty());
        let text = text.ok_or_else(ServiceError::unknown_attribute)?;
        let (source, credentials) = match (grammar::name_source(text), text.split_once('?')) {
            (Source::Handle(_), Some((handle, query))) => {
                (Source::Handle(handle.to_owned()), query_credentials(Some(query)))
            }
            (source, _) => (source, None),
        };
        Ok(Self { source, credentials, max_age: task.number("cache") })
    }

    /// Whether a failure is of the kind that the file is for: not when the client may not have the source, and not when
    /// it is only this service that cannot do what was asked.
    pub(crate) fn covers(error: &ServiceError) -> bool {
        !matches!(error.status(), StatusCode::FORBIDDEN | StatusCode::NOT_IMPLEMENTED)
    }

    /// The file, as it is.
    pub(crate) async fn find(&self, state: &State, order: &Order, finder: Finder<'_>) -> Result<Blob> {
        let credentials = self.credentials.as_ref().or(order.credentials.as_ref());
        let subject = sources::subject(&self.source, Subject::default());
        state.guard.check(credentials, &[Call::Read, Call::Convert], subject)?;
        match finder.find(&self.source).await? {
            Content::Blob(blob) => Ok(blob.with_max_age(self.max_age)),
            _ => Err(grammar::bad_data()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fallback> {
        Fallback::read(&grammar::parse(&format!("/{text}/h"), None, |_| false).unwrap().tasks[0])
    }

    #[test]
    fn files_have_either_name_and_their_own_credentials() {
        for text in ["fallback=handle:H,cache:9", "fallback=file:H,cache:9"] {
            let fallback = read(text).unwrap();
            assert_eq!((fallback.source, fallback.max_age), (Source::Handle("H".to_owned()), Some(9)));
            assert!(fallback.credentials.is_none());
        }
        let fallback = read("fallback=handle:%22H%3Fpolicy=cA==&signature=ab%22").unwrap();
        assert_eq!(fallback.source, Source::Handle("H".to_owned()));
        assert_eq!(fallback.credentials, Credentials::new(Some("cA==".into()), Some("ab".into())));
        let url = "https://x.io/a?b=c";
        let fallback = read(&format!("fallback=handle:%22{}%22", url.replace('?', "%3F"))).unwrap();
        assert_eq!(fallback.source, Source::Url(url.to_owned()));
        assert!(read("fallback=cache:9").is_err());
    }
}
