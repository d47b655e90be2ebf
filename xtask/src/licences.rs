//! Writes the licences of what is linked into the library and the program: as one text, or as `debian/copyright`.

mod debian;
mod expression;
pub(crate) mod standard_library;
mod texts;

use std::fmt::Write as _;
use std::path::Path;

use standard_library::Part;
use texts::{Licensed, Text};

use crate::linked_crates::{self, Crate, LIBRARY, PROGRAM, TARGET};
use crate::workspace::{Result, Workspace, write_if_changed};

/// The licence of the workspace's own packages, which have no texts of their own.
const OWN_TEXT: &str = "LICENSE";

/// Something that is linked.
struct Entry {
    /// Its name and version.
    title: String,
    /// Its licence as an SPDX expression.
    licence: String,
    texts: Vec<Text>,
}

/// Writes all texts into one file.
pub(crate) fn write(workspace: &Workspace, out: &Path) -> Result<()> {
    let of_crate = |(linked, texts): Licensed| Entry { title: linked.id.to_string(), licence: linked.licence, texts };
    let of_part = |part: Part| Entry {
        title: format!("{} {} (Rust's standard library)", part.name, part.version),
        licence: part.licence,
        texts: part.texts,
    };
    let [library, program] = crates_with_texts(workspace)?;
    let parts = standard_library::parts(workspace)?;
    let library: Vec<Entry> = library.into_iter().map(of_crate).chain(parts.into_iter().map(of_part)).collect();
    let program: Vec<Entry> = program.into_iter().map(of_crate).collect();
    write_if_changed(out, document(&library, &program).as_bytes())
}

/// Writes `debian/copyright`.
pub(crate) fn write_debian(workspace: &Workspace, out: &Path) -> Result<()> {
    let [library, program] = crates_with_texts(workspace)?;
    write_if_changed(out, debian::copyright(workspace, &library, &program)?.as_bytes())
}

/// Those of the library, and those that only the program has.
fn crates_with_texts(workspace: &Workspace) -> Result<[Vec<Licensed>; 2]> {
    let library = linked_crates::all(workspace, LIBRARY)?;
    let mut program = linked_crates::all(workspace, PROGRAM)?;
    program.retain(|linked| library.iter().all(|known| known.id != linked.id));
    let with_texts = |linked| texts_of(workspace, &linked).map(|texts| (linked, texts));
    let with_texts = |crates: Vec<Crate>| crates.into_iter().map(with_texts).collect::<Result<_>>();
    Ok([with_texts(library)?, with_texts(program)?])
}

/// The texts of a crate's package; when it has none, those of the first licences of its expression that suffice.
fn texts_of(workspace: &Workspace, linked: &Crate) -> Result<Vec<Text>> {
    if linked.is_ours {
        return Ok(vec![Text { name: OWN_TEXT.into(), text: texts::of_file(&workspace.path(OWN_TEXT))? }]);
    }
    let found = texts::of_package(&linked.folder)?;
    if found.is_empty() { standard_texts(workspace, linked) } else { Ok(found) }
}

fn standard_texts(workspace: &Workspace, linked: &Crate) -> Result<Vec<Text>> {
    for choice in expression::choices(&linked.licence).map_err(|cause| format!("{}: {cause}", linked.id))? {
        let standard =
            choice.iter().map(|licence| Ok(texts::standard(workspace, licence)?.map(|text| (licence, text))));
        let standard: Option<Vec<_>> = standard.collect::<Result<_>>()?;
        if let Some(standard) = standard {
            let filled = |(licence, text): (&String, String)| Text {
                name: format!("standard text of {licence}"),
                text: with_authors(&linked.authors, &text),
            };
            return Ok(standard.into_iter().map(filled).collect());
        }
    }
    let (id, licence) = (&linked.id, &linked.licence);
    Err(format!("{id}: its package has no text of its licence, and xtask/licences has none for '{licence}'"))
}

fn with_authors(authors: &[String], text: &str) -> String {
    if authors.is_empty() { text.to_owned() } else { format!("Copyright {}\n\n{text}", authors.join(", ")) }
}

/// A text that belongs to one or more entries.
struct Shared<'a> {
    text: &'a str,
    /// The titles of the entries, with the name that it has there.
    owners: Vec<(&'a str, &'a str)>,
}

/// The texts in the order in which the entries come, each once.
fn shared<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Shared<'a>> {
    let mut all: Vec<Shared<'_>> = Vec::new();
    for (entry, text) in entries.flat_map(|entry| entry.texts.iter().map(move |text| (entry, text))) {
        let owner = (entry.title.as_str(), text.name.as_str());
        match all.iter_mut().find(|known| known.text == text.text) {
            Some(known) => known.owners.push(owner),
            None => all.push(Shared { text: &text.text, owners: vec![owner] }),
        }
    }
    all
}

fn document(library: &[Entry], program: &[Entry]) -> String {
    let shared = shared(library.iter().chain(program));
    let mut document = format!(
        "What is linked into libfilestack for {TARGET}, and under which licences.\n\
         The numbers are those of the texts below.\n\n{}\n\
         What is linked into {PROGRAM}, besides most of that:\n\n{}",
        listing(library, &shared),
        listing(program, &shared)
    );
    for (number, text) in (1..).zip(&shared) {
        let _ = writeln!(document, "\n{}\nText {number}, of", "=".repeat(80));
        for (title, name) in &text.owners {
            let _ = writeln!(document, "  {title}: {name}");
        }
        let _ = write!(document, "{}\n\n{}", "=".repeat(80), text.text);
    }
    document
}

fn listing(entries: &[Entry], shared: &[Shared<'_>]) -> String {
    let line = |entry: &Entry| {
        let owns = |text: &Shared<'_>| text.owners.iter().any(|(title, _)| *title == entry.title);
        let numbers = (1..).zip(shared).filter(|(_, text)| owns(text)).map(|(number, _)| number.to_string());
        let numbers: Vec<String> = numbers.collect();
        format!("{}: {} [{}]\n", entry.title, entry.licence, numbers.join(", "))
    };
    entries.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::linked_crates::Id;

    fn linked(licence: &str) -> Crate {
        Crate {
            id: Id { name: "a".into(), version: "1.0.0".into() },
            licence: licence.into(),
            authors: vec!["B".into(), "C".into()],
            repository: None,
            folder: "a".into(),
            is_ours: false,
            checksum: None,
            dependencies: BTreeSet::new(),
        }
    }

    #[test]
    fn a_text_is_written_once_with_all_that_it_belongs_to() {
        let entry = |title: &str, texts: &[(&str, &str)]| Entry {
            title: title.into(),
            licence: "MIT".into(),
            texts: texts.iter().map(|(name, text)| Text { name: (*name).into(), text: (*text).into() }).collect(),
        };
        let document = document(
            &[entry("a 1", &[("LICENSE", "same\n"), ("NOTICE", "other\n")])],
            &[entry("b 2", &[("sub/COPYING", "same\n")])],
        );
        assert!(document.contains("\n\na 1: MIT [1, 2]\n\nWhat is linked into filestack-local"), "{document}");
        assert!(document.contains(":\n\nb 2: MIT [1]\n\n====="), "{document}");
        assert!(document.contains("\nText 1, of\n  a 1: LICENSE\n  b 2: sub/COPYING\n====="), "{document}");
        assert!(document.contains("\nText 2, of\n  a 1: NOTICE\n====="), "{document}");
        assert!(document.ends_with("=\n\nother\n"), "{document}");
        assert_eq!(document.matches("same").count(), 1);
    }

    #[test]
    fn a_package_without_texts_gets_the_standard_ones() {
        let texts = standard_texts(&Workspace::here(), &linked("Unknown-1.0 OR MIT AND ISC")).unwrap();
        let names: Vec<_> = texts.iter().map(|text| text.name.as_str()).collect();
        assert_eq!(names, ["standard text of MIT", "standard text of ISC"]);
        assert!(texts[0].text.starts_with("Copyright B, C\n\nPermission is hereby granted"), "{}", texts[0].text);
    }

    #[test]
    fn a_package_without_any_text_is_named() {
        let failure = standard_texts(&Workspace::here(), &linked("Unknown-1.0 AND MIT")).unwrap_err();
        assert_eq!(
            failure,
            "a 1.0.0: its package has no text of its licence, and xtask/licences has none for 'Unknown-1.0 AND MIT'"
        );
    }
}
