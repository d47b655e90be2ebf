//! Masks secrets in every text that leaves the library: messages, logs, JSON dumps.
//!
//! What is masked is exact: the secrets that this process knows ([`known`]), and the secret fields of URLs, JSON and the
//! service's own refusals ([`fields`]), each also where it is percent-encoded or escaped ([`view`]). No other word is
//! touched, such as one of a file's name.

mod fields;
mod known;
mod names;
mod view;

use std::ops::Range;

pub(crate) use known::{Secret, secrets_of_url};
pub(crate) use names::is_secret_member;

use known::MASK;
use view::View;

/// `text` with every secret in it replaced by `***`: what this process knows as one, users and passwords of URLs, their
/// secret parameters, the `security=` segment, and secret members of JSON.
#[must_use]
pub fn redact(text: &str) -> String {
    mask(text, fields::in_text)
}

/// `text`, all of which is a URL or the end of one, such as `HANDLE?policy=...`, with its secrets masked.
#[must_use]
pub fn redact_reference(text: &str) -> String {
    mask(text, fields::in_reference)
}

/// The value of a member called `name` of JSON or of a log's event: masked when the name is a secret's, redacted
/// otherwise.
#[must_use]
pub fn redact_member(name: &str, text: &str) -> String {
    if is_secret_member(name) { MASK.to_owned() } else { redact(text) }
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

/// Replaces the fields that `find` finds in `text`, and known secrets.
fn mask(text: &str, find: impl Fn(&[u8]) -> Vec<Range<usize>>) -> String {
    let views: Vec<_> = View::all(text).collect();
    let mut secrets = fields::find(&views, find);
    for view in &views {
        secrets.extend(known::in_text(view.bytes()).into_iter().map(|range| view.origin(range)));
    }
    secrets.sort_unstable_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut shown = 0;
    for secret in secrets.into_iter().filter(|range| !range.is_empty()) {
        if secret.start >= shown {
            masked.push_str(&String::from_utf8_lossy(&text.as_bytes()[shown..secret.start]));
            masked.push_str(MASK);
        }
        shown = shown.max(secret.end);
    }
    masked.push_str(&String::from_utf8_lossy(&text.as_bytes()[shown..]));
    masked
}

#[cfg(test)]
mod tests;
