//! The look of generated C and C++.

use std::fmt::Write as _;

/// The longest line, as in the Rust code.
pub(crate) const WIDTH: usize = 120;

/// A comment in front of a declaration, behind an empty line at the top level.
pub(crate) fn comment_of(text: &mut String, indent: &str, comment: &str) {
    if indent.is_empty() {
        text.push('\n');
    }
    let single = format!("{indent}/** {comment} */");
    if single.len() <= WIDTH {
        line(text, &single);
        return;
    }
    line(text, &format!("{indent}/**"));
    line(text, &wrapped(&format!("{indent} * "), comment));
    line(text, &format!("{indent} */"));
}

/// Words in lines that are not too long, each behind `prefix`.
pub(crate) fn wrapped(prefix: &str, words: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(last) if last.len() + 1 + word.len() <= WIDTH => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(format!("{prefix}{word}")),
        }
    }
    lines.join("\n")
}

/// Adds a line.
pub(crate) fn line(text: &mut String, content: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{content}");
}
