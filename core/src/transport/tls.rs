//! Which certificates are trusted. Verification is never off.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;

use crate::error::{Error, ErrorKind, Result};

/// Reading the system's certificates takes milliseconds, so every client without extra ones shares this. Behind no lock:
/// one that another thread holds during a fork would stay locked in the child.
static PLATFORM_TRUST: ArcSwapOption<ClientConfig> = ArcSwapOption::const_empty();

/// The TLS configuration that trusts the platform and the certificates of `ca_pems`.
///
/// # Errors
/// `Argument` when one of the texts holds no certificate, `Tls` when no configuration can be made.
pub(super) fn client_config(ca_pems: &[String]) -> Result<ClientConfig> {
    if ca_pems.is_empty() {
        if let Some(known) = &*PLATFORM_TRUST.load() {
            return Ok(ClientConfig::clone(known));
        }
        let config = configure(Vec::new())?;
        PLATFORM_TRUST.store(Some(Arc::new(config.clone())));
        return Ok(config);
    }
    let mut extra = Vec::new();
    for pem in ca_pems {
        extra.extend(certificates(pem)?);
    }
    configure(extra)
}

/// The certificates of a PEM text.
///
/// # Errors
/// `Argument` when there is none, or one is malformed.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|cause| Error::argument(format!("the CA certificates are not valid PEM: {cause}")))?;
    if found.is_empty() {
        return Err(Error::argument("the CA certificates hold no '-----BEGIN CERTIFICATE-----' block"));
    }
    Ok(found)
}

fn configure(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig> {
    let failed = |cause: rustls::Error| Error::new(ErrorKind::Tls, format!("TLS cannot be set up: {cause}"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = verifier(extra, &provider)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier; where the system has no certificates at all (an empty container), Mozilla's roots.
fn verifier(
    extra: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let refused = |cause: String| Error::argument(format!("a CA certificate cannot be used: {cause}"));
    if Verifier::new(Arc::clone(provider)).is_ok() {
        let verifier =
            Verifier::new_with_extra_roots(extra, Arc::clone(provider)).map_err(|cause| refused(cause.to_string()))?;
        return Ok(Arc::new(verifier));
    }
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in extra {
        roots.add(certificate).map_err(|cause| refused(cause.to_string()))?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|cause| refused(cause.to_string()))?;
    Ok(verifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_certificates_are_refused() {
        for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
            assert_eq!(certificates(pem).unwrap_err().kind(), ErrorKind::Argument, "{pem}");
        }
    }

    #[test]
    fn http_2_is_offered() {
        let config = client_config(&[]).unwrap();
        assert_eq!(config.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    }
}
