//! Checks that the page of filestack-local has the options of the program.

use std::collections::BTreeSet;

use syn::{Attribute, Expr, Field, Item, LitStr, Token};

use crate::workspace::{Result, Workspace, read};

const PAGE: &str = "filestack-local/filestack-local.1";
const PROGRAM: &str = "filestack-local/src/options.rs";

/// The struct that clap reads the command line into.
const COMMAND_LINE: &str = "CommandLine";

/// Options that clap adds.
const ADDED: [&str; 2] = ["help", "version"];

/// How the page begins the entry of an option.
const ENTRY: &str = ".It Fl ";

/// Fails when an option of the program has no entry, or an entry is no option.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let options = options(&read(&workspace.path(PROGRAM))?).map_err(|cause| format!("{PROGRAM}: {cause}"))?;
    let failures = differences(&options, &entries(&read(&workspace.path(PAGE))?));
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn differences(options: &BTreeSet<String>, entries: &BTreeSet<String>) -> Vec<String> {
    let missing = options.difference(entries).map(|option| format!("{PAGE}: --{option} has no entry"));
    let surplus = entries.difference(options).map(|entry| format!("{PAGE}: --{entry} is no option of {PROGRAM}"));
    missing.chain(surplus).collect()
}

/// The long options that a page has entries for.
fn entries(page: &str) -> BTreeSet<String> {
    let lines = page.lines().filter_map(|line| line.strip_prefix(ENTRY));
    let words = lines.flat_map(|line| line.split_whitespace().map(|word| word.replace("\\-", "-")));
    words.filter_map(|word| word.strip_prefix('-').map(str::to_owned)).collect()
}

/// The long options of a program.
fn options(program: &str) -> Result<BTreeSet<String>> {
    let file = syn::parse_file(program).map_err(|cause| cause.to_string())?;
    let fields = file.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == COMMAND_LINE => Some(&item.fields),
        _ => None,
    });
    let fields = fields.ok_or_else(|| format!("there is no struct {COMMAND_LINE}"))?;
    let mut options: BTreeSet<String> = ADDED.into_iter().map(str::to_owned).collect();
    for field in fields {
        options.extend(option(field).map_err(|cause| cause.to_string())?);
    }
    Ok(options)
}

/// The long option that a field stands for.
fn option(field: &Field) -> syn::Result<Option<String>> {
    let mut found = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("arg")) {
        found = long(attribute, field)?.or(found);
    }
    Ok(found)
}

fn long(attribute: &Attribute, field: &Field) -> syn::Result<Option<String>> {
    let mut found = None;
    attribute.parse_nested_meta(|meta| {
        let is_long = meta.path.is_ident("long");
        if is_long && !meta.input.peek(Token![=]) {
            found = field.ident.as_ref().map(|name| name.to_string().replace('_', "-"));
        } else if is_long {
            found = Some(meta.value()?.parse::<LitStr>()?.value());
        } else if meta.input.peek(Token![=]) {
            meta.value()?.parse::<Expr>()?;
        }
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn options_are_those_that_clap_makes() {
        let program = "struct Other { #[arg(long)] x: bool }\nstruct CommandLine {\n/// A.\n#[arg(long, value_name = \
                       \"N\", default_value_t = 0)]\npart_size: u16,\n#[arg(long = \"apikey\", value_parser = a::b)]\n\
                       keys: Vec<String>,\n#[arg(last = true)]\ncommand: Vec<OsString>,\nplain: u8 }";
        assert_eq!(options(program).unwrap(), set(&["apikey", "help", "part-size", "version"]));
        assert!(options("struct Other;").is_err());
    }

    #[test]
    fn entries_are_the_long_options_of_a_list() {
        let page = ".It Fl h , Fl \\-help\nText \\-\\-no.\n.It Fl \\-part\\-size Ar N\n.It Fl -tls\n.Fl \\-other\n";
        assert_eq!(entries(page), set(&["help", "part-size", "tls"]));
    }

    #[test]
    fn both_must_have_the_same() {
        assert!(differences(&set(&["a", "b"]), &set(&["a", "b"])).is_empty());
        assert_eq!(
            differences(&set(&["a", "b"]), &set(&["b", "c"])),
            [
                "filestack-local/filestack-local.1: --a has no entry",
                "filestack-local/filestack-local.1: --c is no option of filestack-local/src/options.rs"
            ]
        );
    }

    #[test]
    fn the_page_has_the_options_of_the_program() {
        check(&Workspace::here()).unwrap();
    }
}
