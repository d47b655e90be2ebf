//! Masks secrets in any text that leaves the library: messages, logs, JSON dumps.
//!
//! Works on the text's shape, not on known values, because the service repeats credentials in its own
//! error texts. It rather masks a harmless word than lets a policy or a signature through.

use std::fmt;

use zeroize::Zeroizing;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// Words after which a credential may stand. Compared without regard to case.
const LABELS: &[&str] = &[
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "proxy-authorization",
    "authorization",
    "fs-signature",
    "signature",
    "policy",
    "secret",
    "password",
];

/// A secret of the caller: wiped from memory when dropped and never shown.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// `text` with every policy, signature, secret, password, `Authorization` value, the credentials of a
/// `security=` URL segment and the user part of a URL replaced by `***`.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, end)) = next_secret(rest) {
        out.push_str(&rest[..start]);
        out.push_str(MASK);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// `text` as the line of a message: secrets masked, and control characters, line ends too, as escapes.
#[must_use]
pub fn redact_line(text: &str) -> String {
    one_line(&redact(text))
}

/// `text` with line ends and other control characters written as escapes: logs count on one line for an error.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

/// The byte range of the first secret in `text`.
fn next_secret(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    (0..bytes.len())
        .filter(|&at| text.is_char_boundary(at))
        .find_map(|at| security_segment(text, at).or_else(|| labelled_value(text, at)).or_else(|| url_user(text, at)))
}

/// `security=p:...,s:...` up to the next slash: everything after the equals sign is masked.
fn security_segment(text: &str, at: usize) -> Option<(usize, usize)> {
    const PREFIX: &str = "security=";
    if !starts_with_label(text, at, PREFIX) {
        return None;
    }
    let start = at + PREFIX.len();
    let length = text[start..]
        .find(|c: char| matches!(c, '/' | '"' | '\'' | ')' | '&') || c.is_whitespace())
        .unwrap_or(text.len() - start);
    (length > 0 && &text[start..start + length] != MASK).then_some((start, start + length))
}

/// A label such as `signature`, a separator made of quotes, colons, equals signs and spaces, and a value.
fn labelled_value(text: &str, at: usize) -> Option<(usize, usize)> {
    let label = LABELS.iter().find(|label| starts_with_label(text, at, label))?;
    let after_label = at + label.len();
    let separator: usize = text[after_label..]
        .chars()
        .take_while(|c| matches!(c, '"' | '\'' | ':' | '=' | ' ' | '\\'))
        .map(char::len_utf8)
        .sum();
    let separator_text = &text[after_label..after_label + separator];
    // Prose such as "policy error" or "signature does not match" has a lone space and no value.
    if !separator_text.contains(['"', '\'', ':', '=']) {
        return None;
    }
    let start = after_label + separator;
    let whole_line = label.ends_with("authorization");
    let length = text[start..]
        .find(|c: char| if whole_line { matches!(c, '"' | '\r' | '\n') } else { !is_credential_character(c) })
        .unwrap_or(text.len() - start);
    (length > 0).then_some((start, start + length))
}

/// The `user:password` of `scheme://user:password@host`.
fn url_user(text: &str, at: usize) -> Option<(usize, usize)> {
    const SCHEME_END: &str = "://";
    if !text[at..].starts_with(SCHEME_END) {
        return None;
    }
    let start = at + SCHEME_END.len();
    let authority = text[start..]
        .find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\'') || c.is_whitespace())
        .unwrap_or(text.len() - start);
    let user = text[start..start + authority].rfind('@')?;
    (user > 0 && &text[start..start + user] != MASK).then_some((start, start + user))
}

fn is_credential_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_' | '%' | '.' | '~')
}

/// Whether `label` stands at `at` as a whole word or as the end of a name such as `app_secret`.
fn starts_with_label(text: &str, at: usize, label: &str) -> bool {
    text.as_bytes().get(at..at + label.len()).is_some_and(|found| found.eq_ignore_ascii_case(label.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls_are_masked() {
        assert_eq!(
            redact("https://cdn/resize=width:1/security=p:eyJh,s:0f0f/HANDLE failed"),
            "https://cdn/resize=width:1/security=***/HANDLE failed"
        );
        assert_eq!(
            redact("https://api/file/H?policy=eyJh%3D&signature=0f0f&dl=true"),
            "https://api/file/H?policy=***&signature=***&dl=true"
        );
        assert_eq!(redact("http://me:pass@proxy:3128/x@y"), "http://***@proxy:3128/x@y");
        assert_eq!(redact("/s3/k?X-Amz-Signature=abc&partNumber=1"), "/s3/k?X-Amz-Signature=***&partNumber=1");
    }

    #[test]
    fn credentials_in_service_texts_are_masked() {
        assert_eq!(
            redact(
                "application 7 policy error: proper credentials were not provided: (signature: \"0f\"; policy \"eyJh\")"
            ),
            "application 7 policy error: proper credentials were not provided: (signature: \"***\"; policy \"***\")"
        );
        assert_eq!(redact(r#"{"policy":"eyJh","signature":"0f"}"#), r#"{"policy":"***","signature":"***"}"#);
        assert_eq!(redact(r#"{\"policy\":\"eyJh\"}"#), r#"{\"policy\":\"***\"}"#);
        assert_eq!(redact("Authorization: AWS4-HMAC-SHA256 a=b, c=d\nnext"), "Authorization: ***\nnext");
    }

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["the signature does not match", "cannot read '/tmp/ü.png'", "", "https://cdn/HANDLE", "a policy"]
        {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn masking_twice_changes_nothing() {
        let once = redact("security=p:a,s:b/H?policy=x signature: \"y\" http://u:p@h/");
        assert_eq!(redact(&once), once);
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "***");
    }
}
