//! TLS handshake failures, explained with advice.

use std::time::{Duration, UNIX_EPOCH};

use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, PeerIncompatible};

use crate::error::Remedy;

/// The alerts with which a server refuses a client's certificate, or its absence.
const ABOUT_THE_CLIENT: &[AlertDescription] = &[
    AlertDescription::CertificateRequired,
    AlertDescription::NoCertificate,
    AlertDescription::BadCertificate,
    AlertDescription::UnsupportedCertificate,
    AlertDescription::CertificateRevoked,
    AlertDescription::CertificateExpired,
    AlertDescription::CertificateUnknown,
    AlertDescription::UnknownCA,
    AlertDescription::AccessDenied,
    AlertDescription::DecryptError,
];

/// Why TLS with `peer` failed: "127.0.0.1:8642", "the proxy p:3128". `has_identity`: whether the client has a
/// certificate to show.
pub(super) fn problem(peer: &str, error: &rustls::Error, has_identity: bool) -> String {
    match error {
        rustls::Error::InvalidCertificate(cause) => format!("{peer} cannot be trusted: {}", distrust(cause)),
        rustls::Error::NoCertificatesPresented => format!("{peer} cannot be trusted: it has shown no certificate"),
        rustls::Error::AlertReceived(alert) => format!("{peer} refused TLS: {}", refusal(*alert, has_identity)),
        rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => {
            format!("{peer} does not speak TLS: its answer is something else, perhaps plain HTTP")
        }
        rustls::Error::PeerIncompatible(cause) => format!("TLS with {peer} failed: {}", incompatibility(cause)),
        other => format!("TLS with {peer} failed: {other}"),
    }
}

/// What helps against the problem.
pub(super) fn remedy(error: &rustls::Error, has_identity: bool) -> Option<Remedy> {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => Some(Remedy::TrustAuthority),
        rustls::Error::AlertReceived(alert) if ABOUT_THE_CLIENT.contains(alert) && !has_identity => {
            Some(Remedy::ShowCertificate)
        }
        _ => None,
    }
}

/// What a connection means that broke after `peer` had asked for a certificate of the client.
pub(super) fn doubt(peer: &str, cause: &str, has_identity: bool) -> String {
    match has_identity {
        true => {
            format!("{peer} has closed the connection: perhaps it does not accept the client certificate ({cause})")
        }
        false => format!("{peer} has closed the connection: it demands a client certificate: set one ({cause})"),
    }
}

/// What is wrong with a server's certificate.
fn distrust(cause: &CertificateError) -> String {
    match cause {
        CertificateError::UnknownIssuer => "its certificate is self-signed, or signed by an authority that is not \
             trusted here: trust the authority's certificate"
            .into(),
        CertificateError::ExpiredContext { time, not_after } => {
            format!(
                "its certificate was valid until {}, and by this machine's clock it is {}",
                date(not_after),
                date(time)
            )
        }
        CertificateError::NotValidYetContext { time, not_before } => {
            format!(
                "its certificate is valid from {} on, and by this machine's clock it is {}",
                date(not_before),
                date(time)
            )
        }
        CertificateError::Expired => "its certificate has expired".into(),
        CertificateError::NotValidYet => "its certificate is not valid yet".into(),
        CertificateError::NotValidForNameContext { expected, presented } => wrong_name(expected, presented),
        CertificateError::NotValidForName => "its certificate is for another name".into(),
        CertificateError::Revoked => "its certificate has been revoked".into(),
        CertificateError::BadEncoding => "its certificate is malformed".into(),
        CertificateError::BadSignature => {
            "the signature of its certificate is wrong: a trusted authority of that name has another key".into()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "its certificate is not for servers (extended key usage serverAuth)".into()
        }
        CertificateError::UnhandledCriticalExtension => "its certificate has an unknown critical extension".into(),
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "its certificate is signed in a way that is not supported, such as with SHA-1 or an RSA key below 2048 bits"
                .into()
        }
        other => other_problem(&other.to_string()),
    }
}

/// What webpki says of the rest. Its errors are not ours to name, but their names are stable.
fn other_problem(name: &str) -> String {
    if name.contains("CaUsedAsEndEntity") {
        return "its certificate is that of an authority (CA:TRUE, as 'openssl req -x509' makes it), which must not be a \
                server's own: make it anew with '-addext basicConstraints=critical,CA:FALSE' and \
                '-addext subjectAltName=...', or sign another one with it for the server"
            .into();
    }
    if name.contains("UnsupportedCertVersion") {
        return "its certificate is not X.509 version 3: sign it anew with extensions, at least subjectAltName".into();
    }
    if name.contains("EndEntityUsedAsCa") {
        return "a certificate of its chain is not that of an authority (CA:FALSE), but has signed the next one".into();
    }
    if name.contains("UnsupportedSignatureAlgorithm") {
        return "its certificate is signed in a way that is not supported".into();
    }
    // The name alone: what follows can be a whole certificate as a list of numbers.
    let end = name.find(['(', '{', '[']).filter(|_| !name.starts_with("Other")).unwrap_or(name.len());
    let known = match name.starts_with("Other") {
        true => name.rsplit(['(', ' ']).find(|word| word.starts_with(char::is_alphabetic)).unwrap_or(name),
        false => &name[..end],
    };
    let word: String = known.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    format!("its certificate cannot be used ({word})")
}

fn wrong_name(expected: &ServerName<'_>, presented: &[String]) -> String {
    let expected = expected.to_str();
    if presented.is_empty() {
        return format!(
            "its certificate names no host (subjectAltName is missing; the common name does not count), so not {expected}"
        );
    }
    let names: Vec<&str> = presented.iter().map(|name| plain_name(name)).collect();
    format!("its certificate is for {}, not for {expected}", names.join(", "))
}

/// The name itself of one that webpki writes as `DnsName("localhost")` or `IpAddress(127.0.0.1)`.
fn plain_name(name: &str) -> &str {
    let inside = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('"')
}

/// A server's refusal of the client's certificate in the text of an error. With TLS 1.3 it comes after the handshake, and
/// HTTP/2 keeps only its text.
pub(super) fn refusal_in(text: &str) -> Option<rustls::Error> {
    ABOUT_THE_CLIENT.iter().map(|alert| rustls::Error::AlertReceived(*alert)).find(|error| text == error.to_string())
}

/// Why a server has ended the handshake.
fn refusal(alert: AlertDescription, has_identity: bool) -> String {
    match alert {
        alert if ABOUT_THE_CLIENT.contains(&alert) && has_identity => {
            format!("it does not accept the client certificate ({alert:?})")
        }
        alert if ABOUT_THE_CLIENT.contains(&alert) => {
            format!("it demands a client certificate: set one ({alert:?})")
        }
        AlertDescription::ProtocolVersion => "it speaks neither TLS 1.2 nor 1.3 (ProtocolVersion)".into(),
        AlertDescription::HandshakeFailure if has_identity => {
            "it accepts neither version and cipher nor the client certificate (HandshakeFailure)".into()
        }
        AlertDescription::HandshakeFailure => {
            "it may demand a client certificate, or ciphers that are not supported (HandshakeFailure)".into()
        }
        AlertDescription::UnrecognisedName => "it does not know this host name (UnrecognisedName)".into(),
        other => format!("its reason is {other:?}"),
    }
}

fn incompatibility(cause: &PeerIncompatible) -> String {
    match cause {
        PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "it speaks neither TLS 1.2 nor 1.3".into()
        }
        other => format!("the two have too little in common ({other:?})"),
    }
}

fn date(time: &UnixTime) -> String {
    let moment = UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
    // The format of HTTP ends in 9999, and so do certificates.
    moment.filter(|_| time.as_secs() < 253_402_300_800).map_or("the end of time".into(), httpdate::fmt_http_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_certificate(cause: CertificateError) -> String {
        problem("h:1", &rustls::Error::InvalidCertificate(cause), false)
    }

    #[test]
    fn a_certificate_is_refused_in_plain_words() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let name = || ServerName::try_from("b.example").unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        for (cause, words) in [
            (CertificateError::UnknownIssuer, "trust the authority's certificate"),
            (
                CertificateError::ExpiredContext { time: at(86_400), not_after: at(0) },
                "valid until Thu, 01 Jan 1970 00:00:00 GMT, and by this machine's clock it is Fri, 02 Jan 1970",
            ),
            (
                CertificateError::NotValidYetContext { time: at(0), not_before: at(86_400) },
                "valid from Fri, 02 Jan 1970",
            ),
            (CertificateError::NotValidYetContext { time: at(0), not_before: at(u64::MAX) }, "the end of time"),
            (
                CertificateError::NotValidForNameContext {
                    expected: name(),
                    presented: names(&["DnsName(\"a.example\")", "IpAddress(127.0.0.1)"]),
                },
                "is for a.example, 127.0.0.1, not for b.example",
            ),
            (
                CertificateError::NotValidForNameContext { expected: name(), presented: Vec::new() },
                "names no host (subjectAltName is missing; the common name does not count), so not b.example",
            ),
            (CertificateError::UnknownRevocationStatus, "cannot be used (UnknownRevocationStatus)"),
        ] {
            let message = of_certificate(cause);
            assert!(message.starts_with("h:1 cannot be trusted: ") && message.contains(words), "{message}");
        }
    }

    #[test]
    fn no_message_holds_a_list_of_numbers() {
        let message = of_certificate(CertificateError::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: vec![6, 9, 42],
            supported_algorithms: Vec::new(),
        });
        assert!(!message.contains("42"), "{message}");
        for (name, word) in [
            ("Other(OtherError(CaUsedAsEndEntity))", "CA:TRUE"),
            ("Other(OtherError(UnsupportedCertVersion))", "version 3"),
            ("Other(OtherError(MalformedExtensions))", "(MalformedExtensions)"),
            ("SomethingNew([1, 2, 3])", "(SomethingNew)"),
            ("SomethingNew { der: [1, 2, 3] }", "(SomethingNew)"),
        ] {
            let message = other_problem(name);
            assert!(message.contains(word) && !message.contains("1, 2"), "{message}");
        }
    }

    #[test]
    fn a_servers_refusal_depends_on_what_it_was_shown() {
        let refused = |alert, has_identity| problem("h:1", &rustls::Error::AlertReceived(alert), has_identity);
        assert!(
            refused(AlertDescription::CertificateRequired, false).contains("demands a client certificate: set one")
        );
        let remedies = [(AlertDescription::UnknownCA, false), (AlertDescription::UnknownCA, true)];
        let remedies = remedies.map(|(alert, shown)| remedy(&rustls::Error::AlertReceived(alert), shown));
        assert_eq!(remedies, [Some(Remedy::ShowCertificate), None]);
        assert!(
            refused(AlertDescription::UnknownCA, true).contains("does not accept the client certificate (UnknownCA)")
        );
        assert!(refused(AlertDescription::ProtocolVersion, true).contains("neither TLS 1.2 nor 1.3"));
        let in_text = refusal_in("received fatal alert: CertificateRequired");
        assert_eq!(in_text, Some(rustls::Error::AlertReceived(AlertDescription::CertificateRequired)));
        assert_eq!(refusal_in("received fatal alert: InternalError"), None);
        assert!(refused(AlertDescription::InternalError, false).ends_with("its reason is InternalError"));
    }
}
