//! Client certificates and their keys.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring::sign;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use rustls::sign::{CertifiedKey, SigningKey};

use crate::error::{Error, Result};

use super::certificates;
use super::pem::{self, Block};

/// A certificate chain and the key of its first certificate. The key does not show itself.
#[derive(Clone)]
pub(crate) struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// Reads a chain, the client's own certificate first, and its private key, both in PEM. The key's text may hold other
    /// blocks too; what is decoded of it is wiped.
    ///
    /// # Errors
    /// `Argument` when one of them cannot be read or used, or the key is that of another certificate.
    pub(crate) fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self> {
        let chain = certificates::chain(chain).map_err(|error| error.in_context("the client certificate's chain"))?;
        let key = private_key(key).map_err(|error| error.in_context("the client certificate's key"))?;
        check_match(&chain, key.as_ref())?;
        Ok(Identity(Arc::new(CertifiedKey::new(chain, key))))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} certificates)", self.0.cert.len())
    }
}

/// Answers servers that ask for a certificate, and notes that one has asked. With TLS 1.3 a server refuses the answer only
/// after the handshake, and what HTTP makes of that is often just a connection that breaks.
#[derive(Debug)]
pub(super) struct Introduction {
    identity: Option<Identity>,
    was_asked: AtomicBool,
    /// The hosts that have answered a request since then, so that they have accepted what they were shown.
    content: Mutex<BTreeSet<String>>,
}

impl Introduction {
    pub(super) fn new(identity: Option<Identity>) -> Self {
        Introduction { identity, was_asked: AtomicBool::new(false), content: Mutex::default() }
    }

    pub(super) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// Notes that `host` has answered a request.
    pub(super) fn note_answer(&self, host: &str) {
        if self.was_asked.load(Ordering::Relaxed) {
            self.content.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned());
        }
    }

    /// Whether `host` may be the one that has asked and does not like the answer.
    pub(super) fn is_in_doubt(&self, host: &str) -> bool {
        self.was_asked.load(Ordering::Relaxed)
            && !self.content.lock().unwrap_or_else(PoisonError::into_inner).contains(host)
    }
}

impl ResolvesClientCert for Introduction {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        let key = &self.identity.as_ref()?.0;
        key.key.choose_scheme(schemes).is_some().then(|| Arc::clone(key))
    }

    fn has_certs(&self) -> bool {
        self.has_identity()
    }
}

fn private_key(text: &[u8]) -> Result<Arc<dyn SigningKey>> {
    let blocks = pem::blocks(text)?;
    let keys: Vec<&Block<'_>> = blocks.iter().filter(|block| block.label.ends_with("PRIVATE KEY")).collect();
    let block = match keys.as_slice() {
        [block] => block,
        [] if blocks.is_empty() => return Err(Error::argument("it holds no '-----BEGIN PRIVATE KEY-----' block")),
        [] => return Err(Error::argument(format!("it holds no private key, but {}", pem::labels(&blocks)))),
        more => return Err(Error::argument(format!("it holds {} private keys: leave one", more.len()))),
    };
    if block.label == "ENCRYPTED PRIVATE KEY" || block.is_encrypted() {
        return Err(Error::argument("it is encrypted: decrypt it with 'openssl pkey -in KEY -out KEY.plain'"));
    }
    let content = block.content()?;
    let key = match block.label {
        "PRIVATE KEY" => PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(content.as_slice())),
        "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(content.as_slice())),
        "EC PRIVATE KEY" => PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(content.as_slice())),
        label => {
            return Err(Error::argument(format!(
                "{label} is not a format that TLS uses: convert it to PKCS#8 with 'openssl pkey' or 'ssh-keygen -p -m PKCS8'"
            )));
        }
    };
    sign::any_supported_type(&key).map_err(|_| {
        Error::argument(format!(
            "{} cannot be used: it must be RSA of 2048 bits or more, ECDSA on P-256 or P-384, or Ed25519",
            block.name()
        ))
    })
}

/// Looks for the public key in the certificates: it stands there byte for byte, and that holds for certificates of
/// version 1 too, which rustls shows but does not read.
fn check_match(chain: &[CertificateDer<'_>], key: &dyn SigningKey) -> Result<()> {
    let Some(public) = key.public_key() else { return Ok(()) };
    let holds =
        |certificate: &CertificateDer<'_>| certificate.windows(public.len()).any(|part| part == public.as_ref());
    match chain.iter().position(holds) {
        Some(0) => Ok(()),
        Some(index) => Err(Error::argument(format!(
            "the client certificate's key belongs to certificate {} of the chain: the client's own must come first",
            index + 1
        ))),
        None => Err(Error::argument("the client certificate's key and its chain do not belong together")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use rcgen::{CertificateParams, KeyPair};

    /// A certificate and its key, both in PEM.
    fn made() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn refused(chain: &str, key: &str) -> String {
        let error = Identity::from_pem(chain.as_bytes(), key.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument);
        error.message().to_owned()
    }

    #[test]
    fn a_chain_and_its_key_are_read_and_not_shown() {
        let (chain, key) = made();
        let both = format!("caf\u{e9}\n{chain}{key}");
        for (chain, key) in [(&chain, &key), (&both, &both), (&chain, &key.replace('\n', "\r\n"))] {
            let identity = Identity::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
            assert_eq!(format!("{identity:?}"), "Identity(1 certificates)");
        }
        let longer = chain.clone() + &made().0;
        assert_eq!(Identity::from_pem(longer.as_bytes(), key.as_bytes()).unwrap().0.cert.len(), 2);
    }

    #[test]
    fn what_cannot_be_used_is_told_without_the_key() {
        let ((chain, key), (other, other_key)) = (made(), made());
        let encrypted = key.replace(" PRIVATE", " ENCRYPTED PRIVATE");
        let old = key.replace("KEY-----\nM", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES,0\n\nM");
        for (chain, key, problem) in [
            (&chain, &other_key, "do not belong together"),
            (&(other + &chain), &key, "belongs to certificate 2 of the chain"),
            (&chain, &encrypted, "openssl pkey"),
            (&chain, &old, "is encrypted"),
            (&chain, &chain, "holds no private key, but CERTIFICATE"),
            (&key, &chain, "chain: it holds no '-----BEGIN CERTIFICATE-----' block, but PRIVATE KEY"),
            (&chain, &(key.clone() + &other_key), "2 private keys"),
            (&chain, &key[..key.len() / 2].to_owned(), "cut short"),
            (&chain, &key.replace(" PRIVATE", " OPENSSH PRIVATE"), "ssh-keygen"),
            (&chain, &key.replace(" PRIVATE", " RSA PRIVATE"), "must be RSA of 2048 bits"),
            (&chain, &"hello".to_owned(), "no '-----BEGIN PRIVATE KEY-----'"),
            (&chain, &String::new(), "is empty"),
        ] {
            let message = refused(chain, key);
            assert!(message.contains(problem), "{message} instead of {problem}");
            let secret = key.lines().find(|line| line.len() == 64).unwrap_or("-");
            assert!(secret == "-" || !message.contains(secret), "{message}");
        }
    }
}
