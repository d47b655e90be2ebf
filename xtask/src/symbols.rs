//! Compares what the shared library exports with what the header declares.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::declarations::Header;
use crate::workspace::{Result, Workspace, output_of};

/// Fails when the library exports a function that the header does not declare, or the other way round.
pub(crate) fn check(workspace: &Workspace, library: &Path) -> Result<()> {
    let listing = output_of(Command::new("nm").args(["-D", "--defined-only"]).arg(library))?;
    let header = Header::parse(&workspace.header()?)?;
    let declared: BTreeSet<&str> = header.functions().map(|(item, _)| item.name.as_str()).collect();
    let exported = exported(&listing);
    let failures = differences(&declared, &exported);
    if !failures.is_empty() {
        return Err(format!("{}:\n{}", library.display(), failures.join("\n")));
    }
    println!("{}: exports the {} functions of the header and nothing else", workspace.shown(library), exported.len());
    Ok(())
}

/// The names in the output of nm, without a version.
fn exported(listing: &str) -> BTreeSet<&str> {
    let names = listing.lines().filter_map(|line| line.split_whitespace().last());
    names.map(|name| name.split('@').next().unwrap_or(name)).collect()
}

fn differences(declared: &BTreeSet<&str>, exported: &BTreeSet<&str>) -> Vec<String> {
    let missing = declared.difference(exported).map(|name| format!("{name}: declared in the header, not exported"));
    let surplus = exported.difference(declared).map(|name| format!("{name}: exported, not declared in the header"));
    let foreign = exported.iter().filter(|name| !name.starts_with("filestack_"));
    missing.chain(surplus).chain(foreign.map(|name| format!("{name}: does not begin with filestack_"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named() {
        let exported = exported("0000000000480300 T filestack_a\n0000000000480300 T filestack_b@@V_1\n0000 D other\n");
        assert_eq!(
            differences(&BTreeSet::from(["filestack_b", "filestack_c"]), &exported),
            [
                "filestack_c: declared in the header, not exported",
                "filestack_a: exported, not declared in the header",
                "other: exported, not declared in the header",
                "other: does not begin with filestack_",
            ]
        );
        assert!(
            differences(
                &exported.clone().into_iter().filter(|name| *name != "other").collect(),
                &BTreeSet::from(["filestack_a", "filestack_b"])
            )
            .is_empty()
        );
    }
}
