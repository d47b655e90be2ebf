//! A certificate authority of this service, and a certificate for this machine.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::connection::hosts;

/// What TLS needs: the server's side, and the authority for the client's.
#[derive(Debug)]
pub(crate) struct Certificates {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) ca_pem: String,
}

/// Makes an authority and a certificate that it has signed for `127.0.0.1`, `::1`, `localhost`, `listen`, the names of
/// the real service, and `more`. With `client_ca`, clients must show a certificate that an authority of this file has
/// signed.
///
/// The names of the real service let clients that know no other be led here. Nobody but who asks for it trusts the
/// authority, so that takes nothing from anyone.
///
/// Both are new in every process and the keys never reach the disk: who can read a data folder can read its files,
/// but cannot pose as this machine. A lone self-signed certificate would not do, rustls refuses those.
pub(crate) fn make(listen: IpAddr, more: &[String], client_ca: Option<&Path>) -> std::io::Result<Certificates> {
    let (issuer, leaf, leaf_key) = sign(listen, more).map_err(std::io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    let verifier = match client_ca {
        Some(path) => client_verifier(path)?,
        None => WebPkiClientVerifier::no_client_auth(),
    };
    let mut server = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![leaf.der().clone()], key)
        .map_err(std::io::Error::other)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Certificates { server: Arc::new(server), ca_pem: issuer.pem() })
}

fn client_verifier(path: &Path) -> std::io::Result<Arc<dyn ClientCertVerifier>> {
    let refused = |cause: &dyn std::fmt::Display| std::io::Error::other(format!("{}: {cause}", path.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|cause| refused(&cause))? {
        roots.add(certificate.map_err(|cause| refused(&cause))?).map_err(|cause| refused(&cause))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    verifier.map_err(|cause| refused(&cause))
}

fn sign(
    listen: IpAddr,
    more: &[String],
) -> Result<(CertifiedIssuer<'static, KeyPair>, rcgen::Certificate, KeyPair), rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, "filestack-local authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if !listen.is_loopback() && !listen.is_unspecified() {
        names.push(listen.to_string());
    }
    names.extend(hosts::certified());
    names.extend_from_slice(more);
    let mut leaf = CertificateParams::new(names)?;
    leaf.distinguished_name.push(DnType::CommonName, "filestack-local");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &issuer)?;
    Ok((issuer, certificate, key))
}
