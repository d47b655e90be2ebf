//! Client options: credentials, hosts, limits and trust.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::endpoints::{Endpoint, Endpoints};
use crate::error::{Error, Result};
use crate::generation::{Host, Standalone};
use crate::location::Location;
use crate::security::Security;
use crate::transport::{Identity, Proxy, Settings, authorities};

/// The most requests that a client may have in flight.
const MOST_REQUESTS: usize = 1000;
/// The least memory that transfers can do with.
const LEAST_MEMORY: u64 = 1024 * 1024;

/// The options of a client. Everything has a default that works against Filestack.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Limits, retries and the user agent.
    pub network: Settings,
    /// Credentials of every call that is not given others.
    pub security: Option<Security>,
    /// What the client's calls run on. The default is for Rust programs, which do not fork.
    pub host: Arc<dyn Host>,
    pub(crate) storage: Location,
    pub(crate) endpoints: Endpoints,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            network: Settings::default(),
            security: None,
            host: Arc::new(Standalone),
            storage: Location::default(),
            endpoints: Endpoints::default(),
        }
    }
}

impl ClientOptions {
    /// Options with every default.
    #[must_use]
    pub fn new() -> Self {
        ClientOptions::default()
    }

    /// Sets the storage of uploads that name no location: `s3` by default, in any case.
    ///
    /// # Errors
    /// `Argument` for an unknown name.
    pub fn set_storage(&mut self, storage: &str) -> Result<()> {
        self.storage = Location::parse(storage)?;
        Ok(())
    }

    /// Reaches every part of the service under the customer's own domain.
    ///
    /// # Errors
    /// `Argument` when `domain` is not a bare host name.
    pub fn set_cname(&mut self, domain: &str) -> Result<()> {
        self.endpoints = Endpoints::with_cname(domain)?;
        Ok(())
    }

    /// Reaches every part of the service at one origin, such as that of `filestack-local`.
    ///
    /// # Errors
    /// `Argument` when `url` is not an http or https URL.
    pub fn set_base_url(&mut self, url: &str) -> Result<()> {
        self.endpoints = Endpoints::on_one_origin(url)?;
        Ok(())
    }

    /// Reaches one part of the service at another base URL.
    ///
    /// # Errors
    /// `Argument` when `url` is not an http or https URL.
    pub fn set_endpoint(&mut self, endpoint: Endpoint, url: &str) -> Result<()> {
        self.endpoints.set(endpoint, url)
    }

    /// Sets the `User-Agent` header.
    ///
    /// # Errors
    /// `Argument` when it is empty or has characters that no header can hold.
    pub fn set_user_agent(&mut self, user_agent: &str) -> Result<()> {
        if user_agent.is_empty() || !user_agent.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(Error::argument(format!("the user agent '{user_agent}' must be printable ASCII")));
        }
        self.network.user_agent = user_agent.into();
        Ok(())
    }

    /// Limits how many requests of all calls together are in flight; 16 by default.
    ///
    /// # Errors
    /// `Argument` for 0 or more than 1000.
    pub fn set_max_requests(&mut self, requests: usize) -> Result<()> {
        if !(1..=MOST_REQUESTS).contains(&requests) {
            return Err(Error::argument(format!("max_requests is {requests}, but it must be 1 to {MOST_REQUESTS}")));
        }
        self.network.max_requests = requests;
        Ok(())
    }

    /// Limits the memory that the buffers of all transfers together take; 64 MiB by default.
    ///
    /// # Errors
    /// `Argument` below 1 MiB.
    pub fn set_memory_limit(&mut self, bytes: u64) -> Result<()> {
        if bytes < LEAST_MEMORY {
            return Err(Error::argument(format!("the memory limit is {bytes} bytes: it must be at least 1 MiB")));
        }
        self.network.memory_limit = bytes;
        Ok(())
    }

    /// Copies content that cannot tell its size, and parts that are too large for the memory limit, to this folder.
    ///
    /// # Errors
    /// `Argument` when there is no such folder.
    pub fn set_temporary_folder(&mut self, path: &Path) -> Result<()> {
        let folder = std::path::absolute(path)
            .map_err(|cause| Error::io(format!("cannot find the folder '{}'", path.display()), &cause))?;
        if !folder.is_dir() {
            return Err(Error::argument(format!("the temporary folder '{}' is not a folder", folder.display())));
        }
        self.network.temporary_folder = Some(folder);
        Ok(())
    }

    /// Sets the delays between tries: the first one, and the longest one that it may grow to.
    ///
    /// # Errors
    /// `Argument` when the longest is shorter than the first.
    pub fn set_retry_delay(&mut self, first: Duration, longest: Duration) -> Result<()> {
        if longest < first {
            return Err(Error::argument("the longest retry delay is shorter than the first one"));
        }
        self.network.first_retry_delay = first;
        self.network.longest_retry_delay = longest;
        Ok(())
    }

    /// Sends every request through a proxy, instead of the one that the environment names.
    ///
    /// # Errors
    /// `Argument` when `url` is not one of `http`, `https`, `socks4`, `socks4a`, `socks5` or `socks5h` with a host, or its
    /// user or password has a `/`, `?`, `#` or `\` that is not percent-encoded.
    pub fn set_proxy(&mut self, url: &str) -> Result<()> {
        self.network.proxy = Some(Proxy::parse(url).map_err(|error| error.in_context("the proxy cannot be used"))?);
        Ok(())
    }

    /// Trusts the certificates of a PEM text besides those of the platform. The text is bytes of any encoding.
    ///
    /// # Errors
    /// `Argument` when it holds no certificate, or a damaged one.
    pub fn add_ca_pem(&mut self, pem: impl AsRef<[u8]>) -> Result<()> {
        let found =
            authorities(pem.as_ref()).map_err(|error| error.in_context("the CA certificates cannot be used"))?;
        self.network.authorities.extend(found);
        Ok(())
    }

    /// Trusts the certificates of a PEM file besides those of the platform. The file is read now.
    ///
    /// # Errors
    /// `Io` when it cannot be read, `Argument` when it holds no certificate, or a damaged one.
    pub fn add_ca_file(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let name = path.as_ref().display();
        let pem = std::fs::read(path.as_ref())
            .map_err(|cause| Error::io(format!("cannot read the CA file '{name}'"), &cause))?;
        let found =
            authorities(&pem).map_err(|error| error.in_context(format!("the CA file '{name}' cannot be used")))?;
        self.network.authorities.extend(found);
        Ok(())
    }

    /// Shows a certificate to servers and proxies that ask for one. `chain` has the client's own certificate first, `key`
    /// is its private key in PKCS#8, PKCS#1 or SEC1; both are PEM, and both may be the same text.
    ///
    /// # Errors
    /// `Argument` when one of them cannot be used, the key is encrypted, or they do not belong together.
    pub fn set_client_certificate_pem(&mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<()> {
        self.network.identity = Some(Identity::from_pem(chain.as_ref(), key.as_ref())?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_values_are_refused_and_change_nothing() {
        let mut options = ClientOptions::new();
        let before = format!("{options:?}");
        assert!(options.set_storage("s4").is_err());
        assert!(options.set_proxy("proxy:3128").is_err());
        assert!(options.set_proxy("socks6://proxy:1").is_err());
        assert!(options.set_retry_delay(Duration::from_secs(2), Duration::from_secs(1)).is_err());
        assert!(options.add_ca_pem("nothing").is_err());
        assert!(options.set_client_certificate_pem("nothing", "nothing").is_err());
        assert!(options.add_ca_file("/missing/ca.pem").unwrap_err().message().contains("/missing/ca.pem"));
        assert_eq!(format!("{options:?}"), before);
    }

    #[test]
    fn a_proxys_password_is_not_shown() {
        let mut options = ClientOptions::new();
        options.set_proxy("http://me:hunter2@127.0.0.1:3128").unwrap();
        assert!(!format!("{options:?}").contains("hunter2"));
        let error = options.set_proxy("ftp://me:hunter2@x").unwrap_err();
        assert!(!error.message().contains("hunter2"), "{error}");
    }
}
