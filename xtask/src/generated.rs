//! The files that are made from `catalogue/tasks.toml` and committed.

use filestack_catalogue::Catalogue;

use crate::headers::first_difference;
use crate::workspace::{Result, Workspace, catalogue, read, write_if_changed};
use crate::{task_cases, task_page, tasks_cpp, tasks_header};

/// A file and what makes its text.
type Generator = (&'static str, fn(&Catalogue) -> Result<String>);

const FILES: &[Generator] = &[
    ("include/filestack/tasks.h", tasks_header::generate),
    ("include/filestack/tasks.hpp", tasks_cpp::generate),
    ("docs/transformations.md", task_page::generate),
    ("core/tests/golden/tasks.tsv", task_cases::generate),
];

/// Writes the files.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let catalogue = catalogue(workspace)?;
    FILES
        .iter()
        .try_for_each(|(path, generate)| write_if_changed(&workspace.path(path), generate(&catalogue)?.as_bytes()))
}

/// Fails when a committed file is not what would be written.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let catalogue = catalogue(workspace)?;
    for (path, generate) in FILES {
        let committed = read(&workspace.path(path))?;
        if let Some((line, committed, expected)) = first_difference(&committed, &generate(&catalogue)?) {
            return Err(format!(
                "{path} is stale from line {line} on: run `make headers` and commit it\n- {committed}\n+ {expected}"
            ));
        }
    }
    Ok(())
}
