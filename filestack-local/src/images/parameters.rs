//! The values of a task's parameters, as the tasks here need them.

use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;
use crate::tasks::value::Value;

/// A color, where one is given; 501 for the pattern that is written like one.
pub(super) fn color(task: &Task, name: &str) -> Result<Option<Color>> {
    let Some(text) = task.text(name) else { return Ok(None) };
    Color::parse(text).map(Some).ok_or_else(|| not_served(task, name, text))
}

/// A number, which may have a fraction.
pub(super) fn number(task: &Task, name: &str, default: f64) -> Result<f64> {
    match task.text(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| ServiceError::invalid_value()),
    }
}

/// A whole number.
pub(super) fn whole(task: &Task, name: &str, default: u32) -> Result<u32> {
    match task.text(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| ServiceError::invalid_value()),
    }
}

/// A number from 0 to 100 as a share from 0 to 1.
pub(super) fn share(task: &Task, name: &str, default: u32) -> Result<f64> {
    whole(task, name, default).map(|percent| f64::from(percent) / 100.0)
}

/// A list of exactly two whole numbers.
pub(super) fn pair(task: &Task, name: &str, default: [i32; 2]) -> Result<[i32; 2]> {
    task.get(name).map_or(Ok(default), numbers)
}

/// A list of exactly `N` whole numbers.
pub(super) fn numbers<const N: usize>(value: &Value) -> Result<[i32; N]> {
    let items = value.as_list().ok_or_else(ServiceError::invalid_value)?;
    let numbers: Option<Vec<i32>> = items.iter().map(|item| item.as_text()?.parse().ok()).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(ServiceError::invalid_value)
}

/// The refusal of a value that the real service takes.
pub(super) fn not_served(task: &Task, name: &str, value: &str) -> ServiceError {
    ServiceError::not_served(format_args!("the task {} with {name}:{value}", task.name))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::tasks::grammar;

    /// A task as it is written in paths.
    pub(in super::super) fn task(text: &str) -> Task {
        grammar::parse(&format!("/{text}/handle"), None, |_| false).unwrap().tasks.remove(0)
    }

    #[test]
    fn values_are_read() {
        let shadow = task("shadow=vector:[-3,7],opacity:25,blur:1.5,color:ff000080");
        assert_eq!(pair(&shadow, "vector", [4, 4]).unwrap(), [-3, 7]);
        assert_eq!(pair(&task("shadow"), "vector", [4, 4]).unwrap(), [4, 4]);
        assert_eq!(share(&shadow, "opacity", 60).unwrap(), 0.25);
        assert_eq!(number(&shadow, "blur", 4.0).unwrap(), 1.5);
        assert_eq!(whole(&task("border"), "width", 2).unwrap(), 2);
        assert_eq!(color(&shadow, "color").unwrap(), Some(Color([255, 0, 0, 128])));
        assert_eq!(color(&shadow, "background").unwrap(), None);
    }

    #[test]
    fn other_values_are_refused() {
        assert!(pair(&task("shadow=vector:[1]"), "vector", [4, 4]).is_err());
        assert!(pair(&task("shadow=vector:[1,2,3]"), "vector", [4, 4]).is_err());
        let refused = color(&task("circle=background:fractal"), "background").unwrap_err();
        assert_eq!(refused.message(), "filestack-local does not implement the task circle with background:fractal");
    }
}
