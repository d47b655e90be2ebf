//! Every transformation task and parameter, read once from the workspace's catalogue.

use std::sync::LazyLock;

use filestack_catalogue::{Catalogue, Kind, Param, Security, Task, Types};

use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::value::Value;

/// The same file that the SDK's validator and its typed helpers are generated from.
const SOURCE: &str = include_str!("../../../catalogue/tasks.toml");

static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| filestack_catalogue::read(SOURCE).expect("the build has read the catalogue as well"));

/// Every task that the service knows of, whether or not it is implemented here.
pub(crate) fn tasks() -> &'static [Task] {
    &CATALOGUE.tasks
}

/// The rule of the task called `name`; `doc_to_images@3` is a form of `doc_to_images`.
pub(crate) fn find(name: &str) -> Option<&'static Task> {
    let plain = match name.split_once('@') {
        Some((plain, page)) if !page.is_empty() && page.bytes().all(|byte| byte.is_ascii_digit()) => plain,
        _ => name,
    };
    tasks().iter().find(|task| task.name == plain || task.plain_aliases().any(|alias| alias == plain))
}

/// Whether a task needs a policy and a signature even where security is off.
pub(crate) fn needs_security(name: &str) -> bool {
    find(name).is_some_and(|task| task.security == Security::Required)
}

/// Gives parameters their full names and refuses those that the task does not take.
pub(crate) fn admit(task: &Task, parameters: Vec<(String, Value)>) -> Result<Vec<(String, Value)>> {
    let mut admitted = Vec::with_capacity(parameters.len());
    for (key, value) in parameters {
        let find = |is_it: &dyn Fn(&&Param) -> bool| task.params.iter().find(is_it);
        let param = find(&|param| param.name == key)
            .or_else(|| find(&|param| param.alias.as_deref() == Some(key.as_str())))
            .ok_or_else(ServiceError::unknown_attribute)?;
        if !takes(param, &value) {
            return Err(ServiceError::invalid_value());
        }
        admitted.push((param.name.clone(), value));
    }
    let is_given = |name: &str| admitted.iter().any(|(given, _)| given == name);
    if task.params.iter().any(|param| param.required && !is_given(&param.name)) {
        return Err(ServiceError::unknown_attribute());
    }
    Ok(admitted)
}

/// Types that are not listed are free text here.
fn takes(param: &Param, value: &Value) -> bool {
    let text = value.as_text();
    let number = || text.and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
    let whole = |text: &str| text.parse::<i64>().is_ok_and(|number| holds(param, number as f64));
    let chosen = || text.is_some_and(|text| param.values.iter().any(|choice| choice == text));
    match param.kind {
        Kind::Int => text.is_some_and(whole),
        Kind::Number => number().is_some_and(|number| holds(param, number)),
        Kind::Bool => matches!(text, Some("true" | "false")),
        Kind::Flag => *value == Value::Flag,
        Kind::Enum => chosen(),
        Kind::IntOrEnum => chosen() || text.is_some_and(whole),
        Kind::Color => text.is_some_and(Color::is_known),
        Kind::Position => is_position(&CATALOGUE.types, value),
        Kind::ListInt => {
            value.as_list().is_some_and(|items| items.iter().all(|item| item.as_text().is_some_and(whole)))
        }
        _ => *value != Value::Flag,
    }
}

fn holds(param: &Param, number: f64) -> bool {
    param.min.is_none_or(|least| number >= least) && param.max.is_none_or(|most| number <= most)
}

fn is_position(types: &Types, value: &Value) -> bool {
    let position = &types.position;
    match value {
        Value::Text(text) => position.single.contains(text),
        Value::List(items) => match items.as_slice() {
            [Value::Text(first), Value::Text(second)] => {
                position.pair_first.contains(first) && position.pair_second.contains(second)
            }
            _ => false,
        },
        Value::Flag => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(task: &str, key: &str, value: Value) -> Result<Vec<(String, Value)>> {
        super::admit(find(task).expect("a known task"), vec![(key.to_owned(), value)])
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn the_whole_catalogue_is_read() {
        assert_eq!(tasks().len(), CATALOGUE.meta.task_count);
        assert_eq!(find("round_corners").unwrap().name, "rounded_corners");
        assert_eq!(find("doc_to_images@12").unwrap().name, "doc_to_images");
        assert!(find("doc_to_images@").is_none());
        assert!(find("resiz").is_none());
        assert!(needs_security("tags") && !needs_security("resize"));
    }

    #[test]
    fn aliases_become_names() {
        assert_eq!(admit("resize", "w", text("10")).unwrap(), vec![("width".to_owned(), text("10"))]);
    }

    #[test]
    fn values_are_judged() {
        let pair = |a: &str, b: &str| Value::List(vec![text(a), text(b)]);
        for (task, key, value, good) in [
            ("resize", "width", text("10"), true),
            ("resize", "width", text("10001"), false),
            ("resize", "width", text("-1"), false),
            ("resize", "width", text("1.5"), false),
            ("resize", "fit", text("crop"), true),
            ("resize", "fit", text("cropp"), false),
            ("resize", "align", pair("top", "left"), true),
            ("resize", "align", pair("left", "top"), false),
            ("rotate", "deg", text("exif"), true),
            ("rotate", "deg", text("360"), false),
            ("rotate", "background", text("grey50"), true),
            ("rotate", "background", text("nocolor"), false),
            ("output", "format", text("pdf"), true),
            ("output", "format", text("tiff"), true),
            ("output", "format", text("exe"), false),
            ("cache", "false", Value::Flag, true),
            ("cache", "expiry", text("max"), true),
        ] {
            assert_eq!(admit(task, key, value.clone()).is_ok(), good, "{task} {key} {value:?}");
        }
        assert!(admit("resize", "widht", text("1")).is_err());
        assert!(super::admit(find("crop").unwrap(), Vec::new()).is_err());
    }
}
