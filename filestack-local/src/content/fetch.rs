//! Downloads of external URLs.

use std::error::Error as _;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::percent_decode_str;
use reqwest::redirect;
use reqwest::{Client, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::content::blob::Blob;
use crate::content::filename;
use crate::errors::{Result, ServiceError};
use crate::storage::Storage;

/// A source may have so many bytes; more is most likely not what was meant.
const MAX_SIZE: u64 = 4 << 30;
const MAX_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time without a byte.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The name of what has none.
const UNNAMED: &str = "unnamed_file";
/// Marks requests that somebody else has asked for. Sources cannot take it away, and redirects keep it.
const VIA: HeaderValue = HeaderValue::from_static("1.1 filestack-local");
/// Types that say no more than that there are bytes.
const SHAPELESS: [&str; 2] = ["application/octet-stream", "binary/octet-stream"];

/// Downloads sources. Proxies of the environment are not used: what is asked for is mostly on this machine.
#[derive(Debug)]
pub(crate) struct Fetcher {
    authority: Option<String>,
    /// Made when something is fetched: many a service never does, and reading the platform's certificates takes time.
    tools: OnceLock<std::result::Result<Tools, String>>,
}

#[derive(Debug)]
struct Tools {
    client: Client,
    /// Why no certificate can be trusted, where this is so.
    distrust: Option<String>,
}

impl Fetcher {
    /// Trusts the platform's certificates, and those of `authority`.
    pub(crate) fn new(authority: Option<&str>) -> Self {
        Self { authority: authority.map(str::to_owned), tools: OnceLock::new() }
    }

    /// The client that everything goes through.
    pub(crate) fn client(&self) -> io::Result<Client> {
        self.tools().map(|tools| tools.client.clone())
    }

    fn tools(&self) -> io::Result<&Tools> {
        let tools = self.tools.get_or_init(|| make_tools(self.authority.as_deref()));
        tools.as_ref().map_err(|reason| io::Error::other(reason.as_str()))
    }

    /// Downloads a file; `headers` go along with the request.
    pub(crate) async fn fetch(&self, storage: &Storage, url: &str, headers: HeaderMap) -> Result<Blob> {
        let failed = |reason: &str| ServiceError::bad_request(format!("{url} could not be fetched: {reason}"));
        let address = Url::parse(url).map_err(|error| failed(&error.to_string()))?;
        let tools = self.tools()?;
        if let ("https", Some(reason)) = (address.scheme(), &tools.distrust) {
            return Err(failed(&format!("this system has no certificates to trust: {reason}")));
        }
        let request = tools.client.get(address.clone()).headers(headers).header(header::VIA, VIA);
        let response = request.send().await.map_err(|error| failed(&root_of(&error)))?;
        if !response.status().is_success() {
            return Err(failed(&format!("the server answered {}", response.status())));
        }
        if response.content_length().is_some_and(|length| length > MAX_SIZE) {
            return Err(failed(&format!("it has more than {MAX_SIZE} bytes")));
        }
        let name = filename_of(&address);
        let mimetype = mimetype_of(response.headers(), &name);
        let received = storage.receive(Body::from_stream(response.bytes_stream()), MAX_SIZE).await;
        let received = received.map_err(|error| match error.status().is_server_error() {
            true => error,
            false => failed("its bytes did not arrive"),
        })?;
        Ok(Blob::received(received, name, mimetype))
    }
}

/// Whether a request was made for somebody else, by this service or by a proxy.
pub(crate) fn is_for_another(headers: &HeaderMap) -> bool {
    headers.contains_key(header::VIA)
}

/// The innermost reason of a failure: the outer ones only repeat the URL.
fn root_of(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

fn filename_of(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let decoded = percent_decode_str(last).decode_utf8_lossy();
    let name = filename::plain_filename(&decoded);
    if name.is_empty() { UNNAMED.to_owned() } else { name.to_owned() }
}

/// What the server says, unless it says nothing.
fn mimetype_of(headers: &HeaderMap, name: &str) -> String {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = said.split(';').next().unwrap_or_default().trim();
    if plain.is_empty() || SHAPELESS.contains(&plain) { filename::mimetype_of(name) } else { plain.to_owned() }
}

fn make_tools(authority: Option<&str>) -> std::result::Result<Tools, String> {
    let (config, distrust) = client_config(authority).map_err(|error| error.to_string())?;
    let client = Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(redirect::Policy::limited(MAX_REDIRECTS))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(IDLE_TIMEOUT)
        .user_agent(concat!("filestack-local/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())?;
    Ok(Tools { client, distrust })
}

/// The configuration, and why nothing but `authority` is trusted if that is so.
fn client_config(authority: Option<&str>) -> std::result::Result<(ClientConfig, Option<String>), rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pem = authority.unwrap_or_default().as_bytes();
    let extra: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let verifier = Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider));
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let (mut config, distrust) = match verifier {
        Ok(verifier) => {
            let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
            (builder.with_no_client_auth(), None)
        }
        Err(reason) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(extra);
            let distrust = roots.is_empty().then(|| reason.to_string());
            (builder.with_root_certificates(roots).with_no_client_auth(), distrust)
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((config, distrust))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_path() {
        for (url, name) in [
            ("https://x.io/a/b.png?c=d.gif#e", "b.png"),
            ("https://x.io/a%20b.png", "a b.png"),
            ("https://x.io/a%2Fb.png", "b.png"),
            ("https://x.io/a/", UNNAMED),
            ("https://x.io", UNNAMED),
        ] {
            assert_eq!(filename_of(&Url::parse(url).unwrap()), name, "{url}");
        }
    }

    #[test]
    fn types_are_guessed_when_the_server_does_not_know() {
        let said = |text: &'static str| HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())]);
        assert_eq!(mimetype_of(&said("text/html; charset=utf-8"), "a.png"), "text/html");
        assert_eq!(mimetype_of(&said("application/octet-stream"), "a.png"), "image/png");
        assert_eq!(mimetype_of(&HeaderMap::new(), "a"), "application/octet-stream");
    }

    #[tokio::test]
    async fn failures_name_the_url_and_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let fetcher = Fetcher::new(None);
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = format!("http://{}/a", taken.local_addr().unwrap());
        drop(taken);
        for (url, reason) in [(closed.as_str(), "refused"), ("http://", "empty host")] {
            let refused = fetcher.fetch(&storage, url, HeaderMap::new()).await.unwrap_err();
            assert!(refused.message().starts_with(url) && refused.message().contains(reason), "{refused:?}");
        }
        let tools = Tools { client: fetcher.client().unwrap(), distrust: Some("an empty container".to_owned()) };
        let fetcher = Fetcher { authority: None, tools: OnceLock::from(Ok(tools)) };
        let refused = fetcher.fetch(&storage, "https://x.io/a", HeaderMap::new()).await.unwrap_err();
        assert!(refused.message().ends_with("no certificates to trust: an empty container"), "{refused:?}");
    }
}
