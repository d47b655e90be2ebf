//! Writes the manual pages: one for every function of the header, and one about the library.

mod edition;
mod function_page;
mod local_page;
mod mdoc;
mod overview;
mod types;

use std::path::Path;

use edition::Edition;

use crate::introduction::Introduction;
use crate::model::Api;
use crate::workspace::{Result, Workspace, write_if_changed};

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
    let edition = Edition::present(workspace)?;
    let page = |function| function_page::write(&api, function, &edition);
    let mut pages: Vec<(String, String)> =
        api.functions.iter().map(|function| (format!("man3/{}.3", function.name), page(function))).collect();
    let overview = overview::write(&api, &Introduction::of(workspace)?, &edition)?;
    pages.push(("man7/filestack.7".to_owned(), overview));
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

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
