//! Reads `catalogue/tasks.toml`, the one place where Filestack's transformation tasks and their parameters are
//! written down, for everything that is made from it: the library's tables, headers, documentation and tests.
//!
//! ```
//! let catalogue = filestack_catalogue::read(include_str!("../tasks.toml")).unwrap();
//! assert!(catalogue.tasks.iter().any(|task| task.name == "resize"));
//! ```

#![forbid(unsafe_code)]

mod inspection;
mod json;
mod model;

pub use json::to_json;
pub use model::{
    Catalogue, ColorType, DescribedType, FacesType, HandleType, Kind, Local, LocationType, Meta, ObjectsType, Output,
    Param, PositionType, Security, Shape, SourceRule, Task, Types,
};

/// Reads the text of a catalogue.
///
/// # Errors
///
/// Every inconsistency, a sentence each.
pub fn read(text: &str) -> Result<Catalogue, Vec<String>> {
    let catalogue: Catalogue = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        vec![format!("line {line}: {}", error.message())]
    })?;
    let problems = inspection::inspect(&catalogue);
    if problems.is_empty() { Ok(catalogue) } else { Err(problems) }
}
