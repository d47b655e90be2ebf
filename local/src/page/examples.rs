//! A valid example of every task that works on one file, made from the catalogue.

use serde_json::{Value, json};
use toml::{Table, Value as Toml};

use crate::catalogue;

/// Name, category and example of each task.
pub(super) fn list() -> Value {
    let document: Table = catalogue::SOURCE.parse().unwrap_or_default();
    let tasks = document.get("task").and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
    let fitting = tasks.iter().filter_map(Toml::as_table).filter(|task| {
        // The page adds the security task by itself, with a policy that does not store; two are no tasks but forms of URLs.
        text(task, "source") == "one" && !matches!(text(task, "name"), "security" | "store" | "debug" | "b64")
    });
    fitting
        .map(|task| json!({ "name": text(task, "name"), "category": text(task, "category"), "example": example(task) }))
        .collect()
}

fn text<'a>(table: &'a Table, name: &str) -> &'a str {
    table.get(name).and_then(Toml::as_str).unwrap_or_default()
}

/// The task with what it cannot go without; a task that cannot stand alone has its first parameter.
fn example(task: &Table) -> String {
    let name = text(task, "name");
    let parameters = task.get("params").and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
    let parameters: Vec<&Table> = parameters.iter().filter_map(Toml::as_table).collect();
    let is_bare = task.get("bare").and_then(Toml::as_bool).unwrap_or(false);
    let is_required = |parameter: &&&Table| parameter.get("required").and_then(Toml::as_bool).unwrap_or(false);
    let mut shown: Vec<&Table> = parameters.iter().filter(is_required).copied().collect();
    if shown.is_empty() && !is_bare {
        shown.extend(parameters.first());
    }
    if shown.is_empty() {
        return name.to_owned();
    }
    let shown: Vec<String> = shown.iter().map(|given| format!("{}:{}", text(given, "name"), value(given))).collect();
    format!("{name}={}", shown.join(","))
}

/// A value that the parameter takes.
fn value(parameter: &Table) -> String {
    if let Some(first) = parameter.get("enum").and_then(Toml::as_array).and_then(|choices| choices.first()?.as_str()) {
        return first.to_owned();
    }
    let limit = |name: &str| parameter.get(name).and_then(Toml::as_integer);
    match text(parameter, "type") {
        "int" | "number" => 300.clamp(limit("min").unwrap_or(0), limit("max").unwrap_or(300)).to_string(),
        "bool" => "true".to_owned(),
        "color" => "teal".to_owned(),
        "position" => "center".to_owned(),
        "list_int" => "[0,0,100,100]".to_owned(),
        "objects" => "[[0,0,100,100]]".to_owned(),
        "handle_or_url" => "HANDLE".to_owned(),
        "handle_list" => "[HANDLE]".to_owned(),
        "page_ranges" => "[1]".to_owned(),
        "hms" => "00:00:01".to_owned(),
        _ => "text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar;

    #[test]
    fn examples_are_valid() {
        let tasks = list();
        let tasks = tasks.as_array().unwrap();
        assert!(tasks.len() > 50, "{}", tasks.len());
        for task in tasks {
            let path = format!("/{}/5aYkEQJSQCmYShsoCnZN", task["example"].as_str().unwrap());
            let request = grammar::parse(&path, None, |_| false).unwrap_or_else(|error| panic!("{path}: {error:?}"));
            assert_eq!(request.tasks.len(), 1, "{path}");
            assert!(!task["category"].as_str().unwrap().is_empty());
        }
        let of = |name: &str| tasks.iter().find(|task| task["name"] == name).unwrap()["example"].clone();
        assert_eq!((of("resize"), of("sepia")), (json!("resize=width:300"), json!("sepia")));
        assert_eq!(of("crop"), "crop=dim:[0,0,100,100]");
    }
}
