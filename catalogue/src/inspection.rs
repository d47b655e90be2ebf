//! Checks what the grammar of the file cannot: all inconsistencies are reported at once.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{Catalogue, JSON_SWITCHES, Kind, Meta, Output, PAGE_SUFFIX, Param, Task, Types};

const SCHEMA: u32 = 1;

/// Every inconsistency, a sentence each.
pub(crate) fn inspect(catalogue: &Catalogue) -> Vec<String> {
    let Catalogue { meta, types, tasks } = catalogue;
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
        let method = Some(task.method())
            .filter(|method| *method != task.name && !task.aliases.iter().any(|alias| alias == method));
        for name in std::iter::once(task.name.as_str()).chain(task.aliases.iter().map(String::as_str)).chain(method) {
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
    if !is_name(&task.name) || !is_name(task.method()) {
        problems.push(format!("{what}: not a name"));
    }
    inspect_sentence(&what, &task.summary, problems);
    for alias in &task.aliases {
        let base = alias.strip_suffix(PAGE_SUFFIX);
        if !base.map_or_else(|| is_name(alias), |base| base == task.name) {
            problems.push(format!("{what}: alias '{alias}' is neither a name nor '{}{PAGE_SUFFIX}'", task.name));
        }
    }
    if !task.bare && task.params.is_empty() {
        problems.push(format!("{what}: may not be bare, but has no parameters"));
    }
    if (task.output == Output::Either) != task.json_switch().is_some() {
        problems.push(format!(
            "{what}: output 'either' and one boolean parameter of {} belong together",
            JSON_SWITCHES.join(", ")
        ));
    }
    inspect_text(&format!("{what}: category"), &task.category, problems);
    for (key, text) in [
        ("http_method", &task.http_method),
        ("local_note", &task.local_note),
        ("reply", &task.reply),
        ("note", &task.note),
    ] {
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
        inspect_sentence(&what, &param.summary, problems);
        inspect_param(&what, param, types, problems);
        inspect_sdks(&what, param.sdks.iter(), meta, problems);
    }
    let mentioned = task.params.iter().filter_map(|param| param.same_as.as_ref());
    let mentioned = mentioned.chain(&task.needs_one_of).chain(task.example.keys());
    for name in mentioned.filter(|name| task.params.iter().all(|param| param.name != **name)) {
        problems.push(format!("{what}: '{name}' is mentioned, but is not a parameter"));
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
    if param.shape.is_some() && param.kind != Kind::ListInt {
        problems.push(format!("{what}: a shape makes no sense for the type {:?}", param.kind));
    }
    if param.max_items.is_some() && !matches!(param.kind, Kind::StringList | Kind::HandleList | Kind::PageRanges) {
        problems.push(format!("{what}: a number of items makes no sense for the type {:?}", param.kind));
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
fn is_allowed(value: &Value, param: &Param, types: &Types) -> bool {
    let in_range = |number: f64| param.min.is_none_or(|min| number >= min) && param.max.is_none_or(|max| number <= max);
    let is_whole = |value: &Value| value.as_i64().is_some_and(|number| in_range(number as f64));
    match (param.kind, value) {
        (Kind::Bool | Kind::Flag, Value::Bool(_)) | (Kind::Color, Value::String(_)) => true,
        (Kind::Int | Kind::IntOrEnum, Value::Number(_)) => is_whole(value),
        (Kind::Number, Value::Number(number)) => number.as_f64().is_some_and(in_range),
        (Kind::Enum | Kind::IntOrEnum, Value::String(word)) => param.values.contains(word),
        (Kind::Position, Value::String(word)) => types.position.single.contains(word),
        (Kind::Location, Value::String(word)) => types.location.values.contains(word),
        (Kind::Faces, Value::Number(index)) => index.as_u64().is_some_and(|index| index >= 1),
        (Kind::Faces, Value::String(word)) => word == "all",
        (Kind::ListInt, Value::Array(members)) => members.iter().all(is_whole),
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

/// What stands in comments and tables.
fn inspect_sentence(what: &str, text: &str, problems: &mut Vec<String>) {
    let is_sentence = text.ends_with('.') && text.starts_with(|first: char| first.is_ascii_uppercase() || first == '`');
    if !is_sentence || text.contains("*/") || !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        problems.push(format!("{what}: the summary is not a plain sentence"));
    }
}

/// Names stand in URLs without any quoting.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
