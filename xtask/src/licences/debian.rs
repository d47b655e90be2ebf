//! `debian/copyright` in its machine-readable format, with the crates that are linked from outside the source.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::expression::{debian, licences};
use super::standard_library;
use super::texts::{Licensed, Text, holders, standard};
use crate::linked_crates::{Crate, PROGRAM};
use crate::workspace::{Result, Workspace};

const FORMAT: &str = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/";

/// Where the source is from, when the package of the library does not say it.
const SOURCE: &str = "The repository of libfilestack";

const HOLDERS: &str = "The authors of libfilestack";

/// Licences that every Debian system has, and what a package says instead of their texts.
const COMMON: [(&str, &str); 2] = [
    (
        "Apache-2.0",
        "\
Licensed under the Apache License, Version 2.0 (the \"License\");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an \"AS IS\" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.

On Debian systems the full text of the License is in
/usr/share/common-licenses/Apache-2.0.
",
    ),
    (
        "CC0-1.0",
        "\
To the extent possible under law, the authors have dedicated all copyright and
related and neighbouring rights to this software to the public domain worldwide.

On Debian systems the full text of the dedication is in
/usr/share/common-licenses/CC0-1.0.
",
    ),
];

/// The file for the crates of the library, and for those that only the program has, each with its texts.
pub(crate) fn copyright(workspace: &Workspace, crates: &[Licensed], programs: &[Licensed]) -> Result<String> {
    let library = crates.iter().map(|(linked, _)| linked).find(|linked| linked.is_library());
    let library = library.ok_or("the library is not among its crates")?;
    let crates = crates.iter().map(|licensed| (licensed, "the library"));
    let crates = crates.chain(programs.iter().map(|licensed| (licensed, PROGRAM)));
    let mut file = format!("Format: {FORMAT}\nUpstream-Name: libfilestack\n");
    field(&mut file, "Source", [library.repository.as_deref().unwrap_or(SOURCE)]);
    field(&mut file, "Comment", header_comment().lines());
    stanza(&mut file, "*", [HOLDERS], &library.licence);
    let mut named = licences(&library.licence)?;
    for ((linked, texts), linked_into) in crates.filter(|((linked, _), _)| !linked.is_ours) {
        let holders = holders_of(linked, texts);
        // The folder that `cargo vendor --versioned-dirs` makes.
        let files = format!("vendor/{}-{}/*", linked.id.name, linked.id.version);
        stanza(&mut file, &files, holders.iter().map(String::as_str), &linked.licence);
        field(&mut file, "Comment", comment(texts, linked_into).lines());
        named.extend(licences(&linked.licence)?);
    }
    Ok(file + &licence_stanzas(workspace, &named)?)
}

fn header_comment() -> String {
    format!(
        "\n\
         The folders below vendor/ are not in this source. They are the crates that are\n\
         linked into the library or {PROGRAM}, as `cargo vendor --versioned-dirs`\n\
         lays them out.\n\
         Rust's standard library is linked as well, under {}.",
        debian(standard_library::LICENCE)
    )
}

fn stanza<'a>(file: &mut String, files: &str, holders: impl IntoIterator<Item = &'a str>, licence: &str) {
    file.push('\n');
    field(file, "Files", [files]);
    field(file, "Copyright", holders);
    field(file, "License", [debian(licence).as_str()]);
}

/// A field whose further lines continue the first.
fn field<'a>(file: &mut String, name: &str, lines: impl IntoIterator<Item = &'a str>) {
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let _ = writeln!(file, "{}", format!("{name}: {first}").trim_end());
    for line in lines {
        let _ = writeln!(file, "{}", continuation(line));
    }
}

/// A line of a field; a tab or an empty line would mean something else.
fn continuation(line: &str) -> String {
    if line.trim().is_empty() { " .".to_owned() } else { format!(" {}", line.replace('\t', "    ")) }
}

fn holders_of(linked: &Crate, texts: &[Text]) -> Vec<String> {
    let named = holders(texts);
    let known = if named.is_empty() { linked.authors.clone() } else { named };
    if known.is_empty() { vec![format!("The authors of {}", linked.id.name)] } else { known }
}

/// What is to be said of a crate: what it is linked into, and which of its parts have licences of their own.
fn comment(texts: &[Text], linked_into: &str) -> String {
    let mut comment = format!("Not in this source, but linked into {linked_into}.");
    let parts: Vec<&str> = texts.iter().map(|text| text.name.as_str()).filter(|name| name.contains('/')).collect();
    if !parts.is_empty() {
        let _ = write!(comment, "\nParts of the crate have licences of their own:\n{}", parts.join("\n"));
    }
    comment
}

/// A stanza with the text of each licence.
fn licence_stanzas(workspace: &Workspace, named: &BTreeSet<String>) -> Result<String> {
    let mut stanzas = String::new();
    for licence in named {
        let text = text_of(workspace, licence)?;
        let _ = write!(stanzas, "\nLicense: {}\n", debian(licence));
        for line in text.lines() {
            let _ = writeln!(stanzas, "{}", continuation(line));
        }
    }
    Ok(stanzas)
}

fn text_of(workspace: &Workspace, licence: &str) -> Result<String> {
    let (plain, exception) = licence.split_once(" WITH ").unwrap_or((licence, ""));
    let missing = |name: &str| format!("xtask/licences/{name}.txt: is missing, a crate is under that licence");
    let common = COMMON.iter().find(|(name, _)| *name == plain).map(|(_, text)| (*text).to_owned());
    let text = match common {
        Some(text) => text,
        None => standard(workspace, plain)?.ok_or_else(|| missing(plain))?,
    };
    if exception.is_empty() {
        return Ok(text);
    }
    let exception = standard(workspace, exception)?.ok_or_else(|| missing(exception))?;
    Ok(format!("{text}\n{exception}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linked_crates::Id;

    fn linked(name: &str, licence: &str, is_ours: bool) -> Crate {
        Crate {
            id: Id { name: name.into(), version: "1.0.0".into() },
            licence: licence.into(),
            authors: Vec::new(),
            repository: None,
            folder: name.into(),
            is_ours,
            checksum: None,
            dependencies: BTreeSet::new(),
        }
    }

    fn text(name: &str, text: &str) -> Text {
        Text { name: name.into(), text: text.into() }
    }

    #[test]
    fn a_crate_has_a_stanza_and_its_licences_have_theirs() {
        let crates = [
            (linked("filestack-c", "Apache-2.0", true), Vec::new()),
            (linked("filestack-core", "Apache-2.0", true), Vec::new()),
            (
                linked("a", "MIT OR ISC", false),
                vec![text("LICENSE", "Copyright 2016 B\n"), text("sub/LICENSE", "Copyright (c) C\n")],
            ),
        ];
        let programs =
            [(linked("filestack-local", "Apache-2.0", true), Vec::new()), (linked("b", "Zlib", false), Vec::new())];
        let file = copyright(&Workspace::here(), &crates, &programs).unwrap();
        let own = "\nFiles: *\nCopyright: The authors of libfilestack\nLicense: Apache-2.0\n";
        let foreign = "\nFiles: vendor/a-1.0.0/*\nCopyright: 2016 B\n C\nLicense: MIT or ISC\n\
                       Comment: Not in this source, but linked into the library.\n \
                       Parts of the crate have licences of their own:\n sub/LICENSE\n";
        let programs = "\nFiles: vendor/b-1.0.0/*\nCopyright: The authors of b\nLicense: Zlib\n\
                        Comment: Not in this source, but linked into filestack-local.\n";
        assert!(file.contains(&format!("{own}{foreign}{programs}\nLicense: Apache-2.0\n Licensed under")), "{file}");
        assert!(file.contains("\n\nLicense: ISC\n Permission to use"), "{file}");
        assert!(file.contains("\n\nLicense: MIT\n Permission is"), "{file}");
        assert!(!file.contains("filestack-core"), "{file}");
    }

    #[test]
    fn a_crate_that_names_nobody_is_its_authors() {
        assert_eq!(holders_of(&linked("a", "MIT", false), &[]), ["The authors of a"]);
    }

    #[test]
    fn lines_of_texts_continue_their_field() {
        assert_eq!([continuation("a"), continuation(""), continuation("\tb")], [" a", " .", "     b"]);
    }

    #[test]
    fn a_licence_that_every_system_has_is_referred_to() {
        let text = text_of(&Workspace::here(), "Apache-2.0 WITH LLVM-exception").unwrap();
        assert!(text.contains("/usr/share/common-licenses/Apache-2.0.\n\n---- LLVM Exceptions"), "{text}");
        let failure = text_of(&Workspace::here(), "Unknown-1.0").unwrap_err();
        assert_eq!(failure, "xtask/licences/Unknown-1.0.txt: is missing, a crate is under that licence");
    }
}
