//! Which bytes of a body a request asks for.

use axum::http::{HeaderMap, header};

/// What is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// Everything.
    Whole,
    /// The bytes from `start` to `end`, both included.
    Part { start: u64, end: u64 },
    /// Nothing: the range lies behind the end.
    Unsatisfiable,
    /// Nothing: the client has it.
    NotModified,
}

/// Judges the conditional and range headers of a request for `length` bytes whose entity tag is `etag`.
pub(crate) fn choose(headers: &HeaderMap, etag: &str, length: u64) -> Span {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(known) = text(header::IF_NONE_MATCH)
        && known.split(',').any(|tag| tag.trim() == "*" || tag.trim().trim_start_matches("W/") == etag)
    {
        return Span::NotModified;
    }
    // Of another version the client wants everything: half of this one would not fit to what it has.
    if text(header::IF_RANGE).is_some_and(|version| version != etag) {
        return Span::Whole;
    }
    text(header::RANGE).map_or(Span::Whole, |range| parse(range, length))
}

/// One range; several at once, other units and malformed ones are ignored, as the standard asks.
fn parse(range: &str, length: u64) -> Span {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Span::Whole;
    };
    let number = |digits: &str| -> Option<u64> {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    match (number(first), number(last)) {
        (None, Some(0)) if first.is_empty() => Span::Unsatisfiable,
        (None, Some(count)) if first.is_empty() && length > 0 => {
            Span::Part { start: length.saturating_sub(count), end: length - 1 }
        }
        (Some(start), None) if last.is_empty() && start < length => Span::Part { start, end: length - 1 },
        (Some(start), Some(end)) if start <= end && start < length => Span::Part { start, end: end.min(length - 1) },
        (Some(start), end) if start >= length && (last.is_empty() || end.is_some_and(|end| end >= start)) => {
            Span::Unsatisfiable
        }
        _ => Span::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let part = |start, end| Span::Part { start, end };
        for (text, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=0-9", part(0, 9)),
            ("bytes=3-", part(3, 9)),
            ("bytes=3-99", part(3, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=10-", Span::Unsatisfiable),
            ("bytes=10-12", Span::Unsatisfiable),
            ("bytes=-0", Span::Unsatisfiable),
            ("bytes=5-3", Span::Whole),
            ("bytes=12-11", Span::Whole),
            ("bytes=0-1,4-5", Span::Whole),
            ("bytes=a-", Span::Whole),
            ("bytes=-", Span::Whole),
            ("lines=1-2", Span::Whole),
        ] {
            assert_eq!(parse(text, 10), expected, "{text}");
        }
    }

    #[test]
    fn conditions() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
        };
        let choose = |pairs: &[(&'static str, &'static str)]| choose(&headers(pairs), "\"a\"", 10);
        assert_eq!(choose(&[("if-none-match", "\"b\", W/\"a\"")]), Span::NotModified);
        assert_eq!(choose(&[("if-none-match", "\"b\"")]), Span::Whole);
        assert_eq!(choose(&[("if-range", "\"a\""), ("range", "bytes=1-1")]), Span::Part { start: 1, end: 1 });
        assert_eq!(choose(&[("if-range", "\"b\""), ("range", "bytes=1-1")]), Span::Whole);
    }
}
