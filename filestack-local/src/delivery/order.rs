//! An order: the source, the tasks and the credentials of a request.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use crate::delivery::presentation::{accepts_webp, is_presentation};
use crate::errors::Result;
use crate::files::store::Store;
use crate::security::credentials::Credentials;
use crate::state::{ApiKeys, State};
use crate::tasks::grammar::{Request, Source, Task};
use crate::tasks::value::Value as Parameter;

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) api_key: Option<String>,
    pub(super) tasks: Vec<Task>,
    pub(super) source: Option<Source>,
    pub(super) fallback: Option<Task>,
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

    pub(super) fn has(&self, task: &str) -> bool {
        self.tasks.iter().any(|given| given.name == task)
    }

    /// Where the `store` tasks say.
    pub(super) fn store(&self) -> Result<Store> {
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

fn task_credentials(tasks: &[Task]) -> Option<Credentials> {
    let task = tasks.iter().rev().find(|task| task.name == "security")?;
    let text = |name: &str| task.text(name).map(str::to_owned);
    Credentials::new(text("policy"), text("signature"))
}

/// The source as it was named.
pub(super) fn source_text(order: &Order) -> String {
    match order.sources().first() {
        Some(Source::Handle(text) | Source::Url(text) | Source::Alias(text) | Source::Workflow(text)) => text.clone(),
        _ => String::new(),
    }
}
