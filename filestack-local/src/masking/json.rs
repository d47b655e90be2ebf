//! JSON, also when its end is missing.

use serde_json::Value;

use super::{any, is_secret, text};

/// Masks the values of secret members and the secrets within texts; all the rest stays as it was written.
pub(super) fn document(document: &str, depth: u32) -> String {
    let mut masked = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(start) = rest.find('"') {
        masked.push_str(&text(&rest[..start], depth));
        let (token, after) = rest[start..].split_at(string_end(&rest[start..]));
        let content = read(token);
        rest = after;
        let Some(value) = after.trim_start().strip_prefix(':').map(str::trim_start) else {
            masked.push_str(&value_of(token, &content, depth));
            continue;
        };
        masked.push_str(token);
        masked.push_str(&after[..after.len() - value.len()]);
        rest = value;
        // `p` and `s` are short for policy and signature in the security task, whose name may come after them.
        let is_short = matches!(content.as_str(), "p" | "s") && value.starts_with('"');
        if !value.is_empty() && (is_secret(&content) || is_short) {
            masked.push_str("\"***\"");
            rest = &value[value_end(value)..];
        }
    }
    masked.push_str(&text(rest, depth));
    masked
}

fn value_of(token: &str, content: &str, depth: u32) -> String {
    let masked = any(content, depth);
    if masked == content { token.to_owned() } else { Value::from(masked).to_string() }
}

/// Where the string ends with which `text` begins.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// What a string says; one that is cut off, as far as it can be read.
fn read(token: &str) -> String {
    let whole = serde_json::from_str(token).or_else(|_| serde_json::from_str(&format!("{token}\"")));
    whole.unwrap_or_else(|_| token.trim_matches('"').to_owned())
}

/// Where the value ends with which `text` begins.
fn value_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        match rest.as_bytes()[0] {
            b'"' => place += string_end(rest),
            b'{' | b'[' => {
                depth += 1;
                place += 1;
                continue;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                place += 1;
            }
            b',' | b'}' | b']' if depth == 0 => return place,
            _ => {
                place += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
        }
        if depth == 0 {
            return place;
        }
    }
    text.len()
}
