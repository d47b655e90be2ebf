//! What all pages have at their foot: version and date.

use crate::workspace::{Result, Workspace, read};

use super::mdoc::Page;

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
pub(super) struct Edition {
    pub(super) version: &'static str,
    pub(super) date: String,
}

impl Edition {
    pub(super) fn present(workspace: &Workspace) -> Result<Self> {
        Edition::of(&read(&workspace.path(CHANGELOG))?)
    }

    /// That of the latest release in the changelog.
    fn of(changelog: &str) -> Result<Self> {
        let date = match changelog.lines().find_map(release_date) {
            Some(date) => written_date(date).ok_or(format!("{CHANGELOG}: '{date}' is not a date"))?,
            None => UNRELEASED.to_owned(),
        };
        Ok(Edition { version: env!("CARGO_PKG_VERSION"), date })
    }

    /// The lines that every page begins with.
    pub(super) fn head(&self, page: &mut Page, title: &str, section: u8) {
        page.line(&format!(".Dd {}", self.date));
        page.line(&format!(".Dt {title} {section}"));
        page.line(&format!(".Os libfilestack {}", self.version));
    }
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
}
