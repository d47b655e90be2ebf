//! AV jobs: conversions of audio and video that go on at the service.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::context::{Call, Context};
use crate::error::{Error, ErrorKind, Result};
use crate::options::RequestOptions;
use crate::progress::Reports;
use crate::stored_file::StoredFile;
use crate::transformation::{Transformation, Value as TaskValue};
use crate::transport::{Request, jittered};

/// Between two looks at a job that is being waited for.
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// How far a job is. A job that failed is an error instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvStatus {
    /// The service has taken the job.
    Started,
    /// The service works on it.
    Pending,
    /// The result is there.
    Completed,
}

/// A conversion of audio or video at the service. Clones share what is known of it.
#[derive(Clone, Debug)]
pub struct AvJob(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    context: Context,
    /// Looks at the job: the address that started it, without the wish to start it again.
    url: String,
    uuid: String,
    timestamp: String,
    last_reply: Mutex<Map<String, Value>>,
}

impl AvJob {
    /// Starts the conversion of a transformation's result. The parameters are those of the task `video_convert`; the
    /// transformation stays as it is.
    ///
    /// # Errors
    /// Those of [`Transformation::add`], and whatever is wrong with the network or the service.
    pub async fn start(
        transformation: &Transformation,
        params: &[(&str, TaskValue)],
        options: &RequestOptions,
    ) -> Result<Self> {
        let mut starting = transformation.clone();
        starting.add("video_convert", params)?;
        let request = Request::get(starting.content_url(options)?, starting.name("start of")).making_something();
        let context = transformation.context().signed_by(options.security.as_ref());
        let call = context.begin(options.control(), request.what(), options.total_timeout)?;
        let reply = call.run(call.json(&request)).await?;
        // With `force` each look at the job would start it again.
        let looking_params: Vec<_> = params.iter().filter(|(name, _)| *name != "force").cloned().collect();
        let mut looking = transformation.clone();
        looking.add("video_convert", &looking_params)?;
        Self::started(context, looking.content_url(options)?, reply)
    }

    /// The job that the service started with `reply`.
    fn started(context: Context, url: String, reply: Map<String, Value>) -> Result<Self> {
        let text = |name: &str| match reply.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let (uuid, timestamp) = (text("uuid"), text("timestamp"));
        if uuid.is_empty() {
            return Err(Error::new(ErrorKind::Protocol, "the conversion was started, but the reply has no uuid"));
        }
        status_of(&reply)?;
        Ok(AvJob(Arc::new(Shared { context, url, uuid, timestamp, last_reply: Mutex::new(reply) })))
    }

    /// The job's id.
    #[must_use]
    pub fn uuid(&self) -> &str {
        &self.0.uuid
    }

    /// When the job was started, as the service writes it: seconds since 1970.
    #[must_use]
    pub fn timestamp(&self) -> &str {
        &self.0.timestamp
    }

    /// The service's latest reply about the job, as a JSON object.
    #[must_use]
    pub fn reply_json(&self) -> String {
        Value::Object(self.last_reply().clone()).to_string()
    }

    /// Asks the service how far the job is. A completed job is not asked for again.
    ///
    /// # Errors
    /// `Http` with the service's message when the job failed, and whatever is wrong with the network or the service.
    pub async fn status(&self, options: &RequestOptions) -> Result<AvStatus> {
        let request = self.look();
        let call = self.0.context.begin(options.control(), request.what(), options.total_timeout)?;
        call.run(self.ask(&call, &request)).await
    }

    fn look(&self) -> Request {
        Request::get(self.0.url.as_str(), format!("status of the conversion '{}'", self.0.uuid))
    }

    async fn ask(&self, call: &Call, request: &Request) -> Result<AvStatus> {
        let known = status_of(&self.last_reply())?;
        if known == AvStatus::Completed {
            return Ok(known);
        }
        let reply = call.json(request).await?;
        let status = status_of(&reply);
        let tells_something = !matches!(&status, Err(error) if error.kind() == ErrorKind::Protocol);
        let mut last_reply = self.last_reply();
        // Another thread may have seen the end meanwhile; nothing is learned after that.
        if tells_something && !matches!(status_of(&last_reply), Ok(AvStatus::Completed) | Err(_)) {
            *last_reply = reply;
        }
        status
    }

    /// Waits until the job is completed, for at most `limit`; zero is one look. The request's own limit is for each
    /// look.
    ///
    /// # Errors
    /// `Timeout` when it is not completed by then - the job goes on -, and those of [`AvJob::status`].
    pub async fn wait(&self, limit: Option<Duration>, options: &RequestOptions) -> Result<()> {
        if limit.is_some_and(|limit| limit.is_zero()) {
            return match self.status(options).await? {
                AvStatus::Completed => Ok(()),
                _ => Err(self.not_completed(Duration::ZERO)),
            };
        }
        let what = format!("the wait for the conversion '{}'", self.0.uuid);
        let waiting = self.0.context.begin_waiting(options.control(), &what, limit)?;
        let look = RequestOptions { operation: None, reports: Reports::default(), ..options.clone() };
        let outcome = waiting
            .run(async {
                let mut delay = FIRST_DELAY;
                while self.status(&look).await? != AvStatus::Completed {
                    tokio::time::sleep(jittered(delay)).await;
                    delay = (delay * 2).min(LONGEST_DELAY);
                }
                Ok(())
            })
            .await;
        match (outcome, limit) {
            (Err(_), Some(limit)) if waiting.operation().is_past_deadline() => Err(self.not_completed(limit)),
            (outcome, _) => outcome,
        }
    }

    fn not_completed(&self, limit: Duration) -> Error {
        let milliseconds = limit.as_millis();
        let message =
            format!("the conversion '{}' was not completed within {milliseconds} ms: it goes on", self.0.uuid);
        Error::new(ErrorKind::Timeout, message).with_retryable(true)
    }

    /// The file that a completed job has made.
    ///
    /// # Errors
    /// `State` when the job was not seen completed yet.
    pub fn stored_file(&self) -> Result<StoredFile> {
        let reply = self.last_reply().clone();
        if status_of(&reply)? != AvStatus::Completed {
            let message = format!("the conversion '{}' is not completed: wait for it first", self.0.uuid);
            return Err(Error::new(ErrorKind::State, message));
        }
        let data = reply.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
        StoredFile::new(self.0.context.clone(), data)
    }

    fn last_reply(&self) -> std::sync::MutexGuard<'_, Map<String, Value>> {
        self.0.last_reply.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job is completed only when its result has a URL: the service says so a moment earlier.
fn status_of(reply: &Map<String, Value>) -> Result<AvStatus> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    match text(reply.get("status")).as_str() {
        "started" => Ok(AvStatus::Started),
        "pending" => Ok(AvStatus::Pending),
        "completed" => {
            let url = text(reply.get("data").and_then(|data| data.get("url")));
            Ok(if url.is_empty() { AvStatus::Pending } else { AvStatus::Completed })
        }
        "failed" => {
            let said = text(reply.get("message"));
            let message = format!("the conversion '{}' failed: {said}", text(reply.get("uuid")));
            Err(Error::new(ErrorKind::Http, message).with_service_text(&said))
        }
        other => {
            let message = format!("the conversion has the status '{other}', which this library does not know");
            Err(Error::new(ErrorKind::Protocol, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn status(reply: Value) -> Result<AvStatus> {
        status_of(reply.as_object().unwrap())
    }

    #[test]
    fn completed_without_a_url_is_not_ready() {
        assert_eq!(status(json!({"status": "started"})).unwrap(), AvStatus::Started);
        assert_eq!(status(json!({"status": "completed", "data": {}})).unwrap(), AvStatus::Pending);
        assert_eq!(status(json!({"status": "completed", "data": {"url": ""}})).unwrap(), AvStatus::Pending);
        assert_eq!(status(json!({"status": "completed", "data": {"url": "u"}})).unwrap(), AvStatus::Completed);
    }

    #[test]
    fn a_failure_has_the_services_message() {
        let error = status(json!({"status": "failed", "uuid": "u", "message": "no codec"})).unwrap_err();
        assert_eq!((error.message(), error.service_text()), ("the conversion 'u' failed: no codec", Some("no codec")));
        assert_eq!(status(json!({"status": "?"})).unwrap_err().kind(), ErrorKind::Protocol);
        assert_eq!(status(json!({})).unwrap_err().kind(), ErrorKind::Protocol);
    }
}
