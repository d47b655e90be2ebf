//! Writes `core/tests/golden/tasks.tsv`: what the library makes of every parameter at its limits, within and beyond them.
//!
//! A line holds the task, its parameters as JSON, and the URL's path or the kind of the refusal.

use std::fmt::Write as _;

use filestack_catalogue::{Catalogue, Kind, Param, Shape, SourceRule, Task};
use filestack_core::transformation::{Source, TaskChain};
use serde_json::{Map, Value, json};

use crate::task_words::is_sent_by_callers;
use crate::workspace::Result;

const HEADING: &str =
    "# Generated from catalogue/tasks.toml by `make headers`: task, parameters, path of the URL or refusal.\n";

/// A value of the wrong type for every type but texts.
const WRONG_TYPE: &str = "wrong";

/// The text of the file.
pub(crate) fn generate(catalogue: &Catalogue) -> Result<String> {
    let mut text = HEADING.to_owned();
    for task in catalogue.tasks.iter().filter(|task| is_sent_by_callers(task)) {
        for params in cases(catalogue, task) {
            let params = Value::Object(params).to_string();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\t{params}\t{}", task.name, outcome(task, &params)?);
        }
    }
    Ok(text)
}

/// What stands for the sources of a task.
pub(crate) fn sources(task: &Task) -> &'static [&'static str] {
    match task.source {
        SourceRule::One => &["HANDLE"],
        SourceRule::Many => &["HANDLE1", "HANDLE2"],
        SourceRule::Url => &["https://example.com/"],
        SourceRule::None => &[],
    }
}

/// The chain of one task.
pub(crate) fn chain(task: &Task) -> Result<TaskChain> {
    let sources = sources(task).iter().map(|source| Source::parse(source)).collect::<std::result::Result<_, _>>();
    sources.map(TaskChain::new).map_err(|error| error.to_string())
}

fn outcome(task: &Task, params: &str) -> Result<String> {
    let mut chain = chain(task)?;
    match chain.add_json(&task.name, params).and_then(|()| chain.url("", Some("KEY"), None)) {
        Ok(path) => Ok(path),
        Err(error) => Ok(format!("{:?}", error.kind())),
    }
}

/// The parameters to try: alone what may stand alone, each with every value that is worth trying, and without what
/// is needed.
fn cases(catalogue: &Catalogue, task: &Task) -> Vec<Map<String, Value>> {
    let needed = needed(catalogue, task);
    let mut cases = vec![Map::new()];
    if !needed.is_empty() {
        cases.push(needed.clone());
    }
    for param in &task.params {
        for value in values(catalogue, param) {
            let mut params = needed.clone();
            // Of those of which one is needed, the other one is enough.
            if task.needs_one_of.contains(&param.name) || param.same_as.is_some() {
                task.needs_one_of.iter().for_each(|name| drop(params.remove(name)));
            }
            params.insert(param.name.clone(), value);
            cases.push(params);
        }
    }
    for name in needed.keys() {
        let mut params = needed.clone();
        params.remove(name);
        cases.push(params);
    }
    if !task.example.is_empty() {
        cases.push(task.example.clone());
    }
    let mut unknown = needed;
    unknown.insert("no_such_parameter".to_owned(), json!(1));
    cases.push(unknown);
    let mut seen = Vec::new();
    cases.retain(|case| {
        !seen.contains(case) && {
            seen.push(case.clone());
            true
        }
    });
    cases
}

/// What the task cannot do without, each with a value that is allowed.
fn needed(catalogue: &Catalogue, task: &Task) -> Map<String, Value> {
    let is_needed = |param: &&Param| param.required || task.needs_one_of.first() == Some(&param.name);
    let with_value = |param: &Param| Some((param.name.clone(), values(catalogue, param).into_iter().next()?));
    task.params.iter().filter(is_needed).filter_map(with_value).collect()
}

/// Values that are allowed first, then those that are not.
fn values(catalogue: &Catalogue, param: &Param) -> Vec<Value> {
    let types = &catalogue.types;
    let words = || param.values.iter().map(|word| json!(word));
    match param.kind {
        Kind::Bool | Kind::Flag => vec![json!(true), json!(false), json!(WRONG_TYPE)],
        Kind::Int => numbers(param).into_iter().chain([json!(WRONG_TYPE), json!(1.5)]).collect(),
        Kind::Number => numbers(param).into_iter().chain([json!(WRONG_TYPE)]).collect(),
        Kind::IntOrEnum => numbers(param).into_iter().chain(words()).chain([json!(WRONG_TYPE)]).collect(),
        Kind::Enum => words().chain([json!(WRONG_TYPE), json!(1)]).collect(),
        Kind::Color => ["white", "f00", "FF8800", "FF880080", "gray100", "gray101", "#fff", "colour"]
            .into_iter()
            .map(Value::from)
            .chain([json!(1)])
            .collect(),
        Kind::Position => {
            let pairs = types.position.pair_first.iter().zip(&types.position.pair_second).map(|pair| json!(pair));
            let single = types.position.single.iter().map(|word| json!(word));
            single.chain(pairs).chain([json!(["left", "top"]), json!(WRONG_TYPE), json!(1)]).collect()
        }
        Kind::Faces => {
            let most = types.faces.max;
            vec![
                json!("all"),
                json!(1),
                json!(most),
                json!([1, most]),
                json!(0),
                json!(most + 1),
                json!([]),
                json!("one"),
            ]
        }
        Kind::Objects => {
            let side = param.max.map_or(json!(1), whole);
            let one = json!([param.min.map_or(json!(0), whole), 0, 1, side]);
            let most = vec![one.clone(); types.objects.max_items];
            let mut more = most.clone();
            more.push(one.clone());
            vec![
                json!([one]),
                json!([[1, 2, 3, 4], [5, 6, 7, 8]]),
                json!(most),
                json!(more),
                json!([[0, 0, 0, 1]]),
                json!([]),
            ]
        }
        Kind::ListInt => lists_of_numbers(param),
        Kind::StringList if param.values.is_empty() => {
            let most = vec!["id"; param.max_items.unwrap_or(3)];
            let mut more = most.clone();
            more.push("id");
            let beyond = param.max_items.map(|_| json!(more));
            [json!(["a"]), json!(["a,b", "c d"]), json!(most)]
                .into_iter()
                .chain(beyond)
                .chain([json!([]), json!("a")])
                .collect()
        }
        Kind::StringList => vec![json!(param.values), json!([param.values[0]]), json!([WRONG_TYPE]), json!([])],
        Kind::Handle => vec![json!("HANDLE"), json!("https://example.com/a"), json!("")],
        Kind::HandleList => {
            vec![json!(["OTHER"]), json!(["OTHER", "https://example.com/a,b.png"]), json!([]), json!("OTHER")]
        }
        Kind::Url => vec![json!("https://example.com/a?b=c,d"), json!("example.com"), json!(1)],
        Kind::HandleOrUrl => {
            vec![json!("OTHER"), json!("https://example.com/a.png"), json!("src://alias/a.png"), json!("a b"), json!(1)]
        }
        Kind::PageRanges => vec![json!(["1"]), json!(["1", "2-5", "7-", "-3"]), json!(["0"]), json!(["a"]), json!([])],
        Kind::Hms => ["00:00:00", "23:59:59", "24:00:00", "1:2:3"].into_iter().map(Value::from).collect(),
        Kind::Location => types.location.values.iter().map(|word| json!(word)).chain([json!(WRONG_TYPE)]).collect(),
        Kind::String => vec![json!("text"), json!("a, b: c/d [e] \"f\" 100% ? # \u{e9}"), json!(""), json!(1)],
    }
}

/// The least and the greatest number, and one beyond each.
fn numbers(param: &Param) -> Vec<Value> {
    let limits = [param.min, param.max].into_iter().flatten().map(whole);
    let beyond = [param.min.map(|min| min - 1.0), param.max.map(|max| max + 1.0)].into_iter().flatten().map(whole);
    let mut numbers: Vec<_> = limits.chain(beyond).collect();
    if numbers.is_empty() {
        numbers.push(json!(1));
    }
    if param.kind == Kind::Number {
        numbers.push(json!(0.25));
    }
    numbers
}

fn lists_of_numbers(param: &Param) -> Vec<Value> {
    let (min, max) = (param.min.map_or(json!(1), whole), param.max.map_or(json!(1), whole));
    let pair = json!([min, max]);
    let four = json!([min, max, max, max]);
    let beyond = param.max.map_or(json!(1), |max| whole(max + 1.0));
    if param.shape == Some(Shape::Rectangle) {
        return vec![four, pair, json!([min, max, max, beyond]), json!([min, max, 0, max]), json!([]), json!(1)];
    }
    vec![pair, four, json!([max, min]), json!([max, beyond]), json!([]), json!(1)]
}

/// Limits are written without a point where they have none.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}
