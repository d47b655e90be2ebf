//! An example of every task that works on one file, as the catalogue has it.

use filestack_catalogue::{SourceRule, Task};
use serde_json::{Value, json};

use crate::tasks::catalogue;

/// Name, category and example of each task.
pub(super) fn list() -> Value {
    let fitting = catalogue::tasks().iter().filter(|task| {
        // The page adds the security task by itself, with a policy that does not store; two are forms of URLs rather than tasks.
        let is_fitting = !matches!(task.name.as_str(), "security" | "store" | "debug" | "b64");
        task.source == SourceRule::One && is_fitting
    });
    fitting.map(|task| json!({ "name": task.name, "category": task.category, "example": example(task) })).collect()
}

/// The task as it is written in a URL.
fn example(task: &Task) -> String {
    let given = task.params.iter().filter_map(|param| Some((&param.name, task.example.get(&param.name)?)));
    let shown: Vec<String> = given.map(|(name, value)| format!("{name}:{}", written(value))).collect();
    if shown.is_empty() { task.name.clone() } else { format!("{}={}", task.name, shown.join(",")) }
}

/// Texts with separators are in quotes, which protect them.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains([',', ':', '/', '[', ']', ' ']) => format!("\"{text}\""),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::grammar;

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
        assert_eq!(
            (of("resize"), of("sepia")),
            (json!("resize=width:300,fit:crop,align:[top,left]"), json!("sepia=tone:90"))
        );
        assert_eq!(of("crop"), "crop=dim:[20,20,250,250]");
    }
}
