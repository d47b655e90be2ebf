//! HTTPS with servers whose certificates a test makes itself: what is said of each that is not trusted, and how a client
//! shows a certificate of its own.

use std::sync::Arc;

use filestack_core::{Client, ClientOptions, Error, ErrorKind, RequestOptions};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\ncontent";

/// A certificate of version 1 for 127.0.0.1, as `openssl x509 -req` makes it without extensions, and its key.
const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBJDCBywIUcV4oc/apc+e0v09xNR+fhkEseI0wCgYIKoZIzj0EAwIwFDESMBAG
A1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNjA5NTUxOVoYDzIxMjYxMTAyMDk1NTE5
WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAR/mwnvqUue7/F2Q5nFJPGKlBL//4uwIA6HOIrGaQmm1IQYEBl0a6pDKM/X3V6y
8ZZn9UTHwFWgiWw9NkQzrTSOMAoGCCqGSM49BAMCA0gAMEUCIQDrvbqjZGdMgLNE
bE9v0aITMSKZ8DxQo5W8I4uLVeK7sAIgA+JS5WHyIIh+aAp9kNR4AiDoWBFZZvtY
+gYal/nhkbQ=
-----END CERTIFICATE-----
";
const KEY_OF_VERSION_1: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkt/GATlSyfjmj4g4
XtgGI4FYRMVc3TRpIkZYDVQja+ihRANCAAR/mwnvqUue7/F2Q5nFJPGKlBL//4uw
IA6HOIrGaQmm1IQYEBl0a6pDKM/X3V6y8ZZn9UTHwFWgiWw9NkQzrTSO
-----END PRIVATE KEY-----
";

type Authority = CertifiedIssuer<'static, KeyPair>;

fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, "a test's server");
    parameters
}

fn authority(name: &str) -> Authority {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate that `authority` has signed, and its key.
fn signed(parameters: &CertificateParams, authority: &Authority) -> (CertificateDer<'static>, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (parameters.signed_by(&key, authority).unwrap().der().clone(), key)
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// Serves [`REPLY`] with this certificate, and gives its URL. With an authority, clients must show a certificate that
/// it has signed.
async fn server(
    (certificate, key): (CertificateDer<'static>, KeyPair),
    clients: Option<&Authority>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    // Without a look at the certificate, which may be bad on purpose.
    let shown = CertifiedKey::new(vec![certificate], any_supported_type(&key).unwrap());
    let resolver = SingleCertAndKey::from(shown);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(builder.with_cert_resolver(Arc::new(resolver))));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut connection) = acceptor.accept(connection).await else { return };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(connection.read_u8().await.unwrap());
                }
                connection.write_all(REPLY).await.unwrap();
                connection.shutdown().await.unwrap();
            });
        }
    });
    url
}

fn options(url: &str, trusted: &str) -> ClientOptions {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.network.max_retries = 0;
    if !trusted.is_empty() {
        options.add_ca_pem(trusted).unwrap();
    }
    options
}

async fn get(options: ClientOptions) -> Result<Vec<u8>, Error> {
    let client = Client::new(Some("K"), options).unwrap();
    client.filelink("H", None).unwrap().get_content(&RequestOptions::default()).await
}

#[track_caller]
fn check_distrust(outcome: Result<Vec<u8>, Error>, url: &str, words: &str) {
    let error = outcome.unwrap_err();
    let message = error.message();
    assert_eq!(error.kind(), ErrorKind::Tls, "{message}");
    assert!(message.contains(words), "{message} instead of {words}");
    assert!(message.contains(url.strip_prefix("https://").unwrap()), "{message}");
    assert!(!message.contains("[48, ") && !message.contains(", 6, "), "no list of numbers: {message}");
    // What ends a connection without a word may have been the network.
    assert_eq!(error.is_retryable(), message.contains("perhaps it does not accept"), "{message}");
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_described_in_plain_words() {
    let authority = authority("authority");
    let trusted = authority.pem();
    let mut expired = parameters(&["127.0.0.1"]);
    (expired.not_before, expired.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 2, 3));
    let mut later = parameters(&["127.0.0.1"]);
    (later.not_before, later.not_after) = (date_time_ymd(2998, 1, 2), date_time_ymd(2999, 1, 1));
    let mut client_only = parameters(&["127.0.0.1"]);
    client_only.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    for (parameters, trusted, words) in [
        (parameters(&["127.0.0.1"]), "", "an authority that is not trusted here: trust the authority's certificate"),
        (expired, &*trusted, "was valid until Sun, 03 Feb 2002 00:00:00 GMT, and by this machine's clock it is "),
        (later, &trusted, "is valid from Tue, 02 Jan 2998 00:00:00 GMT on"),
        (parameters(&["a.example", "127.0.0.2"]), &trusted, "is for a.example, 127.0.0.2, not for 127.0.0.1"),
        (parameters(&[]), &trusted, "names no host (subjectAltName is missing"),
        (client_only, &trusted, "is not for servers"),
    ] {
        let url = server(signed(&parameters, &authority), None, rustls::ALL_VERSIONS).await;
        check_distrust(get(options(&url, trusted)).await, &url, words);
    }
}

/// As `openssl req -x509` makes it: CA:TRUE, which a server's own certificate must not have. What the message advises
/// helps.
#[tokio::test]
async fn a_self_signed_certificate_of_a_server_is_trusted_unless_it_is_an_authoritys() {
    for is_authority in [true, false] {
        let mut parameters = parameters(&["127.0.0.1"]);
        parameters.is_ca = if is_authority { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::ExplicitNoCa };
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let pem = certificate.pem();
        let url = server((certificate.der().clone(), key), None, rustls::ALL_VERSIONS).await;
        let outcome = get(options(&url, &pem)).await;
        if is_authority {
            check_distrust(outcome, &url, "'-addext basicConstraints=critical,CA:FALSE'");
        } else {
            assert_eq!(outcome.unwrap(), b"content");
            check_distrust(get(options(&url, "")).await, &url, "is self-signed");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_the_same_tls_is_told() {
    // ProtocolVersion, as servers answer that know TLS 1.0 only.
    const ALERT: &[u8] = b"\x15\x03\x01\x00\x02\x02\x46";
    for (answer, words) in [(ALERT, "neither TLS 1.2 nor 1.3"), (b"HTTP/1.1 400 Bad Request\r\n\r\n", "plain HTTP")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut greeting = [0; 64];
            connection.read_exact(&mut greeting).await.unwrap();
            connection.write_all(answer).await.unwrap();
            // Until the client closes: bytes that are not read would make this end's close a reset.
            let _ = connection.read_to_end(&mut Vec::new()).await;
        });
        check_distrust(get(options(&url, "")).await, &url, words);
    }
}

#[tokio::test]
async fn a_client_shows_its_certificate_to_a_server_that_demands_one() {
    let (servers, clients, strangers) = (authority("servers"), authority("clients"), authority("strangers"));
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let url = server(signed(&parameters(&["127.0.0.1"]), &servers), Some(&clients), &[version]).await;
        let options = options(&url, &servers.pem());

        let (certificate, key) = signed(&parameters(&[]), &clients);
        let mut good = options.clone();
        good.set_client_certificate_pem(pem(&certificate), key.serialize_pem()).unwrap();
        assert!(!format!("{good:?}").contains("PRIVATE"));
        assert_eq!(get(good.clone()).await.unwrap(), b"content");

        let words = match version.version {
            rustls::ProtocolVersion::TLSv1_3 => "demands a client certificate: set one",
            _ => "may demand a client certificate",
        };
        let outcome = get(options.clone()).await;
        check_distrust(outcome, &url, if words.starts_with("may") { "a client certificate" } else { words });

        let (certificate, key) = signed(&parameters(&[]), &strangers);
        good.set_client_certificate_pem(pem(&certificate), key.serialize_pem()).unwrap();
        check_distrust(get(good).await, &url, "does not accept the client certificate");
    }
}

/// The local service speaks HTTP/2, which keeps little of a refusal that comes after the handshake.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_over_http_2_is_told_too() {
    let (clients, strangers) = (authority("clients"), authority("strangers"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.pem");
    std::fs::write(&path, clients.pem()).unwrap();
    let demanding = filestack_local::Options { tls: true, tls_client_ca: Some(path), ..Default::default() };
    let service = filestack_local::Service::start(demanding).unwrap();
    let url = service.url();
    let mut options = options(url, service.ca_pem().unwrap());
    check_distrust(get(options.clone()).await, url, "demands a client certificate: set one");
    let (certificate, key) = signed(&parameters(&[]), &strangers);
    options.set_client_certificate_pem(pem(&certificate), key.serialize_pem()).unwrap();
    check_distrust(get(options.clone()).await, url, "does not accept the client certificate");
    let (certificate, key) = signed(&parameters(&[]), &clients);
    options.set_client_certificate_pem(pem(&certificate), key.serialize_pem()).unwrap();
    assert_eq!(get(options).await.unwrap_err().kind(), ErrorKind::NotFound);
}

/// A client whose own certificate an intermediate authority has signed sends the chain.
#[tokio::test]
async fn the_whole_chain_of_a_client_is_sent() {
    let (servers, root) = (authority("servers"), authority("root"));
    let mut parameters_of_middle = CertificateParams::new(Vec::new()).unwrap();
    parameters_of_middle.distinguished_name.push(DnType::CommonName, "middle");
    parameters_of_middle.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let middle = CertifiedIssuer::signed_by(parameters_of_middle, KeyPair::generate().unwrap(), &root).unwrap();
    let (certificate, key) = signed(&parameters(&[]), &middle);
    let url = server(signed(&parameters(&["127.0.0.1"]), &servers), Some(&root), rustls::ALL_VERSIONS).await;
    let mut options = options(&url, &servers.pem());
    let both = pem(&certificate) + &middle.pem() + &key.serialize_pem();
    options.set_client_certificate_pem(&both, &both).unwrap();
    assert_eq!(get(options.clone()).await.unwrap(), b"content");
    options.set_client_certificate_pem(pem(&certificate), &both).unwrap();
    check_distrust(get(options).await, &url, "does not accept the client certificate");
}

#[tokio::test]
async fn a_certificate_of_version_1_is_an_authority_or_a_clients_but_not_a_servers() {
    let key = KeyPair::from_pem(KEY_OF_VERSION_1).unwrap();
    let certificate = CertificateDer::from_pem_slice(VERSION_1.as_bytes()).unwrap();
    let url = server((certificate, key), None, rustls::ALL_VERSIONS).await;
    let mut options = options(&url, VERSION_1);
    options.set_client_certificate_pem(VERSION_1, KEY_OF_VERSION_1).unwrap();
    check_distrust(get(options).await, &url, "is not X.509 version 3");
}
