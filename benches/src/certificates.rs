//! A certificate authority, a certificate for the service, and the one cipher that everybody is given.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{cipher_suite, default_provider};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Where the official SDKs think that they are.
const SERVICE_NAMES: [&str; 2] = ["*.filestackapi.com", "*.filestackcontent.com"];

/// What TLS needs: the service's side, and the authority for the clients.
pub(crate) struct Certificates {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) ca_pem: String,
}

/// Makes an authority and a certificate that it has signed for `address` and the names of the real service.
pub(crate) fn make(address: IpAddr) -> io::Result<Certificates> {
    let (issuer, leaf, leaf_key) = sign(address).map_err(io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    // With a choice, clients would choose different ones, and ciphers would be compared instead of clients.
    let provider = CryptoProvider { cipher_suites: vec![cipher_suite::TLS13_AES_128_GCM_SHA256], ..default_provider() };
    let mut server = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .map_err(io::Error::other)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificates { server: Arc::new(server), ca_pem: issuer.pem() })
}

fn sign(address: IpAddr) -> Result<(CertifiedIssuer<'static, KeyPair>, rcgen::Certificate, KeyPair), rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    // With the name of the leaf, it would look as if the leaf had signed itself.
    authority.distinguished_name.push(DnType::CommonName, "filestack-bench-service authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let mut names: Vec<String> = SERVICE_NAMES.map(str::to_owned).into();
    names.push(address.to_string());
    let mut leaf = CertificateParams::new(names)?;
    leaf.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&key, &issuer)?;
    Ok((issuer, certificate, key))
}
