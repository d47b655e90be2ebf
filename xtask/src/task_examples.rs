//! The C lines of the documentation, and a program that runs each of them.

use std::fmt::Write as _;
use std::path::Path;

use filestack_catalogue::{Catalogue, Kind, Param, Task};
use serde_json::Value;

use crate::task_cases::{chain, sources};
use crate::task_words::{c_constant, c_name, is_sent_by_callers};
use crate::workspace::{Result, Workspace, catalogue, write_if_changed};

/// What the generated calls use.
const SUPPORT: &str = include_str!("task_examples/support.c");

/// Where the real service delivers.
const CDN: &str = "https://cdn.filestackcontent.com";
/// What stands for the application's key.
pub(crate) const API_KEY: &str = "APIKEY";

/// Writes the program.
pub(crate) fn write(workspace: &Workspace, out: &Path) -> Result<()> {
    write_if_changed(out, program(&catalogue(workspace)?)?.as_bytes())
}

fn program(catalogue: &Catalogue) -> Result<String> {
    let mut program = SUPPORT.to_owned();
    let mut calls = String::new();
    for task in catalogue.tasks.iter().filter(|task| is_sent_by_callers(task)) {
        let method = task.method();
        let list: Vec<_> = sources(task).iter().map(|source| format!("\"{source}\", ")).collect();
        // Writing to a string cannot fail.
        let _ = write!(
            program,
            "\nstatic void run_{method}(void)\n{{\n    const char *const sources[] = {{ {}NULL }};\n    \
             filestack_transformation *t = begin(sources, {});\n    filestack_error *error = NULL;\n    {}\n    \
             finish(\"{method}\", t, error, {});\n}}\n",
            list.concat(),
            list.len(),
            c_line(task),
            c_string(&url(task)?),
        );
        let _ = writeln!(calls, "    run_{method}();");
    }
    let _ = write!(program, "\nint main(void)\n{{\n{calls}    return summary();\n}}\n");
    Ok(program)
}

/// The URL of the example.
pub(crate) fn url(task: &Task) -> Result<String> {
    let mut chain = chain(task)?;
    let params = Value::Object(task.example.clone()).to_string();
    let url = chain.add_json(&task.name, &params).and_then(|()| chain.url(CDN, Some(API_KEY), None));
    url.map_err(|error| format!("the example of '{}': {error}", task.name))
}

/// The example as a line of C.
pub(crate) fn c_line(task: &Task) -> String {
    let method = c_name(task.method());
    if task.params.is_empty() {
        return format!("filestack_add_{method}(t, &error);");
    }
    let members: Vec<String> = task
        .params
        .iter()
        .filter_map(|param| Some(member(task.method(), param, task.example.get(&param.name)?)))
        .collect();
    match members.as_slice() {
        [] => format!("filestack_add_{method}(t, NULL, &error);"),
        _ => format!("filestack_add_{method}(t, &(filestack_{method}_args){{ {} }}, &error);", members.join(", ")),
    }
}

fn member(method: &str, param: &Param, value: &Value) -> String {
    let name = c_name(&param.name);
    let constant =
        |word: &str| format!("FILESTACK_{}_{}_{}", c_constant(method), c_constant(&param.name), c_constant(word));
    let list = |kind: &str, items: Vec<String>| {
        let count = items.len();
        format!(".{name} = (const {kind}[]){{ {} }}, .{}_count = {count}", items.join(", "), param.name)
    };
    let scalar = match (param.kind, value) {
        (Kind::Bool, _) => format!("filestack_bool({})", i32::from(*value == true)),
        (Kind::Flag, _) => i32::from(*value == true).to_string(),
        (Kind::Int, _) => format!("filestack_int({value})"),
        (Kind::Number, _) => format!("filestack_number({value})"),
        (Kind::Enum, Value::String(word)) => constant(word),
        (Kind::IntOrEnum, Value::String(word)) => format!("filestack_as_word({})", constant(word)),
        (Kind::IntOrEnum, _) => format!("filestack_as_int({value})"),
        (Kind::Position, Value::Array(pair)) => {
            let words: Vec<_> = pair.iter().map(place).collect();
            format!("filestack_at_corner({})", words.join(", "))
        }
        (Kind::Position, _) => format!("filestack_at({})", place(value)),
        (Kind::Faces, Value::Array(numbers)) => {
            let items: Vec<_> = numbers.iter().map(Value::to_string).collect();
            format!("filestack_faces_at((const int64_t[]){{ {} }}, {})", items.join(", "), items.len())
        }
        (Kind::Faces, Value::String(_)) => "filestack_all_faces()".to_owned(),
        (Kind::Faces, _) => format!("filestack_face({value})"),
        (Kind::ListInt, Value::Array(numbers)) => {
            return list("int64_t", numbers.iter().map(Value::to_string).collect());
        }
        (Kind::Objects, Value::Array(boxes)) => return list("filestack_box", boxes.iter().map(braced).collect()),
        (_, Value::Array(texts)) => return list("char *const", texts.iter().map(text).collect()),
        (_, other) => text(other),
    };
    format!(".{name} = {scalar}")
}

fn place(word: &Value) -> String {
    format!("FILESTACK_PLACE_{}", c_constant(word.as_str().unwrap_or_default()))
}

fn braced(numbers: &Value) -> String {
    numbers.to_string().replace('[', "{ ").replace(']', " }").replace(',', ", ")
}

fn text(value: &Value) -> String {
    c_string(value.as_str().unwrap_or_default())
}

/// A string literal; what the examples hold needs no other escapes.
fn c_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
