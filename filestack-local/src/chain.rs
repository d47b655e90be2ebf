//! A source and the tasks on it, carried out one after the other.

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::archives::Archive;
use crate::content::{Blob, Content};
use crate::delivery::{accepts_webp, is_presentation};
use crate::errors::{Result, ServiceError};
use crate::fallback::Fallback;
use crate::files::{self, Origin};
use crate::grammar::{self, Request, Source, Task, Value as Parameter};
use crate::policy::{Call, Credentials, Subject};
use crate::sources::{self, Named};
use crate::state::{ApiKeys, State};
use crate::store::Store;
use crate::{catalogue, documents, images, intelligence, metadata, screenshots, storage, videos, workflows};

/// The name of what `animate` makes.
const ANIMATION_FILENAME: &str = "filestack.gif";

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) api_key: Option<String>,
    tasks: Vec<Task>,
    source: Option<Source>,
    fallback: Option<Task>,
    pub(crate) credentials: Option<Credentials>,
    /// Of file URLs, as the client knows it.
    pub(crate) origin: String,
    /// Headers for the requests that fetch sources, by URL.
    pub(crate) headers: Vec<(String, HeaderMap)>,
    /// Tags for what is stored.
    pub(crate) tags: Option<Map<String, Value>>,
    /// A URL that is only stored counts as an upload, which needs less of a policy than a conversion.
    pub(crate) is_upload: bool,
    /// In how many other requests this one is.
    pub(crate) nesting: u32,
}

impl Order {
    /// `given` are credentials from outside of the tasks; those among them come first.
    pub(crate) fn new(request: Request, given: Option<Credentials>, origin: String) -> Self {
        let credentials = task_credentials(&request.tasks).or(given);
        let (fallbacks, tasks): (Vec<Task>, Vec<Task>) = request
            .tasks
            .into_iter()
            .filter(|task| !is_presentation(task.name))
            .partition(|task| task.name == "fallback");
        Self {
            api_key: request.api_key,
            tasks,
            source: request.source,
            fallback: fallbacks.into_iter().next_back(),
            credentials,
            origin,
            headers: Vec::new(),
            tags: None,
            is_upload: false,
            nesting: 0,
        }
    }

    /// Lets the headers of the client decide what `auto_image` makes.
    pub(crate) fn prefer(&mut self, headers: &HeaderMap) {
        if accepts_webp(headers) {
            // As a parameter, which clients cannot set, it tells this result from others as well.
            let format = ("format".to_owned(), Parameter::Text("webp".to_owned()));
            let automatic = self.tasks.iter_mut().filter(|task| task.name == "auto_image");
            automatic.for_each(|task| task.parameters.push(format.clone()));
        }
    }

    /// The sources, a list flattened.
    pub(crate) fn sources(&self) -> Vec<&Source> {
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

/// Carries an order out, or delivers what it has to fall back on.
pub(crate) fn run(state: &State, order: Order) -> BoxFuture<'_, Result<Content>> {
    Box::pin(async move {
        check_key(state, order.api_key.as_deref())?;
        authorize(state, &order)?;
        if let Some(task) = order.tasks.iter().find(|task| !is_served(task)) {
            return Err(ServiceError::not_served(format_args!("the task {}", task.name)));
        }
        let fallback = order.fallback.as_ref().map(Fallback::read).transpose()?;
        match (carry_out(state, &order).await, fallback) {
            (Err(error), Some(fallback)) if Fallback::covers(&error) => {
                // When that fails too, the first failure is the one that was asked for.
                fall_back(state, &order, &fallback).await.map_err(|_| error)
            }
            (outcome, _) => outcome,
        }
    })
}

async fn carry_out(state: &State, order: &Order) -> Result<Content> {
    match order.tasks.as_slice() {
        [task] if task.name == "text_sentiment" => return Ok(Content::Json(intelligence::of_text(task))),
        [task] if task.name == "workflow_status" => {
            return workflows::status(state, task, order).await.map(Content::Json);
        }
        [task] if videos::is_served(task.name) => return convert_video(state, order, task).await,
        _ => {}
    }
    let (mut content, used) = begin(state, order).await?;
    let mut rest = &order.tasks[used..];
    while let Some(task) = rest.first() {
        let used;
        (content, used) = step(state, order, content, task, rest).await?;
        rest = &rest[used..];
        if matches!(content, Content::Json(_)) && !rest.is_empty() {
            // A reply that is data: nothing can follow.
            return Err(ServiceError::unknown_task());
        }
    }
    Ok(content)
}

/// The file takes the place of all tasks but `store`, which keeps it.
async fn fall_back(state: &State, order: &Order, fallback: &Fallback) -> Result<Content> {
    let content = Content::Blob(fallback.find(state, order).await?);
    match order.tasks.iter().position(|task| task.name == "store") {
        Some(first) => store(state, order, content, &order.tasks[first..]).await.map(Content::Json),
        None => Ok(content),
    }
}

fn is_served(task: &Task) -> bool {
    match task.name {
        "imagesize" | "metadata" | "zip" | "animate" | "urlscreenshot" | "store" | "run_workflow"
        | "workflow_status" => true,
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
    let text = |name: &str| task.text(name).map(str::to_owned);
    Credentials::new(text("policy"), text("signature"))
}

/// Refuses what the policy does not allow on any of the sources.
fn authorize(state: &State, order: &Order) -> Result<()> {
    let stores = order.has("store");
    let mut calls: Vec<&[Call]> = Vec::new();
    match order.tasks.as_slice() {
        [] => calls.push(&[Call::Read]),
        [only] if only.name == "metadata" => {
            calls.push(&[Call::Stat]);
            if metadata::Fields::from_task(only).has("exif") {
                calls.push(&[Call::Exif]);
            }
        }
        tasks if tasks.iter().all(|task| matches!(task.name, "run_workflow" | "workflow_status")) => {
            calls.push(&[Call::RunWorkflow]);
        }
        tasks if order.is_upload && tasks.iter().all(|task| task.name == "store") => {}
        _ => calls.push(&[Call::Convert]),
    }
    if stores {
        calls.push(if order.is_upload { &[Call::Pick, Call::Store] } else { &[Call::Store] });
    }
    if order.tasks.iter().any(|task| task.name == "metadata" && metadata::Fields::from_task(task).has("exif")) {
        calls.push(&[Call::Exif]);
    }
    let store = if stores { Some(order.store()?) } else { None };
    let common = Subject {
        path: store.as_ref().and_then(|store| store.path.as_deref()),
        container: store.as_ref().map(|store| store.container.as_str()),
        ..Subject::default()
    };
    let named: Vec<Source> = order.tasks.iter().flat_map(Task::files).map(grammar::name_source).collect();
    let mut subjects: Vec<Subject<'_>> =
        order.sources().into_iter().chain(&named).map(|source| sources::subject(source, common)).collect();
    if subjects.is_empty() {
        subjects.push(common);
    }
    let is_guarded = |task: &Task| catalogue::needs_security(task.name);
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
            sources::require_key(order)?;
            Ok((Content::Blob(screenshots::take(url, task).await?), 1))
        }
        (Some(task), _) if task.name == "urlscreenshot" => Err(ServiceError::bad_request("urlscreenshot takes a URL")),
        (Some(task), _) if task.name == "zip" => {
            let files = sources::gather(state, order, task.name).await?;
            Ok((Content::Archive(Archive::new(files)?), 1))
        }
        (Some(task), _) if task.name == "animate" => {
            let files = sources::gather(state, order, task.name).await?;
            Ok((Content::Blob(animate(state, files, task).await?), 1))
        }
        (_, Source::Many(items)) if items.len() == 1 => Ok((sources::find(state, order, &items[0]).await?, 0)),
        _ => Ok((sources::find(state, order, source).await?, 0)),
    }
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
    if changes_image(task) || task.name == "imagesize" {
        let count = rest.iter().take_while(|task| changes_image(task)).count();
        let wants_size = rest.get(count).is_some_and(|task| task.name == "imagesize");
        let content = convert_image(state, order, blob, &rest[..count], wants_size).await?;
        return Ok((content, count + usize::from(wants_size)));
    }
    let reply = match task.name {
        "metadata" => metadata::describe(&blob, &metadata::Fields::from_task(task)).await?,
        "run_workflow" => workflows::run(state, task, blob.record.as_deref(), &source_text(order)).await?,
        _ if documents::is_served(task) => documents::describe(blob).await?,
        _ if intelligence::is_served(task) => intelligence::describe(task, blob).await?,
        // A task that makes something of nothing, or of many things, in the middle of a chain.
        _ => return Err(ServiceError::unknown_task()),
    };
    Ok((Content::Json(reply), 1))
}

/// Whether a task makes an image of an image; with other parameters, `output` tells of documents.
fn changes_image(task: &Task) -> bool {
    images::is_served(task.name) && !documents::is_served(task)
}

async fn convert_image(state: &State, order: &Order, blob: Blob, tasks: &[Task], wants_size: bool) -> Result<Content> {
    let named = Named::find(state, order, tasks).await?;
    let _permit = state.conversions.acquire().await.map_err(ServiceError::internal)?;
    let (input, others, list) = (blob.input(), named.inputs(), tasks.to_vec());
    if wants_size {
        let measured = tokio::task::spawn_blocking(move || images::measure(input, &list, &others));
        let (width, height) = measured.await.map_err(ServiceError::internal)??;
        return Ok(Content::Json(json!({ "width": width, "height": height })));
    }
    let converted = tokio::task::spawn_blocking(move || {
        if list.iter().any(|task| task.name == "output") && input.dimensions().is_none() {
            return Err(ServiceError::not_served("the task output for files that are no images"));
        }
        images::convert(input, &list, &others)
    });
    let converted = converted.await.map_err(ServiceError::internal)??;
    let version = version_of([blob.version.as_str()].into_iter().chain(named.versions()), tasks);
    let made = Blob::made(converted.bytes, blob.filename, converted.mimetype.to_owned(), version);
    Ok(Content::Blob(made.with_extension(converted.extension)))
}

async fn animate(state: &State, files: Vec<Blob>, task: &Task) -> Result<Blob> {
    let _permit = state.conversions.acquire().await.map_err(ServiceError::internal)?;
    let (inputs, list) = (files.iter().map(Blob::input).collect(), task.clone());
    let made = tokio::task::spawn_blocking(move || images::animate(inputs, &list));
    let made = made.await.map_err(ServiceError::internal)??;
    let version = version_of(files.iter().map(|blob| blob.version.as_str()), std::slice::from_ref(task));
    Ok(Blob::made(made.bytes, ANIMATION_FILENAME.to_owned(), made.mimetype.to_owned(), version))
}

/// Changes when the files or the tasks do.
fn version_of<'a>(files: impl Iterator<Item = &'a str>, tasks: &[Task]) -> String {
    let files: Vec<&str> = files.collect();
    let files = match files.as_slice() {
        [only] => (*only).to_owned(),
        many => storage::hex(&Sha256::digest(many.join(" "))[..16]),
    };
    format!("{files}-{}", fingerprint(tasks))
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
    let blob = match sources::find(state, order, source).await? {
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

/// Tells chains of tasks apart in entity tags. In which order parameters are written does not matter.
pub(crate) fn fingerprint(tasks: &[Task]) -> String {
    let mut tasks = tasks.to_vec();
    tasks.iter_mut().for_each(|task| task.parameters.sort_by(|(left, _), (right, _)| left.cmp(right)));
    let digest = Sha256::digest(format!("{tasks:?}"));
    storage::hex(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_of_what_is_asked_and_not_of_how() {
        let of = |path: &str| fingerprint(&grammar::parse(path, None, |_| false).unwrap().tasks);
        assert_eq!(of("/resize=width:1,height:2/H"), of("/resize=h:2,w:1/H"));
        assert_ne!(of("/resize=width:1,height:2/H"), of("/resize=width:2,height:1/H"));
        assert_ne!(of("/flip/flop/H"), of("/flop/flip/H"));
    }
}
