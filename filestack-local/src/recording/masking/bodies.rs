//! Bodies of requests by their type.

use super::{MASK, MAX_DEPTH, any, form, is_secret, json_document, text};

/// The beginning of a body as masked text, `None` if it is not text.
pub(crate) fn body(content_type: &str, beginning: &[u8]) -> Option<String> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let content = String::from_utf8_lossy(beginning);
    // A letter may be cut in two.
    let content = content.trim_end_matches('\u{fffd}');
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Some(form(content, MAX_DEPTH)),
        "multipart/form-data" => Some(match multer::parse_boundary(content_type) {
            Ok(boundary) => multipart(content, &boundary),
            Err(_) => MASK.to_owned(),
        }),
        "" => is_text(content).then(|| any(content, MAX_DEPTH)),
        json if json.ends_with("/json") || json.ends_with("+json") => Some(json_document(content, MAX_DEPTH)),
        kind if kind.starts_with("text/") || kind.ends_with("/xml") || kind.ends_with("+xml") => {
            Some(any(content, MAX_DEPTH))
        }
        _ => None,
    }
}

/// Whether a body of no type reads like text.
fn is_text(content: &str) -> bool {
    let is_strange = |letter: char| letter == '\u{fffd}' || (letter.is_control() && !letter.is_whitespace());
    !content.is_empty() && !content.contains(is_strange)
}

/// A form in parts; of files only the size is told.
fn multipart(content: &str, boundary: &str) -> String {
    let delimiter = format!("--{boundary}");
    let mut parts = content.split(delimiter.as_str());
    let mut masked = text(parts.next().unwrap_or_default(), MAX_DEPTH);
    for part in parts {
        masked.push_str(&delimiter);
        match part.split_once("\r\n\r\n") {
            None => masked.push_str(&text(part, MAX_DEPTH)),
            Some((head, content)) => {
                masked.push_str(&format!("{}\r\n\r\n", text(head, MAX_DEPTH)));
                masked.push_str(&field(head, content));
            }
        }
    }
    masked
}

fn field(head: &str, content: &str) -> String {
    let (value, end) = content.strip_suffix("\r\n").map_or((content, ""), |value| (value, "\r\n"));
    let masked = match parameter(head, "name") {
        _ if ["filename", "filename*"].iter().any(|name| parameter(head, name).is_some()) => "(a file)".to_owned(),
        Some(name) if !is_secret(name) => any(value, MAX_DEPTH),
        _ => MASK.to_owned(),
    };
    masked + end
}

/// A parameter of the part's disposition.
fn parameter<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let items = head.split([';', '\r', '\n']).filter_map(|item| item.trim().split_once('='));
    items.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('"')).next()
}
