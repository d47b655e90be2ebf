//! Tells how many bytes of a built library each crate has.

mod mangling;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use mangling::crate_of;

use crate::linked_crates::{self, LIBRARY};
use crate::workspace::{Result, Workspace, output_of, read};

/// The crate whose functions have the names of the header.
const EXPORTING: (&str, &str) = ("filestack_", "filestack");

/// The crate that has C and assembly, and what that is called here.
const FOREIGN: (&str, &str) = ("ring", "ring (C)");

/// The endings of its files.
const FOREIGN_ENDINGS: [&str; 4] = ["c", "h", "inl", "S"];

/// What it puts before the names that are seen outside their file.
const FOREIGN_PREFIX: &str = "ring_core_";

/// Whose symbols are neither Rust's nor a crate's C.
const OTHER: &str = "other";

/// What has no symbol: texts, tables of jumps, and other constants.
const UNNAMED: &str = "(no symbol)";

/// The sections that are counted, with those that their names begin: `.data.rel.ro`.
const SECTIONS: [&str; 3] = [".text", ".rodata", ".data"];

/// The format of the library. It is named to nm because objects with LLVM's code inside go to a plugin otherwise.
const FORMAT: &str = "elf64-x86-64";

/// Prints a row for each crate, the largest first, and the sizes of the sections.
pub(crate) fn print(workspace: &Workspace, library: &Path) -> Result<()> {
    let list = ["--target", FORMAT, "--defined-only", "--format=posix", "--radix=d"];
    let symbols = output_of(Command::new("nm").args(list).arg(library))?;
    let sections = output_of(Command::new("size").args(["--format=sysv", "--radix=10"]).arg(library))?;
    let sums = sums(&symbols, &foreign_names(workspace)?);
    if !sums.keys().any(|name| ![OTHER, EXPORTING.1].contains(name)) {
        return Err(format!("{}: has no symbols of crates; it must not be stripped", library.display()));
    }
    print!("{}", report(&sums, section_sizes(&sections)));
    Ok(())
}

/// Every word in the C and assembly of the crate that has some: what is static there has any name.
fn foreign_names(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let crates = linked_crates::all(workspace, LIBRARY)?;
    let mut names = BTreeSet::new();
    for linked in crates.iter().filter(|linked| linked.id.name == FOREIGN.0) {
        for ending in FOREIGN_ENDINGS {
            for file in workspace.files(&linked.folder.to_string_lossy(), ending)? {
                names.extend(words(&read(&file)?).map(str::to_owned));
            }
        }
    }
    Ok(names)
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The names and sizes of the symbols of code and data, as far as that is in the file.
fn symbols(listing: &str) -> impl Iterator<Item = (&str, u64)> {
    listing.lines().filter_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [name, kind, _, size] if !kind.eq_ignore_ascii_case("b") => Some((name, size.parse().ok()?)),
        _ => None,
    })
}

/// The bytes of each crate.
fn sums<'a>(listing: &'a str, foreign: &BTreeSet<String>) -> BTreeMap<&'a str, u64> {
    let mut sums = BTreeMap::new();
    for (name, size) in symbols(listing) {
        *sums.entry(owner(name, foreign)).or_default() += size;
    }
    sums
}

fn owner<'a>(symbol: &'a str, foreign: &BTreeSet<String>) -> &'a str {
    if let Some(name) = crate_of(symbol) {
        return name;
    }
    // Compilers number the names that come again: `zero.0`.
    let name = symbol.split('.').next().unwrap_or(symbol);
    if symbol.starts_with(EXPORTING.0) {
        EXPORTING.1
    } else if symbol.starts_with(FOREIGN_PREFIX) || foreign.contains(name) {
        FOREIGN.1
    } else {
        OTHER
    }
}

/// The sizes of the sections that are counted.
fn section_sizes(listing: &str) -> [u64; SECTIONS.len()] {
    SECTIONS.map(|section| {
        let rows = listing.lines().filter_map(|line| line.split_once(char::is_whitespace));
        let counted = rows.filter(|(name, _)| name.strip_prefix(section).is_some_and(is_end_or_dot));
        counted.filter_map(|(_, row)| row.split_whitespace().next()?.parse::<u64>().ok()).sum()
    })
}

fn is_end_or_dot(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

fn report(sums: &BTreeMap<&str, u64>, sections: [u64; SECTIONS.len()]) -> String {
    let total: u64 = sections.iter().sum();
    let unnamed = total.saturating_sub(sums.values().sum());
    let mut rows: Vec<(&str, u64)> = sums.iter().map(|(name, size)| (*name, *size)).collect();
    rows.push((UNNAMED, unnamed));
    rows.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
    let rows = rows.into_iter().chain(SECTIONS.into_iter().zip(sections)).chain([("total", total)]);
    rows.map(|(name, size)| row(name, size, total)).collect()
}

/// `reqwest          412 KiB    6.1 %`
fn row(name: &str, size: u64, total: u64) -> String {
    let kibibytes = (size + 512) / 1024;
    let thousandths = (size * 1000 + total / 2).checked_div(total).unwrap_or(0);
    format!("{name:<26} {kibibytes:>6} KiB {:>4}.{} %\n", thousandths / 10, thousandths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "\
frame_dummy t 16 8\n\
_ZN7reqwest7connect4open17h0123456789abcdefE t 100 1024\n\
_ZN7reqwest5error4FOOT17h0123456789abcdefE d 100 512\n\
_ZN5tokio5STATE17h0123456789abcdefE b 100 4096\n\
ring_core_0_17_14__LIMBS_add t 300 10\n\
table_select t 310 20\n\
zero.0 r 320 40\n\
filestack_client_new T 500 160\n\
_init T 600 \n\
malloc U \n";

    #[test]
    fn symbols_belong_to_crates() {
        let foreign = words("static const int zero = 0;\nvoid table_select(int i);").map(str::to_owned).collect();
        let expected = [("filestack", 160), (OTHER, 8), ("reqwest", 1536), (FOREIGN.1, 10 + 20 + 40)];
        assert_eq!(sums(LISTING, &foreign), BTreeMap::from(expected));
    }

    #[test]
    fn sections_are_counted_with_those_that_continue_their_name() {
        let listing = "lib.so  :\nsection  size  addr\n.text  1000  1\n.text.unlikely  24  2\n.textual  5  3\n\
                       .rodata  512  4\n.data.rel.ro  100  5\n.data  28  6\n.bss  700  7\nTotal  2000\n";
        assert_eq!(section_sizes(listing), [1024, 512, 128]);
    }

    #[test]
    fn rows_end_with_the_sections() {
        let report = report(&BTreeMap::from([("b", 1024), ("a", 1024), ("c", 6144)]), [8192, 1024, 1024]);
        let rows: Vec<String> =
            report.lines().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            rows,
            [
                "c 6 KiB 60.0 %",
                "(no symbol) 2 KiB 20.0 %",
                "a 1 KiB 10.0 %",
                "b 1 KiB 10.0 %",
                ".text 8 KiB 80.0 %",
                ".rodata 1 KiB 10.0 %",
                ".data 1 KiB 10.0 %",
                "total 10 KiB 100.0 %"
            ]
        );
    }
}
