//! HTTP: headers, limits, retries, and replies that are checked before they are used.

mod activity;
mod failure;
mod reply;
mod request;
mod retry;
mod settings;
mod streamed_body;
mod tls;

use std::future::Future;
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Method, Url};
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use activity::{Activity, WatchedBody};
use request::{Body, Headers};

pub(crate) use failure::service_text;
pub(crate) use reply::Reply;
pub(crate) use request::Request;
pub(crate) use retry::{Backoff, jittered};
pub use settings::Settings;
pub(crate) use streamed_body::Content;
pub(crate) use tls::certificates;

/// How many redirects a download follows.
const MOST_REDIRECTS: usize = 5;

/// Tells the service which SDK speaks.
const SOURCE: &str = concat!("C-", env!("CARGO_PKG_VERSION"));

/// Sends requests over pooled connections.
pub(crate) struct Transport {
    http: reqwest::Client,
    settings: Settings,
    user_agent: HeaderValue,
}

impl Transport {
    /// Reads the proxy variables of the environment once, unless a proxy is set.
    pub(crate) fn new(settings: Settings) -> Result<Self> {
        let user_agent = HeaderValue::from_str(&settings.user_agent).map_err(|_| {
            Error::argument(format!("the user agent '{}' has characters that no header can hold", settings.user_agent))
        })?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config(&settings.ca_pems)?)
            // Redirects are followed by hand, so that nothing is sent to another host that it should not see.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        if let Some(limit) = settings.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        if let Some(url) = settings.proxy() {
            let proxy = reqwest::Proxy::all(url)
                .map_err(|cause| Error::argument(format!("the proxy '{url}' is not a usable URL: {cause}")))?;
            builder = builder.proxy(proxy);
        }
        let http = builder.build().map_err(|cause| Error::argument(format!("HTTP cannot be set up: {cause}")))?;
        Ok(Transport { http, settings, user_agent })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Runs `attempt` until it succeeds, fails for good, or the retries are used up.
    pub(crate) async fn retry<T, F, Fut>(&self, mut attempt: F) -> Result<T>
    where
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
    {
        let mut backoff = Backoff::new(&self.settings);
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => backoff.pause_after(error).await?,
            }
        }
    }

    /// Sends `request` with retries and reads the JSON object that it is answered with.
    pub(crate) async fn json(&self, request: &Request) -> Result<Map<String, Value>> {
        self.retry(|| async { self.send(request).await?.json_object().await }).await
    }

    /// Sends `request` with retries and reads the JSON value that it is answered with.
    pub(crate) async fn json_value(&self, request: &Request) -> Result<Value> {
        self.retry(|| async { self.send(request).await?.json_value().await }).await
    }

    /// Sends `request` once. A reply with an error status is an error; redirects of a GET are followed.
    pub(crate) async fn send(&self, request: &Request) -> Result<Reply> {
        let mut url = Url::parse(&request.url).map_err(|cause| {
            Error::argument(format!("{} failed: '{}' is not a URL: {cause}", request.what, request.url))
        })?;
        for _ in 0..=MOST_REDIRECTS {
            let reply = self.send_to(request, url.clone()).await?;
            match redirect_target(request, &url, &reply)? {
                Some(target) => url = target,
                None => return reply.or_status_error().await,
            }
        }
        Err(Error::new(ErrorKind::Protocol, format!("{} failed: more than {MOST_REDIRECTS} redirects", request.what)))
    }

    async fn send_to(&self, request: &Request, url: Url) -> Result<Reply> {
        let activity = Activity::new();
        let trace_id = trace_id();
        let host = failure::host_and_port(&url);
        let started = Instant::now();
        let mut builder = self.http.request(request.method.clone(), url);
        builder = match &request.headers {
            Headers::Service(headers) => self.service_headers(builder, &trace_id).headers(headers.clone()),
            Headers::Storage(headers) => builder.headers(headers.clone()),
        };
        builder = match &request.body {
            Body::Memory(bytes) if bytes.is_empty() => builder,
            Body::Memory(bytes) => builder.body(reqwest::Body::wrap(WatchedBody::new(bytes.clone(), activity.clone()))),
            Body::Content(content) => builder.body(reqwest::Body::wrap(content.body(activity.clone()))),
        };
        let outcome = activity.watch(self.settings.idle_timeout, builder.send()).await;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let method = request.method.as_str();
        let what = &request.what;
        match outcome {
            Some(Ok(response)) => {
                let status = response.status().as_u16();
                tracing::debug!(target: "filestack::http", method, host, status, elapsed_ms, trace_id, "{what}");
                Ok(Reply::new(response, what.clone(), trace_id, self.settings.idle_timeout))
            }
            Some(Err(cause)) => {
                let error = failure::transport_error(what, &cause).with_request_id(Some(trace_id.clone()));
                tracing::debug!(target: "filestack::http", method, host, elapsed_ms, trace_id, "{}", error.message());
                Err(error)
            }
            None => Err(reply::idle_error(what).with_request_id(Some(trace_id))),
        }
    }

    fn service_headers(&self, builder: reqwest::RequestBuilder, trace_id: &str) -> reqwest::RequestBuilder {
        builder
            .header(USER_AGENT, self.user_agent.clone())
            .header("filestack-source", SOURCE)
            .header("filestack-trace-id", trace_id)
            .header("filestack-trace-span", format!("csdk-{}", random_word()))
    }
}

/// Where a GET is to be repeated, when the reply says so.
fn redirect_target(request: &Request, from: &Url, reply: &Reply) -> Result<Option<Url>> {
    let moved = matches!(reply.status(), 301 | 302 | 303 | 307 | 308);
    let location = reply.header(LOCATION.as_str()).filter(|_| moved && request.method == Method::GET);
    let Some(location) = location else {
        return Ok(None);
    };
    let refused = |why: &str| {
        Error::new(ErrorKind::Protocol, format!("{} failed: the redirect to '{location}' {why}", request.what))
            .with_http_status(reply.status())
    };
    let target = from.join(location).map_err(|_| refused("is not a URL"))?;
    if !matches!(target.scheme(), "http" | "https") || (from.scheme() == "https" && target.scheme() != "https") {
        return Err(refused("would leave TLS"));
    }
    Ok(Some(target))
}

/// The id under which the service can find a request: the second, and ten random letters or digits.
fn trace_id() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    format!("{seconds}-{}", random_word())
}

fn random_word() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(10).collect()
}
