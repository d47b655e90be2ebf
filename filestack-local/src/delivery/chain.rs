//! A source and the tasks on it, carried out one after the other.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::content::Content;
use crate::content::archive::Archive;
use crate::content::blob::Blob;
use crate::delivery::av_jobs;
use crate::delivery::documents;
use crate::delivery::fallback::Fallback;
use crate::delivery::intelligence;
use crate::delivery::metadata;
use crate::delivery::order::{Order, check_key, source_text};
use crate::delivery::screenshots;
use crate::delivery::sources::{self, Finder};
use crate::delivery::workflows;
use crate::errors::{Result, ServiceError};
use crate::files::{self, Origin};
use crate::hex::hex;
use crate::images;
use crate::security::policy::{Call, Subject};
use crate::state::State;
use crate::tasks::catalogue;
use crate::tasks::fingerprint::fingerprint;
use crate::tasks::grammar::{self, Source, Task};

/// The name of what `animate` makes.
const ANIMATION_FILENAME: &str = "filestack.gif";

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

fn finder<'a>(state: &'a State, order: &'a Order) -> Finder<'a> {
    Finder::new(state, order, run)
}

async fn carry_out(state: &State, order: &Order) -> Result<Content> {
    match order.tasks.as_slice() {
        [task] if task.name == "text_sentiment" => return Ok(Content::Json(intelligence::of_text(task))),
        [task] if task.name == "workflow_status" => {
            return workflows::status(state, task, order).await.map(Content::Json);
        }
        [task] if av_jobs::is_served(task.name) => return convert_video(state, order, task).await,
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
    let content = Content::Blob(fallback.find(state, order, finder(state, order)).await?);
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
                || av_jobs::is_served(name)
        }
    }
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
            let files = finder(state, order).gather(task.name).await?;
            Ok((Content::Archive(Archive::new(files)?), 1))
        }
        (Some(task), _) if task.name == "animate" => {
            let files = finder(state, order).gather(task.name).await?;
            Ok((Content::Blob(animate(state, files, task).await?), 1))
        }
        (_, Source::Many(items)) if items.len() == 1 => Ok((finder(state, order).find(&items[0]).await?, 0)),
        _ => Ok((finder(state, order).find(source).await?, 0)),
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
        _ if documents::is_served(task) => documents::describe(&state.conversions, blob).await?,
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
    let named = finder(state, order).named(tasks).await?;
    let _permit = state.conversions.acquire().await.map_err(ServiceError::internal)?;
    let (input, others, list) = (blob.input(), named.inputs(), tasks.to_vec());
    if wants_size {
        let measured = tokio::task::spawn_blocking(move || images::measure(input, &list, &others));
        let (width, height) = measured.await.map_err(ServiceError::internal)??;
        return Ok(Content::Json(json!({ "width": width, "height": height })));
    }
    let converted = tokio::task::spawn_blocking(move || {
        if list.iter().any(|task| task.name == "output") && input.dimensions().is_none() {
            return Err(ServiceError::not_served("the task output for files that are not images"));
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
        many => hex(&Sha256::digest(many.join(" "))[..16]),
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
    let made =
        files::New { blob, store: order.store()?, tags: order.tags.clone(), origin: Origin::of_url(&order.origin) };
    let (file, workflows) = files::add(state, made).await?;
    Ok(files::reply(&order.origin, &file, "type", workflows))
}

async fn convert_video(state: &State, order: &Order, task: &Task) -> Result<Content> {
    let source = order.source.as_ref().ok_or_else(ServiceError::file_not_found)?;
    if let Source::Handle(uuid) = source
        && let Some(reply) = av_jobs::status(state, uuid, &order.origin).await?
    {
        return Ok(Content::Json(reply));
    }
    let blob = match finder(state, order).find(source).await? {
        Content::Blob(blob) => blob,
        _ => return Err(grammar::bad_data()),
    };
    let reply = av_jobs::convert(state, task, blob, &source_text(order), &order.origin).await?;
    Ok(Content::Json(reply))
}
