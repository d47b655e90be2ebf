//! Every task of the catalogue with every kind of value: what the service parses is what the caller meant.
//!
//! The parser here is written from the grammar of the service and shares no code with the writer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};

use crate::transformation::catalogue::{self, Kind, Param, SourceRule, Task};
use crate::transformation::{Literal, Source, TaskChain, Value};

const ORIGIN: &str = "https://cdn.filestackcontent.com";

const TEXTS: &[&str] = &[
    "plain",
    "a,b",
    "a:b",
    "a/b",
    "[",
    "]",
    "],[",
    "a b",
    " ",
    "\"",
    "\"a,b\"",
    "%",
    "%22",
    "%2",
    "a%2Cb",
    "?",
    "#",
    "?a=b&c=d#e",
    "a=b",
    "+",
    "\\",
    "<>{}|^`~'!$*();@",
    "ünïcödé",
    "日本/語",
    "🦀",
    "a\tb\nc\u{7f}",
    ".",
    "..",
    "/../",
    "a/../b",
    "a/./b",
    "//",
    "true",
    "12",
    "null",
    "security=p:a,s:b/H",
];

/// What the service reads: texts and lists, since the plain form has no types.
#[derive(Debug, PartialEq)]
enum Parsed {
    Text(String),
    List(Vec<Parsed>),
}

impl From<&Literal> for Parsed {
    fn from(literal: &Literal) -> Self {
        match literal {
            Literal::Text(text) => Parsed::Text(text.clone()),
            Literal::List(members) => Parsed::List(members.iter().map(Parsed::from).collect()),
            other => Parsed::Text(other.to_string()),
        }
    }
}

/// Splits the raw text at separators outside of quotes and brackets.
fn cut(raw: &str, separator: char) -> Vec<&str> {
    let (mut pieces, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0, false);
    for (at, c) in raw.char_indices() {
        if raw[at..].starts_with("%22") {
            quoted = !quoted;
        } else if quoted {
        } else if c == separator && depth == 0 {
            pieces.push(&raw[start..at]);
            start = at + 1;
        } else if c == '[' {
            depth += 1;
        } else if c == ']' {
            depth -= 1;
        }
    }
    assert!(depth == 0 && !quoted, "unbalanced: {raw}");
    pieces.push(&raw[start..]);
    pieces
}

fn decode(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8().unwrap().into_owned()
}

fn parse_value(raw: &str) -> Parsed {
    if let Some(inner) = raw.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Parsed::List(cut(inner, ',').into_iter().map(parse_value).collect())
    } else if let Some(inner) = raw.strip_prefix("%22").and_then(|rest| rest.strip_suffix("%22")) {
        Parsed::Text(decode(inner))
    } else {
        Parsed::Text(decode(raw))
    }
}

/// Name and parameters of a task; a parameter without a value has none.
fn parse_task(raw: &str) -> (String, Vec<(String, Option<Parsed>)>) {
    let Some((name, params)) = raw.split_once('=') else { return (raw.to_owned(), Vec::new()) };
    let params = cut(params, ',').into_iter().map(|param| match param.split_once(':') {
        Some((name, value)) => (name.to_owned(), Some(parse_value(value))),
        None => (param.to_owned(), None),
    });
    (name.to_owned(), params.collect())
}

/// Compares the URL of one task with what was added.
fn check_round_trip(transformation: &TaskChain) {
    let url = transformation.url(ORIGIN, Some("KEY"), None).unwrap();
    assert_eq!(url, transformation.url(ORIGIN, Some("KEY"), None).unwrap());
    // HTTP clients pass on what they parsed: it must be the same bytes.
    assert_eq!(url::Url::parse(&url).unwrap().as_str(), url);

    let [step] = transformation.tasks() else { panic!("one task expected") };
    let path = url.strip_prefix(ORIGIN).unwrap().trim_start_matches("/KEY").trim_start_matches('/');
    let segments = cut(path, '/');
    if segments[0] == "b64" {
        let tasks: Json = serde_json::from_slice(&URL_SAFE.decode(segments[1]).unwrap()).unwrap();
        let params: serde_json::Map<_, _> =
            step.params().iter().map(|(name, literal)| (name.to_string(), literal.to_json())).collect();
        assert_eq!(tasks, json!([{"name": step.name(), "params": params}]), "{url}");
    } else {
        let (name, params) = parse_task(segments[0]);
        assert_eq!(name, step.name());
        let expected: Vec<_> = step
            .params()
            .iter()
            .map(|(name, literal)| {
                let is_flag = step.task().unwrap().param(name).unwrap().kind == Kind::Flag;
                (name.to_string(), (!is_flag).then(|| Parsed::from(literal)))
            })
            .collect();
        assert_eq!(params, expected, "{url}");
        assert!(params.is_sorted_by(|a, b| a.0 < b.0), "{url}");
    }
}

fn sources(task: &Task) -> Vec<Source> {
    let texts: &[&str] = match task.source {
        SourceRule::One => &["HANDLE"],
        SourceRule::Many => &["HANDLE", "https://example.com/a b.png"],
        SourceRule::Url => &["https://example.com/"],
        SourceRule::None => &[],
    };
    texts.iter().map(|text| Source::parse(text).unwrap()).collect()
}

/// Values at the edges of what a parameter allows.
fn samples(task: &Task, param: &Param) -> Vec<Json> {
    let bounds = || vec![json!(param.min.unwrap_or(-1.0)), json!(param.max.unwrap_or(123_456.0))];
    let words = |words: &[&str]| words.iter().map(|word| json!(word)).collect::<Vec<_>>();
    match param.kind {
        Kind::Int => bounds(),
        Kind::Number => [bounds(), vec![json!(param.min.unwrap() + 0.35), json!(param.max.unwrap() - 1e-7)]].concat(),
        Kind::String => words(TEXTS),
        Kind::Bool => vec![json!(true), json!(false)],
        Kind::Flag => vec![json!(true)],
        Kind::Enum => words(param.values),
        Kind::IntOrEnum => [bounds(), words(param.values)].concat(),
        Kind::Color => {
            [words(catalogue::COLOR_NAMES), words(&["000", "FFFFFF", "12345678", "gray0", "grey100"])].concat()
        }
        Kind::Position => {
            let columns = |row| catalogue::POSITION_COLUMNS.iter().map(move |column| json!([row, column]));
            [words(catalogue::POSITIONS), catalogue::POSITION_ROWS.iter().flat_map(columns).collect()].concat()
        }
        Kind::Faces => vec![json!("all"), json!(1), json!(1000), json!([1]), json!([1, 1000])],
        Kind::Objects => vec![json!([[0, 0, 1, 1]]), Json::from(vec![json!([10_000, 10_000, 10_000, 10_000]); 50])],
        Kind::ListInt => {
            let (min, max) = (param.min.unwrap(), param.max.unwrap());
            match task.name {
                "crop" => vec![json!([min, min, 1, 1]), json!([max, max, max, max])],
                _ => vec![json!([min, max])],
            }
        }
        Kind::StringList if param.values.is_empty() => TEXTS.chunks(20).map(|texts| json!(texts)).collect(),
        Kind::StringList => vec![json!(param.values)],
        Kind::Handle => words(&["HANDLE", "wf://a/b/c"]),
        Kind::HandleList => {
            vec![json!(["HANDLE"]), json!(["HANDLE", "https://example.com/[a,b]?c=\"d\"", "src://a/b c"])]
        }
        Kind::Url => words(&["https://example.com/a,b?c=d#e", "http://example.com/\"ü\""]),
        Kind::HandleOrUrl => words(&["HANDLE", "wf://a/b/c", "https://example.com/a,b?c=d", "H?policy=a&signature=b"]),
        Kind::PageRanges => vec![json!([1]), json!(["1", "2-5", "7-", "-3", 4_294_967_295_u32])],
        Kind::Hms => words(&["00:00:00", "23:59:59"]),
        Kind::Location => words(catalogue::LOCATIONS),
    }
}

/// The parameter `given`, if any, and whatever the task needs besides.
fn params_with<'a>(task: &'a Task, given: Option<(&'a str, Json)>) -> Vec<(&'a str, Value)> {
    let is_needed = |param: &&Param| {
        param.required || matches!((task.name, param.name), ("resize", "width") | ("fallback", "handle"))
    };
    // The `file` of fallback is another name of its `handle`.
    let is_given = |param: &&Param| {
        given.as_ref().is_some_and(|(name, _)| *name == param.name || (*name, param.name) == ("file", "handle"))
    };
    let mut params: Vec<_> = task
        .params
        .iter()
        .filter(|param| is_needed(param) && !is_given(param))
        .map(|param| (param.name, Value::Json(samples(task, param).remove(0))))
        .collect();
    params.extend(given.map(|(name, value)| (name, Value::Json(value))));
    params
}

#[test]
fn every_parameter_at_its_edges() {
    let mut urls = 0;
    for task in catalogue::tasks().iter().filter(|task| !matches!(task.name, "security" | "debug" | "b64")) {
        for param in task.params {
            for value in samples(task, param) {
                let mut params = params_with(task, Some((param.name, value)));
                let mut transformation = TaskChain::new(sources(task));
                transformation.add(task.name, &params).unwrap();
                check_round_trip(&transformation);

                params.reverse();
                let mut reversed = TaskChain::new(sources(task));
                reversed.add(task.name, &params).unwrap();
                assert_eq!(
                    reversed.url(ORIGIN, Some("KEY"), None).unwrap(),
                    transformation.url(ORIGIN, Some("KEY"), None).unwrap()
                );
                urls += 1;
            }
        }
    }
    assert!(urls > 1000, "{urls}");
}

#[test]
fn every_task_with_as_little_as_it_takes() {
    for task in catalogue::tasks().iter().filter(|task| !matches!(task.name, "security" | "debug" | "b64" | "output")) {
        let mut transformation = TaskChain::new(sources(task));
        transformation.add(task.name, &params_with(task, None)).unwrap();
        check_round_trip(&transformation);
    }
}

#[test]
fn sources_come_back() {
    for (text, task) in TEXTS.iter().flat_map(|text| [(text, "flip"), (text, "zip")]) {
        for source in [format!("https://example.com/{text}/x"), format!("src://alias/{text}")] {
            let Ok(source) = Source::parse(&source) else {
                assert!(text.contains(char::is_control) || text.trim().is_empty(), "{source}");
                continue;
            };
            let mut transformation = TaskChain::new(vec![source.clone()]);
            transformation.add(task, &[]).unwrap();
            let url = transformation.url(ORIGIN, Some("KEY"), None).unwrap();
            assert_eq!(url::Url::parse(&url).unwrap().as_str(), url);
            let tail = url.strip_prefix(ORIGIN).unwrap().strip_prefix("/KEY/").unwrap();
            let written = match tail.strip_prefix("b64/") {
                Some(rest) => rest.split_once('/').unwrap().1,
                None => tail.strip_prefix(task).unwrap().strip_prefix('/').unwrap(),
            };
            let bare =
                if task == "zip" { written.strip_prefix('[').unwrap().strip_suffix(']').unwrap() } else { written };
            let read = match bare.strip_prefix("b64://") {
                Some(encoded) => String::from_utf8(URL_SAFE.decode(encoded).unwrap()).unwrap(),
                None => decode(bare),
            };
            assert_eq!(read, source.as_str(), "{url}");
        }
    }
}
