//! Turns `catalogue/tasks.toml` into static Rust tables, so that the library parses nothing at run time.
//!
//! Whoever edits the catalogue is told about every inconsistency at once, as errors of the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

/// Relative to the package root, which is the working directory of a build script.
const CATALOGUE: &str = "catalogue/tasks.toml";

const SCHEMA: u32 = 1;

/// The boolean parameters that make a task with `output = "either"` answer JSON.
const JSON_SWITCHES: &[&str] = &["export", "coords", "docinfo"];

/// Ends an alias such as `doc_to_images@N`, where N is the number of one page of the result.
const PAGE_SUFFIX: &str = "@N";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    meta: Meta,
    types: Types,
    task: Vec<Task>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    schema: u32,
    compiled: String,
    task_count: usize,
    sdk_versions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Types {
    color: ColorType,
    position: PositionType,
    faces: DescribedType,
    objects: DescribedType,
    page_ranges: DescribedType,
    hms: DescribedType,
    location: LocationType,
    handle: HandleType,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColorType {
    rule: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionType {
    single: Vec<String>,
    pair_first: Vec<String>,
    pair_second: Vec<String>,
    written: String,
}

/// A type whose rule is a sentence; the validator implements it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedType {
    rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LocationType {
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandleType {
    pattern: String,
    other: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    category: String,
    output: Output,
    terminal: bool,
    source: SourceRule,
    bare: bool,
    security: Security,
    http_method: Option<String>,
    sdks: Vec<String>,
    sdk: BTreeMap<String, String>,
    reply: Option<String>,
    note: Option<String>,
    #[serde(default)]
    params: Vec<Param>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Param {
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    required: bool,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
    default: Option<toml::Value>,
    alias: Option<String>,
    #[serde(default)]
    sdks: Vec<String>,
    note: Option<String>,
}

// The variants' names are those of the library's own enums: `{:?}` writes them into the generated code.

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Output {
    File,
    Json,
    Either,
    Job,
    Html,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SourceRule {
    One,
    Many,
    Url,
    None,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Security {
    Optional,
    Required,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Int,
    Number,
    String,
    Bool,
    Flag,
    Enum,
    IntOrEnum,
    Color,
    Position,
    Faces,
    Objects,
    ListInt,
    StringList,
    Handle,
    HandleList,
    Url,
    HandleOrUrl,
    PageRanges,
    Hms,
    Location,
}

/// Writes `out_dir/catalogue.rs`, or fails the build with every inconsistency of the catalogue.
pub(crate) fn generate(out_dir: &Path) {
    println!("cargo::rerun-if-changed={CATALOGUE}");
    if let Err(problems) = read().and_then(|code| write(&out_dir.join("catalogue.rs"), &code)) {
        for problem in problems {
            // A directive ends with its line.
            println!("cargo::error={CATALOGUE}: {}", problem.replace('\n', " "));
        }
    }
}

fn read() -> Result<String, Vec<String>> {
    let text = std::fs::read_to_string(CATALOGUE).map_err(|error| vec![format!("cannot read it: {error}")])?;
    let catalogue: Catalogue = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        vec![format!("line {line}: {}", error.message())]
    })?;
    let problems = inspect(&catalogue);
    if problems.is_empty() { Ok(render(&catalogue)) } else { Err(problems) }
}

fn write(path: &Path, code: &str) -> Result<(), Vec<String>> {
    std::fs::write(path, code).map_err(|error| vec![format!("cannot write {}: {error}", path.display())])
}

/// Everything that is wrong with the catalogue beyond its grammar.
fn inspect(catalogue: &Catalogue) -> Vec<String> {
    let Catalogue { meta, types, task: tasks } = catalogue;
    let mut problems = Vec::new();
    if meta.schema != SCHEMA {
        problems.push(format!("schema {} is not the supported {SCHEMA}", meta.schema));
    }
    if meta.task_count != tasks.len() {
        problems.push(format!("task_count is {} but there are {} tasks", meta.task_count, tasks.len()));
    }
    for (what, text) in [
        ("meta.compiled", &meta.compiled),
        ("types.color.rule", &types.color.rule),
        ("types.position.written", &types.position.written),
        ("types.faces.rule", &types.faces.rule),
        ("types.objects.rule", &types.objects.rule),
        ("types.page_ranges.rule", &types.page_ranges.rule),
        ("types.hms.rule", &types.hms.rule),
        ("types.handle.pattern", &types.handle.pattern),
        ("types.handle.other", &types.handle.other),
    ] {
        inspect_text(what, text, &mut problems);
    }
    for (what, words) in [
        ("types.color.names", &types.color.names),
        ("types.position.single", &types.position.single),
        ("types.position.pair_first", &types.position.pair_first),
        ("types.position.pair_second", &types.position.pair_second),
        ("types.location.values", &types.location.values),
    ] {
        inspect_words(what, words, &mut problems);
    }

    let mut names = BTreeSet::new();
    for task in tasks {
        for name in std::iter::once(&task.name).chain(&task.aliases) {
            if !names.insert(name) {
                problems.push(format!("two tasks are called '{name}'"));
            }
        }
        inspect_task(task, meta, types, &mut problems);
    }
    problems
}

fn inspect_task(task: &Task, meta: &Meta, types: &Types, problems: &mut Vec<String>) {
    let what = format!("task '{}'", task.name);
    if !is_name(&task.name) {
        problems.push(format!("{what}: not a name"));
    }
    for alias in &task.aliases {
        let base = alias.strip_suffix(PAGE_SUFFIX);
        if !base.map_or_else(|| is_name(alias), |base| base == task.name) {
            problems.push(format!("{what}: alias '{alias}' is neither a name nor '{}{PAGE_SUFFIX}'", task.name));
        }
    }
    if !task.bare && task.params.is_empty() {
        problems.push(format!("{what}: may not be bare, but has no parameters"));
    }
    if (task.output == Output::Either) != json_switch(task).is_some() {
        problems.push(format!(
            "{what}: output 'either' and one boolean parameter of {} belong together",
            JSON_SWITCHES.join(", ")
        ));
    }
    inspect_text(&format!("{what}: category"), &task.category, problems);
    for (key, text) in [("http_method", &task.http_method), ("reply", &task.reply), ("note", &task.note)] {
        if let Some(text) = text {
            inspect_text(&format!("{what}: {key}"), text, problems);
        }
    }
    inspect_sdks(&what, task.sdks.iter().chain(task.sdk.keys()), meta, problems);

    let mut names = BTreeSet::new();
    for param in &task.params {
        for name in std::iter::once(&param.name).chain(&param.alias) {
            if !is_name(name) {
                problems.push(format!("{what}: '{name}' is not a parameter name"));
            }
            if !names.insert(name) {
                problems.push(format!("{what}: two parameters are called '{name}'"));
            }
        }
        let what = format!("{what}, parameter '{}'", param.name);
        inspect_param(&what, param, types, problems);
        inspect_sdks(&what, param.sdks.iter(), meta, problems);
    }
}

fn inspect_param(what: &str, param: &Param, types: &Types, problems: &mut Vec<String>) {
    if let (Some(min), Some(max)) = (param.min, param.max)
        && min > max
    {
        problems.push(format!("{what}: min {min} is above max {max}"));
    }
    let ranged = matches!(param.kind, Kind::Int | Kind::Number | Kind::IntOrEnum | Kind::ListInt | Kind::Objects);
    if !ranged && (param.min.is_some() || param.max.is_some()) {
        problems.push(format!("{what}: a range makes no sense for the type {:?}", param.kind));
    }
    let whole = |bound: Option<f64>| bound.is_none_or(|bound| bound.fract() == 0.0);
    if param.kind != Kind::Number && !(whole(param.min) && whole(param.max)) {
        problems.push(format!("{what}: the range of the type {:?} is made of integers", param.kind));
    }
    match (param.kind, param.values.is_empty()) {
        (Kind::Enum | Kind::IntOrEnum, true) => {
            problems.push(format!("{what}: the type {:?} needs an enum", param.kind));
        }
        (Kind::Enum | Kind::IntOrEnum | Kind::StringList, _) | (_, true) => {}
        (_, false) => problems.push(format!("{what}: an enum makes no sense for the type {:?}", param.kind)),
    }
    if !param.values.is_empty() {
        inspect_words(what, &param.values, problems);
    }
    if let Some(note) = &param.note {
        inspect_text(&format!("{what}: note"), note, problems);
    }
    if let Some(default) = &param.default
        && !is_allowed(default, param, types)
    {
        problems.push(format!("{what}: the default {default:?} is not an allowed value"));
    }
}

/// Whether a default is a value that the parameter itself would take.
fn is_allowed(value: &toml::Value, param: &Param, types: &Types) -> bool {
    use toml::Value::{Array, Boolean, Float, Integer, String};
    let in_range = |number: f64| param.min.is_none_or(|min| number >= min) && param.max.is_none_or(|max| number <= max);
    match (param.kind, value) {
        (Kind::Bool | Kind::Flag, Boolean(_)) | (Kind::Color, String(_)) => true,
        (Kind::Int | Kind::Number | Kind::IntOrEnum, Integer(number)) => in_range(*number as f64),
        (Kind::Number, Float(number)) => in_range(*number),
        (Kind::Enum | Kind::IntOrEnum, String(word)) => param.values.contains(word),
        (Kind::Position, String(word)) => types.position.single.contains(word),
        (Kind::Location, String(word)) => types.location.values.contains(word),
        (Kind::Faces, Integer(index)) => *index >= 1,
        (Kind::Faces, String(word)) => word == "all",
        (Kind::ListInt, Array(members)) => {
            members.iter().all(|member| matches!(member, Integer(number) if in_range(*number as f64)))
        }
        _ => false,
    }
}

fn inspect_sdks<'a>(what: &str, codes: impl Iterator<Item = &'a String>, meta: &Meta, problems: &mut Vec<String>) {
    for code in codes.filter(|code| !meta.sdk_versions.contains_key(*code)) {
        problems.push(format!("{what}: unknown SDK '{code}'"));
    }
}

fn inspect_words(what: &str, words: &[String], problems: &mut Vec<String>) {
    let unique: BTreeSet<_> = words.iter().collect();
    if words.is_empty() || unique.len() != words.len() || words.iter().any(|word| word.trim().is_empty()) {
        problems.push(format!("{what}: a list of words must not be empty, hold an empty word or the same word twice"));
    }
}

fn inspect_text(what: &str, text: &str, problems: &mut Vec<String>) {
    if text.trim().is_empty() {
        problems.push(format!("{what}: empty text"));
    }
}

/// Names stand in URLs without any quoting.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn json_switch(task: &Task) -> Option<&str> {
    let mut switches =
        task.params.iter().filter(|param| param.kind == Kind::Bool && JSON_SWITCHES.contains(&param.name.as_str()));
    switches.next().filter(|_| switches.next().is_none()).map(|param| param.name.as_str())
}

/// The Rust source of the tables. `{:?}` of strings, numbers and options is valid Rust.
fn render(catalogue: &Catalogue) -> String {
    let types = &catalogue.types;
    let mut code = String::new();
    for (name, words) in [
        ("COLOR_NAMES", &types.color.names),
        ("POSITIONS", &types.position.single),
        ("POSITION_ROWS", &types.position.pair_first),
        ("POSITION_COLUMNS", &types.position.pair_second),
        ("LOCATIONS", &types.location.values),
    ] {
        line(&mut code, format_args!("pub(super) static {name}: &[&str] = &{words:?};"));
    }
    line(&mut code, format_args!("static TASKS: &[Task] = &["));
    for task in &catalogue.task {
        let (paged, aliases): (Vec<_>, Vec<_>) = task.aliases.iter().partition(|alias| alias.ends_with(PAGE_SUFFIX));
        line(
            &mut code,
            format_args!(
                "Task {{ name: {:?}, aliases: &{:?}, category: {:?}, output: Output::{:?}, terminal: {}, \
                 source: SourceRule::{:?}, bare: {}, security: Security::{:?}, paged: {}, json_switch: {:?}, params: &[",
                task.name,
                aliases,
                task.category,
                task.output,
                task.terminal,
                task.source,
                task.bare,
                task.security,
                !paged.is_empty(),
                json_switch(task),
            ),
        );
        for param in &task.params {
            line(
                &mut code,
                format_args!(
                    "Param {{ name: {:?}, alias: {:?}, kind: Kind::{:?}, required: {}, min: {:?}, max: {:?}, values: &{:?} }},",
                    param.name, param.alias, param.kind, param.required, param.min, param.max, param.values
                ),
            );
        }
        line(&mut code, format_args!("] }},"));
    }
    line(&mut code, format_args!("];"));
    code
}

fn line(code: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(code, "{text}");
}
