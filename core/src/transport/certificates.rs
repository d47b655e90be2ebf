//! Certificates of PEM texts: those of authorities, and the chain of a client.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::error::{Error, Result};

use super::pem::{self, Block};

/// The labels of certificates. The second is an old name, the third has trust settings after the certificate.
const CERTIFICATE: &str = "CERTIFICATE";
const OLD_CERTIFICATE: &str = "X509 CERTIFICATE";
const TRUSTED_CERTIFICATE: &str = "TRUSTED CERTIFICATE";

/// DER tags: SEQUENCE, OBJECT IDENTIFIER, and the first optional member of a sequence.
const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const REJECTED: u8 = 0xa0;

/// The purposes of trust settings that concern servers: serverAuth, and any purpose.
const SERVER_PURPOSES: [&[u8]; 2] = [&[0x2b, 6, 1, 5, 5, 7, 3, 1], &[0x55, 0x1d, 0x25, 0]];

/// The authorities of a PEM text. Other blocks, such as private keys, are skipped, and so are certificates whose trust
/// settings do not allow servers.
///
/// # Errors
/// `Argument` when there is none, or one is damaged; the message names the block.
pub(crate) fn authorities(text: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let blocks = pem::blocks(text)?;
    let mut found = Vec::new();
    for block in blocks.iter().filter(|block| is_certificate(block)) {
        let (certificate, settings) = certificate(block)?;
        RootCertStore::empty().add(certificate.clone()).map_err(|_| unreadable(block))?;
        if allows_servers(&settings) {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(nothing(&blocks));
    }
    Ok(found)
}

/// The certificates of a PEM text in their order.
///
/// # Errors
/// As for [`authorities`].
pub(super) fn chain(text: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let blocks = pem::blocks(text)?;
    let certificates = blocks.iter().filter(|block| is_certificate(block));
    let found = certificates.map(|block| Ok(certificate(block)?.0)).collect::<Result<Vec<_>>>()?;
    if found.is_empty() {
        return Err(nothing(&blocks));
    }
    Ok(found)
}

fn is_certificate(block: &Block<'_>) -> bool {
    [CERTIFICATE, OLD_CERTIFICATE, TRUSTED_CERTIFICATE].contains(&block.label)
}

/// The certificate of a block, and the trust settings that follow it.
fn certificate(block: &Block<'_>) -> Result<(CertificateDer<'static>, Vec<u8>)> {
    let content = block.content()?;
    let whole = element(&content).filter(|first| first.tag == SEQUENCE).ok_or_else(|| unreadable(block))?;
    let size = content.len() - whole.rest.len();
    Ok((CertificateDer::from(content[..size].to_vec()), whole.rest.to_vec()))
}

fn unreadable(block: &Block<'_>) -> Error {
    Error::argument(format!("{} holds no X.509 certificate, or only a part of one", block.name()))
}

fn nothing(blocks: &[Block<'_>]) -> Error {
    let instead = match blocks.iter().any(is_certificate) {
        true => "but certificates whose trust settings do not allow servers".to_owned(),
        false if blocks.iter().any(|block| block.label.contains("PKCS7")) => {
            "but PKCS#7: convert it with 'openssl pkcs7 -in FILE -print_certs -out FILE.pem'".to_owned()
        }
        false if blocks.is_empty() => "and no other PEM".to_owned(),
        false => format!("but {}", pem::labels(blocks)),
    };
    Error::argument(format!("it holds no '-----BEGIN CERTIFICATE-----' block, {instead}"))
}

/// Whether the trust settings of OpenSSL's `TRUSTED CERTIFICATE` let a certificate vouch for servers: trusted purposes,
/// where there are any, must name them, and rejected ones must not.
fn allows_servers(settings: &[u8]) -> bool {
    let Some(settings) = element(settings) else { return true };
    let mut rest = settings.content;
    while let Some(member) = element(rest) {
        let names_servers = purposes(member.content).any(|purpose| SERVER_PURPOSES.contains(&purpose));
        let is_refused = match member.tag {
            SEQUENCE => !names_servers,
            REJECTED => names_servers,
            _ => false,
        };
        if is_refused {
            return false;
        }
        rest = member.rest;
    }
    true
}

fn purposes(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let next = element(rest)?;
        rest = next.rest;
        Some(next)
    })
    .filter(|purpose| purpose.tag == OBJECT_IDENTIFIER)
    .map(|purpose| purpose.content)
}

/// One element of DER, and what follows it.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

/// The first element, when all of it is there.
fn element(der: &[u8]) -> Option<Element<'_>> {
    let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(Element { tag, content, rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn pem(label: &str, content: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(content))
    }

    fn certificate() -> Vec<u8> {
        rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap().cert.der().to_vec()
    }

    #[test]
    fn every_label_of_a_certificate_counts_and_other_blocks_do_not() {
        let der = certificate();
        for label in [CERTIFICATE, OLD_CERTIFICATE, TRUSTED_CERTIFICATE] {
            let text = [pem("PRIVATE KEY", b"key"), pem(label, &der), pem("X509 CRL", b"list")].concat();
            assert_eq!(authorities(text.as_bytes()).unwrap(), [CertificateDer::from(der.clone())], "{label}");
        }
        let two = [pem(CERTIFICATE, &der), pem(CERTIFICATE, &certificate())].concat();
        assert_eq!(authorities(two.as_bytes()).unwrap().len(), 2);
    }

    /// As `openssl x509 -trustout` writes them, with `-addtrust` and `-addreject`.
    #[test]
    fn trust_settings_are_kept_to() {
        let server: &[u8] = &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
        let mail: &[u8] = &[6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4];
        let any: &[u8] = &[6, 4, 0x55, 0x1d, 0x25, 0];
        let list = |tag: u8, purposes: &[&[u8]]| {
            let purposes = purposes.concat();
            [&[tag, purposes.len() as u8], purposes.as_slice()].concat()
        };
        let name: &[u8] = b"\x0c\x02me";
        for (settings, is_trusted) in [
            (list(SEQUENCE, &[&list(SEQUENCE, &[server])]), true),
            (list(SEQUENCE, &[&list(SEQUENCE, &[any]), name]), true),
            (list(SEQUENCE, &[name]), true),
            (list(SEQUENCE, &[&list(SEQUENCE, &[mail])]), false),
            (list(SEQUENCE, &[&list(REJECTED, &[mail]), name]), true),
            (list(SEQUENCE, &[&list(REJECTED, &[server]), name]), false),
            (list(SEQUENCE, &[&list(SEQUENCE, &[server]), &list(REJECTED, &[any])]), false),
        ] {
            let text = pem(TRUSTED_CERTIFICATE, &[certificate(), settings.clone()].concat());
            let found = authorities(text.as_bytes());
            assert_eq!(found.is_ok(), is_trusted, "{settings:?}");
            if let Err(error) = found {
                assert!(error.message().contains("trust settings"), "{error}");
            }
        }
    }

    #[test]
    fn what_holds_no_certificate_says_what_it_holds() {
        let part = &certificate()[..100];
        for (text, problem) in [
            ("hello".to_owned(), "no '-----BEGIN CERTIFICATE-----' block, and no other PEM"),
            (pem("PRIVATE KEY", b"key"), "but PRIVATE KEY"),
            ([pem("X509 CRL", b"1"), pem("EC PRIVATE KEY", b"2"), pem("X509 CRL", b"3")].concat(), "X509 CRL and EC"),
            (pem("PKCS7", b"x"), "openssl pkcs7"),
            (pem(CERTIFICATE, b"hello"), "PEM block 1 (CERTIFICATE, line 1) holds no X.509 certificate"),
            (pem(CERTIFICATE, part), "only a part"),
            (pem(CERTIFICATE, &[SEQUENCE, 0]), "holds no X.509 certificate"),
            (pem(CERTIFICATE, b""), "holds no X.509 certificate"),
        ] {
            let error = authorities(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Argument);
            assert!(error.message().contains(problem), "{error}");
        }
    }
}
