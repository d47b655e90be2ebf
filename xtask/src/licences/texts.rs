//! The texts of licences: those that packages bring, and the standard ones.

use std::path::Path;

use crate::linked_crates::Crate;
use crate::workspace::{Result, Workspace, read};

/// What the name of a file with a licence begins with, in any case.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE"];

/// A folder that holds nothing but licences.
const FOLDER: &str = "LICENSES";

/// Where the standard texts are, without lines of copyright holders.
const STANDARD: &str = "xtask/licences";

/// Our own licence is a standard one.
const OWN: (&str, &str) = ("Apache-2.0", "LICENSE");

/// A text of a package.
#[derive(Debug, PartialEq)]
pub(crate) struct Text {
    /// Its path in the package.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A crate with the texts of its licences.
pub(crate) type Licensed = (Crate, Vec<Text>);

/// The texts in the folder of a package and below it, sorted by name.
pub(crate) fn of_package(package: &Path) -> Result<Vec<Text>> {
    let mut found = Vec::new();
    let mut folders = vec![package.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |cause| format!("{}: {cause}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let inside = path.strip_prefix(package).unwrap_or(&path);
            if path.is_dir() {
                folders.push(path);
            } else if is_licence(inside) {
                found.push(Text { name: inside.to_string_lossy().into_owned(), text: of_file(&path)? });
            }
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

/// The text of a file, however it encodes its characters.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
    Ok(tidy(&String::from_utf8_lossy(&bytes)))
}

/// Whether a file of a package is a licence and no code about one.
fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let is_named = NAMES.iter().filter_map(|begin| name.strip_prefix(begin)).any(is_end_of_word);
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    (is_named || folder.eq_ignore_ascii_case(FOLDER)) && !name.ends_with(".RS")
}

fn is_end_of_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['-', '.', '_'])
}

/// A text without what differs between editors: the ends of lines, and empty lines around it.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let lines = lines.join("\n");
    lines.trim_matches('\n').to_owned() + "\n"
}

/// The standard text of a licence, followed by that of its exception; none when one of them is not here.
pub(crate) fn standard(workspace: &Workspace, licence: &str) -> Result<Option<String>> {
    let mut texts = Vec::new();
    for part in licence.split(" WITH ") {
        let own = (part == OWN.0).then(|| OWN.1.to_owned());
        let path = workspace.path(&own.unwrap_or_else(|| format!("{STANDARD}/{part}.txt")));
        if !path.exists() {
            return Ok(None);
        }
        texts.push(tidy(&read(&path)?));
    }
    Ok(Some(texts.join("\n")))
}

/// Who holds the copyright as the texts say: `2016 Alex Crichton`.
pub(crate) fn holders(texts: &[Text]) -> Vec<String> {
    let mut holders: Vec<String> = Vec::new();
    for holder in texts.iter().flat_map(|text| text.text.lines()).filter_map(holder) {
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    }
    holders
}

/// The holder that a line names, unless the line is to be filled in, names nobody, or only speaks of copyright.
fn holder(line: &str) -> Option<String> {
    let rest = line.trim_start_matches(['/', '#', '*', ' ']).strip_prefix("Copyright ")?.trim_start();
    if ["[yyyy]", "{yyyy}", "<year>"].iter().any(|blank| rest.contains(blank)) {
        return None;
    }
    let rest = ["(c)", "(C)", "©"].iter().find_map(|sign| rest.strip_prefix(sign)).unwrap_or(rest);
    let rest = rest.trim().replace(['[', ']'], "");
    let is_name_or_year = rest.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit());
    (is_name_or_year && rest.contains(char::is_alphabetic)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_by_their_names() {
        for name in
            ["LICENSE", "Licence.md", "LICENSE-Apache-2.0_WITH_LLVM-exception", "COPYING", "UNLICENSE", "notice.txt"]
        {
            assert!(is_licence(Path::new(name)), "{name}");
        }
        assert!(is_licence(Path::new("third_party/fiat/LICENSE")));
        assert!(is_licence(Path::new("LICENSES/MIT.txt")));
        for name in ["licensing.md", "src/license.rs", "src/licenses/mod.rs", "copyrighted", "README"] {
            assert!(!is_licence(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn texts_are_the_same_whatever_ends_their_lines() {
        assert_eq!(tidy("\u{feff}\r\n  a \r\n\r\nb"), "  a\n\nb\n");
        assert_eq!(tidy("  a\n\nb\n\n"), "  a\n\nb\n");
    }

    #[test]
    fn holders_are_named_once_and_templates_are_none() {
        let text = "// Copyright (c) 2016 A\nCopyright © 2020 U, Inc.\nCopyright (c) 2016 A\nCopyright [yyyy] [name]\n\
                    copyright notice\nCopyright B Foundation\nCopyright [2015] [C]\nCOPYRIGHT NOTICE\nCopyrights in x\n\
                    Copyright notice\nCopyright (c) 2016--2017\n";
        let texts = [Text { name: "LICENSE".into(), text: text.into() }];
        assert_eq!(holders(&texts), ["2016 A", "2020 U, Inc.", "B Foundation", "2015 C"]);
    }

    #[test]
    fn a_standard_text_ends_with_its_exception() {
        let workspace = Workspace::here();
        let text = standard(&workspace, "Apache-2.0 WITH LLVM-exception").unwrap().unwrap();
        assert!(text.contains("Apache License\n") && text.contains("\n\n---- LLVM Exceptions"), "{text}");
        assert_eq!(standard(&workspace, "MIT WITH nothing").unwrap(), None);
    }
}
