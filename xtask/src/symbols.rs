//! Compares what the libraries show to others with what the header declares, and checks how the shared one is linked.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::declarations::Header;
use crate::version_script::Names;
use crate::workspace::{Result, Workspace, output_of};

/// Fails when a library of the folder has another function for others than those of the header, or lacks one, or when the
/// shared one is not linked as it must be.
pub(crate) fn check(workspace: &Workspace, folder: &Path) -> Result<()> {
    let header = Header::parse(&workspace.header()?)?;
    let declared: BTreeSet<&str> = header.functions().map(|(item, _)| item.name.as_str()).collect();
    let names = Names::present();
    let (shared, archive) = (folder.join(names.shared()), folder.join("libfilestack.a"));
    let listing = output_of(Command::new("nm").args(["-D", "--defined-only", "--with-symbol-versions"]).arg(&shared))?;
    let mut failures = differences(&declared, &shown(&listing));
    failures.extend(without_version(&listing, &names.node()));
    let dynamic = output_of(Command::new("readelf").args(["--dynamic", "--wide"]).arg(&shared))?;
    let segments = output_of(Command::new("readelf").args(["--program-headers", "--wide"]).arg(&shared))?;
    failures.extend(wrong_links(&dynamic, &segments, &names.soname()));
    fail_with(workspace, &shared, failures)?;
    let listing = output_of(Command::new("nm").args(["--extern-only", "--defined-only"]).arg(&archive))?;
    fail_with(workspace, &archive, differences(&declared, &shown(&listing)))?;
    println!("{}: both libraries have the {} functions of the header", workspace.shown(folder), declared.len());
    Ok(())
}

fn fail_with(workspace: &Workspace, library: &Path, failures: Vec<String>) -> Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    Err(format!("{}:\n{}", workspace.shown(library), failures.join("\n")))
}

/// The lines of nm that have a symbol: all but empty ones and the names of an archive's members.
fn symbols(listing: &str) -> impl Iterator<Item = &str> {
    let with_symbol = |line: &&str| line.split_whitespace().count() == 3;
    listing.lines().filter(with_symbol).filter_map(|line| line.split_whitespace().last())
}

/// The names in the output of nm, without a version. The version itself is a symbol, too, which has none.
fn shown(listing: &str) -> BTreeSet<&str> {
    symbols(listing).filter(|name| !is_node(name)).map(|name| name.split('@').next().unwrap_or(name)).collect()
}

/// The version's own symbol.
fn is_node(name: &str) -> bool {
    name.starts_with("FILESTACK_")
}

fn without_version(listing: &str, node: &str) -> Vec<String> {
    let version = format!("@@{node}");
    let other = symbols(listing).filter(|name| !is_node(name) && !name.ends_with(&version));
    other.map(|name| format!("{name}: its version is not {node}")).collect()
}

fn differences(declared: &BTreeSet<&str>, shown: &BTreeSet<&str>) -> Vec<String> {
    let missing = declared.difference(shown).map(|name| format!("{name}: declared in the header, not exported"));
    let surplus = shown.difference(declared).map(|name| format!("{name}: exported, not declared in the header"));
    let foreign = shown.iter().filter(|name| !name.starts_with("filestack_"));
    missing.chain(surplus).chain(foreign.map(|name| format!("{name}: does not begin with filestack_"))).collect()
}

/// What is wrong in the lists of readelf.
fn wrong_links(dynamic: &str, segments: &str, soname: &str) -> Vec<String> {
    let has = |tag: &str, value: &str| dynamic.lines().any(|line| line.contains(tag) && line.contains(value));
    let flags_of = |segment: &str| segments.lines().find(|line| line.trim_start().starts_with(segment)).map(flags_in);
    let is_both = |line: &str| {
        let flags = flags_in(line);
        line.trim_start().starts_with("LOAD") && flags.contains('W') && flags.contains('E')
    };
    let wanted = [
        (has("(SONAME)", &format!("[{soname}]")), format!("its soname is not {soname}")),
        (has("(FLAGS)", "BIND_NOW"), "its symbols are not bound when it is loaded".to_owned()),
        (has("(FLAGS_1)", "NODELETE"), "dlclose would unmap it".to_owned()),
        (!has("TEXTREL", ""), "its text is relocated".to_owned()),
        (flags_of("GNU_RELRO").is_some(), "its relocations stay writable".to_owned()),
        (flags_of("GNU_STACK").is_some_and(|flags| !flags.contains('E')), "its stack is executable".to_owned()),
        (!segments.lines().any(is_both), "a segment is both written and executed".to_owned()),
    ];
    wanted.into_iter().filter(|(is_met, _)| !is_met).map(|(_, failure)| failure).collect()
}

/// The flags of a segment, which stand between its sizes and its alignment.
fn flags_in(line: &str) -> String {
    line.split_whitespace().skip(6).take_while(|word| !word.starts_with("0x")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DYNAMIC: &str = "\
 0x000000000000000e (SONAME)             Library soname: [libfilestack.so.0.1]
 0x000000000000001e (FLAGS)              BIND_NOW
 0x000000006ffffffb (FLAGS_1)            Flags: NOW NODELETE
";
    const SEGMENTS: &str = "\
  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg Align
  LOAD           0x010000 0x0000000000010000 0x0000000000010000 0x2f0000 0x2f0000 R E 0x1000
  LOAD           0x300000 0x0000000000301000 0x0000000000301000 0x040000 0x042000 RW  0x1000
  GNU_STACK      0x000000 0x0000000000000000 0x0000000000000000 0x000000 0x000000 RW  0x10
  GNU_RELRO      0x300000 0x0000000000301000 0x0000000000301000 0x03e000 0x03e000 R   0x1
";

    #[test]
    fn differences_are_named() {
        let listing =
            "0000 A FILESTACK_0.1\n0000000000480300 T filestack_a\n0000000000480300 T filestack_b@@V_1\n0000 D other\n";
        let shown = shown(listing);
        assert_eq!(
            differences(&BTreeSet::from(["filestack_b", "filestack_c"]), &shown),
            [
                "filestack_c: declared in the header, not exported",
                "filestack_a: exported, not declared in the header",
                "other: exported, not declared in the header",
                "other: does not begin with filestack_",
            ]
        );
        assert_eq!(
            without_version(listing, "V_1"),
            ["filestack_a: its version is not V_1", "other: its version is not V_1"]
        );
        let named: BTreeSet<&str> = shown.iter().copied().filter(|name| *name != "other").collect();
        assert!(differences(&named, &BTreeSet::from(["filestack_a", "filestack_b"])).is_empty());
    }

    #[test]
    fn members_of_an_archive_are_no_symbols() {
        let listing = "\nfilestack.o:\n0000000000000000 T filestack_a\n";
        assert_eq!(shown(listing), BTreeSet::from(["filestack_a"]));
    }

    #[test]
    fn a_library_that_is_linked_otherwise_is_refused() {
        let soname = "libfilestack.so.0.1";
        assert!(wrong_links(DYNAMIC, SEGMENTS, soname).is_empty());
        assert_eq!(wrong_links(DYNAMIC, SEGMENTS, "libfilestack.so.1").len(), 1);
        assert_eq!(wrong_links("", "", soname).len(), 5);
        let text = format!("{DYNAMIC} 0x0000000000000016 (TEXTREL)            0x0\n");
        assert_eq!(wrong_links(&text, SEGMENTS, soname), ["its text is relocated"]);
        let stack = SEGMENTS.replace("RW  0x10\n", "RWE 0x10\n");
        assert_eq!(wrong_links(DYNAMIC, &stack, soname), ["its stack is executable"]);
        let both = SEGMENTS.replace("R E 0x1000", "RWE 0x1000");
        assert_eq!(wrong_links(DYNAMIC, &both, soname), ["a segment is both written and executed"]);
    }
}
