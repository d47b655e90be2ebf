//! Checks a task and its parameters against the catalogue.

use super::catalogue::{self, Kind, Param, Task};
use super::step::Step;
use super::types;
use super::value::{Literal, Value, shorten};
use crate::error::{Error, ErrorKind, Result};
use crate::suggestion::hint;

/// The step for `name` with `params`, the names of both as the caller knows them.
///
/// # Errors
///
/// One of the `Task…` and `Param…` kinds, or [`ErrorKind::Argument`] for parameters that exclude each other.
pub(super) fn check<'a>(name: &str, params: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Result<Step> {
    let (task, page) = catalogue::find(name).ok_or_else(|| {
        let hint = hint(name, catalogue::names());
        Error::new(ErrorKind::TaskUnknown, format!("unknown task '{}'{hint}", shorten(name)))
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
    check_presence(task, &step)?;
    check_exclusion(&step)?;
    Ok(step)
}

/// The step for a task of which nothing is checked but that a URL can hold it.
///
/// # Errors
///
/// [`ErrorKind::Argument`].
pub(super) fn wrap(name: &str, params: &[(String, Value)]) -> Result<Step> {
    check_name(name, "a task")?;
    let mut accepted: Vec<(String, Literal)> = Vec::with_capacity(params.len());
    for (param, value) in params {
        let in_task = |error: Error| error.in_context(format_args!("task '{name}', parameter '{}'", shorten(param)));
        check_name(param, "a parameter").map_err(in_task)?;
        if accepted.iter().any(|(given, _)| given == param) {
            return Err(Error::argument(format!("task '{name}': the parameter '{param}' is given twice")));
        }
        if let Some(literal) = value.to_literal().map_err(in_task)? {
            accepted.push((param.clone(), literal));
        }
    }
    Ok(Step::unchecked(name.to_owned(), accepted))
}

/// Names stand in URLs as they are.
fn check_name(name: &str, what: &str) -> Result<()> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
    if !name.is_empty() && name.bytes().all(is_allowed) && !name.starts_with('.') {
        return Ok(());
    }
    Err(Error::argument(format!(
        "'{}' cannot be the name of {what}: it must be made of letters, digits, '_', '-', '.' and '@'",
        shorten(name)
    )))
}

fn find(task: &Task, name: &str) -> Result<&'static Param> {
    let found = task.param(name).map(|param| param.same_as.and_then(|sent| task.param(sent)).unwrap_or(param));
    found.ok_or_else(|| {
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
        value.to_literal().and_then(|literal| literal.map(|literal| types::accept(param, literal)).transpose());
    match accepted {
        // A flag has no written form for false.
        Ok(Some(Literal::Bool(false))) if param.kind == Kind::Flag => Ok(None),
        Ok(literal) => Ok(literal),
        Err(error) => Err(error.in_context(format_args!("task '{}', parameter '{}'", task.name, param.name))),
    }
}

fn check_presence(task: &Task, step: &Step) -> Result<()> {
    let is_given = |name: &str| step.params().iter().any(|(given, _)| *given == name);
    let missing: Vec<_> =
        task.params.iter().filter(|param| param.required && !is_given(param.name)).map(|param| param.name).collect();
    if !missing.is_empty() {
        return Err(missing_error(task, &quoted(&missing, ", ")));
    }
    if !task.needs_one_of.is_empty() && !task.needs_one_of.iter().any(|name| is_given(name)) {
        return Err(missing_error(task, &quoted(task.needs_one_of, " or ")));
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
    match step.params().iter().find(|(name, _)| step.is_flag(name)) {
        Some((flag, _)) if step.params().len() > 1 => {
            Err(Error::argument(format!("task '{}': '{flag}' excludes every other parameter", step.name())))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
