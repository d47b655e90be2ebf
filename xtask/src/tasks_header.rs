//! Writes `include/filestack/tasks.h`: a typed helper for every task of the catalogue.

use filestack_catalogue::{Catalogue, Kind, Param, Task};

use crate::c_text::{comment_of, line, wrapped};
use crate::task_words::{c_constant, c_name, describe, is_sent_by_callers, sentences_about};
use crate::workspace::Result;

/// What does not depend on the catalogue but for the words in `@…@`.
const PRELUDE: &str = include_str!("tasks_header/prelude.h");

const POSITION_PREFIX: &str = "FILESTACK_PLACE";

/// Tasks for which a function of the library takes the parameters.
const CALLED_WITH_PARAMS: [&str; 2] = ["video_convert", "urlscreenshot"];

/// The text of the header.
pub(crate) fn generate(catalogue: &Catalogue) -> Result<String> {
    let places = &catalogue.types.position.single;
    let words: Vec<_> = places.iter().map(|place| format!("\"{place}\"")).collect();
    let mut text =
        PRELUDE.replace("@places@", &constants(POSITION_PREFIX, places)?).replace("@place_words@", &words.join(", "));
    for task in catalogue.tasks.iter().filter(|task| is_sent_by_callers(task)) {
        write_task(&mut text, task)?;
    }
    text.push_str("\n#endif /* FILESTACK_TASKS_H */\n");
    Ok(text)
}

fn write_task(text: &mut String, task: &Task) -> Result<()> {
    let method = c_name(task.method());
    let members: Vec<&Param> = task.params.iter().filter(|param| param.same_as.is_none()).collect();
    let comment = sentences_about(task).join(" ");
    if members.is_empty() {
        comment_of(text, "", &comment);
        line(
            text,
            &format!(
                "static inline filestack_status filestack_add_{method}(\n    filestack_transformation *transformation, \
                 filestack_error **error)"
            ),
        );
        line(text, "{");
        line(
            text,
            &format!("    return filestack_transformation_add(transformation, \"{}\", NULL, 0, error);", task.name),
        );
        line(text, "}");
        return Ok(());
    }
    for param in &members {
        write_words(text, &method, param)?;
    }
    comment_of(text, "", &comment);
    line(text, &format!("typedef struct filestack_{method}_args {{"));
    for param in &members {
        comment_of(text, "    ", &describe(param));
        write_member(text, &method, param);
    }
    line(text, &format!("}} filestack_{method}_args;"));
    if CALLED_WITH_PARAMS.contains(&task.name.as_str()) {
        write_params_function(text, &method, &members);
    }
    write_function(text, task, &method, &members);
    Ok(())
}

/// The constants for the words of a parameter.
fn write_words(text: &mut String, method: &str, param: &Param) -> Result<()> {
    let prefix = format!("FILESTACK_{}_{}", c_constant(method), c_constant(&param.name));
    match param.kind {
        Kind::Enum => {
            comment_of(text, "", &format!("Words for filestack_{method}_args.{}.", c_name(&param.name)));
            line(text, &format!("typedef enum filestack_{method}_{} {{", param.name));
            line(text, &constants(&prefix, &param.values)?);
            line(text, &format!("}} filestack_{method}_{};", param.name));
        }
        Kind::IntOrEnum => {
            comment_of(text, "", &format!("For filestack_as_word in filestack_{method}_args.{}.", c_name(&param.name)));
            for word in &param.values {
                line(text, &format!("#define {prefix}_{} \"{word}\"", c_constant(word)));
            }
        }
        _ => {}
    }
    Ok(())
}

/// The members of an enum, of which the first is "unset". Without a comma at the end, which C++98 does not allow.
fn constants(prefix: &str, words: &[String]) -> Result<String> {
    let mut names = vec![format!("    {prefix}_UNSET = 0")];
    for (word, value) in words.iter().zip(1..) {
        let name = format!("    {prefix}_{} = {value}", c_constant(word));
        if names.iter().any(|given| given.split(' ').eq(name.split(' '))) {
            return Err(format!("{prefix}: two words become {name}"));
        }
        names.push(name);
    }
    Ok(names.join(",\n"))
}

fn write_member(text: &mut String, method: &str, param: &Param) {
    let name = c_name(&param.name);
    let mut member = |declaration: &str| line(text, &format!("    {declaration};"));
    match param.kind {
        Kind::Bool => member(&format!("filestack_optional_bool {name}")),
        Kind::Flag => member(&format!("int32_t {name}")),
        Kind::Int => member(&format!("filestack_optional_int {name}")),
        Kind::Number => member(&format!("filestack_optional_number {name}")),
        Kind::Enum => member(&format!("filestack_{method}_{} {name}", param.name)),
        Kind::IntOrEnum => member(&format!("filestack_int_or_word {name}")),
        Kind::Position => member(&format!("filestack_position {name}")),
        Kind::Faces => member(&format!("filestack_faces {name}")),
        Kind::String | Kind::Color | Kind::Handle | Kind::Url | Kind::HandleOrUrl | Kind::Hms | Kind::Location => {
            member(&format!("const char *{name}"));
        }
        Kind::Objects | Kind::ListInt | Kind::StringList | Kind::HandleList | Kind::PageRanges => {
            let item = match param.kind {
                Kind::Objects => "const filestack_box *",
                Kind::ListInt => "const int64_t *",
                _ => "const char *const *",
            };
            member(&format!("{item}{name}"));
            member(&format!("size_t {}_count", param.name));
        }
    }
}

fn write_function(text: &mut String, task: &Task, method: &str, members: &[&Param]) {
    comment_of(text, "", &format!("Adds the task `{}`.", task.name));
    line(
        text,
        &format!(
            "static inline filestack_status filestack_add_{method}(\n    filestack_transformation *transformation, const \
             filestack_{method}_args *args, filestack_error **error)"
        ),
    );
    line(text, "{");
    write_list(text, members);
    if CALLED_WITH_PARAMS.contains(&task.name.as_str()) {
        line(text, &format!("    params.count = filestack_{method}_params(args, list);"));
    } else {
        write_puts_if_args(text, members);
    }
    line(text, &format!("    return filestack_task_add(transformation, \"{}\", params, error);", task.name));
    line(text, "}");
}

/// For the functions of the library that take the parameters of one task.
fn write_params_function(text: &mut String, method: &str, members: &[&Param]) {
    let upper = c_constant(method);
    comment_of(text, "", &format!("How many parameters filestack_{method}_params writes at most."));
    line(text, &format!("#define FILESTACK_{upper}_PARAM_COUNT {}", members.len()));
    comment_of(
        text,
        "",
        &format!(
            "Writes the members that are set to `list`, which has room for FILESTACK_{upper}_PARAM_COUNT, and returns \
             their number. They point into `args`."
        ),
    );
    line(
        text,
        &format!(
            "static inline size_t filestack_{method}_params(\n    const filestack_{method}_args *args, filestack_param *list)"
        ),
    );
    line(text, "{");
    line(text, "    filestack_task_params params;");
    line(text, "    params.list = list;");
    line(text, "    params.count = 0;");
    write_puts_if_args(text, members);
    line(text, "    return params.count;");
    line(text, "}");
}

fn write_list(text: &mut String, members: &[&Param]) {
    line(text, &format!("    filestack_param list[{}];", members.len()));
    for param in members.iter().filter(|param| param.kind == Kind::Position) {
        line(text, &format!("    const char *{}_corner[2];", param.name));
    }
    line(text, "    filestack_task_params params;");
    line(text, "    params.list = list;");
    line(text, "    params.count = 0;");
}

fn write_puts_if_args(text: &mut String, members: &[&Param]) {
    line(text, "    if (args) {");
    write_puts(text, "        ", members);
    line(text, "    }");
}

fn write_puts(text: &mut String, indent: &str, members: &[&Param]) {
    for param in members {
        let sent = &param.name;
        let name = c_name(sent);
        let put = |what: &str, rest: &str| format!("{indent}filestack_task_{what}(&params, \"{sent}\", {rest});");
        let list = |kind: &str, scale: &str| {
            put("list", &format!("FILESTACK_PARAM_{kind}, args->{name}, args->{sent}_count{scale}"))
        };
        let plain = |what: &str| put(what, &format!("args->{name}"));
        let call = match param.kind {
            Kind::Bool => plain("bool"),
            Kind::Flag => format!("{indent}if (args->{name}) {{\n    {}\n{indent}}}", put("bool", "filestack_bool(1)")),
            Kind::Int => plain("int"),
            Kind::Number => plain("number"),
            Kind::Enum => {
                let words: Vec<_> = param.values.iter().map(|word| format!("\"{word}\"")).collect();
                let table = format!("static const char *const {sent}_words[] = {{ {} }};", words.join(", "));
                let body = put("word", &format!("{sent}_words, {}, (int64_t)args->{name}", words.len()));
                format!("{indent}{{\n{}\n    {body}\n{indent}}}", wrapped(&format!("{indent}    "), &table))
            }
            Kind::IntOrEnum => plain("int_or_word"),
            Kind::Position => put("position", &format!("{sent}_corner, args->{name}")),
            Kind::Faces => plain("faces"),
            Kind::String | Kind::Color | Kind::Handle | Kind::Url | Kind::HandleOrUrl | Kind::Hms | Kind::Location => {
                plain("text")
            }
            Kind::Objects => list("INTS", " * 4"),
            Kind::ListInt => list("INTS", ""),
            Kind::StringList | Kind::HandleList | Kind::PageRanges => list("STRINGS", ""),
        };
        line(text, &call);
    }
}
