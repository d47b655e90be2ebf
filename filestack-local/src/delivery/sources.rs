//! Where sources come from: stored files, URLs, storage aliases, results of workflows, and requests to this service.

use futures_util::future::BoxFuture;
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::connection::hosts;
use crate::content::Content;
use crate::content::archive::MAX_SOURCES;
use crate::content::blob::Blob;
use crate::delivery::order::Order;
use crate::delivery::workflows;
use crate::errors::{Result, ServiceError};
use crate::files::{find_file, plain_handle};
use crate::images::Others;
use crate::security::credentials::query_credentials;
use crate::security::policy::Subject;
use crate::state::{ApiKeys, State};
use crate::tasks::grammar::{self, Source, Task};

/// How often a source may be another request to this service.
const MAX_NESTING: u32 = 4;

/// What a policy is asked about a source.
pub(crate) fn subject<'a>(source: &'a Source, common: Subject<'a>) -> Subject<'a> {
    match source {
        Source::Handle(name) => Subject { handle: Some(plain_handle(name)), ..common },
        Source::Url(url) => Subject { url: Some(url), ..common },
        // A policy for one handle, or for some URLs, is for nothing else.
        Source::Alias(text) | Source::Workflow(text) => Subject { handle: Some(text), url: Some(text), ..common },
        Source::Many(_) => common,
    }
}

/// What the whole world can name needs to be asked for by somebody.
pub(crate) fn require_key(order: &Order) -> Result<()> {
    order.api_key.as_ref().map(|_| ()).ok_or_else(ApiKeys::refusal)
}

/// Carries out an order, here one that is the source of another.
pub(super) type Run = for<'a> fn(&'a State, Order) -> BoxFuture<'a, Result<Content>>;

/// Finds the sources of an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finder<'a> {
    state: &'a State,
    order: &'a Order,
    run: Run,
}

impl<'a> Finder<'a> {
    /// `run` carries out a source that is itself a request to this service.
    pub(super) fn new(state: &'a State, order: &'a Order, run: Run) -> Self {
        Self { state, order, run }
    }

    /// A single source.
    pub(super) async fn find(&self, source: &Source) -> Result<Content> {
        let Self { state, order, run } = *self;
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
            Source::Alias(text) => {
                require_key(order)?;
                let (aliases, text) = (state.aliases.clone(), text.clone());
                let found = tokio::task::spawn_blocking(move || aliases.find(&text)).await;
                found.map_err(ServiceError::internal)?.map(Content::Blob)
            }
            Source::Workflow(text) => workflows::result(state, text).await.map(Content::Blob),
            Source::Many(_) => Err(ServiceError::not_served("lists of sources but for zip and animate")),
        }
    }

    /// A single source as a file.
    async fn find_blob(&self, source: &Source) -> Result<Blob> {
        match self.find(source).await? {
            Content::Blob(blob) => Ok(blob),
            Content::Archive(archive) => archive.into_blob(&self.state.storage).await,
            Content::Json(_) => Err(grammar::bad_data()),
        }
    }

    /// All sources of the order, for the task that takes as many.
    pub(super) async fn gather(&self, task: &str) -> Result<Vec<Blob>> {
        let sources = self.order.sources();
        check_count(task, sources.len())?;
        let mut blobs = Vec::with_capacity(sources.len());
        for source in sources {
            blobs.push(self.find_blob(source).await?);
        }
        Ok(blobs)
    }

    /// What the parameters of the tasks name; a file that is named twice is fetched once.
    pub(super) async fn named(&self, tasks: &[Task]) -> Result<Named> {
        let mut found: Vec<(String, Blob)> = Vec::new();
        for task in tasks {
            let names = task.files();
            // The source itself is one of them.
            check_count(task.name, names.len() + 1)?;
            for name in names {
                if found.iter().all(|(known, _)| known != name) {
                    let source = grammar::name_source(name);
                    found.push((name.to_owned(), self.find_blob(&source).await?));
                }
            }
        }
        Ok(Named(found))
    }
}

fn check_count(task: &str, count: usize) -> Result<()> {
    match count {
        1..=MAX_SOURCES => Ok(()),
        _ => Err(ServiceError::bad_request(format!("{task} takes 1 to {MAX_SOURCES} sources"))),
    }
}

/// Files that parameters name, under these names.
#[derive(Debug, Default)]
pub(crate) struct Named(Vec<(String, Blob)>);

impl Named {
    /// The files as image tasks take them; good for as long as this value is.
    pub(crate) fn inputs(&self) -> Others {
        Others::new(self.0.iter().map(|(name, blob)| (name.clone(), blob.input())).collect())
    }

    /// Changes when the bytes of one of them do.
    pub(crate) fn versions(&self) -> Vec<&str> {
        self.0.iter().map(|(_, blob)| blob.version.as_str()).collect()
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
    let mut nested = Order::new(request, query_credentials(query), order.origin.clone());
    nested.nesting = order.nesting + 1;
    Ok(Some(nested))
}
