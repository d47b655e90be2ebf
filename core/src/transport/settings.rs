//! How a client talks to the network: limits, retries, proxy, trust.

use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::CertificateDer;

use super::identity::Identity;
use super::proxy::Proxy;

/// The user agent unless the caller sets another.
pub(crate) const USER_AGENT: &str = concat!("libfilestack/", env!("CARGO_PKG_VERSION"));

/// Network settings of a client. A limit of `None` does not exist.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Time to establish a connection, TLS included.
    pub connect_timeout: Option<Duration>,
    /// Time without a single byte moving in either direction.
    pub idle_timeout: Option<Duration>,
    /// Time from the last byte sent to the first byte received; zero for no limit. When it is not set, it is the idle
    /// limit, and five minutes for calls that store or convert.
    pub response_timeout: Option<Duration>,
    /// How many requests of all calls together are in flight.
    pub max_requests: usize,
    /// How much memory the buffers of all transfers together may take.
    pub memory_limit: u64,
    /// Where content is copied to that cannot tell its size, instead of the system's folder for temporary files.
    pub(crate) temporary_folder: Option<PathBuf>,
    /// Time for a whole call with all its retries.
    pub total_timeout: Option<Duration>,
    /// How often a failed request is tried again.
    pub max_retries: u32,
    /// Delay before the first retry; it doubles from one to the next.
    pub first_retry_delay: Duration,
    /// The longest delay between two tries, unless the service asks for a longer one.
    pub longest_retry_delay: Duration,
    /// Authorities to trust besides those of the platform.
    pub(crate) authorities: Vec<CertificateDer<'static>>,
    /// What is shown to servers that ask for a client certificate.
    pub(crate) identity: Option<Identity>,
    /// The `User-Agent` header of requests to the service.
    pub(crate) user_agent: String,
    /// What every request goes through, instead of what the environment names.
    pub(crate) proxy: Option<Proxy>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            connect_timeout: Some(Duration::from_secs(15)),
            idle_timeout: Some(Duration::from_secs(120)),
            response_timeout: None,
            max_requests: 16,
            memory_limit: 64 * 1024 * 1024,
            temporary_folder: None,
            total_timeout: None,
            max_retries: 5,
            first_retry_delay: Duration::from_millis(500),
            longest_retry_delay: Duration::from_secs(15),
            authorities: Vec::new(),
            identity: None,
            user_agent: USER_AGENT.into(),
            proxy: None,
        }
    }
}
