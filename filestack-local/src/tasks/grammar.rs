//! The grammar of CDN paths: an optional API key, tasks, and the source they work on.
//!
//! The raw path is split before anything is decoded, quotes (`"` or `%22`) and brackets protect separators, and each
//! piece is decoded exactly once. That reads what every official SDK writes, including those that do not encode.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use crate::errors::{Result, ServiceError};
use crate::tasks::catalogue;
use crate::tasks::value::Value;

/// A parsed CDN request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// The request is to be explained rather than served.
    pub(crate) debug: bool,
    /// The leading API key.
    pub(crate) api_key: Option<String>,
    /// Tasks in the order in which they run.
    pub(crate) tasks: Vec<Task>,
    /// What the tasks work on; a few tasks need nothing.
    pub(crate) source: Option<Source>,
}

/// One task with its parameters under their full names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Task {
    /// The name that the catalogue gives it.
    pub(crate) name: &'static str,
    /// Name and value, in the order in which they were written.
    pub(crate) parameters: Vec<(String, Value)>,
}

/// What a request works on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A stored file.
    Handle(String),
    /// A file elsewhere.
    Url(String),
    /// `src://ALIAS/PATH`
    Alias(String),
    /// `wf://WORKFLOW/JOB/RESULT`
    Workflow(String),
    /// `[a,b]`
    Many(Vec<Source>),
}

impl Task {
    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.parameters.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }

    /// The scalar value of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// The number that a parameter holds.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// Handles and URLs of further files that the parameters name.
    pub(crate) fn files(&self) -> Vec<&str> {
        let named = match self.name {
            "watermark" => self.get("file"),
            "collage" => self.get("files"),
            _ => None,
        };
        match named {
            Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
            Some(other) => other.as_text().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Whether a parameter is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }
}

impl Source {
    fn to_json(&self) -> Json {
        match self {
            Self::Handle(text) | Self::Url(text) | Self::Alias(text) | Self::Workflow(text) => {
                Json::from(text.as_str())
            }
            Self::Many(sources) => sources.iter().map(Self::to_json).collect(),
        }
    }
}

impl Request {
    /// What the `debug` prefix answers.
    pub(crate) fn to_json(&self) -> Json {
        let tasks: Vec<Json> = self
            .tasks
            .iter()
            .map(|task| {
                let parameters: serde_json::Map<String, Json> =
                    task.parameters.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
                serde_json::json!({ "name": task.name, "params": parameters })
            })
            .collect();
        serde_json::json!({
            "apikey": self.api_key,
            "tasks": tasks,
            "source": self.source.as_ref().map(Source::to_json),
        })
    }
}

/// Brackets within brackets; objects need two, and no path may make the parser recurse without end.
const MAX_DEPTH: u32 = 4;

/// How the task with the credentials starts.
const SECURITY: &str = "security=";
/// Slashes that are looked for in a policy: they stand for few characters, and policies are short.
const MAX_POLICY_SLASHES: usize = 64;

/// Query items that speak to the CDN; the others belong to an external source.
const OWN_QUERY_ITEMS: [&str; 4] = ["policy", "signature", "dl", "cache"];

/// Parses a raw path and query. `is_key` tells which names are surely API keys.
pub(crate) fn parse(path: &str, query: Option<&str>, is_key: impl Fn(&str) -> bool) -> Result<Request> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut request = Request { debug: false, api_key: None, tasks: Vec::new(), source: None };
    let segments = split(path, b'/');
    let mut position = 0;
    while let Some(segment) = segments.get(position) {
        let is_last = segments[position + 1..].iter().all(|rest| rest.is_empty());
        if segment.is_empty() {
            position += 1;
        } else if starts_source(segment) {
            // A bare URL holds slashes of its own: it is everything that is left.
            let start = segment.as_ptr() as usize - path.as_ptr() as usize;
            let mut raw = path[start..].to_owned();
            if let Some(rest) = foreign_query(query) {
                raw.push('?');
                raw.push_str(&rest);
            }
            request.source = Some(parse_source(&raw, MAX_DEPTH)?);
            break;
        } else if *segment == "b64" && !is_last {
            let encoded = segments[position + 1];
            let tasks = serde_json::from_slice(&decode_base64(encoded)?).map_err(|_| bad_data())?;
            request.tasks.extend(tasks_from_json(&tasks)?);
            position += 2;
        } else if is_last && !segment.contains('=') {
            request.source = Some(parse_source(segment, MAX_DEPTH)?);
            break;
        } else if segment.starts_with(SECURITY) {
            let count = security_segments(&segments[position..]);
            request.tasks.push(parse_task(&segments[position..position + count].join("/"))?);
            position += count;
        } else if *segment == "debug" {
            request.debug = true;
            position += 1;
        } else if request.api_key.is_none() && request.tasks.is_empty() && is_api_key(segment, &is_key) {
            request.api_key = Some(decode(segment)?);
            position += 1;
        } else {
            request.tasks.push(parse_task(segment)?);
            position += 1;
        }
    }
    Ok(request)
}

/// A bare name in front is an API key, unless it is a task or is spelt like one: a misspelt task must not be
/// taken for a key and silently do nothing.
fn is_api_key(segment: &str, is_key: impl Fn(&str) -> bool) -> bool {
    if segment.contains('=') || catalogue::find(segment).is_some() {
        return false;
    }
    is_key(segment) || !segment.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// How many segments the credentials at the start of `segments` take up: JavaScript and Swift write policies in the
/// standard alphabet of base64, which has the slash.
pub(crate) fn security_segments(segments: &[&str]) -> usize {
    let largest = segments.len().min(MAX_POLICY_SLASHES + 1);
    // No beginning of a JSON object is one, so the first that can be read is the whole policy.
    (1..=largest).find(|count| holds_policy(&segments[..*count].join("/"))).unwrap_or(1)
}

fn holds_policy(task: &str) -> bool {
    let Some(parameters) = task.strip_prefix(SECURITY) else { return false };
    let policy = split(parameters, b',').into_iter().find_map(|piece| match piece.split_once(':') {
        Some(("p" | "policy", value)) => Some(quoted(value).unwrap_or(value)),
        _ => None,
    });
    let decoded = policy.and_then(|policy| decode_base64(policy).ok());
    decoded.is_some_and(|json| serde_json::from_slice::<serde_json::Map<String, Json>>(&json).is_ok())
}

fn starts_source(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    ["http:", "https:", "src:", "wf:", "b64:", "[", "%5b", "\"", "%22"].iter().any(|prefix| lower.starts_with(prefix))
}

fn foreign_query(query: Option<&str>) -> Option<String> {
    let items: Vec<&str> = query?
        .split('&')
        .filter(|item| !item.is_empty() && !OWN_QUERY_ITEMS.contains(&item.split('=').next().unwrap_or_default()))
        .collect();
    (!items.is_empty()).then(|| items.join("&"))
}

fn parse_source(raw: &str, depth: u32) -> Result<Source> {
    if let Some(inner) = bracketed(raw) {
        let depth = depth.checked_sub(1).ok_or_else(bad_data)?;
        let pieces = split(inner, b',').into_iter().filter(|piece| !piece.is_empty());
        return pieces.map(|piece| parse_source(piece, depth)).collect::<Result<Vec<_>>>().map(Source::Many);
    }
    if let Some(inner) = quoted(raw) {
        return Ok(name_source(decode(inner)?));
    }
    if let Some(encoded) = raw.strip_prefix("b64://") {
        let text = String::from_utf8(decode_base64(encoded)?).map_err(|_| bad_data())?;
        // What was encoded is text, not a path: it is split, but not decoded a second time.
        return Ok(match bracketed(&text) {
            Some(inner) => {
                Source::Many(split(inner, b',').into_iter().map(|item| name_source(unquote(item).to_owned())).collect())
            }
            None => name_source(unquote(&text).to_owned()),
        });
    }
    Ok(name_source(decode(raw)?))
}

/// A source by its decoded text.
pub(crate) fn name_source(text: impl Into<String>) -> Source {
    let text = text.into();
    let starts = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if starts("http:") || starts("https:") {
        Source::Url(text)
    } else if starts("src:") {
        Source::Alias(text)
    } else if starts("wf:") {
        Source::Workflow(text)
    } else {
        Source::Handle(text)
    }
}

fn parse_task(raw: &str) -> Result<Task> {
    let (name, parameters) = raw.split_once('=').unwrap_or((raw, ""));
    let mut given = Vec::new();
    for piece in split(parameters, b',').into_iter().filter(|piece| !piece.is_empty()) {
        given.push(match piece.split_once(':') {
            Some((key, value)) => (decode(key)?, parse_value(value, MAX_DEPTH)?),
            None => (decode(piece)?, Value::Flag),
        });
    }
    task(&decode(name)?, given)
}

fn task(name: &str, parameters: Vec<(String, Value)>) -> Result<Task> {
    let rule = catalogue::find(name).ok_or_else(ServiceError::unknown_task)?;
    Ok(Task { name: &rule.name, parameters: catalogue::admit(rule, parameters)? })
}

fn parse_value(raw: &str, depth: u32) -> Result<Value> {
    if let Some(inner) = bracketed(raw) {
        let depth = depth.checked_sub(1).ok_or_else(bad_data)?;
        if inner.is_empty() {
            return Ok(Value::List(Vec::new()));
        }
        return split(inner, b',')
            .into_iter()
            .map(|item| parse_value(item, depth))
            .collect::<Result<Vec<_>>>()
            .map(Value::List);
    }
    decode(quoted(raw).unwrap_or(raw)).map(Value::Text)
}

/// Tasks of the base64 form and of `/process`; Go writes the member names with capitals.
pub(crate) fn tasks_from_json(document: &Json) -> Result<Vec<Task>> {
    let items = document.as_array().ok_or_else(bad_data)?;
    items.iter().map(task_from_json).collect()
}

fn task_from_json(item: &Json) -> Result<Task> {
    let members = item.as_object().ok_or_else(bad_data)?;
    let member = |name: &str| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let name = member("name").and_then(Json::as_str).ok_or_else(bad_data)?;
    let parameters = match member("params") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Bool(false)) => vec![("false".to_owned(), Value::Flag)],
        Some(Json::Object(given)) => given
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), value_from_json(value)))
            .collect(),
        Some(_) => return Err(bad_data()),
    };
    task(name, parameters)
}

fn value_from_json(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value_from_json).collect()),
        other => Value::Text(other.to_string()),
    }
}

/// Bytes of a percent-encoded text in either base64 alphabet, with or without padding.
pub(crate) fn decode_base64(encoded: &str) -> Result<Vec<u8>> {
    let text = decode(encoded)?;
    let padded = format!("{text}{}", &"==="[..(4 - text.len() % 4) % 4]);
    URL_SAFE.decode(&padded).or_else(|_| STANDARD.decode(&padded)).map_err(|_| bad_data())
}

/// The refusal of what cannot be read.
pub(crate) fn bad_data() -> ServiceError {
    ServiceError::text(axum::http::StatusCode::BAD_REQUEST, "bad data format")
}

fn decode(raw: &str) -> Result<String> {
    percent_decode_str(raw).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| bad_data())
}

/// Length of the token at the start of `rest` if it is `plain` or its percent-encoded form.
fn token(rest: &str, plain: u8, encoded: &str) -> Option<usize> {
    if rest.as_bytes().first() == Some(&plain) {
        Some(1)
    } else {
        rest.get(..3).filter(|start| start.eq_ignore_ascii_case(encoded)).map(|_| 3)
    }
}

/// Splits at separators outside of quotes and brackets.
fn split(raw: &str, separator: u8) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut position, mut depth, mut in_quotes) = (0, 0, 0usize, false);
    while position < raw.len() {
        let rest = &raw[position..];
        if let Some(length) = token(rest, b'"', "%22") {
            in_quotes = !in_quotes;
            position += length;
        } else if in_quotes {
            position += rest.chars().next().map_or(1, char::len_utf8);
        } else if let Some(length) = token(rest, b'[', "%5B") {
            depth += 1;
            position += length;
        } else if let Some(length) = token(rest, b']', "%5D") {
            depth = depth.saturating_sub(1);
            position += length;
        } else {
            if depth == 0 && rest.as_bytes()[0] == separator {
                pieces.push(&raw[start..position]);
                start = position + 1;
            }
            position += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    pieces.push(&raw[start..]);
    pieces
}

fn bracketed(raw: &str) -> Option<&str> {
    enclosed(raw, (b'[', "%5B"), (b']', "%5D"))
}

fn quoted(raw: &str) -> Option<&str> {
    enclosed(raw, (b'"', "%22"), (b'"', "%22"))
}

fn enclosed<'a>(raw: &'a str, open: (u8, &str), close: (u8, &str)) -> Option<&'a str> {
    let inner = &raw[token(raw, open.0, open.1)?..];
    let plain = inner.strip_suffix(char::from(close.0));
    plain.or_else(|| {
        let end = inner.len().checked_sub(3)?;
        inner.get(end..).filter(|tail| tail.eq_ignore_ascii_case(close.1)).and_then(|_| inner.get(..end))
    })
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(path: &str) -> Request {
        parse(path, None, |_| false).unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn handle(text: &str) -> Option<Source> {
        Some(Source::Handle(text.to_owned()))
    }

    #[test]
    fn a_bare_handle() {
        let request = parsed("/5aYkEQJSQCmYShsoCnZN");
        assert_eq!(request.source, handle("5aYkEQJSQCmYShsoCnZN"));
        assert!(request.tasks.is_empty() && request.api_key.is_none() && !request.debug);
    }

    #[test]
    fn keys_tasks_and_aliases() {
        let request = parsed("/AKEYz/resize=w:200,fit:crop,align:[top,left]/flip/H");
        assert_eq!(request.api_key.as_deref(), Some("AKEYz"));
        assert_eq!(request.source, handle("H"));
        assert_eq!(request.tasks.len(), 2);
        assert_eq!(request.tasks[0].number("width"), Some(200));
        assert_eq!(request.tasks[0].get("align"), Some(&Value::List(vec![text("top"), text("left")])));
        assert_eq!(request.tasks[1], Task { name: "flip", parameters: Vec::new() });
    }

    #[test]
    fn policies_may_have_slashes() {
        let policy = STANDARD.encode(r#"{"url":"???>>>~~~","expiry":1}"#);
        assert!(policy.contains('/') && policy.contains('+'), "{policy}");
        for credentials in [
            format!("security=policy:{policy},signature:abc"),
            format!("security=s:abc,p:{policy}"),
            format!("security=p:%22{policy}%22,s:abc"),
            format!("security=p:{},s:abc", policy.replace('/', "%2F")),
        ] {
            let request = parsed(&format!("/flip/{credentials}/H"));
            assert_eq!(request.source, handle("H"), "{credentials}");
            let task = request.tasks.last().unwrap();
            assert_eq!((task.text("policy"), task.text("signature")), (Some(policy.as_str()), Some("abc")));
        }
        // What cannot be read takes nothing along.
        assert_eq!(parsed("/security=p:nonsense,s:abc/flip/H").tasks.len(), 2);
    }

    #[test]
    fn a_misspelt_task_is_not_a_key() {
        for path in ["/resiz=width:1/H", "/flipp/H", "/AKEYz/flipp/H", "/flip/AKEYz/H"] {
            let refused = parse(path, None, |_| false).unwrap_err();
            assert_eq!(refused.status(), axum::http::StatusCode::BAD_REQUEST, "{path}");
        }
        let request = parse("/demo/H", None, |name| name == "demo").unwrap();
        assert_eq!(request.api_key.as_deref(), Some("demo"));
    }

    #[test]
    fn quotes_protect_separators() {
        for quote in ["\"", "%22"] {
            let request = parsed(&format!("/store=filename:a,path:{quote}fold,er/im:age.jpg{quote}/H"));
            assert_eq!(request.tasks[0].text("path"), Some("fold,er/im:age.jpg"));
            assert_eq!(request.source, handle("H"));
        }
    }

    #[test]
    fn pieces_are_decoded_once() {
        let request = parsed("/store=filename:%2522a%2Fb%20c.png/H");
        assert_eq!(request.tasks[0].text("filename"), Some("%22a/b c.png"));
    }

    #[test]
    fn external_sources_keep_their_query() {
        let request =
            parse("/AKEYz/flip/https://x.io/a//b.jpg", Some("policy=P&w=1&signature=S&h=2"), |_| false).unwrap();
        assert_eq!(request.source, Some(Source::Url("https://x.io/a//b.jpg?w=1&h=2".to_owned())));
        let request = parsed("/AKEYz/flip/%22https://x.io/a,b.jpg%22");
        assert_eq!(request.source, Some(Source::Url("https://x.io/a,b.jpg".to_owned())));
    }

    #[test]
    fn lists_aliases_and_workflows() {
        let request = parsed("/AKEYz/zip/[\"src://t/a.jpg\",h2,https://x.io/b.jpg]");
        assert_eq!(
            request.source,
            Some(Source::Many(vec![
                Source::Alias("src://t/a.jpg".into()),
                Source::Handle("h2".into()),
                Source::Url("https://x.io/b.jpg".into()),
            ]))
        );
        assert_eq!(parsed("/AKEYz/flip/wf://a/b/c").source, Some(Source::Workflow("wf://a/b/c".into())));
    }

    #[test]
    fn the_base64_form() {
        let request = parsed("/DEFAULT_API_KEY/b64/W3sibmFtZSI6InVwc2NhbGUifV0=/b64://NWFZa0VRSlNRQ21ZU2hzb0NuWk4=");
        assert_eq!(request.api_key.as_deref(), Some("DEFAULT_API_KEY"));
        assert_eq!(request.tasks, vec![Task { name: "upscale", parameters: Vec::new() }]);
        assert_eq!(request.source, handle("5aYkEQJSQCmYShsoCnZN"));
        let request = parsed("/K9/b64/W10=/b64://WzVhWWtFUUpTUUNtWVNoc29DblpOLDRhWWtFUUpTUUNtWVNoc29DblpOXQ==");
        assert!(matches!(request.source, Some(Source::Many(sources)) if sources.len() == 2));
    }

    #[test]
    fn base64_tasks_have_json_values() {
        let tasks = r#"[{"Name":"resize","Params":{"width":200,"align":["top","left"],"height":null}},{"name":"cache","params":false}]"#;
        let request = parsed(&format!("/b64/{}/H", URL_SAFE.encode(tasks)));
        assert_eq!(request.tasks[0].number("width"), Some(200));
        assert!(request.tasks[0].get("height").is_none());
        assert_eq!(request.tasks[1].get("false"), Some(&Value::Flag));
    }

    #[test]
    fn security_travels_in_either_spelling_and_position() {
        for path in ["/security=p:cA==,s:ab/flip/H", "/flip/security=policy:cA==,signature:ab/H"] {
            let request = parsed(path);
            let security = request.tasks.iter().find(|task| task.name == "security").unwrap();
            assert_eq!((security.text("policy"), security.text("signature")), (Some("cA=="), Some("ab")));
        }
    }

    #[test]
    fn debug_and_sourceless_tasks() {
        let request = parsed("/debug/resize=width:1/H");
        assert!(request.debug);
        assert_eq!(request.to_json()["tasks"][0]["params"]["width"], "1");
        assert_eq!(parsed("/AKEYz/text_sentiment=text:%22so%20good%22").source, None);
        assert_eq!(parsed("/cache=false/H").tasks[0].get("false"), Some(&Value::Flag));
    }

    #[test]
    fn brackets_end_somewhere() {
        assert!(parse("/partial_blur=objects:[[1,2,3,4],[5,6,7,8]]/H", None, |_| false).is_ok());
        let deep = format!("/partial_blur=objects:{}{}/H", "[".repeat(20_000), "]".repeat(20_000));
        assert!(parse(&deep, None, |_| false).is_err());
        let closed = format!("/AKEYz/zip/{}h{}", "%5B".repeat(9_000), "%5D".repeat(9_000));
        assert!(parse(&closed, None, |_| false).is_err());
    }

    #[test]
    fn wrong_attributes_and_values() {
        for path in ["/resize=widht:1/H", "/resize=width:abc/H", "/resize=width/H", "/flip=x:1/H", "/b64/!!!/H"] {
            assert!(parse(path, None, |_| false).is_err(), "{path}");
        }
    }
}
