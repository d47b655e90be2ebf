//! Rust's standard library, which is linked into every library: its licences, and the crates that it has inside.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::texts::{Text, of_file, standard, tidy};
use crate::linked_crates::{TARGET, spdx};
use crate::workspace::{Result, Workspace, output_of, read};

/// Its licence.
pub(crate) const LICENCE: &str = "MIT OR Apache-2.0";

const HOLDER: &str = "The Rust Project Developers";

/// Where toolchains keep what they say about licences; a distribution's may have none of it.
const DOCUMENTS: &str = "share/doc/rust";

/// The texts of its licence, and that of the tables of characters in it, with those who hold the copyright.
const TEXTS: [(&str, &str); 3] = [("MIT", HOLDER), ("Apache-2.0", HOLDER), ("Unicode-3.0", "Unicode, Inc.")];

/// Whose code and whose crates it contains.
const NOTICES: &str = "COPYRIGHT-library.html";

/// Crates that only the libraries for tests and for procedural macros use.
const NOT_LINKED: [&str; 2] = ["getopts", "rustc-literal-escaper"];

/// The library itself or a crate inside it.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
    pub(crate) texts: Vec<Text>,
}

/// The library itself, and the crates inside it as far as the toolchain tells them.
pub(crate) fn parts(workspace: &Workspace) -> Result<Vec<Part>> {
    let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?.trim());
    let documents = sysroot.join(DOCUMENTS);
    let notices = documents.join(NOTICES);
    let notices = if notices.exists() { read(&notices)? } else { String::new() };
    let mut texts = own_texts(workspace, &documents)?;
    texts.extend(in_tree(&notices));
    let itself = Part { name: "std".into(), version: version()?, licence: LICENCE.into(), texts };
    let archives = archives(&sysroot.join("lib/rustlib").join(TARGET).join("lib"));
    let inside = crates(&notices).filter(|part| archives.contains(&part.name.replace('-', "_")));
    let inside = inside.filter(|part| !NOT_LINKED.contains(&part.name.as_str()));
    Ok(std::iter::once(itself).chain(inside).collect())
}

/// Its version, which is the compiler's.
pub(crate) fn version() -> Result<String> {
    let text = rustc(&["--version", "--verbose"])?;
    let release = text.lines().find_map(|line| line.strip_prefix("release: "));
    Ok(release.ok_or("rustc --version --verbose: names no release")?.to_owned())
}

fn rustc(arguments: &[&str]) -> Result<String> {
    output_of(Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).args(arguments))
}

/// The texts that the toolchain has, otherwise the standard ones.
fn own_texts(workspace: &Workspace, documents: &Path) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    for (licence, holder) in TEXTS {
        let path = documents.join(format!("licenses/{licence}.txt"));
        if path.exists() {
            texts.push(Text { name: format!("licenses/{licence}.txt"), text: of_file(&path)? });
        } else if let Some(text) = standard(workspace, licence)? {
            texts.push(Text {
                name: format!("standard text of {licence}"),
                text: format!("Copyright {holder}\n\n{text}"),
            });
        }
    }
    Ok(texts)
}

/// What the notices say about the code that is the library's own.
fn in_tree(notices: &str) -> Option<Text> {
    let begin = notices.find("<h2 id=\"short-version\">")?;
    let end = notices.find("<h2 id=\"out-of-tree-dependencies\">")?;
    Some(Text { name: NOTICES.into(), text: plain(notices.get(begin..end)?) })
}

/// The crates of the notices, for all platforms.
fn crates(notices: &str) -> impl Iterator<Item = Part> {
    notices.split("<h3>📦 ").skip(1).filter_map(|section| {
        let (title, section) = section.split_once("</h3>")?;
        let digit =
            title.match_indices('-').find(|(at, _)| title[at + 1..].starts_with(|c: char| c.is_ascii_digit()))?.0;
        let texts = section.split("<summary><code>").skip(1).filter_map(|notice| {
            let (name, notice) = notice.split_once("</code>")?;
            Some(Text { name: name.to_owned(), text: tidy(&unescaped(between(notice, "<pre>", "</pre>")?)) })
        });
        Some(Part {
            name: title[..digit].to_owned(),
            version: title[digit + 1..].to_owned(),
            licence: spdx(between(section, "<b>License:</b> ", "</p>")?),
            texts: texts.collect(),
        })
    })
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(begin)?.1.split_once(end)?.0)
}

/// The crates whose archives lie in a folder of the toolchain: `libaddr2line-a79a8816d9fd6004.rlib`.
fn archives(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let archive = |name: &str| Some(name.strip_suffix(".rlib")?.strip_prefix("lib")?.rsplit_once('-')?.0.to_owned());
    names.filter_map(|name| archive(&name.to_string_lossy())).collect()
}

/// A page without its tags, and with one empty line where it has more.
fn plain(page: &str) -> String {
    let text = page.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let text = unescaped(&text.collect::<String>());
    let mut lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    tidy(&lines.join("\n"))
}

fn unescaped(html: &str) -> String {
    let signs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    let names = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    signs.iter().chain(&names).fold(html.to_owned(), |text, (name, sign)| text.replace(name, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<h2>Contents</h2><h2 id=\"short-version\">Short</h2>\n\n\n<p><b>Copyright:</b> A &#38; B</p>\n\
        <h2 id=\"out-of-tree-dependencies\">Others</h2>\n\
        <h3>📦 cfg-if-1.0.4</h3>\n<p><b>License:</b> MIT OR Apache-2.0</p>\n<details>\n\
        <summary><code>LICENSE-MIT</code></summary>\n<pre>\nCopyright (c) 2014 C &#60;c@d&#62;\n</pre>\n</details>\n\
        <h3>📦 wasi-0.11.1+wasi-snapshot-preview1</h3>\n<p><b>License:</b> MIT</p>\n";

    #[test]
    fn crates_are_read_with_their_texts() {
        let crates: Vec<Part> = crates(PAGE).collect();
        assert_eq!(crates.len(), 2);
        assert_eq!(
            (&*crates[0].name, &*crates[0].version, &*crates[0].licence),
            ("cfg-if", "1.0.4", "MIT OR Apache-2.0")
        );
        assert_eq!(crates[0].texts, [Text { name: "LICENSE-MIT".into(), text: "Copyright (c) 2014 C <c@d>\n".into() }]);
        assert_eq!((&*crates[1].name, &*crates[1].version), ("wasi", "0.11.1+wasi-snapshot-preview1"));
        assert!(crates[1].texts.is_empty());
    }

    #[test]
    fn the_librarys_own_code_is_told_in_plain_text() {
        assert_eq!(in_tree(PAGE).unwrap().text, "Short\n\nCopyright: A & B\n");
        assert_eq!(in_tree(""), None);
    }

    #[test]
    fn without_documents_the_texts_are_the_standard_ones() {
        let texts = own_texts(&Workspace::here(), Path::new("no such folder")).unwrap();
        let names: Vec<_> = texts.iter().map(|text| text.name.as_str()).collect();
        assert_eq!(names, TEXTS.map(|(licence, _)| format!("standard text of {licence}")));
        assert!(
            texts[0].text.starts_with("Copyright The Rust Project Developers\n\nPermission is"),
            "{}",
            texts[0].text
        );
    }
}
