//! The page of a function.

use std::collections::BTreeSet;

use crate::model::{Api, Constant, Function};
use crate::prose::{paragraphs, sentence, sentences, summary};
use crate::related;

use super::edition::Edition;
use super::mdoc::{Page, argument};
use super::types::{write_list, write_type};

/// How the sentence begins that says what a function returns.
const RETURNS: &str = "Returns ";

/// What the text about the errors of a function begins with that has none.
const NO_ERRORS: &str = "none";

/// The text of the page.
pub(crate) fn write(api: &Api, function: &Function, edition: &Edition) -> String {
    let mut page = Page::new(&function.name);
    page.add_fields(function.parameters.iter().map(|parameter| parameter.name.as_str()));
    edition.head(&mut page, &function.name.to_uppercase(), 3);
    write_name(&mut page, function);
    write_synopsis(&mut page, function);
    write_description(&mut page, api, function);
    write_result(&mut page, api, function);
    write_errors(&mut page, api, function);
    write_threads(&mut page, api, function);
    write_see_also(&mut page, api, function);
    page.section("HISTORY");
    page.line(".Nm");
    page.line(&format!("first appeared in libfilestack {}.", function.since));
    page.finish()
}

fn write_name(page: &mut Page, function: &Function) {
    page.section("NAME");
    page.line(&format!(".Nm {}", function.name));
    page.line(&format!(".Nd {}", argument_words(&uncapitalised(&summary(&function.doc)))));
    page.section("LIBRARY");
    page.line("Filestack SDK for C (filestack, \\-lfilestack)");
}

/// Words as the arguments of a macro that takes the whole line.
fn argument_words(words: &str) -> String {
    words.split(' ').map(argument).collect::<Vec<_>>().join(" ")
}

/// A sentence as the continuation of another one, unless it begins with a name.
fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

fn write_synopsis(page: &mut Page, function: &Function) {
    page.section("SYNOPSIS");
    page.line(".In filestack/filestack.h");
    page.line(&format!(".Ft {}", argument(&function.returns.r#type)));
    if function.parameters.is_empty() {
        page.line(&format!(".Fn {} void", function.name));
        return;
    }
    page.line(&format!(".Fo {}", function.name));
    for parameter in &function.parameters {
        page.line(&format!(".Fa {}", argument(&parameter.declaration())));
    }
    page.line(".Fc");
}

fn write_description(page: &mut Page, api: &Api, function: &Function) {
    let types = related::types(api, function);
    types.iter().for_each(|explained| page.add_fields(explained.declarations().into_iter()));
    page.section("DESCRIPTION");
    page.paragraphs(api, &without_result(&function.doc));
    types.iter().for_each(|explained| write_type(page, api, explained));
    write_constants(page, api, &related::constants(api, function, &types));
}

/// A text without the sentences that say what is returned: these have a section of their own.
fn without_result(doc: &str) -> String {
    let kept = paragraphs(doc).map(|paragraph| {
        let kept = sentences(paragraph).into_iter().filter(|sentence| !sentence.starts_with(RETURNS));
        kept.collect::<Vec<_>>().join(" ")
    });
    kept.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn write_constants(page: &mut Page, api: &Api, constants: &[&Constant]) {
    if !constants.is_empty() {
        page.subsection("Constants");
        write_list(page, api, constants);
    }
}

fn write_result(page: &mut Page, api: &Api, function: &Function) {
    page.section("RETURN VALUES");
    if function.is_fallible() {
        page.prose(api, "FILESTACK_OK, which is 0, on success.");
        page.prose(api, "Otherwise the status says what failed.");
        if function.parameters.iter().any(|parameter| parameter.name.starts_with("out_")) {
            page.prose(api, "Outputs are then NULL or 0.");
        }
        page.further(
            api,
            "`error` may be NULL. Otherwise `*error` is NULL on success, and on failure an object that has the message: \
             it is the caller's, and filestack_error_release frees it.",
        );
        return;
    }
    let special = function.errors.strip_prefix(NO_ERRORS).unwrap_or(&function.errors).trim_start_matches(';').trim();
    let value = match result_of(&function.doc) {
        _ if function.returns.is("void") => "Nothing.",
        Some(value) => value,
        None => "The value that is described above",
    };
    match special {
        "" => page.prose(api, &sentence(api, value)),
        special if value.ends_with('.') => page.prose(api, &format!("{value} {special}.")),
        special => page.prose(api, &format!("{value}; {special}.")),
    }
    page.prose(api, "The function cannot fail.");
}

/// What a text says is returned.
fn result_of(doc: &str) -> Option<&str> {
    let mut sentences = paragraphs(doc).flat_map(sentences);
    let said = sentences.find(|sentence| sentence.starts_with(RETURNS))?;
    Some(said.trim_end_matches('.'))
}

fn write_errors(page: &mut Page, api: &Api, function: &Function) {
    if !function.is_fallible() {
        return;
    }
    page.section("ERRORS");
    let statuses = related::statuses(api, function);
    if !is_one_of(&function.errors, &statuses) {
        page.prose(api, &sentence(api, &related::errors(api, function)));
    }
    if !statuses.is_empty() {
        write_list(page, api, &statuses);
    }
    page.line(".Pp");
    page.prose(
        api,
        "Every function that can fail returns FILESTACK_E_NULL, FILESTACK_E_UTF8 or FILESTACK_E_OBJECT when it is \
         misused, and FILESTACK_E_PANIC for a bug in the library.",
    );
    page.line(".Xr filestack 7");
    page.line("lists every status, those of the network and the service among them.");
}

/// Whether a text says nothing but the name of a status.
fn is_one_of(errors: &str, statuses: &[&Constant]) -> bool {
    statuses.iter().any(|status| status.name == errors)
}

fn write_threads(page: &mut Page, api: &Api, function: &Function) {
    page.section("THREADS");
    page.prose(api, &threads(function));
    match related::twin(api, function) {
        Some(twin) if function.blocks => {
            page.prose(
                api,
                &format!("It blocks until the call has ended; {} starts it and returns at once.", twin.name),
            );
            page.prose(api, "A blocking function that is called in a callback returns FILESTACK_E_WOULD_DEADLOCK.");
        }
        Some(twin) => page.prose(api, &format!("It returns at once; {} waits for the same call.", twin.name)),
        None if function.waits() => {
            page.prose(api, "It waits for operations or threads of the library, and not for the network.")
        }
        None => page.prose(api, "It returns at once."),
    }
}

/// Who may call a function, as a sentence.
fn threads(function: &Function) -> String {
    let said = function.threads.as_str();
    let object = function.parameters.first().map_or("", |first| first.name.as_str());
    if let Some(rest) = said.strip_prefix("any") {
        return format!("Any thread may call the function{rest}.");
    }
    match said.strip_prefix("one at a time") {
        Some("") => format!("One thread at a time may call the function with `{object}`."),
        Some(rest) if rest.starts_with(" for ") => {
            format!("One thread at a time may call the function with {}.", rest.trim_start_matches(" for "))
        }
        _ => format!("Threads that may call the function: {said}."),
    }
}

fn write_see_also(page: &mut Page, api: &Api, function: &Function) {
    page.section("SEE ALSO");
    let names: BTreeSet<&str> = related::functions(api, function);
    for name in names {
        page.line(&format!(".Xr {name} 3 ,"));
    }
    page.line(".Xr filestack 7");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    fn page(api: &Api, name: &str) -> String {
        let edition = Edition { version: "0.1.0", date: "May 7, 2030".into() };
        write(api, api.function(name).unwrap(), &edition)
    }

    /// The lines of a section.
    fn section<'a>(page: &'a str, title: &str) -> &'a str {
        let rest = page.split_once(&format!(".Sh {title}\n")).unwrap_or_else(|| panic!("{title}: {page}")).1;
        rest.split_once(".Sh ").map_or(rest, |(section, _)| section)
    }

    #[test]
    fn a_function_that_blocks_has_everything() {
        let api = example();
        let page = page(&api, "filestack_thing_put");
        assert!(page.starts_with(".Dd May 7, 2030\n.Dt FILESTACK_THING_PUT 3\n.Os libfilestack 0.1.0\n"), "{page}");
        assert_eq!(section(&page, "NAME"), ".Nm filestack_thing_put\n.Nd puts thing down\n");
        assert_eq!(
            section(&page, "SYNOPSIS"),
            ".In filestack/filestack.h\n.Ft filestack_status\n.Fo filestack_thing_put\n.Fa \"filestack_thing *thing\"\n\
             .Fa \"filestack_call call\"\n.Fa \"uint64_t *out_size\"\n.Fa \"filestack_error **error\"\n.Fc\n"
        );
        let description = section(&page, "DESCRIPTION");
        assert!(
            description.starts_with(
                "Puts\n.Fa thing\ndown.\nBlocks.\n.Pp\n\\(aq\\e\\(aq and \\-1 are \"odd\" \\(en as in\n.Fa call ,\nof which\n\
                 .Xr filestack_thing_free 3\nsays more\n.Pf \\&( Vt filestack_place\ntoo).\n"
            ),
            "{description}"
        );
        assert!(description.contains(".Ss \"The type filestack_call\"\n.Bd -literal"), "{description}");
        assert!(description.contains(".It Fa \"const char *name\"\nIts name; \"<none>\" & more.\n"), "{description}");
        assert!(description.contains(".Ss Constants\n.Bl -tag -width Ds\n.It Dv FILESTACK_SIDE_LEFT Pq 1\n"));
        assert!(section(&page, "RETURN VALUES").contains("Outputs are then\n.Dv NULL\nor 0.\n"));
        let errors = section(&page, "ERRORS");
        assert!(
            errors
                .starts_with(".Dv FILESTACK_E_IO\nwhen there is no room, and those of the network and the service.\n")
        );
        assert!(errors.contains(".It Dv FILESTACK_E_IO Pq 100\nA file could not be read.\n"), "{errors}");
        let threads = section(&page, "THREADS");
        assert!(
            threads.starts_with("One thread at a time may call the function with\n.Fa thing .\nIt blocks"),
            "{threads}"
        );
        assert_eq!(
            section(&page, "SEE ALSO"),
            ".Xr filestack_thing_free 3 ,\n.Xr filestack_thing_new 3 ,\n.Xr filestack_thing_put_start 3 ,\n.Xr filestack 7\n"
        );
        assert_eq!(section(&page, "HISTORY"), ".Nm\nfirst appeared in libfilestack 0.1.0.\n");
    }

    #[test]
    fn a_function_that_cannot_fail_has_no_errors() {
        let api = example();
        let new = page(&api, "filestack_thing_new");
        assert!(!new.contains(".Sh ERRORS"), "{new}");
        assert!(section(&new, "SYNOPSIS").ends_with(".Ft \"filestack_thing *\"\n.Fn filestack_thing_new void\n"));
        assert_eq!(section(&new, "DESCRIPTION"), "Makes a thing.\n");
        assert!(
            section(&new, "RETURN VALUES")
                .starts_with("Returns an object to be freed with\n.Xr filestack_thing_free 3 .\n")
        );
        let free = page(&api, "filestack_thing_free");
        assert_eq!(section(&free, "RETURN VALUES"), "Nothing.\n.Dv NULL\nis allowed.\nThe function cannot fail.\n");
        assert!(section(&free, "THREADS").starts_with("Any thread may call the function, also in a callback.\n"));
    }

    #[test]
    fn threads_are_said_in_a_sentence_whatever_they_are() {
        let mut api = example();
        for (said, sentence) in [
            ("one at a time for the thing", "One thread at a time may call the function with the thing."),
            ("any; later ones fail", "Any thread may call the function; later ones fail."),
            ("the main one", "Threads that may call the function: the main one."),
        ] {
            api.functions[0].threads = said.into();
            assert_eq!(threads(&api.functions[0]), sentence);
        }
    }
}
