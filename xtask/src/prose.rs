//! The texts of the documentation, cut where a name of the header or a piece of code stands.

use crate::model::Api;

/// The longest sentence that stands for a whole text as it is.
const LONGEST_SUMMARY: usize = 80;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words, with the blanks around them.
    Text(&'a str),
    /// The name of a function.
    Function(&'a str),
    /// The name of an object, an alias, a callback or a struct.
    Type(&'a str),
    /// The name of a constant, or `FILESTACK_..._*` for those that begin alike.
    Constant(&'a str),
    /// What stands between backticks and is no name of the header.
    Code(&'a str),
}

/// The parts of a text, in its order.
pub(crate) fn pieces<'a>(api: &Api, text: &'a str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let (mut plain, mut at) = (0, 0);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let word = word(rest);
        match code(api, rest).or_else(|| name(api, word).map(|piece| (piece, word.len()))) {
            Some((piece, length)) => {
                pieces.extend((plain < at).then(|| Piece::Text(&text[plain..at])));
                pieces.push(piece);
                at += length;
                plain = at;
            }
            None => at += word.len().max(first.len_utf8()),
        }
    }
    pieces.extend((plain < at).then(|| Piece::Text(&text[plain..])));
    pieces
}

/// A piece of code that begins here, and its length with the backticks. One that stands alone is a character.
fn code<'a>(api: &Api, rest: &'a str) -> Option<(Piece<'a>, usize)> {
    let (inner, _) = rest.strip_prefix('`')?.split_once('`')?;
    if inner.is_empty() || inner.contains(char::is_whitespace) {
        return None;
    }
    Some((name(api, inner).unwrap_or(Piece::Code(inner)), inner.len() + 2))
}

/// The identifier that begins here, with the star that stands for what begins alike.
fn word(rest: &str) -> &str {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let is_beginning = rest.starts_with("FILESTACK_") && rest[..end].ends_with('_') && rest[end..].starts_with('*');
    if is_beginning { &rest[..=end] } else { &rest[..end] }
}

fn name<'a>(api: &Api, word: &'a str) -> Option<Piece<'a>> {
    if api.function(word).is_some() {
        return Some(Piece::Function(word));
    }
    if api.declared(word).is_some() || api.structure(word).is_some() {
        return Some(Piece::Type(word));
    }
    (word == "NULL" || api.constants_like(word).next().is_some()).then_some(Piece::Constant(word))
}

/// The paragraphs of a text.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").filter(|paragraph| !paragraph.is_empty())
}

/// The sentences of a paragraph.
pub(crate) fn sentences(paragraph: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (end, _) in paragraph.match_indices(['.', '!', '?']) {
        if paragraph[end + 1..].starts_with(' ') {
            found.push(&paragraph[start..=end]);
            start = end + 2;
        }
    }
    found.extend((start < paragraph.len()).then(|| &paragraph[start..]));
    found
}

/// What a text says first: its first sentence without the period, cut at a colon or semicolon when it is long.
pub(crate) fn summary(text: &str) -> String {
    let sentence = sentences(text.lines().next().unwrap_or("")).first().copied().unwrap_or("");
    let sentence = sentence.trim_end_matches('.');
    let is_long = sentence.len() > LONGEST_SUMMARY;
    let cut = [": ", "; "].iter().filter_map(|mark| sentence.find(mark)).min().filter(|_| is_long);
    sentence[..cut.unwrap_or(sentence.len())].replace('`', "")
}

/// A clause as a sentence: it begins with a capital letter, unless with a name, and ends with a period.
pub(crate) fn sentence(api: &Api, clause: &str) -> String {
    let begins_with_name = matches!(pieces(api, clause).first(), Some(piece) if !matches!(piece, Piece::Text(_)));
    let mut letters = clause.chars();
    let text: String = match letters.next() {
        Some(first) if !begins_with_name => first.to_uppercase().chain(letters).collect(),
        _ => clause.to_owned(),
    };
    if text.ends_with('.') { text } else { text + "." }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    #[test]
    fn names_and_code_are_found() {
        let text = "filestack_thing_new, `size` (`filestack_thing`): FILESTACK_SIDE_* or NULL, `x->y` but \
                    filestack_thing_newer.";
        assert_eq!(
            pieces(&example(), text),
            [
                Piece::Function("filestack_thing_new"),
                Piece::Text(", "),
                Piece::Code("size"),
                Piece::Text(" ("),
                Piece::Type("filestack_thing"),
                Piece::Text("): "),
                Piece::Constant("FILESTACK_SIDE_*"),
                Piece::Text(" or "),
                Piece::Constant("NULL"),
                Piece::Text(", "),
                Piece::Code("x->y"),
                Piece::Text(" but filestack_thing_newer."),
            ]
        );
    }

    #[test]
    fn a_backtick_alone_and_a_name_that_there_is_not_are_text() {
        for text in ["% ` \" then `", "``", "FILESTACK_OTHER_*", "é * FILESTACK_"] {
            assert_eq!(pieces(&example(), text), [Piece::Text(text)]);
        }
        assert_eq!(pieces(&example(), "% ` `a`"), [Piece::Text("% ` "), Piece::Code("a")]);
    }

    #[test]
    fn a_text_has_paragraphs_and_sentences() {
        assert_eq!(paragraphs("One. Two.\n\nThree.").collect::<Vec<_>>(), ["One. Two.", "Three."]);
        assert_eq!(sentences("A 1.2 b. Is \"x.\" it? Yes."), ["A 1.2 b.", "Is \"x.\" it?", "Yes."]);
        assert!(sentences("").is_empty());
    }

    #[test]
    fn a_summary_is_short() {
        assert_eq!(summary("Uploads a `source`: a file. Blocks.\n\nMore."), "Uploads a source: a file");
        let long = format!("An open descriptor: {}.", "word ".repeat(20));
        assert_eq!(summary(&long), "An open descriptor");
    }

    #[test]
    fn a_clause_becomes_a_sentence() {
        assert_eq!(sentence(&example(), "misuse only"), "Misuse only.");
        assert_eq!(sentence(&example(), "filestack_thing_new fails."), "filestack_thing_new fails.");
    }
}
