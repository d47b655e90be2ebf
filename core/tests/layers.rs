//! The layers of the core, of the C API and of filestack-local: a module names only modules of lower layers, and no
//! two files name each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The modules of the core, the lowest first.
const CORE: &[&str] = &[
    "hex",
    "redaction",
    "error",
    "suggestion",
    "location",
    "handle",
    "web_url",
    "domain",
    "url_length",
    "statistics",
    "progress",
    "descriptor",
    "operation",
    "locked_file",
    "threads",
    "pieces",
    "hashing",
    "generation",
    "reporter",
    "limits",
    "security",
    "webhook",
    "endpoints",
    "transport",
    "options",
    "context",
    "stored_file",
    "file_api",
    "source",
    "sink",
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
    "signals",
    "threads",
    "guard",
    "object",
    "poisonable",
    "progress",
    "process",
    "runtime",
    "library",
    "status",
    "error",
    "memory",
    "buffer",
    "log_queue",
    "log",
    "version",
    "catalogue",
    "policy",
    "security",
    "webhook",
    "source",
    "sink",
    "store_options",
    "request_options",
    "client_options",
    "upload_options",
    "transformation_param",
    "transformation",
    "filelink",
    "av_job",
    "outcome",
    "call",
    "operation",
    "operation_stats",
    "queue_signal",
    "queue",
    "start",
    "operation_result",
    "av_job_status",
    "filelink_content",
    "filelink_changes",
    "filelink_analysis",
    "transformation_result",
    "client",
    "client_upload",
];

/// The modules of filestack-local, the lowest first.
const LOCAL: &[&str] = &[
    "clock",
    "hex",
    "handles",
    "errors",
    "tasks",
    "images",
    "database",
    "storage",
    "content",
    "webhooks",
    "recording",
    "connection",
    "faults",
    "options",
    "security",
    "state",
    "files",
    "uploads",
    "delivery",
    "api",
    "page",
    "control",
    "routes",
    "server",
    "program",
];

/// The names that each module, or file, names.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The source files of a package by their module paths, such as `upload::session`, without their tests.
type Sources = BTreeMap<String, String>;

fn check(root: &str, order: &[&str]) {
    let sources = sources_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root));
    let tops = uses_of_tops(&sources);
    let listed: BTreeSet<String> = order.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(tops.keys().cloned().collect::<BTreeSet<_>>(), listed, "the list must name every module of {root}");
    assert_eq!(violations(&tops, order), Vec::<String>::new(), "{root}");
    assert_eq!(circle(&uses_of_files(&sources)), None, "files of {root} that name each other");
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

/// Some names that lead back to the first of them.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    fn visit<'a>(name: &'a str, uses: &'a Uses, path: &mut Vec<&'a str>, done: &mut BTreeSet<&'a str>) -> bool {
        if path.contains(&name) {
            path.push(name);
            return true;
        }
        if !done.insert(name) {
            return false;
        }
        path.push(name);
        if uses.get(name).is_some_and(|named| named.iter().any(|other| visit(other, uses, path, done))) {
            return true;
        }
        path.pop();
        false
    }
    let mut done = BTreeSet::new();
    uses.keys().find_map(|name| {
        let mut path = Vec::new();
        visit(name, uses, &mut path, &mut done).then(|| {
            let first = path.iter().position(|known| Some(known) == path.last()).unwrap_or_default();
            path[first..].iter().map(|name| (*name).to_owned()).collect()
        })
    })
}

fn sources_below(root: &Path) -> Sources {
    let mut sources = Sources::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let within = path.strip_prefix(root).unwrap();
            if path.is_dir() {
                waiting.push(path);
            } else if within.extension().is_some_and(|extension| extension == "rs") && !is_left_out(within) {
                let parts: Vec<&str> = within.iter().map(|part| part.to_str().unwrap()).collect();
                let module = parts.join("::");
                let module = module.trim_end_matches(".rs").trim_end_matches("::mod");
                sources.insert(module.to_owned(), code_of(&std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources
}

/// Whether a file is the root of a crate, or the body of a test module.
fn is_left_out(path: &Path) -> bool {
    let roots = ["lib.rs", "main.rs"].iter().any(|name| path == Path::new(name));
    roots || path.file_stem().is_some_and(|name| ["tests", "golden", "round_trip"].iter().any(|test| name == *test))
}

/// A file without its comments and without the tests at its end.
fn code_of(text: &str) -> String {
    let is_test = |line: &&str| line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test");
    let lines = text.lines().take_while(|line| !is_test(line)).filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn uses_of_tops(sources: &Sources) -> Uses {
    let mut uses = Uses::new();
    for (module, code) in sources {
        let tops = paths_after("crate::", code).into_iter().map(|path| top_of(&path).to_owned());
        uses.entry(top_of(module).to_owned()).or_default().extend(tops);
    }
    uses
}

fn top_of(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

/// The files that each file names: by `crate::`, by `super::`, or as its own child. What a file only exports for
/// others it does not use.
fn uses_of_files(sources: &Sources) -> Uses {
    let mut uses = Uses::new();
    for (module, code) in sources {
        let code = without_exports(code);
        let mut paths = paths_after("crate::", &code);
        let above = module.rsplit_once("::").map_or("", |(above, _)| above);
        paths.extend(paths_after("super::", &code).into_iter().map(|path| joined(above, &path)));
        let children = sources.keys().filter_map(|other| other.strip_prefix(&format!("{module}::")));
        let is_named = |child: &&str| code.contains(&format!("{child}::"));
        paths.extend(children.filter(is_named).map(|child| joined(module, child)));
        let files = paths.iter().filter_map(|path| file_of(path, sources)).filter(|file| file != module);
        uses.insert(module.clone(), files.collect());
    }
    uses
}

fn without_exports(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(start) =
        ["\npub use ", "\npub(crate) use ", "\npub(super) use "].iter().filter_map(|export| rest.find(export)).min()
    {
        kept.push_str(&rest[..start]);
        rest = rest[start..].find(';').map_or("", |end| &rest[start + end + 1..]);
    }
    kept + rest
}

fn joined(above: &str, path: &str) -> String {
    if above.is_empty() { path.to_owned() } else { format!("{above}::{path}") }
}

/// The file that holds what a path names: the longest beginning of the path that is one.
fn file_of(path: &str, sources: &Sources) -> Option<String> {
    let mut beginning = path;
    loop {
        if sources.contains_key(beginning) {
            return Some(beginning.to_owned());
        }
        beginning = beginning.rsplit_once("::")?.0;
    }
}

/// The paths that follow a prefix, the members of a group each on its own.
fn paths_after(prefix: &str, code: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (start, _) in code.match_indices(prefix) {
        let is_begin =
            !code[..start].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':');
        if is_begin {
            read_paths("", &code[start + prefix.len()..], &mut paths);
        }
    }
    paths
}

/// Reads one path or group, and returns what stands behind it.
fn read_paths<'a>(before: &str, text: &'a str, paths: &mut BTreeSet<String>) -> &'a str {
    if let Some(mut group) = text.strip_prefix('{') {
        loop {
            group = read_paths(before, group.trim_start(), paths).trim_start_matches([',', ' ', '\n']);
            match group.chars().next() {
                None | Some('}') => return group.strip_prefix('}').unwrap_or(group),
                // What a group cannot hold ends it.
                Some(other) if !(other.is_alphanumeric() || other == '_') => return group,
                Some(_) => {}
            }
        }
    }
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    let path = joined(before, &text[..end]);
    match text[end..].strip_prefix("::") {
        Some(rest) if rest.starts_with(|letter: char| letter.is_alphabetic() || letter == '_' || letter == '{') => {
            read_paths(&path, rest, paths)
        }
        _ => {
            paths.insert(path);
            let rest = &text[end..];
            let alias = rest.strip_prefix(" as ");
            alias.map_or(rest, |alias| {
                alias.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_')
            })
        }
    }
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
fn no_files_of_the_generators_name_each_other() {
    let sources = sources_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/src"));
    assert_eq!(circle(&uses_of_files(&sources)), None);
}

#[test]
fn the_modules_of_the_local_service_name_only_lower_ones() {
    check("../filestack-local/src", LOCAL);
}

#[test]
fn names_are_found_in_every_form() {
    let code = code_of(
        "use crate::a::B;\nuse crate::{c, d::{E as X, f}, g::H};\nfn x() -> crate::i::J { crate::k::l() }\n\
         // crate::comment::X\nuse super::m::N;\n#[cfg(test)]\nmod tests { use crate::test::X; }\n",
    );
    let found = |prefix| paths_after(prefix, &code).into_iter().collect::<Vec<_>>();
    assert_eq!(found("crate::"), ["a::B", "c", "d::E", "d::f", "g::H", "i::J", "k::l"]);
    assert_eq!(found("super::"), ["m::N"]);
}

#[test]
fn a_higher_module_is_refused() {
    let uses = Uses::from([("low".to_owned(), BTreeSet::from(["high".to_owned(), "low".to_owned()]))]);
    assert_eq!(violations(&uses, &["low", "high"]), ["low names high"]);
    assert_eq!(violations(&uses, &["high", "low"]), Vec::<String>::new());
}

#[test]
fn files_that_name_each_other_are_found() {
    let sources = |part: &str| {
        Sources::from([
            ("upload".to_owned(), "pub(crate) use part::Export;\nfn run() { part::send(); }".to_owned()),
            ("upload::part".to_owned(), part.to_owned()),
            ("upload::state".to_owned(), "struct State;".to_owned()),
        ])
    };
    assert_eq!(circle(&uses_of_files(&sources("use super::state::State;"))), None);
    assert_eq!(
        circle(&uses_of_files(&sources("use super::{Limit, state};"))),
        Some(vec!["upload".into(), "upload::part".into(), "upload".into()])
    );
    assert_eq!(circle(&uses_of_files(&sources("use crate::upload::run;"))).map(|circle| circle.len()), Some(3));
}
