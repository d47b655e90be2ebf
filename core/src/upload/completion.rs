//! The completion of an upload: the service joins the parts, and is asked until it has.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Request, jittered};

use super::session::{Session, is_forgotten};
use super::state::SentPart;

/// How long the service may take to put the parts together when the caller sets no total time.
const LONGEST_ASSEMBLY: Duration = Duration::from_secs(600);
const FIRST_ASSEMBLY_DELAY: Duration = Duration::from_millis(250);
const LONGEST_ASSEMBLY_DELAY: Duration = Duration::from_secs(2);

/// What the service says of the parts that it joins.
enum Assembly {
    Going,
    MissesCommits,
    Done(Map<String, Value>),
}

impl Session<'_> {
    /// Ends the upload and waits until the service has put the parts together. It knows those that were
    /// committed. `was_asked` says that an earlier process may have done so.
    ///
    /// # Errors
    /// `MayBeStored` when the service no longer knows the upload, but was asked and its answer was lost.
    pub(super) async fn complete(&self, sent: &BTreeMap<u64, SentPart>, was_asked: bool) -> Result<Map<String, Value>> {
        let mut body = self.place.unknown.clone();
        body.extend(self.identity()?);
        body.extend(self.description.members());
        if self.place.is_intelligent {
            body.insert("fii".into(), true.into());
        }
        let part = |(number, part): (&u64, &SentPart)| {
            part.etag.as_ref().map(|etag| json!({"part_number": number, "etag": etag}))
        };
        let whole_parts: Vec<Value> = sent.iter().filter_map(part).collect();
        if !whole_parts.is_empty() {
            body.insert("parts".into(), whole_parts.into());
        }
        if let Some(tags) = &self.description.upload_tags {
            body.insert("upload_tags".into(), tags.clone());
        }
        if let Some(alt_text) = &self.description.alt_text {
            body.insert("alt".into(), alt_text.clone().into());
        }
        self.context.sign_members(&mut body);
        let what = format!("completion of the upload of '{}'", self.description.filename);
        let request = self.request("multipart/complete", &what, &body);
        let committed = sent.iter().filter(|(_, part)| part.etag.is_none()).map(|(number, _)| *number);
        let was_asked = AtomicBool::new(was_asked);
        let waiting = async {
            let outcome = self.poll_until_assembled(&request, committed.collect(), &was_asked).await;
            outcome.map_err(|failure| {
                if was_asked.load(Ordering::Relaxed) && is_forgotten(&failure) {
                    self.may_be_stored(&what, &failure)
                } else {
                    failure
                }
            })
        };
        if self.call.operation().has_deadline() {
            return waiting.await;
        }
        tokio::time::timeout(LONGEST_ASSEMBLY, waiting).await.map_err(|_| {
            let seconds = LONGEST_ASSEMBLY.as_secs();
            Error::new(ErrorKind::Timeout, format!("{what} failed: the parts were not joined within {seconds} s"))
                .with_retryable(true)
        })?
    }

    fn may_be_stored(&self, what: &str, failure: &Error) -> Error {
        let advice = self.checkpoint.advice();
        let problem = "an answer was lost and the service no longer knows the upload, so the file may be stored";
        let error = Error::new(ErrorKind::MayBeStored, format!("{what} failed: {problem}: {advice}"));
        failure.http_status().map_or(error.clone(), |status| error.with_http_status(status))
    }

    /// `committed` are the parts that are committed once more when the service misses one of them. `was_asked` becomes
    /// true when the service may have joined the parts without our knowing.
    async fn poll_until_assembled(
        &self,
        request: &Request,
        committed: Vec<u64>,
        was_asked: &AtomicBool,
    ) -> Result<Map<String, Value>> {
        let mut delay = FIRST_ASSEMBLY_DELAY;
        let mut may_commit_again = !committed.is_empty();
        loop {
            let outcome = self
                .call
                .retry(|| async {
                    let reply = self.call.send(request).await.inspect_err(|failure| note_lost(failure, was_asked))?;
                    match reply.status() {
                        202 => {
                            was_asked.store(true, Ordering::Relaxed);
                            Ok(Assembly::Going)
                        }
                        206 if may_commit_again => Ok(Assembly::MissesCommits),
                        206 => Err(reply.unexpected("says that a part was not committed", "")),
                        _ => {
                            let read = reply.json_object().await;
                            read.inspect_err(|_| was_asked.store(true, Ordering::Relaxed)).map(Assembly::Done)
                        }
                    }
                })
                .await?;
            match outcome {
                Assembly::Done(reply) => return Ok(reply),
                Assembly::Going => {}
                Assembly::MissesCommits => {
                    may_commit_again = false;
                    for part in &committed {
                        self.commit(*part).await?;
                    }
                }
            }
            tokio::time::sleep(jittered(delay)).await;
            delay = (delay * 2).min(LONGEST_ASSEMBLY_DELAY);
        }
    }
}

/// Notes that a request may have been carried out although it failed: its answer did not come, or a server between said
/// that it did not.
fn note_lost(failure: &Error, was_asked: &AtomicBool) {
    let is_lost = match failure.http_status() {
        Some(status) => status >= 500,
        None => !matches!(failure.kind(), ErrorKind::Dns | ErrorKind::Connect | ErrorKind::Tls),
    };
    if is_lost {
        was_asked.store(true, Ordering::Relaxed);
    }
}
