//! Masks secrets in what the log of requests shows.
//!
//! Policies, signatures, secrets, passwords, tokens and cookies are known by their names, wherever those stand: in
//! headers, paths, queries, forms, JSON, and in what is percent- or base64-encoded within these. The name always comes
//! before the value, so a text that was cut in the middle of a secret shows nothing of it. A harmless
//! value is masked rather than a secret shown. API keys are not secrets: they are part of public URLs.

mod bodies;
mod json;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::tasks::grammar;

pub(crate) use bodies::body;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// How often an encoded text within an encoded text is looked into; what is encoded deeper than that is masked.
const MAX_DEPTH: u32 = 4;

/// Parts of the names of secrets, in lower case and without dashes.
const SECRET_NAMES: [&str; 8] =
    ["policy", "signature", "secret", "password", "passwd", "authorization", "cookie", "token"];

/// What is escaped when a masked text is encoded again.
const ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');

/// Whether a member, header or parameter of this name holds a secret. `security` has both of them in it.
fn is_secret(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    plain.ends_with("security") || SECRET_NAMES.iter().any(|secret| plain.contains(secret))
}

/// Header names in lower case with their values.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mask = |name: &str, value: &str| match name {
        "authorization" | "proxy-authorization" => authorization(value),
        _ if is_secret(name) => MASK.to_owned(),
        _ => text(value, MAX_DEPTH),
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), mask(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))))
        .collect()
}

/// Scheme and scope stay: tests want to see that the header came back at all.
fn authorization(value: &str) -> String {
    match (value.split_once("Signature="), value.split_once(' ')) {
        (Some((scope, _)), _) => format!("{scope}Signature={MASK}"),
        (None, Some((scheme, _))) => format!("{scheme} {MASK}"),
        (None, None) => MASK.to_owned(),
    }
}

/// Raw path and query.
pub(crate) fn target(target: &str) -> String {
    url(target, MAX_DEPTH)
}

fn url(raw: &str, depth: u32) -> String {
    match raw.split_once('?') {
        None => path(raw, depth),
        Some((before, query)) => format!("{}?{}", path(before, depth), form(query, depth)),
    }
}

/// Items with `&` between them.
fn form(raw: &str, depth: u32) -> String {
    raw.split('&').map(|item| pair(item, depth)).collect::<Vec<_>>().join("&")
}

fn path(raw: &str, depth: u32) -> String {
    let segments: Vec<&str> = raw.split('/').collect();
    let mut masked: Vec<String> = Vec::with_capacity(segments.len());
    while let Some(segment) = segments.get(masked.len()) {
        let before = |count: usize| masked.len().checked_sub(count).and_then(|place| segments.get(place)).copied();
        let rest = &segments[masked.len()..];
        match (before(2), before(1)) {
            // `security=p:POLICY,s:SIGNATURE`; standard base64 may have slashes in it.
            _ if is_security(segment) => {
                let has_signature = |segment: &&str| segment.contains("s:") || segment.contains("signature:");
                let more = if has_signature(segment) { None } else { rest.iter().skip(1).position(has_signature) };
                masked.push(pair(segment, depth));
                masked.extend((0..more.map_or(0, |more| more + 1)).map(|_| MASK.to_owned()));
            }
            (_, Some("b64")) => match base64(segment, depth) {
                Some(tasks) => masked.push(tasks),
                // Slashes of standard base64 again.
                None => masked.extend(rest.iter().map(|_| MASK.to_owned())),
            },
            (Some(scheme), Some("")) if scheme.ends_with("b64:") => {
                let source = rest.join("/");
                masked.push(base64(&source, depth).unwrap_or_else(|| MASK.to_owned()));
                break;
            }
            (Some(scheme), Some("")) if scheme.ends_with(':') => {
                let host = segment.rfind('@').map(|at| format!("{MASK}{}", &segment[at..]));
                masked.push(host.unwrap_or_else(|| pair(segment, depth)));
            }
            _ => masked.push(pair(segment, depth)),
        }
    }
    masked.join("/")
}

fn is_security(segment: &str) -> bool {
    segment.split_once('=').is_some_and(|(name, _)| decode(name).eq_ignore_ascii_case("security"))
}

/// `NAME=VALUE` or `NAME:VALUE`, or a list of such.
fn pair(raw: &str, depth: u32) -> String {
    let end = raw.find(['=', ':']).map_or(0, |place| place + 1);
    let (name, value) = raw.split_at(end);
    if is_secret(&decode(name)) {
        return format!("{name}{}", if value.is_empty() { "" } else { MASK });
    }
    if value.contains('/') {
        return format!("{name}{}", path(value, depth));
    }
    if value.contains([',', ';']) {
        let pieces = raw.split_inclusive([',', ';']).map(|piece| {
            let plain = piece.trim_end_matches([',', ';']);
            format!("{}{}", pair(plain, depth), &piece[plain.len()..])
        });
        return pieces.collect();
    }
    format!("{name}{}", encoded(value, depth))
}

/// A text that may be percent-encoded; it changes only if there is a secret in it.
fn encoded(raw: &str, depth: u32) -> String {
    let decoded = decode(raw);
    if decoded == raw {
        return raw.to_owned();
    }
    match depth.checked_sub(1).map(|depth| any(&decoded, depth)) {
        None => MASK.to_owned(),
        Some(masked) if masked == decoded => raw.to_owned(),
        Some(masked) => utf8_percent_encode(&masked, ESCAPES).to_string(),
    }
}

/// A text in base64; it changes only if there is a secret in it. `None` if it is not such a text.
fn base64(raw: &str, depth: u32) -> Option<String> {
    let decoded = String::from_utf8(grammar::decode_base64(raw).ok()?).ok()?;
    match depth.checked_sub(1).map(|depth| any(&decoded, depth)) {
        None => Some(MASK.to_owned()),
        Some(masked) if masked == decoded => Some(raw.to_owned()),
        Some(masked) => Some(URL_SAFE.encode(masked)),
    }
}

fn decode(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// JSON, or text.
fn any(content: &str, depth: u32) -> String {
    match content.trim_start().starts_with(['{', '[']) {
        true => json_document(content, depth),
        false => text(content, depth),
    }
}

/// JSON, also when its end is missing: masks the values of secret members and the secrets within texts; all the rest stays as it was written.
fn json_document(document: &str, depth: u32) -> String {
    let mut masked = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(start) = rest.find('"') {
        masked.push_str(&text(&rest[..start], depth));
        let (token, after) = rest[start..].split_at(json::string_end(&rest[start..]));
        let content = json::read(token);
        rest = after;
        let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else {
            masked.push_str(&json_value(token, &content, depth));
            continue;
        };
        masked.push_str(token);
        masked.push_str(&after[..after.len() - value.len()]);
        rest = value;
        // `p` and `s` are short for policy and signature in the security task, whose name may come after them.
        let is_short = matches!(content.as_str(), "p" | "s") && value.starts_with('"');
        if !value.is_empty() && (is_secret(&content) || is_short) {
            masked.push_str("\"***\"");
            rest = &value[json::value_end(value)..];
        }
    }
    masked.push_str(&text(rest, depth));
    masked
}

fn json_value(token: &str, content: &str, depth: u32) -> String {
    let masked = any(content, depth);
    if masked == content { token.to_owned() } else { Value::from(masked).to_string() }
}

/// What the value of a label is in free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Nothing,
    /// A name has been read that is one of a secret, if a colon or an equals sign follows.
    Separator {
        whole_line: bool,
    },
    Value {
        whole_line: bool,
    },
}

/// Free text: URLs in it, and what stands after the name of a secret.
fn text(content: &str, depth: u32) -> String {
    const DELIMITERS: &[char] = &['"', '\'', '`', '<', '>', '(', ')', '{', '}', '\\', '|'];
    let is_delimiter = |letter: char| letter.is_whitespace() || DELIMITERS.contains(&letter);
    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let mut masked = String::with_capacity(content.len());
    let mut awaited = Awaited::Nothing;
    for piece in content.split_inclusive(is_delimiter) {
        let word = piece.trim_end_matches(is_delimiter);
        let separator = word.starts_with([':', '=']);
        let name = word.trim_end_matches([':', '=']);
        let whole_line = name.to_ascii_lowercase().ends_with("authorization");
        match awaited {
            _ if word.is_empty() => {}
            Awaited::Separator { whole_line } if separator && name.is_empty() => {
                masked.push_str(word);
                awaited = Awaited::Value { whole_line };
            }
            Awaited::Separator { whole_line } if separator => {
                masked.push_str(MASK);
                awaited = if whole_line { Awaited::Value { whole_line } } else { Awaited::Nothing };
            }
            Awaited::Value { whole_line } => {
                masked.push_str(MASK);
                awaited = if whole_line { awaited } else { Awaited::Nothing };
            }
            _ if name.chars().all(is_of_name) && is_secret(name) => {
                masked.push_str(word);
                let is_label = name.len() < word.len();
                awaited = if is_label { Awaited::Value { whole_line } } else { Awaited::Separator { whole_line } };
            }
            _ => {
                masked.push_str(&url(word, depth));
                awaited = Awaited::Nothing;
            }
        }
        if piece.ends_with('\n') && matches!(awaited, Awaited::Value { whole_line: true }) {
            awaited = Awaited::Nothing;
        }
        masked.push_str(&piece[word.len()..]);
    }
    masked
}

#[cfg(test)]
mod tests;
