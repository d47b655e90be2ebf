//! The connection pools of a client in one epoch, and all that is needed to make them again in the next one.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::error::{Error, Result};
use crate::generation::Host;

use super::settings::Settings;
use super::tls;

/// Connections of one epoch.
pub(super) struct Pools {
    /// To the service, over HTTP/2 where it speaks it.
    pub(super) service: reqwest::Client,
    /// To the storage, which speaks HTTP/1.1.
    pub(super) storage: reqwest::Client,
    /// To the service, each for one request: one that may not be sent twice must not meet a connection that has just
    /// been closed.
    pub(super) fresh: reqwest::Client,
}

/// What pools are made of. It is read and checked once, when the client is made.
pub(crate) struct Blueprint {
    tls: ClientConfig,
    proxies: Vec<reqwest::Proxy>,
    settings: Settings,
    host: Arc<dyn Host>,
}

impl Blueprint {
    /// Reads the proxy variables of the environment, unless a proxy is set.
    ///
    /// # Errors
    /// `Argument` when a certificate or the proxy cannot be used.
    pub(crate) fn new(settings: Settings, host: Arc<dyn Host>) -> Result<Self> {
        let tls = tls::client_config(&settings.ca_pems)?;
        let proxies = match settings.proxy() {
            Some(url) => vec![
                reqwest::Proxy::all(url)
                    .map_err(|cause| Error::argument(format!("the proxy '{url}' is not a usable URL: {cause}")))?,
            ],
            None => proxies_of_the_environment(|name| std::env::var(name).ok()),
        };
        Ok(Blueprint { tls, proxies, settings, host })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }

    pub(super) fn pools(&self) -> Result<Pools> {
        let make = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|cause| Error::argument(format!("HTTP cannot be set up: {cause}")))
        };
        Ok(Pools {
            service: make(self.builder(&[b"h2", b"http/1.1"]))?,
            storage: make(self.builder(&[b"http/1.1"]).http1_only())?,
            fresh: make(self.builder(&[b"h2", b"http/1.1"]).pool_max_idle_per_host(0))?,
        })
    }

    fn builder(&self, protocols: &[&[u8]]) -> reqwest::ClientBuilder {
        let mut tls = self.tls.clone();
        tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        // The store of sessions has a lock, which another thread may hold while the process forks.
        tls.resumption = Resumption::default();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Redirects are followed by hand, so that nothing is sent to another host that it should not see.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(Lookups(Arc::clone(&self.host)))
            // A connection on which nothing is acknowledged ends by itself, also when no call looks at it any more.
            .tcp_user_timeout(self.settings.idle_timeout);
        if let Some(limit) = self.settings.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        for proxy in &self.proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder
    }
}

/// The proxies that the environment names, in the order in which they are asked. Unusable ones are left out.
fn proxies_of_the_environment(variable: impl Fn(&str) -> Option<String>) -> Vec<reqwest::Proxy> {
    let either =
        |name: &str| variable(name).or_else(|| variable(&name.to_uppercase())).filter(|value| !value.is_empty());
    let exceptions = || either("no_proxy").and_then(|list| reqwest::NoProxy::from_string(&list));
    // In a CGI program the upper-case form is a header of the request that it answers.
    let http = if variable("REQUEST_METHOD").is_some() { variable("http_proxy") } else { either("http_proxy") };
    let made = [
        http.map(reqwest::Proxy::http),
        either("https_proxy").map(reqwest::Proxy::https),
        either("all_proxy").map(reqwest::Proxy::all),
    ];
    made.into_iter().flatten().filter_map(std::result::Result::ok).map(|proxy| proxy.no_proxy(exceptions())).collect()
}

/// Name look-ups on threads of their own: one that hangs keeps nobody waiting but its call.
struct Lookups(Arc<dyn Host>);

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let host = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str().to_owned();
            // Not a result, whose failure would be taken for one of the library's own.
            let look_up = move || {
                Ok(match (name.as_str(), 0).to_socket_addrs() {
                    Ok(found) => (found.collect::<Vec<SocketAddr>>(), None),
                    Err(cause) => (Vec::new(), Some(cause)),
                })
            };
            let generation = host.generation()?;
            let (found, failure) = generation.threads().look_up(look_up).await?;
            match failure {
                None => Ok(Box::new(found.into_iter()) as Addrs),
                Some(cause) => Err(cause.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(variables: &[(&str, &str)]) -> usize {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        proxies_of_the_environment(variable).len()
    }

    #[test]
    fn the_environment_names_proxies() {
        assert_eq!(named(&[]), 0);
        assert_eq!(named(&[("http_proxy", "http://p:1"), ("HTTPS_PROXY", "http://p:2"), ("no_proxy", "a,b")]), 2);
        assert_eq!(named(&[("HTTP_PROXY", "http://p:1"), ("REQUEST_METHOD", "GET")]), 0);
        assert_eq!(named(&[("all_proxy", ""), ("https_proxy", "http://[")]), 0);
    }
}
