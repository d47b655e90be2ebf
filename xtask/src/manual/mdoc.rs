//! The language of manual pages: a page line by line, and texts in it as mdoc(7) wants them.

use crate::model::Api;
use crate::prose::{self, Piece};

/// The longest line of running text.
const WIDTH: usize = 78;

/// What mdoc sets behind a macro without a blank when it is an argument of its own.
const CLOSING: [char; 8] = ['.', ',', ':', ';', ')', ']', '?', '!'];

/// A page under construction.
pub(crate) struct Page {
    text: String,
    /// What the page is about. It does not refer to itself.
    own: String,
    /// The names that backticks mark as parameters or members; others stand for themselves.
    fields: Vec<String>,
}

/// A word, or a part of one that has no blank inside.
enum Part {
    Plain(String),
    Macro(String),
}

impl Page {
    pub(crate) fn new(own: &str) -> Self {
        Page { text: String::new(), own: own.to_owned(), fields: Vec::new() }
    }

    /// Further names of parameters and members, as C declares them.
    pub(crate) fn add_fields<'a>(&mut self, declarations: impl Iterator<Item = &'a str>) {
        self.fields.extend(declarations.flat_map(identifiers).map(str::to_owned));
    }

    /// The text of the page.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(crate) fn section(&mut self, title: &str) {
        self.line(&format!(".Sh {title}"));
    }

    pub(crate) fn subsection(&mut self, title: &str) {
        self.line(&format!(".Ss {}", argument(title)));
    }

    /// Every paragraph of a text. The first one follows what is there already without an empty line.
    pub(crate) fn paragraphs(&mut self, api: &Api, text: &str) {
        for (index, paragraph) in prose::paragraphs(text).enumerate() {
            if index > 0 {
                self.line(".Pp");
            }
            self.prose(api, paragraph);
        }
    }

    /// A paragraph that begins behind an empty line.
    pub(crate) fn further(&mut self, api: &Api, paragraph: &str) {
        self.line(".Pp");
        self.prose(api, paragraph);
    }

    /// Running text: each sentence begins a line, names and code are marked by macros.
    pub(crate) fn prose(&mut self, api: &Api, text: &str) {
        let mut line = String::new();
        for word in self.words(api, text) {
            match &word[..] {
                [Part::Plain(plain)] => {
                    if !line.is_empty() && line.len() + 1 + plain.len() > WIDTH {
                        self.text_line(&std::mem::take(&mut line));
                    }
                    if !line.is_empty() {
                        line.push(' ');
                    }
                    line.push_str(&escape(plain));
                    if ends_sentence(plain) {
                        self.text_line(&std::mem::take(&mut line));
                    }
                }
                parts => {
                    self.text_line(&std::mem::take(&mut line));
                    self.line(&macro_line(parts));
                }
            }
        }
        self.text_line(&line);
    }

    /// Lines as they are, of code for example.
    pub(crate) fn literal<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.line(".Bd -literal -offset indent");
        for line in lines {
            self.line(&guarded(&escape_code(line)));
        }
        self.line(".Ed");
    }

    /// A line of text, which must not look like a macro.
    fn text_line(&mut self, line: &str) {
        if !line.is_empty() {
            self.line(&guarded(line));
        }
    }

    /// The words of a text, each in its parts.
    fn words(&self, api: &Api, text: &str) -> Vec<Vec<Part>> {
        let mut words = Vec::new();
        let mut word = Vec::new();
        for piece in prose::pieces(api, text) {
            let Piece::Text(text) = piece else {
                word.push(self.part(piece));
                continue;
            };
            for (index, plain) in text.split([' ', '\n']).enumerate() {
                if index > 0 {
                    words.push(std::mem::take(&mut word));
                }
                word.extend((!plain.is_empty()).then(|| Part::Plain(plain.to_owned())));
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        words
    }

    fn part(&self, piece: Piece<'_>) -> Part {
        Part::Macro(match piece {
            Piece::Function(name) if name == self.own => "Nm".to_owned(),
            Piece::Function(name) => format!("Xr {name} 3"),
            Piece::Type(name) => format!("Vt {name}"),
            Piece::Constant(name) => format!("Dv {name}"),
            Piece::Code(code) if self.is_field(code) => format!("Fa {}", argument(code)),
            Piece::Code(code) => format!("Ql {}", argument(code)),
            Piece::Text(text) => return Part::Plain(text.to_owned()),
        })
    }

    /// Whether code is about a parameter or a member: `*out_url`, `log->destroy`, `destroy(user)`.
    fn is_field(&self, code: &str) -> bool {
        identifiers(code).next().is_some_and(|name| self.fields.iter().any(|field| field == name))
    }
}

fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Whether a line of text ends with this word.
fn ends_sentence(word: &str) -> bool {
    word.trim_end_matches(['"', ')']).ends_with(['.', '!', '?'])
}

/// The line of a word that has macros.
fn macro_line(parts: &[Part]) -> String {
    let begins_plain = matches!(parts.first(), Some(Part::Plain(_)));
    let mut calls = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Plain(plain) if index == 0 => calls.push(format!("Pf {}", argument(plain))),
            Part::Plain(plain) if plain.chars().all(|c| CLOSING.contains(&c)) => {
                calls.extend(plain.chars().map(String::from));
            }
            Part::Plain(plain) => calls.push(format!("Ns {}", argument(plain))),
            Part::Macro(call) if index == 0 || begins_plain && index == 1 => calls.push(call.clone()),
            Part::Macro(call) => calls.push(format!("Ns {call}")),
        }
    }
    format!(".{}", calls.join(" "))
}

/// Running text: quotes and dashes are those of a book, but for what is typed.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    let is_dash = text.trim_end_matches(CLOSING) == "-";
    let mut before: Option<char> = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let follows_word = before.is_some_and(char::is_alphanumeric);
        let precedes_word = letters.peek().copied().is_some_and(char::is_alphanumeric);
        match letter {
            '-' if is_dash => escaped.push_str("\\(en"),
            '-' if follows_word && precedes_word => escaped.push('-'),
            '\'' if follows_word => escaped.push('\''),
            other => escape_letter(other, &mut escaped),
        }
        before = Some(letter);
    }
    escaped
}

/// Text that is typed: quotes and dashes are those of ASCII.
pub(crate) fn escape_code(text: &str) -> String {
    let mut escaped = String::new();
    text.chars().for_each(|letter| escape_letter(letter, &mut escaped));
    escaped
}

fn escape_letter(letter: char, escaped: &mut String) {
    match letter {
        '\\' => escaped.push_str("\\e"),
        '-' => escaped.push_str("\\-"),
        '\'' => escaped.push_str("\\(aq"),
        '`' => escaped.push_str("\\(ga"),
        '^' => escaped.push_str("\\(ha"),
        '~' => escaped.push_str("\\(ti"),
        other if other.is_ascii() => escaped.push(other),
        other => escaped.push_str(&format!("\\[u{:04X}]", u32::from(other))),
    }
}

/// An argument of a macro: one word for it, and never a macro or a mark.
pub(crate) fn argument(text: &str) -> String {
    let escaped = escape(text).replace('"', "\\(dq");
    if text.contains(' ') || text.is_empty() {
        return format!("\"{escaped}\"");
    }
    let may_be_macro = text.len() <= 3 && text.starts_with(|c: char| c.is_ascii_uppercase() || c == '%');
    let may_be_mark = text.len() == 1 && !text.starts_with(char::is_alphanumeric);
    if may_be_macro || may_be_mark { format!("\\&{escaped}") } else { escaped }
}

/// A line of text that does not look like a request.
fn guarded(line: &str) -> String {
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    fn page(text: &str) -> String {
        let mut page = Page::new("filestack_thing_put");
        page.add_fields(["size", "void (*log)(int x)"].into_iter());
        page.paragraphs(&example(), text);
        page.finish()
    }

    #[test]
    fn what_roff_would_read_is_escaped() {
        assert_eq!(page(".filestack- and 'x' \\n"), "\\&.filestack\\- and \\(aqx' \\en\n");
        assert_eq!(page("'.' is `a`?"), "\\(aq.\\(aq is\n.Ql a ?\n");
        assert_eq!(page("a ` ~ ^ é"), "a \\(ga \\(ti \\(ha \\[u00E9]\n");
        assert_eq!(page("close-on-exec - the service's -1"), "close-on-exec \\(en the service's \\-1\n");
        assert_eq!(page("then -, and \"-\"."), "then \\(en, and \"\\-\".\n");
        assert_eq!(escape_code("'a'-b \\n"), "\\(aqa\\(aq\\-b \\en");
    }

    #[test]
    fn arguments_are_one_word_and_never_macros() {
        assert_eq!(argument("const char *"), "\"const char *\"");
        assert_eq!(argument("a \"b\""), "\"a \\(dqb\\(dq\"");
        assert_eq!(argument("No"), "\\&No");
        assert_eq!(argument("."), "\\&.");
        assert_eq!(argument(""), "\"\"");
        assert_eq!(argument("\\x"), "\\ex");
    }

    #[test]
    fn names_and_code_become_macros_with_what_touches_them() {
        assert_eq!(
            page("See (filestack_thing_new), `*size`'s `log->x`, `other`. filestack_thing_put is FILESTACK_SIDE_*."),
            "See\n.Pf \\&( Xr filestack_thing_new 3 ) ,\n.Fa *size Ns \\(aqs\n.Fa log\\->x ,\n.Ql other .\n.Nm\nis\n\
             .Dv FILESTACK_SIDE_* .\n"
        );
        assert_eq!(page("a/filestack_thing/NULL."), ".Pf a/ Vt filestack_thing Ns \\&/ Ns Dv NULL .\n");
    }

    #[test]
    fn sentences_begin_lines_and_paragraphs_follow_an_empty_line() {
        assert_eq!(page("One. (Two.) Three\n\nFour."), "One.\n(Two.)\nThree\n.Pp\nFour.\n");
        let long = page(&"word ".repeat(40));
        assert!(long.lines().count() > 2 && long.lines().all(|line| line.len() <= WIDTH), "{long}");
    }

    #[test]
    fn literal_lines_stay_as_they_are() {
        let mut page = Page::new("x");
        page.literal(".x\n  'a' -b\n".lines());
        assert_eq!(page.finish(), ".Bd -literal -offset indent\n\\&.x\n  \\(aqa\\(aq \\-b\n.Ed\n");
    }
}
