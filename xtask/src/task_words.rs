//! What headers and documentation say about tasks and parameters, and how their names look in C.

use filestack_catalogue::{Kind, Output, Param, Security, SourceRule, Task};

/// Words that C or C++ keep for themselves and that could be the name of a parameter.
const RESERVED: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "compl",
    "concept",
    "const",
    "constexpr",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "import",
    "inline",
    "int",
    "long",
    "module",
    "mutable",
    "namespace",
    "new",
    "not",
    "nullptr",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
    "xor",
];

/// Whether callers add the task: credentials are not a task that callers add.
pub(crate) fn is_sent_by_callers(task: &Task) -> bool {
    task.name != "security"
}

/// The name as an identifier of C and C++.
pub(crate) fn c_name(name: &str) -> String {
    if RESERVED.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// The name as a part of a constant.
pub(crate) fn c_constant(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// What a user must know about a task, a sentence each.
pub(crate) fn sentences_about(task: &Task) -> Vec<String> {
    let mut sentences = vec![task.summary.clone()];
    if task.method() != task.name {
        sentences.push(format!("Sends the task `{}`.", task.name));
    }
    sentences.extend(source_sentence(task).map(str::to_owned));
    sentences.extend(answer_sentence(task));
    if let [first, others @ ..] = task.needs_one_of.as_slice()
        && !others.is_empty()
    {
        sentences.push(format!("Needs {first} or {}.", others.join(" or ")));
    }
    if task.security == Security::Required {
        sentences.push("Needs a security object, also for applications that are otherwise open.".to_owned());
    }
    sentences
}

fn source_sentence(task: &Task) -> Option<&'static str> {
    match task.source {
        SourceRule::One => None,
        SourceRule::Many => Some("Works on one or more sources."),
        SourceRule::Url => Some("Works on a web page, given by its URL."),
        SourceRule::None => Some("Works on no source."),
    }
}

fn answer_sentence(task: &Task) -> Option<String> {
    match task.output {
        Output::File => None,
        Output::Json => Some(match task.is_paged() {
            true => {
                "Answers JSON, after which no task can follow; NAME@N is page N as a file.".replace("NAME", &task.name)
            }
            false if task.terminal => "Answers JSON, after which no task can follow.".to_owned(),
            false => "The answer is JSON.".to_owned(),
        }),
        Output::Either => task.json_switch().map(|switch| format!("With {switch} no task can follow.")),
        Output::Job => Some("Answers a job, after which no task can follow.".to_owned()),
        Output::Html => Some("Answers a web page, after which no task can follow.".to_owned()),
    }
}

/// What a user must know about a parameter, in sentences.
pub(crate) fn describe(param: &Param) -> String {
    let mut sentences = vec![param.summary.clone()];
    sentences.extend(range(param).map(|range| format!("Range: {range}.")));
    if param.kind == Kind::StringList && !param.values.is_empty() {
        sentences.push(format!("Of {}.", param.values.join(", ")));
    }
    if param.kind == Kind::Hms {
        sentences.push("HH:MM:SS.".to_owned());
    }
    if let Some(most) = param.max_items {
        sentences.push(format!("At most {most}."));
    }
    if param.required {
        sentences.push("Required.".to_owned());
    }
    sentences.extend(default_of(param).map(|default| format!("Default: {default}.")));
    sentences.join(" ")
}

/// The range of the numbers in words.
pub(crate) fn range(param: &Param) -> Option<String> {
    match (param.min, param.max) {
        (Some(min), Some(max)) if min == max => Some(format!("only {min}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}

/// What the service takes when the parameter is not given.
pub(crate) fn default_of(param: &Param) -> Option<String> {
    param.default.as_ref().map(|default| default.as_str().map_or_else(|| default.to_string(), str::to_owned))
}
