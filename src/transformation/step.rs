//! One task of a chain, checked and ready to be written.

use std::borrow::Cow;
use std::fmt;

use super::catalogue::Task;
use super::value::Literal;

/// A task with its parameters.
#[derive(Clone, PartialEq)]
pub struct Step {
    task: &'static Task,
    page: Option<u32>,
    /// Sorted by name.
    params: Vec<(&'static str, Literal)>,
}

impl Step {
    pub(super) fn new(task: &'static Task, page: Option<u32>, mut params: Vec<(&'static str, Literal)>) -> Self {
        params.sort_unstable_by_key(|(name, _)| *name);
        Step { task, page, params }
    }

    /// The name that is sent, such as `resize` or `doc_to_images@2`.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        match self.page {
            None => Cow::Borrowed(self.task.name),
            Some(page) => Cow::Owned(format!("{}@{page}", self.task.name)),
        }
    }

    /// What the catalogue says about the task.
    #[must_use]
    pub fn task(&self) -> &'static Task {
        self.task
    }

    /// The parameters under the names that are sent, sorted by name.
    #[must_use]
    pub fn params(&self) -> &[(&'static str, Literal)] {
        &self.params
    }

    /// Whether the reply is no file, so that no task can work on it.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        // Without a page number the reply is the list of the pages.
        let lists_pages = self.task.paged && self.page.is_none();
        self.task.terminal || lists_pages || self.task.json_switch.is_some_and(|switch| self.is_on(switch))
    }

    /// Whether this boolean parameter was given and is true.
    fn is_on(&self, name: &str) -> bool {
        self.params.iter().any(|(given, literal)| *given == name && *literal == Literal::Bool(true))
    }
}

/// Without the catalogue's entry, which says nothing about this step.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Step({}, {:?})", self.name(), self.params)
    }
}
