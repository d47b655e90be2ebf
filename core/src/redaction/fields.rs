//! The secret fields of URLs, of JSON, and of the service's own texts.

use std::ops::Range;

use url::Url;

use super::names::{is_secret_member, is_secret_parameter};
use super::view::View;

/// The segment of a Filestack URL that holds a policy and its signature.
const SECURITY: &[u8] = b"security=";
/// How the segment goes on: with the short or the long names of its two values.
const SECURITY_VALUES: [&[u8]; 4] = [b"p:", b"s:", b"policy:", b"signature:"];
/// How the service repeats credentials that it refuses: `(signature: "..."; policy "...")`.
const REFUSAL: [&[u8]; 2] = [b"signature: \"", b"policy \""];
/// How many letters and digits a handle has.
const HANDLE_LENGTH: usize = 20;

/// The values that `search` finds in a text as it is, and decoded once and more often.
pub(super) fn find(views: &[View<'_>], search: impl Fn(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for view in views {
        for value in search(view.bytes()).into_iter().map(|range| view.origin(range)) {
            // What begins inside a value is a part of it, and ends where the value does.
            if !found.iter().any(|outer| outer.contains(&value.start)) {
                found.push(value);
            }
        }
    }
    found
}

/// The secrets of a text's URLs, of its JSON, and of what the service says in it.
pub(super) fn in_text(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for at in 0..text.len() {
        match text[at] {
            b':' if text[at..].starts_with(b"://") => {
                let end = end_of_url(text, at);
                found.extend(user(text, at + 3, end));
                found.extend(parameters(text, at + 3, end));
            }
            b'?' if is_handle_before(text, at) => found.extend(parameters(text, at, end_of_word(text, at))),
            b's' | b'S' => found.extend(security_segment(text, at)),
            b'"' => found.extend(json_member(text, at)),
            _ => {}
        }
        found.extend(REFUSAL.iter().filter_map(|start| quoted_after(text, at, start)));
    }
    found
}

/// The secrets of a text that is a URL, or its end, as a whole. There may be others in it.
pub(super) fn in_reference(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = in_text(text);
    found.extend(parameters(text, 0, text.len()));
    if let Some(at) = text.windows(3).position(|window| window == b"://") {
        found.extend(user(text, at + 3, text.len()));
    }
    found
}

/// The user and the password between the `start` of a URL's host and its `end`.
fn user(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let last_at = |end: usize| text[start..end].iter().rposition(|byte| *byte == b'@').map(|at| start..start + at);
    let authority = first(text, start, end, |byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'));
    if let Some(user) = last_at(authority) {
        return Some(user);
    }
    // What ends the host may belong to a password, when there is no host otherwise.
    let scheme = (0..start - 3).rev().take_while(|at| is_scheme(text[*at])).last()?;
    let url = std::str::from_utf8(&text[scheme..end]).ok()?;
    if Url::parse(url).is_ok() { None } else { last_at(end) }
}

/// The values of the secret parameters of a URL: of its query, and of its fragment, which some services use alike.
fn parameters(text: &[u8], start: usize, end: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = first(text, start, end, |byte| matches!(byte, b'?' | b'#'));
    while at < end {
        let value_end = first(text, at + 1, end, |byte| matches!(byte, b'&' | b'#'));
        let equals = first(text, at + 1, value_end, |byte| byte == b'=');
        if equals < value_end && is_secret_name(&text[at + 1..equals]) {
            found.push(equals + 1..value_end);
        }
        at = value_end;
    }
    found
}

/// Whether this is the name of a secret parameter. Other texts may have a question mark and an equals sign, too.
fn is_secret_name(name: &[u8]) -> bool {
    is_plain_name(name) && is_secret_parameter(&percent_encoding::percent_decode(name).collect::<Vec<_>>())
}

/// Whether a text has only characters that names of fields have.
fn is_plain_name(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%[]".contains(byte))
}

/// `security=p:...,s:...` up to the next slash: everything after the equals sign.
fn security_segment(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + SECURITY.len();
    let is_segment = text.get(at..start)?.eq_ignore_ascii_case(SECURITY)
        && SECURITY_VALUES.iter().any(|value| text[start..].starts_with(value));
    let ends = |byte: u8| matches!(byte, b'/' | b'?' | b'#' | b'&' | b'"' | b'\'' | b')') || ends_word(byte);
    is_segment.then(|| start..first(text, start, text.len(), ends))
}

/// The text of a member `"name": "text"` with the name of a secret, whose first quote is at `at`.
fn json_member(text: &[u8], at: usize) -> Option<Range<usize>> {
    let name_end = end_of_string(text, at + 1).filter(|end| *end < text.len())?;
    let skip_space = |from: usize| first(text, from, text.len(), |byte| !byte.is_ascii_whitespace());
    let colon = skip_space(name_end + 1);
    let quote = skip_space(colon + 1);
    let is_member = text.get(colon) == Some(&b':') && text.get(quote) == Some(&b'"');
    let name = std::str::from_utf8(&text[at + 1..name_end]).ok().filter(|name| is_plain_name(name.as_bytes()))?;
    (is_member && is_secret_member(name)).then(|| quote + 1..end_of_string(text, quote + 1).unwrap_or(text.len()))
}

/// Where a JSON string ends that goes on at `from`.
fn end_of_string(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// What stands in quotes after `start`, when that stands at `at`.
fn quoted_after(text: &[u8], at: usize, start: &[u8]) -> Option<Range<usize>> {
    let from = text[at..].starts_with(start).then_some(at + start.len())?;
    Some(from..first(text, from, text.len(), |byte| byte == b'"'))
}

/// Where a URL ends whose `://` is at `at`: at the quote that closes it when one opens it, otherwise at a space.
fn end_of_url(text: &[u8], at: usize) -> usize {
    let scheme = (0..at).rev().take_while(|at| is_scheme(text[*at])).last().unwrap_or(at);
    let closing = match scheme.checked_sub(1).map(|before| text[before]) {
        Some(quote @ (b'\'' | b'"' | b'`')) => quote,
        Some(b'(') => b')',
        Some(b'<') => b'>',
        _ => return end_of_bare_url(text, at),
    };
    // A quote inside a URL is followed by more of it.
    let closes = |at: &usize| {
        let after = text.get(at + 1);
        text[*at] == closing && after.is_none_or(|byte| ends_word(*byte) || b".,:;!?)]}".contains(byte))
    };
    (at..text.len()).find(closes).unwrap_or_else(|| end_of_bare_url(text, at))
}

/// Where the word ends that a URL is, without what a sentence puts behind it.
fn end_of_bare_url(text: &[u8], at: usize) -> usize {
    let end = end_of_word(text, at);
    let is_url = |byte: &u8| !b".,:;!?')".contains(byte);
    text[at..end].iter().rposition(is_url).map_or(at, |last| at + last + 1)
}

fn end_of_word(text: &[u8], from: usize) -> usize {
    first(text, from, text.len(), ends_word)
}

/// Whether a handle ends before `at`.
fn is_handle_before(text: &[u8], at: usize) -> bool {
    let handle = text[..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric());
    handle.take(HANDLE_LENGTH + 1).count() == HANDLE_LENGTH
}

fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// Whether no URL has this byte.
fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || matches!(byte, b'"' | b'<' | b'>' | b'`')
}

/// The first place from `from` on that is wanted, or `end`.
fn first(text: &[u8], from: usize, end: usize, is_wanted: impl Fn(u8) -> bool) -> usize {
    (from..end).find(|at| is_wanted(text[*at])).unwrap_or(end)
}
