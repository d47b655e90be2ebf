//! Turns `catalogue/tasks.toml` into static Rust tables, so that the library parses nothing at run time. Writes to
//! `OUT_DIR` only.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use filestack_catalogue::Catalogue;

/// Relative to the package root, which is the working directory of a build script.
const CATALOGUE: &str = "../catalogue/tasks.toml";

/// Writes `catalogue.rs` and `catalogue.json`, or fails the build with every inconsistency.
fn main() {
    // Cargo sets it for every build script.
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed={CATALOGUE}");
    if let Err(problems) = read().and_then(|catalogue| {
        write(&out_dir.join("catalogue.rs"), &render(&catalogue))?;
        write(&out_dir.join("catalogue.json"), &filestack_catalogue::to_json(&catalogue).to_string())
    }) {
        for problem in problems {
            // A directive ends with its line.
            println!("cargo::error={CATALOGUE}: {}", problem.replace('\n', " "));
        }
    }
}

fn read() -> Result<Catalogue, Vec<String>> {
    let text = std::fs::read_to_string(CATALOGUE).map_err(|error| vec![format!("cannot read it: {error}")])?;
    filestack_catalogue::read(&text)
}

fn write(path: &Path, text: &str) -> Result<(), Vec<String>> {
    std::fs::write(path, text).map_err(|error| vec![format!("cannot write {}: {error}", path.display())])
}

/// The Rust source of the tables. `{:?}` of strings, numbers and options is valid Rust.
fn render(catalogue: &Catalogue) -> String {
    let types = &catalogue.types;
    let mut code = String::new();
    for (name, words) in [
        ("COLOR_NAMES", &types.color.names),
        ("POSITIONS", &types.position.single),
        ("POSITION_ROWS", &types.position.pair_first),
        ("POSITION_COLUMNS", &types.position.pair_second),
        ("LOCATIONS", &types.location.values),
    ] {
        line(&mut code, format_args!("pub(super) static {name}: &[&str] = &{words:?};"));
    }
    for (name, number) in [
        ("MAX_GRAY", u64::from(types.color.max_gray)),
        ("MAX_FACE", u64::from(types.faces.max)),
        ("MAX_OBJECTS", types.objects.max_items as u64),
    ] {
        line(&mut code, format_args!("pub(super) const {name}: u32 = {number};"));
    }
    line(&mut code, format_args!("static TASKS: &[Task] = &["));
    for task in &catalogue.tasks {
        let aliases: Vec<_> = task.plain_aliases().collect();
        line(
            &mut code,
            format_args!(
                "Task {{ name: {:?}, method: {:?}, aliases: &{:?}, needs_one_of: &{:?}, category: {:?}, \
                 output: Output::{:?}, terminal: {}, source: SourceRule::{:?}, bare: {}, security: Security::{:?}, \
                 paged: {}, json_switch: {:?}, params: &[",
                task.name,
                task.method(),
                aliases,
                task.needs_one_of,
                task.category,
                task.output,
                task.terminal,
                task.source,
                task.bare,
                task.security,
                task.is_paged(),
                task.json_switch(),
            ),
        );
        for param in &task.params {
            line(
                &mut code,
                format_args!(
                    "Param {{ name: {:?}, alias: {:?}, same_as: {:?}, kind: Kind::{:?}, required: {}, min: {:?}, max: {:?}, \
                     max_items: {:?}, shape: {}, values: &{:?} }},",
                    param.name,
                    param.alias,
                    param.same_as,
                    param.kind,
                    param.required,
                    param.min,
                    param.max,
                    param.max_items,
                    param.shape.map_or("None".to_owned(), |shape| format!("Some(Shape::{shape:?})")),
                    param.values
                ),
            );
        }
        line(&mut code, format_args!("] }},"));
    }
    line(&mut code, format_args!("];"));
    code
}

fn line(code: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(code, "{text}");
}
