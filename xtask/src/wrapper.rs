//! Checks that the C++ wrapper reaches the whole C API.

use std::collections::BTreeSet;

use crate::declarations::Header;
use crate::workspace::{Result, Workspace, read};

const WRAPPER: &str = "include/filestack/filestack.hpp";

/// The folder of its parts.
const PARTS: &str = "include/filestack/cpp";

/// Functions that C++ has no use for: its options are aggregates, which copy themselves.
const NOT_NEEDED: [&str; 4] = [
    "filestack_client_options_clone",
    "filestack_request_options_clone",
    "filestack_store_options_clone",
    "filestack_upload_options_clone",
];

/// Fails when a function of the header is not called by the wrapper, and when a listed exception is not one.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let header = Header::parse(&workspace.header()?)?;
    let declared: BTreeSet<&str> = header.functions().map(|(item, _)| item.name.as_str()).collect();
    let failures = differences(&declared, &text(workspace)?);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The wrapper with all its parts.
fn text(workspace: &Workspace) -> Result<String> {
    let mut text = read(&workspace.path(WRAPPER))?;
    for part in workspace.files(PARTS, "hpp")? {
        text.push_str(&read(&part)?);
    }
    Ok(text)
}

fn differences(declared: &BTreeSet<&str>, wrapper: &str) -> Vec<String> {
    let called = names_in(wrapper);
    let missing = declared
        .iter()
        .filter(|name| !called.contains(*name) && !NOT_NEEDED.contains(name))
        .map(|name| format!("{WRAPPER}: {name} is not reached"));
    let surplus = NOT_NEEDED
        .iter()
        .filter(|name| !declared.contains(*name) || called.contains(*name))
        .map(|name| format!("{name}: is not an exception of {WRAPPER}"));
    missing.chain(surplus).collect()
}

/// The identifiers outside comments.
fn names_in(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        names.extend(identifiers(&rest[..start]));
        rest = rest[start..].find("*/").map_or("", |end| &rest[start + end + 2..]);
    }
    names.extend(identifiers(rest));
    names
}

fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_reached_by_its_whole_name_in_the_code() {
        let declared = BTreeSet::from_iter(NOT_NEEDED.into_iter().chain(["filestack_a", "filestack_a_b"]));
        let missing = differences(&declared, "/* filestack_a */ call(filestack_a_b); /* filestack_a");
        assert_eq!(missing, [format!("{WRAPPER}: filestack_a is not reached")]);
        assert!(differences(&declared, "filestack_a_b(); /* and */ filestack_a();").is_empty());
    }

    #[test]
    fn an_exception_must_be_one() {
        let declared = BTreeSet::from(NOT_NEEDED);
        assert_eq!(differences(&declared, &format!("{}()", NOT_NEEDED[0])).len(), 1);
        assert_eq!(differences(&BTreeSet::new(), "").len(), NOT_NEEDED.len());
    }
}
