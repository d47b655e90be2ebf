//! Views of a text: as it is, and decoded, with the place of each byte in the text itself.
//!
//! A secret may stand in a URL that is a parameter of another URL, in a JSON text that stands in a log's JSON, and so on.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

/// How many times a text is decoded. Nothing that the library writes is encoded more often.
const MOST_DECODINGS: usize = 4;

/// How a text was encoded.
#[derive(Clone, Copy)]
enum Encoding {
    /// `%22`, as in URLs.
    Percent,
    /// `\"` or `\u0022`, as in JSON and in what Rust prints of a text.
    Escape,
}

/// A text, decoded some times.
pub(super) struct View<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where each byte comes from, and where the last one ends. `None` for the text itself.
    origins: Option<Vec<usize>>,
    decodings: usize,
}

impl<'a> View<'a> {
    /// The text itself.
    fn of(text: &'a str) -> Self {
        View { bytes: Cow::Borrowed(text.as_bytes()), origins: None, decodings: 0 }
    }

    /// `text`, and what it is without one or more layers of encoding; those with fewer first.
    pub(super) fn all(text: &'a str) -> impl Iterator<Item = View<'a>> {
        let mut waiting = VecDeque::from([View::of(text)]);
        std::iter::from_fn(move || {
            let view = waiting.pop_front()?;
            waiting.extend(
                [Encoding::Percent, Encoding::Escape].into_iter().filter_map(|encoding| view.decoded(encoding)),
            );
            Some(view)
        })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The range of the text that `range` of this view comes from.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        match &self.origins {
            Some(origins) => origins[range.start]..origins[range.end],
            None => range,
        }
    }

    /// The view with one more layer of an encoding taken away, when it has one.
    fn decoded(&self, encoding: Encoding) -> Option<View<'static>> {
        let mark = match encoding {
            Encoding::Percent => b'%',
            Encoding::Escape => b'\\',
        };
        if self.decodings == MOST_DECODINGS || !self.bytes.contains(&mark) {
            return None;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut origins = Vec::with_capacity(self.bytes.len() + 1);
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            let (character, length) = match encoding {
                _ if rest[0] != mark => None,
                Encoding::Percent => percent_code(rest),
                Encoding::Escape => escape(rest),
            }
            .unwrap_or((Unit::Byte(rest[0]), 1));
            let mut buffer = [0; 4];
            let unit = match &character {
                Unit::Byte(byte) => std::slice::from_ref(byte),
                Unit::Character(character) => character.encode_utf8(&mut buffer).as_bytes(),
            };
            bytes.extend_from_slice(unit);
            origins.extend(std::iter::repeat_n(self.origin(at..at).start, unit.len()));
            at += length;
        }
        origins.push(self.origin(at..at).start);
        let is_other = bytes.len() != self.bytes.len();
        is_other.then(|| View { bytes: Cow::Owned(bytes), origins: Some(origins), decodings: self.decodings + 1 })
    }
}

enum Unit {
    Byte(u8),
    Character(char),
}

/// The byte of a `%22` and its length.
fn percent_code(text: &[u8]) -> Option<(Unit, usize)> {
    let digits = text.get(1..3)?;
    Some((Unit::Byte((hex(digits[0])? << 4 | hex(digits[1])?) as u8), 3))
}

/// What an escape stands for, and its length.
fn escape(text: &[u8]) -> Option<(Unit, usize)> {
    let byte = match *text.get(1)? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        escaped @ (b'\\' | b'"' | b'\'' | b'/') => escaped,
        b'u' => return unicode_escape(&text[2..]).map(|(character, length)| (Unit::Character(character), length + 2)),
        _ => return None,
    };
    Some((Unit::Byte(byte), 2))
}

/// What follows `\u`: four digits, as in JSON, or any number of them in braces, as Rust writes them.
fn unicode_escape(rest: &[u8]) -> Option<(char, usize)> {
    let (digits, length) = match rest {
        [b'{', rest @ ..] => {
            let end = rest.iter().position(|byte| *byte == b'}').filter(|end| (1..=6).contains(end))?;
            (&rest[..end], end + 2)
        }
        _ => (rest.get(..4)?, 4),
    };
    let code = digits.iter().try_fold(0, |code, digit| Some(code << 4 | hex(*digit)?))?;
    Some((char::from_u32(code)?, length))
}

fn hex(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_comes_off_and_each_byte_keeps_its_place() {
        let text = "a%2520b\\u0026\\\"";
        let text = View::of(text).decoded(Encoding::Escape).unwrap();
        let once = text.decoded(Encoding::Percent).unwrap();
        assert_eq!(once.bytes(), b"a%20b&\"");
        assert_eq!(once.origin(1..4), 1..6, "%20 comes from %2520");
        assert_eq!(once.origin(5..6), 7..13);
        let twice = once.decoded(Encoding::Percent).unwrap();
        assert_eq!(twice.bytes(), b"a b&\"");
        assert_eq!(twice.origin(1..2), 1..6);
        assert!(twice.decoded(Encoding::Percent).is_none());
    }

    #[test]
    fn what_is_not_encoded_stays() {
        for text in ["100 %", "%zz", "C:\\dir", "\\u12", "\\u{110000}", "\\u{}"] {
            let decoded = [Encoding::Percent, Encoding::Escape].map(|encoding| View::of(text).decoded(encoding));
            assert!(decoded.iter().all(Option::is_none), "{text}");
        }
        assert_eq!(View::of("\\u{fc}\\u00fc").decoded(Encoding::Escape).unwrap().bytes(), "üü".as_bytes());
    }
}
