//! Every task as the catalogue has it: the URLs are the committed ones, and what filestack-local reads in them is what
//! the caller meant.

use std::fmt::Write as _;

use filestack_core::{Client, ClientOptions, RequestOptions, Result, Security, Transformation, transformation};
use filestack_local::Service;
use serde_json::{Map, Value, json};
use transformation::catalogue::{self, Kind, SourceRule, Task};

const GOLDEN: &str = include_str!("golden/tasks.tsv");

/// How many texts are tried for each parameter and each kind of source.
const TEXTS: usize = 40;
const LONGEST_TEXT: usize = 12;

/// What has a meaning somewhere in a URL, in JSON or in a list, among it what is longer than a byte.
const PIECES: &[&str] = &[
    ",", ":", "/", "[", "]", "\"", "%", "?", "#", "=", "&", "+", ";", "@", "\\", "'", "(", ")", "{", "}", "|", "^",
    "~", "`", "<", ">", "*", "!", "$", " ", ".", "..", "-", "_", "%2F", "%22", "%5B", "//", "a", "Z", "0", "true",
    "null", "é", "ß", "日本", "🦀", "\u{301}", "\u{200b}", "\t", "\n",
];

/// The service, which answers what it reads in a URL.
struct Reader {
    service: Service,
    client: Client,
    /// Some tasks are sent with credentials only.
    security: Security,
}

impl Reader {
    fn start() -> Self {
        let service = Service::start(filestack_local::Options::default()).unwrap();
        let mut options = ClientOptions::new();
        options.set_base_url(service.url()).unwrap();
        let client = Client::new(Some(service.api_key()), options).unwrap();
        let security = Security::new(r#"{"expiry":4000000000}"#, "SECRET").unwrap();
        Reader { service, client, security }
    }

    fn transformation(&self, sources: &[&str]) -> Result<Transformation> {
        self.client.transform(sources, Some(&self.security))
    }

    /// What the service reads in the URL of `transformation`.
    async fn read(&self, transformation: &Transformation) -> Value {
        let mut explained = transformation.clone();
        explained.add("debug", &[]).unwrap();
        let reply = explained.get_content(&RequestOptions::default()).await;
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", explained.url().unwrap()));
        serde_json::from_slice(&reply).unwrap()
    }

    /// Fails unless the service reads exactly this task and these sources.
    async fn check(&self, transformation: &Transformation, task: &Task, params: &Map<String, Value>, sources: &[&str]) {
        let read = self.read(transformation).await;
        let url = transformation.url().unwrap();
        let tasks = if matches!(task.name, "debug" | "b64") {
            json!([])
        } else {
            json!([{ "name": task.name, "params": as_read(task, params) }])
        };
        let read_tasks: Value =
            read["tasks"].as_array().unwrap().iter().filter(|task| task["name"] != "security").cloned().collect();
        assert_eq!(read_tasks, tasks, "{url}");
        let source = match sources {
            [] => Value::Null,
            [single] if task.source != SourceRule::Many => json!(single),
            list => json!(list),
        };
        assert_eq!(read["source"], source, "{url}");
    }
}

/// URLs have no types: the service reads texts and lists.
fn as_read(task: &Task, params: &Map<String, Value>) -> Map<String, Value> {
    fn as_text(value: &Value) -> Value {
        match value {
            Value::Array(members) => members.iter().map(as_text).collect(),
            Value::String(text) => json!(text),
            other => json!(other.to_string()),
        }
    }
    let param = |name: &str| task.param(name).unwrap();
    let is_sent = |name: &str, value: &Value| param(name).kind != Kind::Flag || *value == true;
    let sent = params.iter().filter(|(name, value)| is_sent(name, value));
    sent.map(|(name, given)| match param(name) {
        flag if flag.kind == Kind::Flag => (name.clone(), json!(true)),
        param => (param.same_as.unwrap_or(param.name).to_owned(), as_text(given)),
    })
    .collect()
}

fn sources(task: &Task) -> &'static [&'static str] {
    match task.source {
        SourceRule::One => &["HANDLE"],
        SourceRule::Many => &["HANDLE1", "HANDLE2"],
        SourceRule::Url => &["https://example.com/"],
        SourceRule::None => &[],
    }
}

#[tokio::test]
async fn every_parameter_is_read_as_it_was_meant_or_refused() {
    let reader = Reader::start();
    let (mut urls, mut refusals) = (0, 0);
    for line in GOLDEN.lines().filter(|line| !line.starts_with('#')) {
        let [name, params, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (task, _) = catalogue::find(name).unwrap();
        let mut transformation = reader.transformation(sources(task)).unwrap();
        match transformation.add_json(name, params) {
            Ok(()) => {
                let url = transformation.url().unwrap();
                let path = url.strip_prefix(reader.service.url()).unwrap();
                assert_eq!(path.replace(reader.service.api_key(), "KEY"), expected, "{line}");
                let params = serde_json::from_str(params).unwrap();
                reader.check(&transformation, task, &params, sources(task)).await;
                urls += 1;
            }
            Err(error) => {
                assert_eq!(format!("{:?}", error.kind()), expected, "{line}");
                assert!(error.message().contains(name), "{line}: {error}");
                refusals += 1;
            }
        }
    }
    // Every task but the credentials is there, and both outcomes are.
    let names: std::collections::BTreeSet<_> = GOLDEN.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names.len() - 1, catalogue::tasks().len() - 1);
    assert!(urls > 500 && refusals > 500, "{urls} {refusals}");
}

/// A text of some pieces; the same at every run.
fn text(random: &mut fastrand::Rng) -> String {
    (0..random.usize(1..=LONGEST_TEXT)).filter_map(|_| random.choice(PIECES)).copied().collect()
}

/// The parameters with which a task can be added besides a text.
fn others(task: &Task, given: &str) -> Map<String, Value> {
    let lines = GOLDEN.lines().filter_map(|line| line.strip_prefix(task.name)?.strip_prefix('\t')?.split_once('\t'));
    let mut accepted = lines.filter(|(_, outcome)| outcome.starts_with('/')).map(|(params, _)| params);
    let mut params: Map<String, Value> = serde_json::from_str(accepted.next().unwrap()).unwrap();
    params.remove(given);
    params
}

#[tokio::test]
async fn any_text_in_any_parameter_arrives() {
    let reader = Reader::start();
    let mut random = fastrand::Rng::with_seed(5);
    let mut count = 0;
    for task in catalogue::tasks().iter().filter(|task| task.name != "security") {
        for param in task.params.iter().filter(|param| param.values.is_empty() && param.name != "css") {
            for _ in 0..TEXTS {
                let text = text(&mut random);
                let value = match param.kind {
                    Kind::String => json!(text),
                    Kind::StringList => json!([text, "plain", text]),
                    Kind::Url | Kind::HandleOrUrl => json!(format!("https://example.com/{text}")),
                    Kind::HandleList => json!([format!("https://example.com/{text}"), "HANDLE"]),
                    _ => break,
                };
                let mut params = others(task, param.name);
                params.insert(param.name.to_owned(), value);
                let mut transformation = reader.transformation(sources(task)).unwrap();
                if let Err(error) = transformation.add_json(task.name, &Value::from(params.clone()).to_string()) {
                    // URLs may not hold everything; texts may.
                    assert!(!matches!(param.kind, Kind::String | Kind::StringList), "{text:?}: {error}");
                    continue;
                }
                reader.check(&transformation, task, &params, sources(task)).await;
                count += 1;
            }
        }
    }
    assert!(count > 1000, "{count}");
}

#[tokio::test]
async fn any_source_arrives() {
    let reader = Reader::start();
    let mut random = fastrand::Rng::with_seed(5);
    let (flip, zip) = (catalogue::find("flip").unwrap().0, catalogue::find("zip").unwrap().0);
    let none = Map::new();
    let mut count = 0;
    for _ in 0..TEXTS * 4 {
        let mut source = String::new();
        for form in ["https://example.com/{}", "http://example.com/a?b={}", "https://example.com/#{}", "src://alias/{}"]
        {
            source.clear();
            let _ = write!(source, "{}", form.replace("{}", &text(&mut random)));
            for (task, list) in [(flip, vec![source.as_str()]), (zip, vec![source.as_str()]), (zip, vec!["H", &source])]
            {
                let Ok(mut transformation) = reader.transformation(&list) else {
                    // Control characters and blanks are in no URL.
                    assert!(source.contains(|c: char| c.is_control() || c.is_whitespace()), "{source:?}");
                    continue;
                };
                transformation.add(task.name, &[]).unwrap();
                reader.check(&transformation, task, &none, &list).await;
                count += 1;
            }
        }
    }
    assert!(count > 1000, "{count}");
}
