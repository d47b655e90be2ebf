//! Writes `include/filestack/tasks.hpp`: the arguments and the method of every task, for `filestack.hpp`.

use filestack_catalogue::{Catalogue, Kind, Param, Shape, Task};

use crate::c_text::{WIDTH, comment_of, line, wrapped};
use crate::task_words::{c_name, describe, is_sent_by_callers, sentences_about};
use crate::workspace::Result;

/// What does not depend on the catalogue but for the words in `@…@`.
const PRELUDE: &str = include_str!("tasks_cpp/prelude.hpp");

/// The enum of all words that may stand instead of a number.
const INSTEAD_OF_NUMBER: &str = "word";

/// Methods that are not those of tasks, for transformations and for filelinks: `filestack.hpp` has calls to the service
/// of these names. (A file is converted as a transformation.)
const CALLS_OF_TRANSFORMATIONS: [&str; 5] = ["av_convert", "ocr", "sfw", "store", "tags"];
const CALLS_OF_FILELINKS: [&str; 7] = ["av_convert", "metadata", "ocr", "run_workflow", "sfw", "store", "tags"];

/// The words of parameters of one name, over all tasks.
struct Words<'a> {
    name: &'a str,
    words: Vec<&'a str>,
    /// For each task that has the parameter, what it takes.
    uses: Vec<String>,
}

/// The text of the header.
pub(crate) fn generate(catalogue: &Catalogue) -> Result<String> {
    let tasks: Vec<&Task> = catalogue.tasks.iter().filter(|task| is_sent_by_callers(task)).collect();
    let places: Vec<&str> = catalogue.types.position.single.iter().map(String::as_str).collect();
    let instead = words_of(&tasks, Kind::IntOrEnum, |_| INSTEAD_OF_NUMBER);
    let mut text = PRELUDE
        .replace("@places@\n", &enumeration("place", &places, "Places in a picture.")?)
        .replace("@words@\n", &instead.iter().map(declaration).collect::<Result<String>>()?);
    for words in words_of(&tasks, Kind::Enum, |param| &param.name) {
        text.push_str(&declaration(&words)?);
    }
    section(&mut text, "Arguments of tasks");
    for task in tasks.iter().filter(|task| !members(task).is_empty()) {
        write_arguments(&mut text, task);
    }
    section(&mut text, "Methods of tasks");
    line(&mut text, "\nnamespace task_detail {");
    write_methods(&mut text, &tasks);
    write_starters(&mut text, &tasks);
    text.push_str("\n} // namespace task_detail\n\n} // namespace filestack\n\n#endif /* FILESTACK_TASKS_HPP */\n");
    Ok(text)
}

/// The words of all parameters of a kind, put together by name.
fn words_of<'a>(tasks: &[&'a Task], kind: Kind, name_of: impl Fn(&'a Param) -> &'a str) -> Vec<Words<'a>> {
    let mut found: Vec<Words<'a>> = Vec::new();
    for task in tasks {
        for param in members(task).into_iter().filter(|param| param.kind == kind) {
            let name = name_of(param);
            let index = found.iter().position(|words| words.name == name).unwrap_or_else(|| {
                found.push(Words { name, words: Vec::new(), uses: Vec::new() });
                found.len() - 1
            });
            let words = &mut found[index];
            for word in &param.values {
                if !words.words.contains(&word.as_str()) {
                    words.words.push(word);
                }
            }
            let of = if name == param.name { String::new() } else { format!(" ({})", param.name) };
            words.uses.push(format!("{}{of} takes {}", task.method(), param.values.join(", ")));
        }
    }
    found
}

fn declaration(words: &Words<'_>) -> Result<String> {
    let comment = match words.name {
        INSTEAD_OF_NUMBER => format!("Words that stand instead of a number: {}.", words.uses.join("; ")),
        name => format!("Words for {name}: {}.", words.uses.join("; ")),
    };
    enumeration(&c_name(words.name), &words.words, &comment)
}

/// An enum class and the function that gives the texts of its words.
fn enumeration(name: &str, words: &[&str], comment: &str) -> Result<String> {
    let mut names: Vec<String> = Vec::new();
    for word in words {
        let name_of_word = enumerator(word);
        if names.contains(&name_of_word) {
            return Err(format!("{name}: two words become {name_of_word}"));
        }
        names.push(name_of_word);
    }
    let mut text = String::new();
    comment_of(&mut text, "", comment);
    line(&mut text, &format!("enum class {name} : unsigned {{"));
    line(&mut text, &wrapped("    ", &names.join(", ")));
    line(&mut text, "};");
    comment_of(&mut text, "", &format!("The text of a {name}."));
    line(&mut text, &format!("inline const char *word_of({name} value) noexcept"));
    line(&mut text, "{");
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    line(&mut text, "    static constexpr const char *const words[] = {");
    line(&mut text, &wrapped("        ", &quoted.join(", ")));
    line(&mut text, "    };");
    line(&mut text, "    return task_detail::word_at(words, static_cast<unsigned>(value));");
    line(&mut text, "}");
    Ok(text)
}

/// The word as a name of C++: `h264.hi` is `h264_hi`, and `auto` is `auto_`.
fn enumerator(word: &str) -> String {
    let plain: String = word.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    c_name(&plain)
}

/// The parameters that have a name of their own.
fn members(task: &Task) -> Vec<&Param> {
    task.params.iter().filter(|param| param.same_as.is_none()).collect()
}

/// The type of a member, and whether it knows by itself that it is not set.
fn type_of(param: &Param) -> (String, bool) {
    let plain = |name: &str| (name.to_owned(), false);
    let list = |item: &str| (format!("std::vector<{item}>"), true);
    match param.kind {
        Kind::Bool => plain("bool"),
        Kind::Flag => ("bool".to_owned(), true),
        Kind::Int => plain("std::int64_t"),
        Kind::Number => plain("double"),
        Kind::Enum => (format!("filestack::{}", c_name(&param.name)), false),
        Kind::IntOrEnum => plain("int_or_word"),
        Kind::Position => plain("filestack::position"),
        Kind::Faces => plain("filestack::faces"),
        Kind::String | Kind::Color | Kind::Handle | Kind::Url | Kind::HandleOrUrl | Kind::Hms | Kind::Location => {
            plain("std::string")
        }
        Kind::ListInt => match param.shape {
            Some(Shape::Rectangle) => plain("box"),
            Some(Shape::Vector) => plain("offset"),
            Some(Shape::Interval) => plain("interval"),
            None => list("std::int64_t"),
        },
        Kind::Objects => list("box"),
        Kind::StringList | Kind::HandleList => list("std::string"),
        Kind::PageRanges => list("page_range"),
    }
}

/// The aggregate of a task's parameters.
fn write_arguments(text: &mut String, task: &Task) {
    let args = format!("{}_args", task.method());
    comment_of(text, "", &sentences_about(task).join(" "));
    line(text, &format!("struct {args} {{"));
    for param in members(task) {
        let name = c_name(&param.name);
        comment_of(text, "    ", &describe(param));
        line(
            text,
            &match type_of(param) {
                (plain, true) => format!("    {plain} {name}{{}};"),
                (plain, false) => format!("    std::optional<{plain}> {name}{{}};"),
            },
        );
    }
    text.push('\n');
    for param in members(task) {
        write_setter(text, &args, param);
    }
    line(text, "};");
    write_conversion(text, task, &args);
}

fn write_setter(text: &mut String, args: &str, param: &Param) {
    let (r#type, name) = (type_of(param).0, c_name(&param.name));
    let is_large = ["std::string", "std::vector", "filestack::faces"].iter().any(|large| r#type.starts_with(large));
    let given = if is_large { "std::move(given)" } else { "given" };
    let (head, body) = (format!("    {args} &with_{}({type} given)", param.name), format!("{name} = {given};"));
    let single = format!("{head} {{ {body} return *this; }}");
    if single.len() <= WIDTH {
        line(text, &single);
    } else {
        line(text, &format!("{head}\n    {{\n        {body}\n        return *this;\n    }}"));
    }
}

/// The functions that make parameters of an aggregate.
fn write_conversion(text: &mut String, task: &Task, args: &str) {
    line(text, "\nnamespace task_detail {");
    line(text, &format!("constexpr const char *task_of(const {args} &) noexcept {{ return \"{}\"; }}", task.name));
    line(text, &format!("inline void put(param_list &list, const {args} &args)"));
    line(text, "{");
    for param in members(task) {
        let (sent, name) = (&param.name, c_name(&param.name));
        line(
            text,
            &match param.kind {
                Kind::Flag => format!("    if (args.{name}) list.put_bool(\"{sent}\", true);"),
                _ => format!("    list.put(\"{sent}\", args.{name});"),
            },
        );
    }
    line(text, "}");
    line(text, "} // namespace task_detail");
}

/// The methods of a chain: each adds a task to it.
fn write_methods(text: &mut String, tasks: &[&Task]) {
    line(
        text,
        "\n/* The tasks as methods of a transformation: each adds its task, and what `task` of transformation says holds. */",
    );
    line(text, "template <class Chain> class adds_tasks {\npublic:");
    for task in tasks.iter().filter(|task| !CALLS_OF_TRANSFORMATIONS.contains(&task.method())) {
        let (method, arguments, passed) = method_of(task);
        comment_of_method(text, task);
        line(text, &format!("    Chain &{method}({arguments}) & {{ return add({passed}); }}"));
        line(text, &format!("    Chain {method}({arguments}) && {{ return std::move(add({passed})); }}"));
    }
    line(text, "\nprivate:");
    line(
        text,
        "    template <class Task> Chain &add(const Task &task) { return static_cast<Chain &>(*this).task(task); }",
    );
    line(text, "};");
}

/// The methods of a file: each begins a chain.
fn write_starters(text: &mut String, tasks: &[&Task]) {
    line(text, "\n/* The tasks as methods of a file: each begins a transformation of it. */");
    line(text, "template <class File, class Chain> class begins_tasks {\npublic:");
    for task in tasks.iter().filter(|task| !CALLS_OF_FILELINKS.contains(&task.method())) {
        let (method, arguments, passed) = method_of(task);
        comment_of_method(text, task);
        line(text, &format!("    Chain {method}({arguments}) const {{ return start({passed}); }}"));
    }
    line(text, "\nprivate:");
    line(text, "    template <class Task> Chain start(const Task &task) const");
    line(text, "    {\n        return static_cast<const File &>(*this).transform().task(task);\n    }");
    line(text, "};");
}

/// A method's name, its parameters, and what it passes on.
fn method_of(task: &Task) -> (String, String, String) {
    let method = c_name(task.method());
    if members(task).is_empty() {
        return (method, String::new(), format!("\"{}\"", task.name));
    }
    let default = if task.bare { " = {}" } else { "" };
    let arguments = format!("const {}_args &args{default}", task.method());
    (method, arguments, "args".to_owned())
}

fn comment_of_method(text: &mut String, task: &Task) {
    text.push('\n');
    comment_of(text, "    ", &sentences_about(task).join(" "));
}

fn section(text: &mut String, title: &str) {
    let rule = "-".repeat(116);
    line(text, &format!("\n/*-{rule}\n * {title}\n *{rule}*/"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        filestack_catalogue::read(include_str!("../../catalogue/tasks.toml")).unwrap()
    }

    #[test]
    fn words_become_names_of_cpp() {
        assert_eq!(
            ["h264.hi", "zh-TW", "auto", "crop", "public"].map(enumerator),
            ["h264_hi", "zh_TW", "auto_", "crop", "public_"]
        );
        assert!(enumeration("x", &["a.b", "a-b"], "").is_err());
    }

    #[test]
    fn the_words_of_all_tasks_are_together() {
        let catalogue = catalogue();
        let tasks: Vec<&Task> = catalogue.tasks.iter().collect();
        let all = words_of(&tasks, Kind::Enum, |param| &param.name);
        let fit = all.iter().find(|words| words.name == "fit").unwrap();
        assert_eq!(fit.words, ["clip", "crop", "scale", "max", "auto"]);
        assert_eq!(fit.uses[1], "collage takes auto, crop");
    }

    #[test]
    fn every_task_of_callers_has_a_method_or_a_call() {
        let catalogue = catalogue();
        let text = generate(&catalogue).unwrap();
        let (methods, starters) = text.split_once("class begins_tasks").unwrap();
        for task in catalogue.tasks.iter().filter(|task| is_sent_by_callers(task)) {
            let method = c_name(task.method());
            let is_call = CALLS_OF_TRANSFORMATIONS.contains(&task.method());
            assert_eq!(methods.contains(&format!("    Chain &{method}(")), !is_call, "{method}");
            let is_call = CALLS_OF_FILELINKS.contains(&task.method());
            assert_eq!(starters.contains(&format!("    Chain {method}(")), !is_call, "{method}");
        }
    }

    #[test]
    fn no_line_is_too_long() {
        assert!(generate(&catalogue()).unwrap().lines().all(|line| line.len() <= WIDTH));
    }
}
