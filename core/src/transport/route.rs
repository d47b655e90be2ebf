//! The way of one request: the host, and the proxy before it. It knows which of the two a failure is of.

use std::error::Error as StdError;
use std::sync::Arc;

use reqwest::Url;

use crate::error::{Error, ErrorKind};

use super::identity::Introduction;
use super::pools::LookupFailure;
use super::proxy::{Proxy, Speech};

/// HTTP status: the proxy wants a user and a password.
const PROXY_AUTHENTICATION_REQUIRED: u16 = 407;

/// How the errors of reqwest's tunnels begin. Their types have no names outside of it, only texts.
const TUNNEL: &str = "tunnel error: ";
const SOCKS: &str = "SOCKS error: ";

/// What follows when the proxy cannot be reached, and when it refuses the user and password.
const NOT_REACHED: &str = "failed to create underlying connection";
const UNAUTHORIZED: [&str; 3] =
    ["proxy authorization required", "server does not support user/pass authentication", "credentials not accepted"];
/// What follows when the proxy has answered that it does not connect to the host.
const NOT_ESTABLISHED: &str = "unsuccessful";
/// What follows when it has not answered as such a proxy does.
const NO_ANSWER: [&str; 5] = [
    "unexpected end of file",
    "proxy response headers too long",
    "failed parsing server response",
    "io error",
    "server implements authentication incorrectly",
];

/// A request's host, its proxy, and what is known of the client.
pub(super) struct Route {
    host: String,
    proxy: Option<Arc<Proxy>>,
    is_tls: bool,
    introduction: Arc<Introduction>,
}

impl Route {
    pub(super) fn new(url: &Url, proxy: Option<&Arc<Proxy>>, introduction: &Arc<Introduction>) -> Self {
        let host = url.host_str().unwrap_or("the service");
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Route { host, proxy: proxy.cloned(), is_tls: url.scheme() == "https", introduction: Arc::clone(introduction) }
    }

    /// The host, with the port unless it is the scheme's.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether the client has a certificate to show.
    pub(super) fn has_identity(&self) -> bool {
        self.introduction.has_identity()
    }

    /// Whether a connection that breaks may be the host's answer to the certificate that it was shown, or not shown.
    pub(super) fn is_identity_in_doubt(&self) -> bool {
        self.is_tls && self.introduction.is_in_doubt(&self.host)
    }

    /// Notes that the host has answered a request.
    pub(super) fn note_answer(&self) {
        if self.is_tls {
            self.introduction.note_answer(&self.host);
        }
    }

    /// Who a failure is of, for a message: "h:1", "the proxy p:2", "h:1 through the proxy p:2".
    pub(super) fn failed_peer<'a>(&self, mut causes: impl Iterator<Item = &'a (dyn StdError + 'static)>) -> String {
        let Some(proxy) = &self.proxy else { return self.host.clone() };
        let is_proxys = match (proxy.speech, self.is_tls) {
            // It takes the request itself: nothing else is connected to.
            (Speech::Http, false) => true,
            (Speech::Http, true) => causes.any(|cause| cause.to_string().starts_with(TUNNEL)),
            (Speech::Socks, _) => causes.any(|cause| match cause.downcast_ref::<LookupFailure>() {
                Some(failure) => failure.name == proxy.host,
                None => cause.to_string().starts_with(SOCKS),
            }),
        };
        match is_proxys {
            true => format!("the proxy {}", proxy.place),
            false => format!("{} through the proxy {}", self.host, proxy.place),
        }
    }

    /// The error for a proxy that was reached and does not let the request through.
    pub(super) fn refusal_of_proxy<'a>(
        &self,
        mut causes: impl Iterator<Item = &'a (dyn StdError + 'static)>,
    ) -> Option<Error> {
        let proxy = self.proxy.as_ref()?;
        let answer = causes.find_map(|cause| {
            let text = cause.to_string();
            text.strip_prefix(TUNNEL).or_else(|| text.strip_prefix(SOCKS)).map(str::to_owned)
        })?;
        if answer == NOT_REACHED {
            return None;
        }
        if UNAUTHORIZED.contains(&answer.as_str()) {
            let error = unauthorized(proxy);
            return Some(match proxy.speech {
                Speech::Http => error.with_http_status(PROXY_AUTHENTICATION_REQUIRED),
                Speech::Socks => error,
            });
        }
        let why = match answer.as_str() {
            NOT_ESTABLISHED => "it has answered CONNECT with an error status".to_owned(),
            answer if NO_ANSWER.iter().any(|known| answer.starts_with(known)) => {
                format!("it has not answered as a proxy of its kind does ({answer})")
            }
            _ => answer,
        };
        let message = format!("the proxy {} does not connect to {}: {why}", proxy.place, self.host);
        Some(Error::new(ErrorKind::Connect, message).with_retryable(true))
    }

    /// The error for a status that is the proxy's own.
    pub(super) fn status_of_proxy(&self, status: u16) -> Option<Error> {
        let proxy = self.proxy.as_ref().filter(|proxy| proxy.speech == Speech::Http && !self.is_tls)?;
        (status == PROXY_AUTHENTICATION_REQUIRED).then(|| unauthorized(proxy).with_http_status(status))
    }
}

fn unauthorized(proxy: &Proxy) -> Error {
    let problem = match proxy.has_user {
        true => "refuses the user or the password in its URL",
        false => "demands a user and a password: set them in its URL",
    };
    Error::new(ErrorKind::Auth, format!("the proxy {} {problem}", proxy.place))
}
