//! A source and the tasks on it, carried out one after the other.

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::archives::Archive;
use crate::cdn::{find_file, plain_handle, query_credentials};
use crate::content::{Blob, Content};
use crate::delivery::is_presentation;
use crate::errors::{Result, ServiceError};
use crate::files::{self, Origin};
use crate::grammar::{self, Request, Source, Task};
use crate::policy::{Call, Credentials, Subject};
use crate::state::{ApiKeys, State};
use crate::store::Store;
use crate::{
    archives, catalogue, documents, hosts, images, intelligence, metadata, screenshots, storage, videos, workflows,
};

/// How often a source may be another request to this service.
const MAX_NESTING: u32 = 4;

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Order {
    api_key: Option<String>,
    tasks: Vec<Task>,
    source: Option<Source>,
    credentials: Option<Credentials>,
    /// Of file URLs, as the client knows it.
    origin: String,
    /// Headers for the requests that fetch sources, by URL.
    pub(crate) headers: Vec<(String, HeaderMap)>,
    /// Tags for what is stored.
    pub(crate) tags: Option<Map<String, Value>>,
    /// A URL that is only stored counts as an upload, which needs less of a policy than a conversion.
    pub(crate) is_upload: bool,
    nesting: u32,
}

impl Order {
    /// `given` are credentials from outside of the tasks; those among them come first.
    pub(crate) fn new(request: Request, given: Option<Credentials>, origin: String) -> Self {
        let credentials = task_credentials(&request.tasks).or(given);
        Self {
            api_key: request.api_key,
            tasks: request.tasks.into_iter().filter(|task| !is_presentation(task.name)).collect(),
            source: request.source,
            credentials,
            origin,
            headers: Vec::new(),
            tags: None,
            is_upload: false,
            nesting: 0,
        }
    }

    /// The sources, a list flattened.
    fn sources(&self) -> Vec<&Source> {
        fn flatten<'a>(source: &'a Source, into: &mut Vec<&'a Source>) {
            match source {
                Source::Many(items) => items.iter().for_each(|item| flatten(item, into)),
                single => into.push(single),
            }
        }
        let mut sources = Vec::new();
        self.source.iter().for_each(|source| flatten(source, &mut sources));
        sources
    }

    fn has(&self, task: &str) -> bool {
        self.tasks.iter().any(|given| given.name == task)
    }

    /// Where the `store` tasks say.
    fn store(&self) -> Result<Store> {
        Store::from_tasks(self.tasks.iter().filter(|task| task.name == "store"))
    }
}

/// Refuses a key that is not the application's.
pub(crate) fn check_key(state: &State, key: Option<&str>) -> Result<()> {
    match key {
        Some(key) if !state.keys.accepts(key) => Err(ApiKeys::refusal()),
        _ => Ok(()),
    }
}

/// Carries an order out.
pub(crate) fn run(state: &State, order: Order) -> BoxFuture<'_, Result<Content>> {
    Box::pin(async move {
        check_key(state, order.api_key.as_deref())?;
        authorize(state, &order)?;
        if let Some(task) = order.tasks.iter().find(|task| !is_served(task)) {
            return Err(ServiceError::not_served(format_args!("the task {}", task.name)));
        }
        match order.tasks.as_slice() {
            [task] if task.name == "text_sentiment" => return Ok(Content::Json(intelligence::of_text(task))),
            [task] if task.name == "workflow_status" => {
                return workflows::status(state, task, &order.origin).await.map(Content::Json);
            }
            [task] if videos::is_served(task.name) => return convert_video(state, &order, task).await,
            _ => {}
        }
        let (mut content, used) = begin(state, &order).await?;
        let mut rest = &order.tasks[used..];
        while let Some(task) = rest.first() {
            let used;
            (content, used) = step(state, &order, content, task, rest).await?;
            rest = &rest[used..];
            if matches!(content, Content::Json(_)) && !rest.is_empty() {
                // A reply that is data: nothing can follow.
                return Err(ServiceError::unknown_task());
            }
        }
        Ok(content)
    })
}

fn is_served(task: &Task) -> bool {
    match task.name {
        "imagesize" | "metadata" | "zip" | "urlscreenshot" | "store" | "run_workflow" | "workflow_status" => true,
        name => {
            images::is_served(name)
                || intelligence::is_served(task)
                || documents::is_served(task)
                || videos::is_served(name)
        }
    }
}

fn task_credentials(tasks: &[Task]) -> Option<Credentials> {
    let task = tasks.iter().rev().find(|task| task.name == "security")?;
    let text = |name: &str| task.text(name).unwrap_or_default().to_owned();
    Some(Credentials { policy: text("policy"), signature: text("signature") })
}

/// Refuses what the policy does not allow on any of the sources.
fn authorize(state: &State, order: &Order) -> Result<()> {
    let stores = order.has("store");
    let mut calls: Vec<&[Call]> = Vec::new();
    match order.tasks.as_slice() {
        [] => calls.push(&[Call::Read]),
        [only] if only.name == "metadata" => calls.push(&[Call::Stat]),
        tasks if tasks.iter().all(|task| matches!(task.name, "run_workflow" | "workflow_status")) => {
            calls.push(&[Call::RunWorkflow]);
        }
        tasks if order.is_upload && tasks.iter().all(|task| task.name == "store") => {}
        _ => calls.push(&[Call::Convert]),
    }
    if stores {
        calls.push(if order.is_upload { &[Call::Pick, Call::Store] } else { &[Call::Store] });
    }
    let store = if stores { Some(order.store()?) } else { None };
    let common = Subject {
        path: store.as_ref().and_then(|store| store.path.as_deref()),
        container: store.as_ref().map(|store| store.container.as_str()),
        ..Subject::default()
    };
    let mut subjects: Vec<Subject<'_>> = Vec::new();
    for source in order.sources() {
        subjects.push(match source {
            Source::Handle(name) => Subject { handle: Some(plain_handle(name)), ..common },
            Source::Url(url) => Subject { url: Some(url), ..common },
            _ => common,
        });
    }
    if subjects.is_empty() {
        subjects.push(common);
    }
    let is_guarded = |task: &Task| catalogue::find(task.name).is_some_and(|rule| rule.needs_security);
    let demands = order.tasks.iter().any(is_guarded);
    for subject in subjects {
        for call in &calls {
            match demands {
                true => state.guard.demand(order.credentials.as_ref(), call, subject)?,
                false => state.guard.check(order.credentials.as_ref(), call, subject)?,
            }
        }
    }
    Ok(())
}

/// What the first task works on, or makes without anything to work on; and how many tasks that has used up.
async fn begin(state: &State, order: &Order) -> Result<(Content, usize)> {
    let source = order.source.as_ref().ok_or_else(ServiceError::file_not_found)?;
    match (order.tasks.first(), source) {
        (Some(task), Source::Url(url)) if task.name == "urlscreenshot" => {
            require_key(order)?;
            Ok((Content::Blob(screenshots::take(url, task).await?), 1))
        }
        (Some(task), _) if task.name == "urlscreenshot" => Err(ServiceError::bad_request("urlscreenshot takes a URL")),
        (Some(task), _) if task.name == "zip" => {
            let sources = order.sources();
            if sources.len() > archives::MAX_SOURCES {
                return Err(ServiceError::bad_request(format!("zip takes 1 to {} sources", archives::MAX_SOURCES)));
            }
            let mut files = Vec::with_capacity(sources.len());
            for source in sources {
                match find(state, order, source).await? {
                    Content::Blob(blob) => files.push(blob),
                    Content::Archive(archive) => files.push(archive.into_blob(&state.storage).await?),
                    Content::Json(_) => return Err(grammar::bad_data()),
                }
            }
            Ok((Content::Archive(Archive::new(files)?), 1))
        }
        (_, Source::Many(items)) => match items.as_slice() {
            [only] => Ok((find(state, order, only).await?, 0)),
            _ => Err(ServiceError::not_served("lists of sources but for zip")),
        },
        _ => Ok((find(state, order, source).await?, 0)),
    }
}

/// What the whole world can name needs to be asked for by somebody.
fn require_key(order: &Order) -> Result<()> {
    order.api_key.as_ref().map(|_| ()).ok_or_else(ApiKeys::refusal)
}

/// A single source.
async fn find(state: &State, order: &Order, source: &Source) -> Result<Content> {
    match source {
        Source::Handle(name) => {
            find_file(state, plain_handle(name)).await.map(|file| Content::Blob(Blob::stored(&state.storage, file)))
        }
        Source::Url(url) => {
            require_key(order)?;
            if let Some(nested) = own_request(state, order, url)? {
                return run(state, nested).await;
            }
            let headers = order.headers.iter().find(|(known, _)| known == url).map(|(_, headers)| headers.clone());
            state.fetcher.fetch(&state.storage, url, headers.unwrap_or_default()).await.map(Content::Blob)
        }
        Source::Alias(_) => Err(ServiceError::not_served("storage aliases (src://)")),
        Source::Workflow(_) => Err(ServiceError::not_served("workflow results (wf://)")),
        Source::Many(_) => Err(ServiceError::not_served("lists of sources but for zip")),
    }
}

/// A URL that leads back to the CDN's paths here is served without leaving the process.
fn own_request(state: &State, order: &Order, url: &str) -> Result<Option<Order>> {
    let Some(target) = hosts::own_target(url, &order.origin) else { return Ok(None) };
    // A file is the same at the API as at the CDN.
    let is_file = |rest: &&str| rest.split('?').next().is_some_and(|path| path.rfind('/') == Some(0));
    let target = target.strip_prefix("/api/file").filter(is_file).unwrap_or(target);
    if target.starts_with("/api/") {
        return Ok(None);
    }
    if order.nesting >= MAX_NESTING {
        return Err(ServiceError::bad_request("the source is a request in a request too often"));
    }
    // The URL was decoded when it was taken out of the outer path; what is not allowed in a path is encoded again.
    let encoded = utf8_percent_encode(target, CONTROLS).to_string();
    let (path, query) = encoded.split_once('?').map_or((encoded.as_str(), None), |(path, query)| (path, Some(query)));
    let request = grammar::parse(path, query, |name| state.keys.names(name))?;
    let nested = Order::new(request, query_credentials(query), order.origin.clone());
    Ok(Some(Order { nesting: order.nesting + 1, ..nested }))
}

/// Carries out `task` and those of `rest` that go with it; returns how many these were.
async fn step(state: &State, order: &Order, content: Content, task: &Task, rest: &[Task]) -> Result<(Content, usize)> {
    if task.name == "store" {
        if rest.iter().any(|task| task.name != "store") {
            return Err(ServiceError::unknown_task());
        }
        return store(state, order, content, rest).await.map(|reply| (Content::Json(reply), rest.len()));
    }
    let blob = match content {
        Content::Blob(blob) => blob,
        Content::Archive(archive) => archive.into_blob(&state.storage).await?,
        Content::Json(_) => return Err(grammar::bad_data()),
    };
    if images::is_served(task.name) || task.name == "imagesize" {
        let count = rest.iter().take_while(|task| images::is_served(task.name)).count();
        let wants_size = rest.get(count).is_some_and(|task| task.name == "imagesize");
        let content = convert_image(state, blob, rest[..count].to_vec(), wants_size).await?;
        return Ok((content, count + usize::from(wants_size)));
    }
    let reply = match task.name {
        "metadata" => match &blob.record {
            Some(file) if rest.len() == 1 => metadata::describe(state, file, &metadata::Fields::default()).await?,
            _ => return Err(ServiceError::not_served("the task metadata on a result")),
        },
        "run_workflow" => workflows::run(state, task, blob.record.as_deref(), &source_text(order)).await?,
        _ if documents::is_served(task) => documents::describe(blob).await?,
        _ if intelligence::is_served(task) => intelligence::describe(task, blob).await?,
        // A task that makes something of nothing, or of many things, in the middle of a chain.
        _ => return Err(ServiceError::unknown_task()),
    };
    Ok((Content::Json(reply), 1))
}

async fn convert_image(state: &State, blob: Blob, tasks: Vec<Task>, wants_size: bool) -> Result<Content> {
    let _permit = state.conversions.acquire().await.map_err(ServiceError::internal)?;
    let input = blob.input();
    if wants_size {
        let measured = tokio::task::spawn_blocking(move || images::measure(input, &tasks));
        let (width, height) = measured.await.map_err(ServiceError::internal)??;
        return Ok(Content::Json(json!({ "width": width, "height": height })));
    }
    let version = format!("{}-{}", blob.version, fingerprint(&tasks));
    let converted = tokio::task::spawn_blocking(move || images::convert(input, &tasks));
    let converted = converted.await.map_err(ServiceError::internal)??;
    Ok(Content::Blob(Blob::made(converted.bytes, blob.filename, converted.mimetype.to_owned(), version)))
}

/// Makes a new file of what the chain has come to.
async fn store(state: &State, order: &Order, content: Content, tasks: &[Task]) -> Result<Value> {
    let mut blob = match content {
        Content::Blob(blob) => blob,
        Content::Archive(archive) => archive.into_blob(&state.storage).await?,
        Content::Json(_) => return Err(grammar::bad_data()),
    };
    let given = |name: &str| tasks.iter().find_map(|task| task.text(name)).filter(|text| !text.is_empty());
    if let Some(filename) = given("filename") {
        blob.filename = filename.to_owned();
    }
    let subject = Subject { size: Some(blob.size), ..Subject::default() };
    state.guard.check(order.credentials.as_ref(), &[Call::Pick, Call::Store], subject)?;
    let made = files::New {
        blob,
        store: order.store()?,
        base64decode: tasks.iter().any(|task| task.flag("base64decode")),
        tags: order.tags.clone(),
        origin: Origin::of_url(&order.origin),
    };
    let (file, workflows) = files::add(state, made).await?;
    Ok(files::reply(&order.origin, &file, "type", workflows))
}

async fn convert_video(state: &State, order: &Order, task: &Task) -> Result<Content> {
    let source = order.source.as_ref().ok_or_else(ServiceError::file_not_found)?;
    if let Source::Handle(uuid) = source
        && let Some(reply) = videos::status(state, uuid, &order.origin).await?
    {
        return Ok(Content::Json(reply));
    }
    let blob = match find(state, order, source).await? {
        Content::Blob(blob) => blob,
        _ => return Err(grammar::bad_data()),
    };
    let reply = videos::convert(state, task, blob, &source_text(order), &order.origin).await?;
    Ok(Content::Json(reply))
}

/// The source as it was named.
fn source_text(order: &Order) -> String {
    match order.sources().first() {
        Some(Source::Handle(text) | Source::Url(text) | Source::Alias(text) | Source::Workflow(text)) => text.clone(),
        _ => String::new(),
    }
}

/// Tells chains of tasks apart in entity tags.
pub(crate) fn fingerprint(tasks: &[Task]) -> String {
    let digest = Sha256::digest(format!("{tasks:?}"));
    storage::hex(&digest[..8])
}
