//! Checks a task and its parameters against the catalogue.

use super::catalogue::{self, Kind, Param, Task};
use super::step::Step;
use super::types;
use super::value::{Literal, Value, shorten};
use crate::suggestion::hint;
use crate::{Error, ErrorKind, Result};

/// Parameters that are two names of one thing, beyond the catalogue's abbreviations: task, name that some SDKs
/// send, name that is sent.
const SYNONYMS: &[(&str, &str, &str)] = &[("fallback", "file", "handle")];

/// Tasks that need one of some parameters, each of which the catalogue can only call optional.
const ALTERNATIVES: &[(&str, &[&str])] = &[("resize", &["width", "height"]), ("fallback", &["handle"])];

/// The step for `name` with `params`, the names of both as the caller knows them.
///
/// # Errors
///
/// One of the `Task…` and `Param…` kinds, or [`ErrorKind::Argument`] for parameters that exclude each other.
pub(super) fn check<'a>(name: &str, params: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Step> {
    let (task, page) = catalogue::find(name).ok_or_else(|| {
        let hint = hint(name, catalogue::names());
        Error::new(ErrorKind::TaskUnknown, format!("there is no task '{}'{hint}", shorten(name)))
    })?;
    let mut accepted = Vec::new();
    for (name, value) in params {
        let param = find(task, name)?;
        if let Some(literal) = accept(task, param, value)? {
            if accepted.iter().any(|(given, _)| *given == param.name) {
                return Err(Error::argument(format!(
                    "task '{}': the parameter '{}' is given twice",
                    task.name, param.name
                )));
            }
            accepted.push((param.name, literal));
        }
    }
    let step = Step::new(task, page, accepted);
    check_presence(&step)?;
    check_exclusion(&step)?;
    Ok(step)
}

fn find(task: &Task, name: &str) -> Result<&'static Param> {
    let synonym = SYNONYMS.iter().find(|(owner, other, _)| *owner == task.name && *other == name);
    task.param(synonym.map_or(name, |(_, _, sent)| sent)).ok_or_else(|| {
        let reason = if task.params.is_empty() {
            "; it takes none".to_owned()
        } else {
            hint(name, task.params.iter().map(|param| param.name))
        };
        let shown = shorten(name);
        Error::new(ErrorKind::ParamUnknown, format!("task '{}' has no parameter '{shown}'{reason}", task.name))
    })
}

/// The literal to send, `None` when the value says that there is none.
fn accept(task: &Task, param: &Param, value: &Value) -> Result<Option<Literal>> {
    let accepted =
        value.to_literal().and_then(|literal| literal.map(|literal| types::accept(task, param, literal)).transpose());
    match accepted {
        // A flag has no written form for false.
        Ok(Some(Literal::Bool(false))) if param.kind == Kind::Flag => Ok(None),
        Ok(literal) => Ok(literal),
        Err(error) => Err(error.in_context(format_args!("task '{}', parameter '{}'", task.name, param.name))),
    }
}

fn check_presence(step: &Step) -> Result<()> {
    let task = step.task();
    let is_given = |name: &str| step.params().iter().any(|(given, _)| *given == name);
    let missing: Vec<_> =
        task.params.iter().filter(|param| param.required && !is_given(param.name)).map(|param| param.name).collect();
    if !missing.is_empty() {
        return Err(missing_error(task, &quoted(&missing, ", ")));
    }
    if let Some((_, names)) = ALTERNATIVES.iter().find(|(owner, _)| *owner == task.name)
        && !names.iter().any(|name| is_given(name))
    {
        return Err(missing_error(task, &quoted(names, " or ")));
    }
    if !task.bare && step.params().is_empty() {
        return Err(missing_error(task, "at least one parameter"));
    }
    Ok(())
}

fn quoted(names: &[&str], separator: &str) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(separator)
}

fn missing_error(task: &Task, what: &str) -> Error {
    Error::new(ErrorKind::ParamMissing, format!("task '{}' needs {what}", task.name))
}

/// `cache=false` is written without names, so nothing can stand beside it.
fn check_exclusion(step: &Step) -> Result<()> {
    let is_flag = |name: &str| step.task().param(name).is_some_and(|param| param.kind == Kind::Flag);
    match step.params().iter().find(|(name, _)| is_flag(name)) {
        Some((flag, _)) if step.params().len() > 1 => {
            Err(Error::argument(format!("task '{}': '{flag}' excludes every other parameter", step.task().name)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
