//! Makes the committed header out of the one that the build script generates, its model, the version script and
//! the symbols file of Debian; or checks that they are up to date.

use std::path::Path;

use serde_json::Value;

use crate::api;
use crate::declarations::{Header, Item, Kind};
use crate::documentation::Documentation;
use crate::exports::{self, Module};
use crate::layout::{self, Part, Section};
use crate::version_script;
use crate::workspace::{Result, Workspace, read, write_if_changed};

/// The package whose build script generates the header.
const PACKAGE: &str = "filestack-c";

/// What is written, from the root of the workspace.
const FILES: [&str; 4] =
    ["include/filestack/filestack.h", "docs/api.json", "abi/filestack.map", "debian/libfilestack0.1.symbols"];

/// Writes the header and what follows from it.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    FILES
        .iter()
        .zip(generate(workspace)?)
        .try_for_each(|(file, text)| write_if_changed(&workspace.path(file), text.as_bytes()))
}

/// Fails when a committed file is not what would be written.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    FILES.iter().zip(generate(workspace)?).try_for_each(|(file, expected)| {
        match first_difference(&read(&workspace.path(file))?, &expected) {
            None => Ok(()),
            Some((line, committed, expected)) => Err(format!(
                "{file} is stale from line {line} on: run `make headers` and commit it\n- {committed}\n+ {expected}"
            )),
        }
    })
}

fn generate(workspace: &Workspace) -> Result<[String; 4]> {
    let header = Header::parse(&read(&raw_header(workspace)?)?)?;
    check_documentation(&header)?;
    let sections = sections(exports::modules(workspace)?);
    // The header as it is laid out, so that the model has its order.
    let text = layout::write(&header, &sections)?;
    let header = Header::parse(&text)?;
    let model = api::write(&header, &sections)?;
    Ok([text, model, version_script::write(&header), version_script::write_debian(&header)?])
}

/// Runs the library's build script and returns the header that it has generated.
fn raw_header(workspace: &Workspace) -> Result<std::path::PathBuf> {
    // `check` runs the build script as a build does, and generates no code.
    let messages = workspace.cargo(&[
        "check",
        "--quiet",
        "--package",
        PACKAGE,
        "--lib",
        "--message-format=json-render-diagnostics",
    ])?;
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    out_dir(&messages, &workspace.path("Cargo.toml"))
        .map(|folder| Path::new(folder).join("filestack.h"))
        .ok_or_else(|| "cargo does not say where the build script of the C layer has written to".into())
}

/// The output folder of the build script that belongs to a manifest.
fn out_dir<'a>(messages: &'a [Value], manifest: &Path) -> Option<&'a str> {
    let artifact = messages.iter().find(|message| {
        message["reason"] == "compiler-artifact" && message["manifest_path"].as_str().map(Path::new) == Some(manifest)
    })?;
    let executed = messages.iter().find(|message| {
        message["reason"] == "build-script-executed" && message["package_id"] == artifact["package_id"]
    })?;
    executed["out_dir"].as_str()
}

/// A section for each object. A file whose name continues that of an earlier one adds a part to its section.
fn sections(modules: Vec<Module>) -> Vec<Section> {
    let mut sections: Vec<(String, Section)> = Vec::new();
    for module in modules {
        let names = module.public_names().collect();
        let continues = |object: &str| module.name.strip_prefix(object).is_some_and(|rest| rest.starts_with('_'));
        match sections.iter_mut().find(|(object, _)| continues(object)) {
            Some((_, section)) => section.parts.push(Part { summary: module.summary, names }),
            None => {
                let title = title(&module.name);
                let summary = without_title(&module.summary, &title);
                sections.push((module.name, Section { title, parts: vec![Part { summary, names }] }));
            }
        }
    }
    sections.into_iter().map(|(_, section)| section).collect()
}

/// The title of an object's section: `Client options`, `AV job`.
fn title(object: &str) -> String {
    capitalised(&object.replace('_', " ")).replace("Av ", "AV ")
}

/// A summary that may begin with the title's plural, without that: the title stands beside it.
fn without_title(summary: &str, title: &str) -> String {
    match summary.split_once(": ") {
        Some((plural, rest)) if is_plural(&plural.to_lowercase(), &title.to_lowercase()) => capitalised(rest),
        _ => summary.to_owned(),
    }
}

fn is_plural(plural: &str, singular: &str) -> bool {
    let stem = singular.strip_suffix('y').unwrap_or(singular);
    plural.starts_with(stem)
}

fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn check_documentation(header: &Header) -> Result<()> {
    let failures: Vec<String> = header.items.iter().filter_map(missing_documentation).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn missing_documentation(item: &Item) -> Option<String> {
    if item.doc.is_empty() {
        return Some(format!("{}: has no documentation", item.name));
    }
    if !matches!(item.kind, Kind::Function(_)) {
        return None;
    }
    Documentation::of(&item.doc).err().map(|cause| format!("{}: {cause}", item.name))
}

/// The first line that differs, counted from 1, in both texts.
pub(crate) fn first_difference<'a>(committed: &'a str, expected: &'a str) -> Option<(usize, &'a str, &'a str)> {
    if committed == expected {
        return None;
    }
    let (mut left, mut right) = (committed.split('\n'), expected.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        match (left.next(), right.next()) {
            (Some(committed), Some(expected)) if committed == expected => {}
            (committed, expected) => return Some((line, committed.unwrap_or("(end)"), expected.unwrap_or("(end)"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_found() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(first_difference("a", "a\nb"), Some((2, "(end)", "b")));
    }

    #[test]
    fn files_of_an_object_are_parts_of_its_section() {
        let module = |name: &str, summary: &str| Module {
            path: name.into(),
            name: name.into(),
            summary: summary.into(),
            file: syn::parse_file("").unwrap(),
        };
        let sections = sections(vec![
            module("client", "Clients: keys."),
            module("client_upload", "Uploads."),
            module("upload_options", "Upload options: how."),
            module("clients", "Not the client."),
        ]);
        let shown: Vec<_> = sections
            .iter()
            .map(|section| (section.title.as_str(), section.parts.iter().map(|part| part.summary.as_str()).collect()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Client", vec!["Keys.", "Uploads."]),
                ("Upload options", vec!["How."]),
                ("Clients", vec!["Not the client."])
            ]
        );
    }

    #[test]
    fn functions_say_what_callers_must_know() {
        let text = "/** Good. Errors: none. Threads: any. Since: 0.1.0. */\nvoid filestack_a(void);\n\
                    /** Bad. Errors: none. Since: 0.1.0. */\nvoid filestack_b(void);\nvoid filestack_c(void);\n\
                    /** A number. */\n#define FILESTACK_D 1\n";
        let failure = check_documentation(&Header::parse(text).unwrap()).unwrap_err();
        assert_eq!(
            failure,
            "filestack_b: its documentation does not say \"Threads:\"\nfilestack_c: has no documentation"
        );
    }

    #[test]
    fn the_build_script_is_that_of_the_manifest() {
        let messages = [
            serde_json::json!({"reason": "build-script-executed", "package_id": "other", "out_dir": "/no"}),
            serde_json::json!({"reason": "build-script-executed", "package_id": "ours", "out_dir": "/yes"}),
            serde_json::json!({"reason": "compiler-artifact", "package_id": "ours", "manifest_path": "/w/Cargo.toml"}),
        ];
        assert_eq!(out_dir(&messages, Path::new("/w/Cargo.toml")), Some("/yes"));
        assert_eq!(out_dir(&messages, Path::new("/x/Cargo.toml")), None);
    }
}
