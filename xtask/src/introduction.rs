//! What stands before the functions in the manual and the reference: the rules at the head of the header, and the
//! program of the README.

use crate::declarations::Header;
use crate::documentation::paragraphs;
use crate::workspace::{Result, Workspace, read};

const README: &str = "README.md";

/// What the rules begin behind.
const HEADING: &str = "The contract";

/// How a rule begins.
const BULLET: &str = "- ";

/// The rules that hold for every function, and a program.
pub(crate) struct Introduction {
    pub(crate) rules: Vec<String>,
    /// What follows the rules: paragraphs with an empty line in between.
    pub(crate) words: String,
    pub(crate) program: String,
}

impl Introduction {
    pub(crate) fn of(workspace: &Workspace) -> Result<Self> {
        let header = Header::parse(&workspace.header()?)?;
        let (rules, words) = rules(&header.introduction).ok_or("filestack.h does not begin with its rules")?;
        let program = program(&read(&workspace.path(README))?).ok_or(format!("{README} has no program in C"))?;
        Ok(Introduction { rules, words, program })
    }
}

/// The rules of a comment and the words after them.
fn rules(comment: &str) -> Option<(Vec<String>, String)> {
    let lines = comment.lines().map(|line| line.trim().trim_start_matches(['/', '*']).trim_end_matches("*/").trim());
    let mut lines = lines.skip_while(|line| !line.starts_with(HEADING)).skip(1).skip_while(|line| line.is_empty());
    let mut rules: Vec<String> = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        match (line.strip_prefix(BULLET), rules.last_mut()) {
            (Some(rule), _) => rules.push(rule.trim().to_owned()),
            (None, Some(last)) => *last = format!("{last} {line}"),
            (None, None) => return None,
        }
    }
    let rest: Vec<String> = lines.map(str::to_owned).collect();
    (!rules.is_empty()).then(|| (rules, paragraphs(&rest)))
}

/// The first piece of C of a page, with a statement on each line.
fn program(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("```c\n")?;
    let (program, _) = rest.split_once("```")?;
    let lines = program.lines().map(|line| {
        let indent = &line[..line.len() - line.trim_start().len()];
        line.replace("; ", &format!(";\n{indent}")) + "\n"
    });
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_taken_from_the_head_of_the_header() {
        let comment = "/*\n * x.h\n *\n * The contract, here:\n *\n *  - One\n *    and more.\n *  - Two.\n *\n * Words\n \
                       * of it.\n */";
        let (rules, words) = rules(comment).unwrap();
        assert_eq!(rules, ["One and more.", "Two."]);
        assert_eq!(words, "Words of it.");
    }

    #[test]
    fn a_head_without_rules_is_none() {
        assert!(rules("/* x.h */").is_none());
        assert!(rules("/*\n * The contract:\n *\n * Words.\n */").is_none());
    }

    #[test]
    fn the_program_is_the_first_one_in_c() {
        let page = "a\n```sh\nx\n```\n```c\nx {\n  int a; int b;\n```\n```c\nb\n```\n";
        assert_eq!(program(page).as_deref(), Some("x {\n  int a;\n  int b;\n"));
        assert!(program("```sh\nx\n```\n").is_none());
    }

    #[test]
    fn the_workspace_has_both() {
        let introduction = Introduction::of(&Workspace::here()).unwrap();
        assert!(introduction.rules.len() > 5 && introduction.program.contains("int main"));
        assert!(introduction.words.contains("Blocks"));
    }
}
