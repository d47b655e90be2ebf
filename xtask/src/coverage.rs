//! Shows that the whole reference is covered: every method and parameter has a C function and a test that exist.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::declarations::Header;
use crate::workspace::{Result, Workspace, read, write_if_changed};

/// What is covered by what.
const ROWS: &str = "catalogue/reference.toml";
/// The page that is made of it.
const PAGE: &str = "docs/reference-coverage.md";
/// The page whose last column names tests, too.
const COMPARISON: &str = "docs/compared-with-python.md";

const INTRODUCTION: &str = "\
# Coverage of the reference

Every method and parameter of the Python SDK 4.0.0, the C function that covers it, and a test that shows it.
`cargo xtask coverage` makes this page of `catalogue/reference.toml`, and fails when a function is not in the header or
a test does not exist. What differs on purpose stands in [compared-with-python.md](compared-with-python.md).
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    method: Vec<Method>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Method {
    name: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    c: String,
    test: String,
}

/// Writes the page.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let page = checked_page(workspace)?;
    write_if_changed(&workspace.path(PAGE), page.as_bytes())
}

/// Fails when the page is not what it should be, or something it names does not exist.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    if read(&workspace.path(PAGE))? != checked_page(workspace)? {
        return Err(format!("{PAGE} is stale: run `make headers`"));
    }
    Ok(())
}

fn checked_page(workspace: &Workspace) -> Result<String> {
    let coverage: Coverage =
        toml::from_str(&read(&workspace.path(ROWS))?).map_err(|cause| format!("{ROWS}: {cause}"))?;
    let header = Header::parse(&workspace.header()?)?;
    let declared: BTreeSet<&str> = header.functions().map(|(item, _)| item.name.as_str()).collect();
    let mut failures = Vec::new();
    for (method, row) in coverage.method.iter().flat_map(|method| method.rows.iter().map(move |row| (method, row))) {
        if !declared.contains(row.c.as_str()) {
            failures.push(format!("{ROWS}: {} {}: the header has no {}", method.name, row.name, row.c));
        }
        failures.extend(missing_test(workspace, ROWS, &row.test)?);
    }
    for test in tests_in(&read(&workspace.path(COMPARISON))?) {
        failures.extend(missing_test(workspace, COMPARISON, test)?);
    }
    if failures.is_empty() { Ok(page(&coverage)) } else { Err(failures.join("\n")) }
}

fn page(coverage: &Coverage) -> String {
    let rows = || coverage.method.iter().flat_map(|method| &method.rows);
    let functions: BTreeSet<&str> = rows().map(|row| row.c.as_str()).collect();
    let tests: BTreeSet<&str> = rows().map(|row| row.test.as_str()).collect();
    let mut page = format!("{INTRODUCTION}\n| method | parameter | C function | test |\n|---|---|---|---|\n");
    for method in &coverage.method {
        for row in &method.rows {
            let _ = writeln!(page, "| `{}` | {} | `{}` | `{}` |", method.name, row.name, row.c, row.test);
        }
    }
    let (methods, rows) = (coverage.method.len(), rows().count());
    let (functions, tests) = (functions.len(), tests.len());
    let _ = writeln!(page, "\n{methods} methods, {rows} rows, {functions} C functions, {tests} tests.");
    page
}

/// The tests that a page names: `file::function` in backticks.
fn tests_in(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2).filter(|code| code.contains("::") && code.contains('/'))
}

/// What is wrong when a test does not exist.
fn missing_test(workspace: &Workspace, named_by: &str, test: &str) -> Result<Option<String>> {
    let (file, function) =
        test.split_once("::").ok_or_else(|| format!("{named_by}: '{test}' is not file::function"))?;
    let text = read(&workspace.path(file)).map_err(|cause| format!("{named_by}: {cause}"))?;
    Ok((!defines(&text, function)).then(|| format!("{named_by}: {file} has no test {function}")))
}

/// Whether a Rust or C file defines the test.
fn defines(text: &str, function: &str) -> bool {
    let rust = format!("fn {function}(");
    let c = format!("static void {function}(void)");
    text.lines().any(|line| line.contains(&rust) || line == c || line.starts_with(&format!("{c} {{")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_by_their_definition() {
        let rust = "    #[test]\n    fn a_test() {\n        other();\n";
        assert!(defines(rust, "a_test"));
        assert!(!defines(rust, "other"));
        let c = "static void a_test(void)\n{\n    other();\n}\n";
        assert!(defines(c, "a_test"));
        assert!(!defines(c, "other"));
        assert!(!defines("/* static void a_test(void) */", "a_test"));
    }

    #[test]
    fn a_page_names_tests_in_backticks() {
        let page = "| 1 | `store()` | x | `tests/a.rs::b` |\n`c::d`\n";
        assert_eq!(tests_in(page).collect::<Vec<_>>(), ["tests/a.rs::b"]);
    }

    #[test]
    fn the_page_counts() {
        let coverage: Coverage = toml::from_str(
            "[[method]]\nname = \"m\"\nrows = [{ name = \"a\", c = \"f\", test = \"t::x\" }, { name = \"b\", c = \"f\", test = \"t::y\" }]",
        )
        .unwrap();
        let page = page(&coverage);
        assert!(page.contains("| `m` | b | `f` | `t::y` |"), "{page}");
        assert!(page.ends_with("\n1 methods, 2 rows, 1 C functions, 2 tests.\n"), "{page}");
    }
}
