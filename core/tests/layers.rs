//! The layers of the core and of the C API: a module names only modules of lower layers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The modules of the core, the lowest first.
const CORE: &[&str] = &[
    "redaction",
    "error",
    "suggestion",
    "location",
    "handle",
    "web_url",
    "mimetype",
    "background",
    "security",
    "webhook",
    "endpoints",
    "transport",
    "options",
    "context",
    "stored_file",
    "source",
    "download",
    "upload",
    "transformation",
    "filelink",
    "av_job",
    "client",
];

/// The modules of the C API, the lowest first.
const C_API: &[&str] = &[
    "status_code",
    "failure",
    "milliseconds",
    "callback",
    "arguments",
    "handle",
    "error_object",
    "threads",
    "guard",
    "object",
    "signals",
    "runtime",
    "status",
    "error",
    "memory",
    "log",
    "version",
    "catalogue",
    "policy",
    "security",
    "webhook",
    "source",
    "store_options",
    "request_options",
    "client_options",
    "upload_options",
    "json_answer",
    "transformation_param",
    "transformation",
    "filelink",
    "filelink_content",
    "filelink_changes",
    "filelink_analysis",
    "av_job",
    "transformation_result",
    "client",
    "client_upload",
];

/// The modules that each module names.
type Uses = BTreeMap<String, BTreeSet<String>>;

fn check(root: &str, order: &[&str]) {
    let uses = uses_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root));
    let listed: BTreeSet<String> = order.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(uses.keys().cloned().collect::<BTreeSet<_>>(), listed, "the list must name every module of {root}");
    assert_eq!(violations(&uses, order), Vec::<String>::new(), "{root}");
}

/// What names a module of its own or of a higher layer.
fn violations(uses: &Uses, order: &[&str]) -> Vec<String> {
    let rank = |name: &str| order.iter().position(|known| *known == name);
    let mut found = Vec::new();
    for (module, named) in uses {
        for other in named.iter().filter(|other| *other != module) {
            if rank(other) >= rank(module) || rank(other).is_none() {
                found.push(format!("{module} names {other}"));
            }
        }
    }
    found
}

/// The top modules below a source folder, with what their code outside of tests names.
fn uses_below(root: &Path) -> Uses {
    let mut uses = Uses::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let within = path.strip_prefix(root).unwrap();
            if path.is_dir() {
                waiting.push(path);
            } else if within != Path::new("lib.rs") && !is_test(within) {
                let top = Path::new(within.components().next().unwrap().as_os_str()).with_extension("");
                let named = names_in(&std::fs::read_to_string(&path).unwrap());
                uses.entry(top.to_str().unwrap().to_owned()).or_default().extend(named);
            }
        }
    }
    uses
}

/// Whether a file is the body of a test module.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|name| ["tests", "golden", "round_trip"].iter().any(|test| name == *test))
}

/// The first names of all paths that begin with `crate::`, outside of comments and the tests at the end of a file.
fn names_in(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]") && !line.starts_with("#[cfg(all(test"))
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut names = BTreeSet::new();
    for (start, prefix) in code.match_indices("crate::") {
        let path = &code[start + prefix.len()..];
        match path.strip_prefix('{') {
            Some(group) => names.extend(group_names(group)),
            None => names.extend(first_name(path)),
        }
    }
    names
}

/// The first names of the paths in a group such as `a::B, c::{D, e}}`.
fn group_names(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    let mut begins = true;
    for (index, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !character.is_whitespace() => {
                names.extend(first_name(&group[index..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> Option<String> {
    let end = path.find(|character: char| !character.is_ascii_alphanumeric() && character != '_')?;
    (end > 0).then(|| path[..end].to_owned())
}

#[test]
fn the_cores_modules_name_only_lower_ones() {
    check("src", CORE);
}

#[test]
fn the_modules_of_the_c_api_name_only_lower_ones() {
    check("../src", C_API);
}

#[test]
fn names_are_found_in_every_form() {
    let text = "use crate::a::B;\nuse crate::{c, d::{E, f}, g::H};\nfn x() -> crate::i::J { crate::k::l() }\n\
                // crate::comment::X\n#[cfg(test)]\nmod tests { use crate::test::X; }\n";
    assert_eq!(names_in(text).into_iter().collect::<Vec<_>>(), ["a", "c", "d", "g", "i", "k"]);
}

#[test]
fn a_higher_module_is_refused() {
    let uses = Uses::from([("low".to_owned(), BTreeSet::from(["high".to_owned(), "low".to_owned()]))]);
    assert_eq!(violations(&uses, &["low", "high"]), ["low names high"]);
    assert_eq!(violations(&uses, &["high", "low"]), Vec::<String>::new());
}
