//! Checks that a webhook comes from Filestack.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, ErrorKind, Result};

/// The header with the moment of sending, in seconds since 1970.
const TIMESTAMP_HEADER: &str = "fs-timestamp";
/// The header with the signature, in hex.
const SIGNATURE_HEADER: &str = "fs-signature";

/// Checks the signature of a webhook in constant time, over the body's bytes as they arrived. With a `tolerance`,
/// also that it was sent no longer ago, and no further ahead, than that.
///
/// # Errors
/// `Signature` when the webhook cannot be trusted, `Argument` when `secret` is empty.
pub fn verify(secret: &str, body: &[u8], timestamp: &str, signature: &str, tolerance: Option<Duration>) -> Result<()> {
    if secret.is_empty() {
        return Err(Error::argument("the webhook secret is empty: copy it from the developer portal"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|cause| Error::argument(format!("the webhook secret cannot be used as a key: {cause}")))?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let given = from_hex(signature).ok_or_else(|| untrusted("its signature is not hex of 32 bytes"))?;
    mac.verify_slice(&given).map_err(|_| untrusted("its signature does not match its body, timestamp and secret"))?;
    match tolerance {
        Some(tolerance) => check_age(timestamp, tolerance),
        None => Ok(()),
    }
}

/// As [`verify`], with timestamp and signature taken from the request's headers, whose names may be in any case.
///
/// # Errors
/// As [`verify`], and `Signature` when one of the two headers is missing or there twice.
pub fn verify_headers<'a>(
    secret: &str,
    body: &[u8],
    headers: impl IntoIterator<Item = (&'a str, &'a str)> + Clone,
    tolerance: Option<Duration>,
) -> Result<()> {
    let only = |wanted: &str| {
        let mut found = headers.clone().into_iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Ok(value.trim()),
            (None, _) => Err(untrusted(&format!("it has no {wanted} header"))),
            _ => Err(untrusted(&format!("it has more than one {wanted} header"))),
        }
    };
    verify(secret, body, only(TIMESTAMP_HEADER)?, only(SIGNATURE_HEADER)?, tolerance)
}

fn check_age(timestamp: &str, tolerance: Duration) -> Result<()> {
    let sent: u64 = timestamp.parse().map_err(|_| untrusted("its timestamp is not a number of seconds"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if now.abs_diff(sent) > tolerance.as_secs() {
        let seconds = tolerance.as_secs();
        return Err(untrusted(&format!(
            "it was sent more than {seconds} s before or after now: a replay, or a wrong clock"
        )));
    }
    Ok(())
}

fn untrusted(why: &str) -> Error {
    Error::new(ErrorKind::Signature, format!("the webhook cannot be trusted: {why}"))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "webhook-secret";
    const TIMESTAMP: &str = "123456789999";
    const BODY: &[u8] = br#"{"text": {"filename": "filename.jpg", "key": "kGaeljnga9wkysK6Z_filename.jpg"}}"#;
    const SIGNATURE: &str = "57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb";

    #[test]
    fn the_vectors_of_the_reference_pass() {
        verify(SECRET, BODY, TIMESTAMP, SIGNATURE, None).unwrap();
        let body = br#"{"id": 6844, "action": "fp.upload", "timestamp": 1559199901, "text": {"url": "http://cdn.filestackapi.dev/xK88QArxRiyVvFzo4p33", "client": "Computer", "data": {"filename": "01 (1).png", "type": "image/png", "size": 881855}}}"#;
        let signature = "14495b54b246e1352bb69cd91c5c1bfe2221f2d0330414b3df8f5fb2903db730";
        verify("Y5cWb1rdRDSTSqEjF5pv", body, "1559199901", signature, None).unwrap();
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let mut body = BODY.to_vec();
        body[3] ^= 1;
        let refused = |outcome: Result<()>| assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Signature);
        refused(verify(SECRET, &body, TIMESTAMP, SIGNATURE, None));
        refused(verify(SECRET, BODY, "123456789998", SIGNATURE, None));
        refused(verify("webhook-secreT", BODY, TIMESTAMP, SIGNATURE, None));
        for signature in ["", "57cb", &SIGNATURE.replace('5', "6"), &"+1".repeat(32), &"é".repeat(32)] {
            refused(verify(SECRET, BODY, TIMESTAMP, signature, None));
        }
        assert_eq!(verify("", BODY, TIMESTAMP, SIGNATURE, None).unwrap_err().kind(), ErrorKind::Argument);
        verify(SECRET, BODY, TIMESTAMP, &SIGNATURE.to_uppercase(), None).unwrap();
    }

    #[test]
    fn age_counts_only_when_asked() {
        let message = |outcome: Result<()>| outcome.unwrap_err().message().to_owned();
        let tolerance = Some(Duration::from_secs(300));
        assert!(message(verify(SECRET, BODY, TIMESTAMP, SIGNATURE, tolerance)).contains("300 s"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{now}.").as_bytes());
        mac.update(b"not UTF-8: \xff");
        let signature = crate::hex::hex(&mac.finalize().into_bytes());
        verify(SECRET, b"not UTF-8: \xff", &now, &signature, tolerance).unwrap();
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let headers = [("Host", "x"), ("FS-TIMESTAMP", TIMESTAMP), ("fs-signature", SIGNATURE)];
        verify_headers(SECRET, BODY, headers, None).unwrap();
        let missing = verify_headers(SECRET, BODY, [("FS-Timestamp", TIMESTAMP)], None).unwrap_err();
        assert!(missing.message().contains("no fs-signature header"), "{missing}");
        let twice = [("FS-Timestamp", "1"), ("fs-timestamp", TIMESTAMP), ("fs-signature", SIGNATURE)];
        assert!(verify_headers(SECRET, BODY, twice, None).is_err());
    }
}
