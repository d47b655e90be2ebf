//! Every transformation task and parameter, read once from the workspace's catalogue.

use std::sync::LazyLock;

use toml::{Table, Value as Toml};

use crate::errors::{Result, ServiceError};
use crate::grammar::Value;
use crate::images::color::Color;

/// The same file that the SDK's validator and its typed helpers are generated from.
pub(crate) const SOURCE: &str = include_str!("../../catalogue/tasks.toml");

static CATALOGUE: LazyLock<Vec<TaskRule>> = LazyLock::new(|| read(SOURCE));

/// A task that the service knows of, whether or not it is implemented here.
#[derive(Debug)]
pub(crate) struct TaskRule {
    /// Its name in URLs.
    pub(crate) name: String,
    /// It needs a policy and a signature even where security is off.
    pub(crate) needs_security: bool,
    aliases: Vec<String>,
    parameters: Vec<ParameterRule>,
}

#[derive(Debug)]
struct ParameterRule {
    name: String,
    alias: Option<String>,
    kind: Kind,
    required: bool,
    smallest: Option<f64>,
    largest: Option<f64>,
    choices: Vec<String>,
}

/// The parameter types whose values are judged by this module; the rest is free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Number,
    Bool,
    Flag,
    Enum,
    IntOrEnum,
    Color,
    Position,
    ListInt,
    Text,
}

/// The rule of the task called `name`; `doc_to_images@3` is a form of `doc_to_images`.
pub(crate) fn find(name: &str) -> Option<&'static TaskRule> {
    let plain = match name.split_once('@') {
        Some((plain, page)) if !page.is_empty() && page.bytes().all(|byte| byte.is_ascii_digit()) => plain,
        _ => name,
    };
    CATALOGUE.iter().find(|task| task.name == plain || task.aliases.iter().any(|alias| alias == plain))
}

impl TaskRule {
    /// Gives parameters their full names and refuses those that the task does not take.
    pub(crate) fn admit(&self, parameters: Vec<(String, Value)>) -> Result<Vec<(String, Value)>> {
        let mut admitted = Vec::with_capacity(parameters.len());
        for (key, value) in parameters {
            let rule = self
                .parameters
                .iter()
                .find(|rule| rule.name == key)
                .or_else(|| self.parameters.iter().find(|rule| rule.alias.as_deref() == Some(key.as_str())))
                .ok_or_else(ServiceError::unknown_attribute)?;
            if !rule.takes(&value) {
                return Err(ServiceError::invalid_value());
            }
            admitted.push((rule.name.clone(), value));
        }
        let is_given = |name: &str| admitted.iter().any(|(given, _)| given == name);
        if self.parameters.iter().any(|rule| rule.required && !is_given(&rule.name)) {
            return Err(ServiceError::unknown_attribute());
        }
        Ok(admitted)
    }
}

impl ParameterRule {
    fn takes(&self, value: &Value) -> bool {
        let text = value.as_text();
        let number = || text.and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
        let whole = || text.and_then(|text| text.parse::<i64>().ok()).map(|number| number as f64);
        let chosen = || text.is_some_and(|text| self.choices.iter().any(|choice| choice == text));
        match self.kind {
            Kind::Int => whole().is_some_and(|number| self.holds(number)),
            Kind::Number => number().is_some_and(|number| self.holds(number)),
            Kind::Bool => matches!(text, Some("true" | "false")),
            Kind::Flag => *value == Value::Flag,
            Kind::Enum => chosen(),
            Kind::IntOrEnum => chosen() || whole().is_some_and(|number| self.holds(number)),
            Kind::Color => text.is_some_and(Color::is_known),
            Kind::Position => is_position(value),
            Kind::ListInt => value.as_list().is_some_and(|items| {
                items.iter().all(|item| {
                    item.as_text()
                        .and_then(|text| text.parse::<i64>().ok())
                        .is_some_and(|number| self.holds(number as f64))
                })
            }),
            Kind::Text => *value != Value::Flag,
        }
    }

    fn holds(&self, number: f64) -> bool {
        self.smallest.is_none_or(|smallest| number >= smallest) && self.largest.is_none_or(|largest| number <= largest)
    }
}

/// `faces` and the pairs are written in the catalogue's prose, not in its tables, hence here.
fn is_position(value: &Value) -> bool {
    const VERTICAL: [&str; 3] = ["top", "middle", "bottom"];
    const HORIZONTAL: [&str; 3] = ["left", "center", "right"];
    match value {
        Value::Text(text) => {
            VERTICAL.contains(&text.as_str()) || HORIZONTAL.contains(&text.as_str()) || text == "faces"
        }
        Value::List(items) => match items.as_slice() {
            [Value::Text(first), Value::Text(second)] => {
                VERTICAL.contains(&first.as_str()) && HORIZONTAL.contains(&second.as_str())
            }
            _ => false,
        },
        Value::Flag => false,
    }
}

fn read(source: &str) -> Vec<TaskRule> {
    let document: Table = source.parse().expect("the catalogue is TOML");
    let tasks = document.get("task").and_then(Toml::as_array).expect("the catalogue lists tasks");
    tasks.iter().filter_map(Toml::as_table).map(read_task).collect()
}

fn read_task(table: &Table) -> TaskRule {
    let parameters = table.get("params").and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
    TaskRule {
        name: text_of(table, "name").expect("every task has a name"),
        needs_security: text_of(table, "security").as_deref() == Some("required"),
        aliases: texts_of(table, "aliases"),
        parameters: parameters.iter().filter_map(Toml::as_table).map(read_parameter).collect(),
    }
}

fn read_parameter(table: &Table) -> ParameterRule {
    let limit = |name: &str| {
        table.get(name).and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)))
    };
    ParameterRule {
        name: text_of(table, "name").expect("every parameter has a name"),
        alias: text_of(table, "alias"),
        kind: match table.get("type").and_then(Toml::as_str).unwrap_or_default() {
            "int" => Kind::Int,
            "number" => Kind::Number,
            "bool" => Kind::Bool,
            "flag" => Kind::Flag,
            "enum" => Kind::Enum,
            "int_or_enum" => Kind::IntOrEnum,
            "color" => Kind::Color,
            "position" => Kind::Position,
            "list_int" => Kind::ListInt,
            _ => Kind::Text,
        },
        required: table.get("required").and_then(Toml::as_bool).unwrap_or(false),
        smallest: limit("min"),
        largest: limit("max"),
        choices: texts_of(table, "enum"),
    }
}

fn text_of(table: &Table, name: &str) -> Option<String> {
    table.get(name).and_then(Toml::as_str).map(str::to_owned)
}

/// Strings of a list.
fn texts_of(table: &Table, name: &str) -> Vec<String> {
    let items = table.get(name).and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Toml::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(task: &str, key: &str, value: Value) -> Result<Vec<(String, Value)>> {
        find(task).expect("a known task").admit(vec![(key.to_owned(), value)])
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn the_whole_catalogue_is_read() {
        let document: Table = SOURCE.parse().unwrap();
        let announced = document["meta"]["task_count"].as_integer().unwrap();
        assert_eq!(i64::try_from(CATALOGUE.len()).unwrap(), announced);
        assert_eq!(find("round_corners").unwrap().name, "rounded_corners");
        assert_eq!(find("doc_to_images@12").unwrap().name, "doc_to_images");
        assert!(find("doc_to_images@").is_none());
        assert!(find("resiz").is_none());
        assert!(find("tags").unwrap().needs_security && !find("resize").unwrap().needs_security);
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
        assert!(find("crop").unwrap().admit(Vec::new()).is_err());
    }
}
