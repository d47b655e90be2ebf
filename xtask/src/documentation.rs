//! The comment of a function, taken apart.

use crate::workspace::Result;

/// What the comment of every function says, in this order.
const MARKS: [&str; 3] = ["Errors:", "Threads:", "Since:"];

/// The parts of a function's comment.
#[derive(Debug)]
pub(crate) struct Documentation {
    /// What the function does, up to the errors: paragraphs with an empty line in between.
    pub(crate) text: String,
    /// How it fails.
    pub(crate) errors: String,
    /// Which threads may call it.
    pub(crate) threads: String,
    /// The first version that has it.
    pub(crate) since: String,
    /// Whether it waits for the network.
    pub(crate) blocks: bool,
}

impl Documentation {
    /// Takes the lines of a comment apart.
    pub(crate) fn of(lines: &[String]) -> Result<Self> {
        let text = paragraphs(lines);
        let mut rest = text.as_str();
        let mut parts = [""; 3];
        for (part, mark) in parts.iter_mut().zip(MARKS) {
            let cut = split_at_mark(rest, mark);
            (*part, rest) = cut.ok_or_else(|| format!("its documentation does not say \"{mark}\""))?;
        }
        let [about, errors, threads] = parts;
        let since = clause(rest);
        if !since.split('.').all(|number| number.parse::<u32>().is_ok()) {
            return Err(format!("its documentation says \"Since: {since}\", which is not a version"));
        }
        Ok(Documentation {
            text: about.trim().to_owned(),
            errors: clause(errors),
            threads: clause(threads),
            since,
            blocks: says_blocks(about),
        })
    }
}

/// Lines as text: each paragraph on a line of its own, with an empty line in between.
pub(crate) fn paragraphs(lines: &[String]) -> String {
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.join(" ")).collect::<Vec<_>>().join("\n\n")
}

/// What stands before and after the first mark that begins a sentence.
fn split_at_mark<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let begins = |start: &usize| text[..*start].is_empty() || text[..*start].ends_with(char::is_whitespace);
    let start = text.match_indices(mark).map(|(start, _)| start).find(begins)?;
    Some((&text[..start], &text[start + mark.len()..]))
}

/// Part of a sentence: without the period at its end.
fn clause(text: &str) -> String {
    let text = text.trim();
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// Whether a sentence begins with "Blocks".
fn says_blocks(text: &str) -> bool {
    text.match_indices("Blocks").any(|(start, word)| {
        let (before, after) = (text[..start].trim_end(), &text[start + word.len()..]);
        (before.is_empty() || before.ends_with('.')) && after.starts_with(['.', ' '])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Documentation> {
        Documentation::of(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_comment_is_taken_apart() {
        let text = "Stores the\nresult. Blocks until then.\n\n`a` is\nit. Errors: those of\nit. Or others.\n\
                    Threads: any. Since: 0.1.0.";
        let parts = of(text).unwrap();
        assert_eq!(parts.text, "Stores the result. Blocks until then.\n\n`a` is it.");
        assert_eq!(parts.errors, "those of it. Or others");
        assert_eq!((parts.threads.as_str(), parts.since.as_str(), parts.blocks), ("any", "0.1.0", true));
    }

    #[test]
    fn a_word_in_a_sentence_does_not_mark_a_blocking_function() {
        let parts =
            of("The number of Blocks. The next is Blockson.\n\nErrors: none. Threads: any. Since: 1.2.").unwrap();
        assert!(!parts.blocks);
    }

    #[test]
    fn missing_parts_are_named() {
        let failure = of("Good. Errors: none. Since: 0.1.0.").unwrap_err();
        assert_eq!(failure, "its documentation does not say \"Threads:\"");
        let failure = of("Good. Errors: none. Threads: any. Since: soon.").unwrap_err();
        assert_eq!(failure, "its documentation says \"Since: soon\", which is not a version");
    }
}
