//! The form of MIME types, which go into headers: RFC 9110, section 8.3.1.

/// The longest MIME type in characters.
const LONGEST: usize = 255;

/// What is wrong with `text` as the type of a file: a type and a subtype, with parameters or without.
pub(super) fn problem(text: &str) -> Option<&'static str> {
    if text.chars().count() > LONGEST {
        return Some("it is longer than 255 characters");
    }
    let (essence, parameters) = split_at_semicolon(text);
    let Some((kind, subtype)) = essence.split_once('/') else {
        return Some("it has no slash");
    };
    if kind.is_empty() || subtype.is_empty() {
        return Some("a type and a subtype must stand around the slash");
    }
    if !is_token(kind) || !is_token(subtype) {
        return Some("it has characters that no MIME type can have");
    }
    if essence.contains('*') {
        return Some("a wildcard is not the type of a file");
    }
    let mut rest = parameters;
    while let Some(text) = rest {
        let (parameter, next) = split_at_semicolon(text);
        let parameter = parameter.trim_matches([' ', '\t']);
        let is_usable = |(name, value): (&str, &str)| is_token(name) && (is_token(value) || is_quoted_string(value));
        if !parameter.split_once('=').is_some_and(is_usable) {
            return Some("its parameters must look like ';name=value'");
        }
        rest = next;
    }
    None
}

/// What stands before and after the first semicolon that is not in quotes. Spaces may stand before one.
fn split_at_semicolon(text: &str) -> (&str, Option<&str>) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = text.bytes().position(|byte| {
        let is_end = byte == b';' && !is_quoted;
        is_quoted ^= byte == b'"' && !is_escaped;
        is_escaped = is_quoted && byte == b'\\' && !is_escaped;
        is_end
    });
    match end {
        Some(end) => (text[..end].trim_end_matches([' ', '\t']), Some(&text[end + 1..])),
        None => (text, None),
    }
}

fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// Whether the text is a quoted string of visible ASCII, spaces and tabs.
fn is_quoted_string(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let mut is_escaped = false;
    let is_allowed = inside.bytes().all(|byte| {
        let is_bare = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        !is_bare && matches!(byte, b'\t' | b' '..=b'~')
    });
    is_allowed && !is_escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_files_are_accepted() {
        let longest = format!("a/{}", "b".repeat(253));
        for text in [
            "image/png",
            "IMAGE/PNG",
            "x/y",
            "image/svg+xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/x-mine",
            "audio/x.y_z!#$&^-1",
            "text/html;charset=utf-8",
            "text/html; charset=utf-8",
            "text/html ;\tcharset=\"utf-8\"",
            "multipart/form-data; boundary=\"a; b \\\" c\"; x=1",
            "video/mp4; codecs=\"avc1.42E01E, mp4a.40.2\"",
            &longest,
        ] {
            assert_eq!(problem(text), None, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let too_long = format!("a/{}", "b".repeat(254));
        for text in [
            "",
            "png",
            "/",
            "image/",
            "/png",
            "image//png",
            "image/png/x",
            "image/png\nX-Evil: 1",
            "image/png\r\nX-Evil: 1",
            "image/png\n",
            "image/png\0",
            "image/png\t",
            " image/png",
            "image/png ",
            "image /png",
            "image/ png",
            "im age/png",
            "image/png,text/html",
            "image/p\u{fc}ng",
            "image/(png)",
            "image/<png>",
            "image/\"png\"",
            "image\\png",
            "image/*",
            "*/*",
            "image/png;",
            "image/png;;",
            "image/png; q",
            "image/png; =1",
            "image/png; a=",
            "image/png; a =1",
            "image/png; a= 1",
            "image/png; a=b c",
            "image/png; a=\"b",
            "image/png; a=\"b\"c\"",
            "image/png; a=\"b\\\"",
            "image/png; a=\"b\nc\"",
            "image/png; a=\"\u{fc}\"",
            "image/png; a=b\r\nX-Evil: 1",
            "image/png;a=b;",
            &too_long,
        ] {
            assert!(problem(text).is_some(), "{text:?}");
        }
    }
}
