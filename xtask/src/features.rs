//! The features that the shipped library is compiled with, compared with a committed list.

use std::collections::BTreeSet;

use crate::linked_crates::{LIBRARY, tree};
use crate::workspace::{Result, Workspace, read, write_if_changed};

/// The list, one library with its features a line.
const LIST: &str = "xtask/features.txt";

/// Writes the list.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    write_if_changed(&workspace.path(LIST), list(workspace)?.as_bytes())
}

/// Fails when the library would be compiled with other features, such as those that another package asks for.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let found = differences(&read(&workspace.path(LIST))?, &list(workspace)?);
    if found.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the features of the library are not those of {LIST}; if that is meant, run `make headers` and commit it:\n{}",
        found.join("\n")
    ))
}

fn list(workspace: &Workspace) -> Result<String> {
    let tree = tree(workspace, LIBRARY, ["features,normal", "none", "{lib} {f}"])?;
    // A line that was shown before ends with a mark; lines of single features repeat what the libraries list.
    let lines = tree.lines().map(|line| line.trim_end_matches("(*)").trim()).filter(|line| is_library(line));
    let lines: BTreeSet<&str> = lines.collect();
    Ok(lines.into_iter().map(|line| format!("{line}\n")).collect())
}

fn is_library(line: &str) -> bool {
    !line.is_empty() && !line.contains("feature \"")
}

/// The lines that only one of the lists has, each with the sign of its list.
fn differences(committed: &str, found: &str) -> Vec<String> {
    let (committed, found): (BTreeSet<&str>, BTreeSet<&str>) = (committed.lines().collect(), found.lines().collect());
    let gone = committed.difference(&found).map(|line| format!("- {line}"));
    gone.chain(found.difference(&committed).map(|line| format!("+ {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_was_added_is_shown_in_both_forms() {
        assert_eq!(differences("a default\nb \n", "a default\nb std\n"), ["- b ", "+ b std"]);
        assert!(differences("a\n", "a\n").is_empty());
    }
}
