//! One task of a chain, checked and ready to be written.

use std::borrow::Cow;
use std::fmt;

use super::catalogue::{Kind, Security, SourceRule, Task};
use super::value::Literal;

/// A task with its parameters.
#[derive(Clone, PartialEq)]
pub struct Step {
    name: Cow<'static, str>,
    task: Option<&'static Task>,
    page: Option<u32>,
    /// Sorted by name.
    params: Vec<(Cow<'static, str>, Literal)>,
}

impl Step {
    /// A task that the catalogue knows.
    pub(super) fn new(task: &'static Task, page: Option<u32>, params: Vec<(&'static str, Literal)>) -> Self {
        let name = page.map_or(Cow::Borrowed(task.name), |page| format!("{}@{page}", task.name).into());
        Self::sorted(name, Some(task), page, params.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A task of which nothing is known but what the caller says.
    pub(super) fn unchecked(name: String, params: Vec<(String, Literal)>) -> Self {
        Self::sorted(name.into(), None, None, params.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    fn sorted(
        name: Cow<'static, str>,
        task: Option<&'static Task>,
        page: Option<u32>,
        mut params: Vec<(Cow<'static, str>, Literal)>,
    ) -> Self {
        params.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        Step { name, task, page, params }
    }

    /// The name that is sent, such as `resize` or `doc_to_images@2`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the catalogue says about the task; `None` for a task that was added unchecked.
    #[must_use]
    pub fn task(&self) -> Option<&'static Task> {
        self.task
    }

    /// The parameters under the names that are sent, sorted by name.
    #[must_use]
    pub fn params(&self) -> &[(Cow<'static, str>, Literal)] {
        &self.params
    }

    /// Whether the reply is not a file, so that no task can work on it.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.task.is_some_and(|task| {
            // Without a page number the reply is the list of the pages.
            let lists_pages = task.paged && self.page.is_none();
            task.terminal || lists_pages || task.json_switch.is_some_and(|switch| self.is_on(switch))
        })
    }

    /// Whether the service makes something for this task, which it would make once more for a repeated request: a
    /// file, a job or a run of a workflow.
    pub(crate) fn makes_something(&self) -> bool {
        matches!(self.name(), "store" | "run_workflow" | "video_convert" | "video_playlist")
    }

    /// Whether the reply may be JSON, for all that is known.
    #[must_use]
    pub fn may_answer_json(&self) -> bool {
        self.task.is_none() || self.is_terminal()
    }

    /// Whether this task is known to work on such sources.
    pub(super) fn works_on(&self, rule: SourceRule) -> bool {
        self.task.is_some_and(|task| task.source == rule)
    }

    /// Whether the service wants credentials for this task even from applications that are otherwise open.
    pub(super) fn needs_security(&self) -> bool {
        self.task.is_some_and(|task| task.security == Security::Required)
    }

    /// Whether this parameter is written as its bare name.
    pub(super) fn is_flag(&self, param: &str) -> bool {
        self.task.and_then(|task| task.param(param)).is_some_and(|param| param.kind == Kind::Flag)
    }

    /// The first parameter that names a file for which `is_such` holds. `in_unknown` says whether the texts of a task that
    /// the catalogue does not know count as such.
    pub(super) fn param_with_file(&self, is_such: &impl Fn(&str) -> bool, in_unknown: bool) -> Option<&str> {
        let names_file = |name: &str| match self.task {
            Some(task) => task.param(name).is_some_and(|param| param.kind.names_file()),
            None => in_unknown,
        };
        let found = self.params.iter().find(|(name, literal)| names_file(name) && literal.any_text(is_such));
        found.map(|(name, _)| name.as_ref())
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
