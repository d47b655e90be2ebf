//! The heads of requests.

use std::ops::RangeInclusive;

/// As much of a request's head as the service looks at.
#[derive(Default)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Where the client thinks that it is.
    pub(crate) host: String,
    pub(crate) content_length: u64,
    pub(crate) expects_continue: bool,
    /// The last byte may be `u64::MAX`: up to the end.
    pub(crate) range: Option<RangeInclusive<u64>>,
}

/// The head that `bytes` begin with, and its length; `None` when the rest is still to come.
pub(crate) fn parse(bytes: &[u8]) -> Option<(Head, usize)> {
    let length = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..length]);
    let mut lines = text.lines();
    let mut head = Head::default();
    let mut words = lines.next().unwrap_or_default().split(' ');
    words.next().unwrap_or_default().clone_into(&mut head.method);
    let target = words.next().unwrap_or_default();
    target.split('?').next().unwrap_or_default().clone_into(&mut head.path);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => head.content_length = value.parse().unwrap_or_default(),
            "expect" => head.expects_continue = value.eq_ignore_ascii_case("100-continue"),
            "host" => value.clone_into(&mut head.host),
            "range" => head.range = range(value),
            _ => {}
        }
    }
    Some((head, length))
}

/// One range of bytes that names its first one, as downloads go on with.
fn range(value: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = value.strip_prefix("bytes=")?.split_once('-')?;
    let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
    Some(first.parse().ok()?..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let request = b"PUT /part?partNumber=1 HTTP/1.1\r\nHost: a:1\r\ncontent-length: 5\r\nExpect: 100-continue\r\n\
                        Range: bytes=7-\r\n\r\nhello";
        assert!(parse(&request[..60]).is_none());
        let (head, length) = parse(request).unwrap();
        assert_eq!(&request[length..], b"hello");
        assert_eq!((&*head.method, &*head.path, &*head.host), ("PUT", "/part", "a:1"));
        assert_eq!((head.content_length, head.expects_continue, head.range), (5, true, Some(7..=u64::MAX)));
    }

    #[test]
    fn other_ranges_are_ignored() {
        assert_eq!(range("bytes=1-2"), Some(1..=2));
        assert_eq!(range("bytes=-5"), None);
        assert_eq!(range("lines=1-2"), None);
    }
}
