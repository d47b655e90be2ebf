//! The tasks of a transformation and what they work on: checked when they are added, written as a URL at the end.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};

use crate::error::{Error, ErrorKind, Result};

use super::source::Source;
use super::step::Step;
use super::value::{self, Value};
use super::{order, url, validation};

/// A chain of tasks and what it works on.
///
/// The first task that cannot be added poisons the chain: from then on [`add`](Self::add) and
/// [`url`](Self::url) return that first error. So a chain may be built without looking at every result.
#[derive(Clone, Debug)]
pub struct TaskChain {
    sources: Vec<Source>,
    steps: Vec<Step>,
    debug: bool,
    base64: bool,
    failure: Option<Error>,
}

impl TaskChain {
    /// A transformation of `sources` that has no tasks yet. How many sources make sense depends on the tasks, so
    /// they are judged together when the URL is made.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Self {
        TaskChain { sources, steps: Vec::new(), debug: false, base64: false, failure: None }
    }

    /// Adds a task to the end of the chain. Names may be any that the catalogue knows, also abbreviations; the
    /// order of the parameters does not matter.
    ///
    /// Two names concern the whole request rather than tasks, may be added at any time and do not belong to
    /// [`tasks`](Self::tasks): `debug` makes the service explain the request instead of running it, `b64` chooses
    /// the base64 form of the URL.
    ///
    /// # Errors
    ///
    /// The first error of this transformation: [`ErrorKind::TaskUnknown`], [`ErrorKind::TaskOrder`],
    /// [`ErrorKind::ParamUnknown`], [`ErrorKind::ParamType`], [`ErrorKind::ParamRange`],
    /// [`ErrorKind::ParamMissing`], or [`ErrorKind::Argument`] for parameters that exclude each other.
    pub fn add(&mut self, task: &str, params: &[(&str, Value)]) -> Result<()> {
        let added = self.try_add(task, params.iter().map(|(name, value)| (*name, value)));
        added.map_err(|error| self.poison(error))
    }

    /// Adds a task whose parameters are the members of a JSON object. An empty text, `null` and `{}` mean that
    /// there are none; a member that is `null` counts as not given.
    ///
    /// # Errors
    ///
    /// Those of [`add`](Self::add), and [`ErrorKind::Argument`] when `params_json` is not a JSON object.
    pub fn add_json(&mut self, task: &str, params_json: &str) -> Result<()> {
        let added = parse_members(task, params_json)
            .and_then(|members| self.try_add(task, members.iter().map(|(name, value)| (name.as_str(), value))));
        added.map_err(|error| self.poison(error))
    }

    /// Adds a task that the catalogue does not know, or with parameters that it does not know or would refuse. Nothing
    /// is checked but that the URL can hold it; `params_json` is as for [`add_json`](Self::add_json).
    ///
    /// # Errors
    ///
    /// The first error of this transformation; [`ErrorKind::Argument`] for an invalid name, and for parameters
    /// that are not a JSON object or hold one; [`ErrorKind::TaskOrder`] when the task before it must be the last one.
    pub fn add_unchecked(&mut self, task: &str, params_json: &str) -> Result<()> {
        let added = refuse_security(task)
            .and_then(|()| parse_members(task, params_json))
            .and_then(|members| validation::wrap(task, &members))
            .and_then(|step| self.push(step));
        added.map_err(|error| self.poison(error))
    }

    /// Records a failure. Gives the first failure of this transformation back, which may be an earlier one.
    fn poison(&mut self, error: Error) -> Error {
        self.failure.get_or_insert(error).clone()
    }

    /// The first failure, when there was one.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// The tasks that were added, in the order in which the service runs them.
    #[must_use]
    pub fn tasks(&self) -> &[Step] {
        &self.steps
    }

    /// What the tasks work on.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The first task for which the service wants credentials even from applications that are otherwise open.
    #[must_use]
    pub fn task_that_needs_security(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.needs_security())
    }

    /// The URL under which the service gives the result.
    ///
    /// `cdn` is an origin such as `https://cdn.filestackcontent.com`. The API key is written only where the service
    /// needs it: for sources outside of it and for tasks without a source. `security` is the encoded segment
    /// `security=p:…,s:…`. The same transformation always gives the same bytes.
    ///
    /// # Errors
    ///
    /// The first error of this transformation; [`ErrorKind::TaskOrder`] when the tasks and the sources do not
    /// fit together; [`ErrorKind::Argument`] when an API key is needed and there is none.
    pub fn url(&self, cdn: &str, api_key: Option<&str>, security: Option<&str>) -> Result<String> {
        if let Some(first) = &self.failure {
            return Err(first.clone());
        }
        order::check_sources(&self.steps, &self.sources)?;
        url::Address {
            cdn,
            api_key,
            security,
            debug: self.debug,
            base64: self.base64,
            steps: &self.steps,
            sources: &self.sources,
        }
        .write()
    }

    /// The same tasks on the first `count` sources only.
    pub(super) fn on_first_sources(&self, count: usize) -> Self {
        let sources = self.sources.iter().take(count).cloned().collect();
        TaskChain { sources, steps: self.steps.clone(), failure: self.failure.clone(), ..*self }
    }

    fn try_add<'a>(&mut self, task: &str, params: impl Iterator<Item = (&'a str, &'a Value)>) -> Result<()> {
        if let Some(first) = &self.failure {
            return Err(first.clone());
        }
        // Before its parameters are looked at, whatever they are.
        refuse_security(task)?;
        let step = validation::check(task, params)?;
        match step.name() {
            "debug" => self.debug = true,
            "b64" => self.base64 = true,
            _ => self.push(step)?,
        }
        Ok(())
    }

    fn push(&mut self, step: Step) -> Result<()> {
        if let Some(first) = &self.failure {
            return Err(first.clone());
        }
        order::check_next(&self.steps, &step)?;
        self.steps.push(step);
        Ok(())
    }
}

/// Credentials come another way.
fn refuse_security(task: &str) -> Result<()> {
    match task {
        "security" => Err(Error::new(
            ErrorKind::TaskOrder,
            "'security' cannot be added as a task: give the security object to the client or to the call",
        )),
        _ => Ok(()),
    }
}

/// The members of a JSON object, in the order of the text. Not a map, which would drop a name that occurs twice.
fn parse_members(task: &str, json: &str) -> Result<Vec<(String, Value)>> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, Value)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry()? {
                members.push((name, Value::Json(value)));
            }
            Ok(members)
        }
    }

    if matches!(json.trim(), "" | "null") {
        return Ok(Vec::new());
    }
    if !json.trim_start().starts_with('{') {
        return Err(Error::argument(format!(
            "task '{}': the parameters are not a JSON object but {}",
            value::shorten(task),
            value::shorten(json)
        )));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    (&mut deserializer).deserialize_map(Members).and_then(|members| deserializer.end().map(|()| members)).map_err(
        |error| Error::argument(format!("task '{}': the parameters are not valid JSON: {error}", value::shorten(task))),
    )
}

#[cfg(test)]
mod tests;
