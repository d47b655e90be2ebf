//! The tokens of JSON, also when its end is missing.

/// Where the string ends with which `text` begins.
pub(super) fn string_end(text: &str) -> usize {
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
pub(super) fn read(token: &str) -> String {
    let whole = serde_json::from_str(token).or_else(|_| serde_json::from_str(&format!("{token}\"")));
    whole.unwrap_or_else(|_| token.trim_matches('"').to_owned())
}

/// Where the value ends with which `text` begins.
pub(super) fn value_end(text: &str) -> usize {
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
