//! HTTP: headers, limits, retries, and replies that are checked before they are used.

mod activity;
mod certificates;
mod connections;
mod content;
mod failure;
mod handshake;
mod identity;
mod no_proxy;
mod pem;
mod pools;
mod proxies;
mod proxy;
mod renewal;
mod reply;
mod request;
mod retry;
mod route;
mod settings;
mod tls;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Method, Url};
use tokio::time::Instant;

use crate::error::{Error, ErrorKind, Limit, Result};
use crate::limits::Limits;
use crate::operation::Operation;
use crate::{url_length, web_url};
use activity::{Activity, Clocks, WatchedBody};
use content::ContentBody;
use renewal::{PresentPools, UsedPools};
use request::{Effect, Headers};
use route::Route;

pub(crate) use certificates::authorities;
pub(crate) use content::Content;
pub(crate) use failure::service_text;
pub(crate) use identity::Identity;
pub(crate) use pools::Blueprint;
pub(crate) use proxy::Proxy;
pub(crate) use reply::Reply;
pub(crate) use request::{Body, Request};
pub(crate) use retry::{Backoff, jittered};
pub use settings::Settings;

/// How many redirects a download follows.
const MOST_REDIRECTS: usize = 5;

/// How long the service may think about a call that stores or converts, unless the caller sets another limit.
const LONG_THOUGHT: Duration = Duration::from_secs(300);

/// Tells the service which SDK speaks.
const SOURCE: &str = concat!("C-", env!("CARGO_PKG_VERSION"));

/// Sends requests over pooled connections, within the limits of the client. Belongs to one epoch.
pub(crate) struct Transport {
    pools: Arc<PresentPools>,
    blueprint: Arc<Blueprint>,
    limits: Arc<Limits>,
    user_agent: HeaderValue,
}

impl Transport {
    pub(crate) fn new(blueprint: &Arc<Blueprint>, limits: Arc<Limits>) -> Result<Self> {
        let settings = blueprint.settings();
        let user_agent = HeaderValue::from_str(&settings.user_agent).map_err(|_| {
            Error::argument(format!("the user agent '{}' has characters that no header can hold", settings.user_agent))
        })?;
        let blueprint = Arc::clone(blueprint);
        Ok(Transport { pools: PresentPools::new(Arc::clone(&blueprint)), blueprint, limits, user_agent })
    }

    /// Runs `attempt` until it succeeds, fails for good, or the retries are used up.
    pub(crate) async fn retry<T, F, Fut>(&self, operation: &Operation, mut attempt: F) -> Result<T>
    where
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
    {
        let mut backoff = Backoff::new(self.settings());
        loop {
            operation.gate().await?;
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => {
                    let cause = error.kind();
                    backoff.pause_after(error, operation.outlasts_network()).await?;
                    operation.count_retry(cause);
                }
            }
        }
    }

    /// Sends `request` once for `operation`. A reply with an error status is an error; redirects of a GET are followed.
    pub(crate) async fn send(&self, request: &Request, operation: &Operation) -> Result<Reply> {
        // The HTTP client would not say why it refuses it.
        url_length::check(&request.url, &request.what, String::new)?;
        let mut url = Url::parse(&request.url).map_err(|cause| {
            Error::argument(format!("{} failed: '{}' is not a URL: {cause}", request.what, request.url))
        })?;
        for _ in 0..=MOST_REDIRECTS {
            let reply = self.send_to(request, url.clone(), operation).await?;
            match redirect_target(request, &url, &reply)? {
                Some(target) => url = target,
                None => return reply.or_status_error().await,
            }
        }
        Err(Error::new(ErrorKind::Protocol, format!("{} failed: more than {MOST_REDIRECTS} redirects", request.what)))
    }

    async fn send_to(&self, request: &Request, url: Url, operation: &Operation) -> Result<Reply> {
        let place = self.limits.request().await?;
        let activity = Activity::new(request.body.size() > 0, request.transfer.clone());
        let trace_id = trace_id();
        let pools = self.pools.take()?;
        let route = Route::new(&url, self.blueprint.proxies().of(&url), &pools.introduction);
        let host = route.host().to_owned();
        let started = Instant::now();
        let mut builder = pool_of(&pools, request).request(request.method.clone(), url);
        builder = match &request.headers {
            Headers::Service(headers) => self.service_headers(builder, &trace_id).headers(headers.clone()),
            Headers::Storage(headers) => builder.headers(headers.clone()),
        };
        builder = match &request.body {
            body if body.size() == 0 => builder,
            Body::Memory(bytes) => builder.body(reqwest::Body::wrap(WatchedBody::new(bytes.clone(), activity.clone()))),
            Body::Content(content) => {
                builder.body(reqwest::Body::wrap(ContentBody::new(Arc::clone(content), activity.clone())))
            }
        };
        let (outcome, has_opened) = connections::noticed(activity.watch(self.clocks(request), builder.send())).await;
        operation.costs().count_request(has_opened);
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (method, what) = (request.method.as_str(), request.what.as_str());
        let error = match outcome {
            Ok(Ok(response)) => {
                let status = response.status().as_u16();
                route.note_answer();
                tracing::debug!(target: "filestack::http", method, host, status, elapsed_ms, trace_id, "{what}");
                if !response.status().is_success() {
                    activity.end();
                }
                let makes_something = request.effect == Effect::EachTime;
                return Ok(Reply::new(
                    response,
                    request.what.clone(),
                    route,
                    trace_id,
                    pools,
                    self.settings().idle_timeout,
                    place,
                )
                .of_something_made(makes_something));
            }
            Ok(Err(cause)) => {
                let error = failure::transport_error(what, &route, &cause);
                if failure::was_not_carried_out(&cause) || !activity.is_sent() { error } else { request.once(error) }
            }
            Err(limit) => {
                let error = failure::limit_error(what, limit);
                if activity.is_sent() { request.once(error) } else { error }
            }
        };
        activity.end();
        pools.note_failure(&error);
        let message = error.message();
        tracing::debug!(target: "filestack::http", method, host, elapsed_ms, trace_id, "{message}");
        Err(error.with_request_id(Some(trace_id)))
    }

    fn settings(&self) -> &Settings {
        self.blueprint.settings()
    }

    fn clocks(&self, request: &Request) -> Clocks {
        let settings = self.settings();
        let response = match (settings.response_timeout, request.effect) {
            (Some(limit), _) => (!limit.is_zero()).then_some((Limit::Response, limit)),
            (None, Effect::EachTime) => Some((Limit::Response, LONG_THOUGHT)),
            (None, Effect::Once) => settings.idle_timeout.map(|limit| (Limit::Idle, limit)),
        };
        Clocks { idle: settings.idle_timeout, response }
    }

    fn service_headers(&self, builder: reqwest::RequestBuilder, trace_id: &str) -> reqwest::RequestBuilder {
        builder
            .header(USER_AGENT, self.user_agent.clone())
            .header("filestack-source", SOURCE)
            .header("filestack-trace-id", trace_id)
            .header("filestack-trace-span", format!("csdk-{}", random_word()))
    }
}

fn pool_of<'a>(pools: &'a UsedPools, request: &Request) -> &'a reqwest::Client {
    match (&request.headers, request.effect) {
        (Headers::Storage(_), _) => &pools.storage,
        (Headers::Service(_), Effect::Once) => &pools.service,
        (Headers::Service(_), Effect::EachTime) => &pools.fresh,
    }
}

/// Where a GET is to be repeated, when the reply says so.
fn redirect_target(request: &Request, from: &Url, reply: &Reply) -> Result<Option<Url>> {
    let moved = matches!(reply.status(), 301 | 302 | 303 | 307 | 308);
    // Some servers write it in UTF-8, without escapes.
    let location = reply.header_bytes(LOCATION.as_str()).filter(|_| moved && request.method == Method::GET);
    let Some(location) = location.map(String::from_utf8_lossy) else {
        return Ok(None);
    };
    let refused = |why: &str| {
        Error::new(ErrorKind::Protocol, format!("{} failed: the redirect to '{location}' {why}", request.what))
            .with_http_status(reply.status())
    };
    let target = from.join(&location).map_err(|_| refused("is not a URL"))?;
    if !matches!(target.scheme(), "http" | "https") || web_url::leaves_tls(from.as_str(), target.as_str()) {
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
