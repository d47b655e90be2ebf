//! The connection pools of a client, and all that is needed to make them for each epoch.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::error::{Error, Result};
use crate::generation::Host;

use super::connections::Notice;
use super::identity::Introduction;
use super::proxies::Proxies;
use super::settings::Settings;
use super::tls;

/// How long a connection may be unused at most. Routers forget those that rest for minutes.
const LONGEST_REST: Duration = Duration::from_secs(90);

/// Connections of one runtime in one epoch.
pub(super) struct Pools {
    /// To the service, over HTTP/2 where it speaks it.
    pub(super) service: reqwest::Client,
    /// To the storage, which speaks HTTP/1.1.
    pub(super) storage: reqwest::Client,
    /// To the service, each for one request: one that may not be sent twice must not meet a connection that has just
    /// been closed.
    pub(super) fresh: reqwest::Client,
    /// What all of them say to servers that ask who the client is.
    pub(super) introduction: Arc<Introduction>,
}

/// What pools are made of. It is read and checked once, when the client is made.
pub(crate) struct Blueprint {
    tls: ClientConfig,
    proxies: Proxies,
    settings: Settings,
    host: Arc<dyn Host>,
}

impl Blueprint {
    /// Reads the variables of the environment: those of proxies, unless one is set, and those of CA certificates.
    ///
    /// # Errors
    /// `Argument` when a variable names an unusable proxy, `Tls` when one names no usable CA certificates.
    pub(crate) fn new(settings: Settings, host: Arc<dyn Host>) -> Result<Self> {
        let tls = tls::client_config(&settings.authorities)?;
        let proxies = match &settings.proxy {
            Some(proxy) => Proxies::all(proxy.clone()),
            None => Proxies::of_environment(|name| std::env::var_os(name))?,
        };
        Ok(Blueprint { tls, proxies, settings, host })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }

    pub(super) fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// New pools, without a connection. `introduction` is what the epoch's servers have asked for so far.
    ///
    /// # Errors
    /// `Argument` when the HTTP client cannot be set up.
    pub(super) fn pools(&self, introduction: Arc<Introduction>) -> Result<Pools> {
        let make = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|cause| Error::argument(format!("HTTP cannot be set up: {cause}")))
        };
        Ok(Pools {
            service: make(self.builder(&[b"h2", b"http/1.1"], &introduction))?,
            storage: make(self.builder(&[b"http/1.1"], &introduction).http1_only())?,
            fresh: make(self.builder(&[b"h2", b"http/1.1"], &introduction).pool_max_idle_per_host(0))?,
            introduction,
        })
    }

    fn builder(&self, protocols: &[&[u8]], introduction: &Arc<Introduction>) -> reqwest::ClientBuilder {
        let mut tls = self.tls.clone();
        tls.client_auth_cert_resolver = Arc::<Introduction>::clone(introduction);
        tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        // The store of sessions has a lock, which another thread may hold while the process forks.
        tls.resumption = Resumption::default();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connector_layer(Notice)
            // Redirects are followed by hand, so that nothing is sent to another host that it should not see.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Instead of reqwest's own look at the environment.
            .proxy(self.proxies.for_reqwest())
            .dns_resolver(Lookups(Arc::clone(&self.host)))
            // A connection on which nothing is acknowledged ends by itself, also when no call looks at it any more.
            .tcp_user_timeout(self.settings.idle_timeout)
            // One that has long been unused may have been forgotten on the way, and would be found silent.
            .pool_idle_timeout(longest_rest(self.settings.idle_timeout));
        if let Some(limit) = self.settings.idle_timeout {
            // All requests share a connection over HTTP/2: a ping finds it silent before each of them has waited. What it
            // asks for comes behind the content that is on its way, so it has time.
            builder = builder.http2_keep_alive_interval(limit / 4).http2_keep_alive_timeout(limit / 2);
        }
        if let Some(limit) = self.settings.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        builder
    }
}

/// How long a connection may be unused and still serve another request.
fn longest_rest(idle_timeout: Option<Duration>) -> Duration {
    idle_timeout.map_or(LONGEST_REST, |limit| LONGEST_REST.min(limit / 2))
}

/// A look-up that failed, with the name: of the service, or of a proxy.
#[derive(Debug)]
pub(super) struct LookupFailure {
    pub(super) name: String,
    cause: std::io::Error,
}

impl fmt::Display for LookupFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name '{}' cannot be resolved", self.name)
    }
}

impl std::error::Error for LookupFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Name look-ups on threads of their own: one that hangs keeps nobody waiting but its call.
struct Lookups(Arc<dyn Host>);

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let host = Arc::clone(&self.0);
        Box::pin(async move {
            // For a SOCKS proxy an IPv6 address comes with the brackets that it has in a URL.
            let name = name.as_str().trim_matches(['[', ']']).to_owned();
            // Not a result, whose failure would be taken for one of the library's own.
            let asked = name.clone();
            let look_up = move || {
                Ok(match (asked.as_str(), 0).to_socket_addrs() {
                    Ok(found) => (found.collect::<Vec<SocketAddr>>(), None),
                    Err(cause) => (Vec::new(), Some(cause)),
                })
            };
            let generation = host.generation()?;
            let (found, failure) = generation.threads().look_up(look_up).await?;
            match failure {
                None => Ok(Box::new(found.into_iter()) as Addrs),
                Some(cause) => Err(LookupFailure { name, cause }.into()),
            }
        })
    }
}
