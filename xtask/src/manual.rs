//! Writes the manual pages: one for every function of the header, and one about the library.

mod function_page;
mod local_page;
mod mdoc;
mod overview;
mod types;

use std::path::Path;

use mdoc::Page;

use crate::introduction::Introduction;
use crate::model::Api;
use crate::workspace::{Result, Workspace, read, write_if_changed};

const CHANGELOG: &str = "CHANGELOG.md";

/// What the pages are dated before the first release. They have the same bytes in every run.
const UNRELEASED: &str = "January 1, 2026";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What all pages have at their foot.
struct Edition {
    version: &'static str,
    date: String,
}

impl Edition {
    fn of(changelog: &str) -> Result<Self> {
        let date = match changelog.lines().find_map(release_date) {
            Some(date) => written_date(date).ok_or(format!("{CHANGELOG}: '{date}' is not a date"))?,
            None => UNRELEASED.to_owned(),
        };
        Ok(Edition { version: env!("CARGO_PKG_VERSION"), date })
    }

    /// The lines that every page begins with.
    fn head(&self, page: &mut Page, title: &str, section: u8) {
        page.line(&format!(".Dd {}", self.date));
        page.line(&format!(".Dt {title} {section}"));
        page.line(&format!(".Os libfilestack {}", self.version));
    }
}

/// Writes the pages to `man3` and `man7` of a folder.
pub(crate) fn write(workspace: &Workspace, folder: &Path) -> Result<()> {
    for (name, text) in pages(workspace)? {
        write_if_changed(&folder.join(name), text.as_bytes())?;
    }
    Ok(())
}

/// Fails when a page cannot be made, or that of filestack-local does not have the options of the program.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    pages(workspace)?;
    local_page::check(workspace)
}

/// Every page with its name in the folder.
fn pages(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let api = Api::of(workspace)?;
    let edition = Edition::of(&read(&workspace.path(CHANGELOG))?)?;
    let page = |function| function_page::write(&api, function, &edition);
    let mut pages: Vec<(String, String)> =
        api.functions.iter().map(|function| (format!("man3/{}.3", function.name), page(function))).collect();
    let overview = overview::write(&api, &Introduction::of(workspace)?, &edition)?;
    pages.push(("man7/filestack.7".to_owned(), overview));
    Ok(pages)
}

/// The date of a release in its heading: `## [0.1.0] - YYYY-MM-DD`.
fn release_date(heading: &str) -> Option<&str> {
    heading.strip_prefix("## [")?.split_once("] - ").map(|(_, date)| date.trim())
}

/// A date as manual pages have it: `May 7, 2030`.
fn written_date(date: &str) -> Option<String> {
    let numbers: Vec<usize> = date.split('-').map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    let [year, month, day] = numbers[..] else { return None };
    let month = MONTHS.get(month.checked_sub(1)?)?;
    Some(format!("{month} {day}, {year}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_the_latest_release() {
        let date = |changelog: &str| Edition::of(changelog).map(|edition| edition.date);
        assert_eq!(date("## [Unreleased]\n").unwrap(), UNRELEASED);
        assert_eq!(date("## [Unreleased]\n## [0.2.0] - 2031-05-07\n## [0.1.0] - 2030-01-01\n").unwrap(), "May 7, 2031");
        for wrong in ["soon", "2031-13-01", "2031-00-01", "2031-05"] {
            assert!(date(&format!("## [0.2.0] - {wrong}\n")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_function_has_a_page_and_every_reference_leads_to_one() {
        let workspace = Workspace::here();
        let pages = pages(&workspace).unwrap();
        let functions = Api::of(&workspace).unwrap().functions;
        assert_eq!(pages.len(), functions.len() + 1);
        for function in &functions {
            assert!(pages.iter().any(|(name, _)| *name == format!("man3/{}.3", function.name)), "{}", function.name);
        }
        for (name, text) in &pages {
            for reference in references(text) {
                assert!(pages.iter().any(|(name, _)| name.ends_with(&format!("/{reference}"))), "{name}: {reference}");
            }
        }
    }

    /// The pages of the library that a page refers to, as names of files.
    fn references(text: &str) -> impl Iterator<Item = String> {
        let after = text.split("Xr ").skip(1);
        let pages = after.filter_map(|rest| {
            let mut words = rest.split_whitespace();
            Some(format!("{}.{}", words.next()?, words.next()?))
        });
        pages.filter(|page| page.starts_with("filestack_") || page.ends_with(".7"))
    }
}
