//! The version of a content: what the service says of it, so that a download that was cut can go on.

use crate::transport::Reply;

/// What tells one version of a content from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// A strong entity tag: the same only for the same bytes.
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// The size of the whole content.
    pub(super) size: Option<u64>,
}

impl Version {
    /// That of a reply with the whole content.
    pub(super) fn of(reply: &Reply) -> Self {
        Version {
            etag: reply.header("etag").filter(|etag| is_strong(etag)).map(str::to_owned),
            last_modified: reply.header("last-modified").map(str::to_owned),
            size: reply.announced_length(),
        }
    }

    /// Whether a later version can be compared with this one.
    pub(super) fn can_be_compared(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }

    /// Whether both are known to be the same bytes.
    pub(super) fn is_same_as(&self, other: &Version) -> bool {
        let contradicts = matches!((self.size, other.size), (Some(one), Some(two)) if one != two);
        let is_equal = match (&self.etag, &other.etag) {
            (Some(one), Some(two)) => one == two,
            _ => self.last_modified.is_some() && self.last_modified == other.last_modified,
        };
        is_equal && !contradicts
    }
}

/// Whether an entity tag is well-formed and not a weak one, which is also that of content that only means the same.
pub(super) fn is_strong(etag: &str) -> bool {
    etag.len() >= 2 && etag.starts_with('"') && etag.ends_with('"')
}

/// The header `Content-Range` of a part: its first and last byte, and the size of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) size: u64,
}

impl ContentRange {
    /// Reads `bytes 3-9/10`. `None` for what is not one range of bytes in a whole of a known size.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (range, size) = text.strip_prefix("bytes ")?.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = ContentRange { first: number(first)?, last: number(last)?, size: number(size)? };
        (range.first <= range.last && range.last < range.size).then_some(range)
    }
}

/// A number of nothing but digits.
fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(etag: Option<&str>, last_modified: Option<&str>, size: Option<u64>) -> Version {
        Version { etag: etag.map(str::to_owned), last_modified: last_modified.map(str::to_owned), size }
    }

    #[test]
    fn only_what_is_known_to_be_the_same_is_the_same() {
        let (a, b, monday, tuesday) = (Some("\"a\""), Some("\"b\""), Some("Mon"), Some("Tue"));
        for (one, other, expected) in [
            (version(a, None, Some(1)), version(a, None, Some(1)), true),
            (version(a, monday, None), version(a, tuesday, Some(1)), true),
            (version(a, None, Some(1)), version(a, None, Some(2)), false),
            (version(a, monday, None), version(b, monday, None), false),
            (version(None, monday, None), version(a, monday, None), true),
            (version(None, monday, Some(1)), version(None, monday, Some(2)), false),
            (version(None, None, Some(1)), version(None, None, Some(1)), false),
            (version(a, None, None), version(None, None, None), false),
        ] {
            assert_eq!(one.is_same_as(&other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn weak_and_malformed_tags_do_not_count() {
        for (etag, expected) in [("\"a\"", true), ("\"\"", true), ("W/\"a\"", false), ("a", false), ("\"", false)] {
            assert_eq!(is_strong(etag), expected, "{etag}");
        }
    }

    #[test]
    fn one_range_of_a_known_whole_is_read() {
        assert_eq!(ContentRange::parse("bytes 3-9/10"), Some(ContentRange { first: 3, last: 9, size: 10 }));
        for text in ["", "bytes */10", "bytes 3-9/*", "bytes 9-3/10", "bytes 3-10/10", "bytes +3-9/10", "lines 3-9/10"]
        {
            assert_eq!(ContentRange::parse(text), None, "{text}");
        }
    }
}
