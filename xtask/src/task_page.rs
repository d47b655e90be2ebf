//! Writes `docs/transformations.md`: every task with its parameters, a line of C and the URL that it makes.

use std::fmt::Write as _;

use filestack_catalogue::{Catalogue, Kind, Local, Output, Param, Security, Task};

use crate::task_examples::{c_line, url};
use crate::task_words::{default_of, is_sent_by_callers, range, sentences_about};
use crate::workspace::Result;

const INTRODUCTION: &str = "\
# Transformations

Every task of the catalogue, as the library checks and sends it. This page is made from `catalogue/tasks.toml` by
`make headers`; each line of C is run by the tests and gives the URL below it.

```c
filestack_transformation *t = NULL;
filestack_error *error = NULL;
filestack_client_transform(client, sources, source_count, NULL, &t, NULL);
filestack_add_resize(t, &(filestack_resize_args){ .width = filestack_int(300) }, &error);   /* filestack/tasks.h */
```

Without the typed helpers a task is added by its name, with parameters in an array or as JSON:

```c
filestack_transformation_add_json(t, \"resize\", \"{\\\"width\\\":300}\", &error);
```

Tasks run in the order in which they are added. One whose answer is not a file ends the chain; only `cache` may follow.
Parameters that are not given take the service's default. Names in brackets are abbreviations that are taken as well.
A task that is not on this page is sent by `filestack_transformation_add_unchecked`.
";

const TYPES_HEADING: &str = "\
## Types

| type | in JSON | in C |
|---|---|---|
";

/// What stands for a type in both languages.
const TYPES: &[(Kind, &str, &str)] = &[
    (Kind::Int, "number without a fraction", "`filestack_int(300)`"),
    (Kind::Number, "number", "`filestack_number(0.5)`"),
    (Kind::Bool, "`true` or `false`", "`filestack_bool(1)`"),
    (Kind::Flag, "`true`", "nonzero"),
    (Kind::String, "string, not empty", "`const char *`"),
    (Kind::Enum, "one of the strings", "constant `FILESTACK_TASK_PARAMETER_WORD`"),
    (
        Kind::IntOrEnum,
        "number or one of the strings",
        "`filestack_as_int(90)`, `filestack_as_word(FILESTACK_ROTATE_DEG_EXIF)`",
    ),
    (
        Kind::Color,
        "string: 3, 6 or 8 hexadecimal digits without `#`, a name such as `white`, `gray0` to `gray100`",
        "`const char *`",
    ),
    (
        Kind::Position,
        "one of `@single@`, or a pair of one of `@first@` and one of `@second@`",
        "`filestack_at(FILESTACK_PLACE_TOP)`, `filestack_at_corner(FILESTACK_PLACE_TOP, FILESTACK_PLACE_LEFT)`",
    ),
    (
        Kind::Faces,
        "`\"all\"`, a number from 1 to @faces@, or a list of such numbers",
        "`filestack_all_faces()`, `filestack_face(1)`, `filestack_faces_at(numbers, count)`",
    ),
    (Kind::Objects, "list of 1 to @objects@ boxes `[x,y,width,height]`", "`const filestack_box *` and a count"),
    (Kind::ListInt, "list of numbers", "`const int64_t *` and a count"),
    (Kind::StringList, "list of strings", "`const char *const *` and a count"),
    (Kind::HandleList, "list of handles and URLs", "`const char *const *` and a count"),
    (Kind::Url, "string: an http or https URL", "`const char *`"),
    (Kind::HandleOrUrl, "string: a handle, an http or https URL, `src://alias/path` or `wf://...`", "`const char *`"),
    (
        Kind::PageRanges,
        "list of pages and ranges: `\"3\"`, `\"2-5\"`, `\"7-\"`, `\"-3\"`",
        "`const char *const *` and a count",
    ),
    (Kind::Hms, "string `HH:MM:SS`", "`const char *`"),
    (Kind::Location, "one of `@locations@`, in any case", "`const char *`"),
];

/// The text of the page.
pub(crate) fn generate(catalogue: &Catalogue) -> Result<String> {
    let mut page = INTRODUCTION.to_owned();
    let tasks: Vec<&Task> = catalogue.tasks.iter().filter(|task| is_sent_by_callers(task)).collect();
    let mut categories: Vec<&str> = Vec::new();
    for task in &tasks {
        if !categories.contains(&task.category.as_str()) {
            categories.push(&task.category);
        }
    }
    page.push('\n');
    for category in &categories {
        let links: Vec<_> = of(&tasks, category).map(|task| format!("[{0}](#{0})", task.method())).collect();
        add(&mut page, &format!("- {}: {}", title(category), links.join(", ")));
    }
    add(&mut page, "");
    page.push_str(TYPES_HEADING);
    for (kind, json, c) in TYPES {
        add(&mut page, &format!("| {} | {} | {c} |", kind.name(), fill(json, catalogue)));
    }
    for category in &categories {
        add(&mut page, &format!("\n## {}", title(category)));
        for task in of(&tasks, category) {
            write_task(&mut page, task)?;
        }
    }
    Ok(page)
}

fn of<'a>(tasks: &'a [&'a Task], category: &'a str) -> impl Iterator<Item = &'a Task> {
    tasks.iter().copied().filter(move |task| task.category == category)
}

fn fill(text: &str, catalogue: &Catalogue) -> String {
    let types = &catalogue.types;
    text.replace("@single@", &types.position.single.join("`, `"))
        .replace("@first@", &types.position.pair_first.join("`, `"))
        .replace("@second@", &types.position.pair_second.join("`, `"))
        .replace("@faces@", &types.faces.max.to_string())
        .replace("@objects@", &types.objects.max_items.to_string())
        .replace("@locations@", &types.location.values.join("`, `"))
}

fn write_task(page: &mut String, task: &Task) -> Result<()> {
    add(page, &format!("\n### {}\n", task.method()));
    add(page, &sentences_about(task).join(" "));
    if task.output == Output::Json || task.security == Security::Required {
        page.extend(task.reply.iter().map(|reply| format!("\nReply: `{reply}`\n")));
    }
    if !task.params.is_empty() {
        add(page, "\n| parameter | type | meaning | values | default |\n|---|---|---|---|---|");
        for param in &task.params {
            add(page, &row(param));
        }
    }
    add(page, &format!("\n```c\n{}\n```\n\n```text\n{}\n```", c_line(task), url(task)?));
    add(page, &format!("\nfilestack-local: {}.", local(task)));
    Ok(())
}

/// What filestack-local does.
fn local(task: &Task) -> String {
    let what = match task.local {
        Local::Real => "does it for real",
        Local::StandIn => "answers in the right shape, without meaning",
        Local::None => "answers 501",
    };
    task.local_note.as_ref().map_or_else(|| what.to_owned(), |note| format!("{what}, {note}; otherwise it answers 501"))
}

fn row(param: &Param) -> String {
    let alias = param.alias.as_ref().map(|alias| format!(" (`{alias}`)")).unwrap_or_default();
    let words = param.values.iter().map(|word| format!("`{word}`"));
    let mut values: Vec<String> = range(param).into_iter().chain(words).collect();
    values.extend(param.max_items.map(|most| format!("at most {most}")));
    let required = if param.required { " Required." } else { "" };
    let default = default_of(param).map(|default| format!("`{default}`")).unwrap_or_default();
    format!(
        "| `{}`{alias} | {} | {}{required} | {} | {default} |",
        param.name,
        param.kind.name(),
        param.summary,
        values.join(", ")
    )
}

fn title(category: &str) -> String {
    match category {
        "audio_video" => "Audio and video".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

fn add(page: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}
