//! The page about the library: `filestack(7)`.

use crate::introduction::Introduction;
use crate::model::{Api, Constant, Contents, Declared, Form};
use crate::prose::summary;
use crate::related::Explained;
use crate::workspace::Result;

use super::edition::Edition;
use super::mdoc::{Page, argument};
use super::types::{write_list, write_type};

/// What is written by hand, with `@...@` on a line of its own where something is made of the header.
const TEMPLATE: &str = include_str!("overview.7");

/// What the statuses of a hundred have in common.
const STATUS_GROUPS: [(i64, &str); 6] = [
    (0, "Misuse"),
    (1, "Local files and resources"),
    (2, "The network"),
    (3, "The service"),
    (4, "The call itself"),
    (9, "The library"),
];

/// The text of the page.
pub(super) fn write(api: &Api, introduction: &Introduction, edition: &Edition) -> Result<String> {
    let mut page = Page::new("filestack");
    let parameters = api.functions.iter().flat_map(|function| &function.parameters);
    page.add_fields(parameters.map(|parameter| parameter.name.as_str()));
    let types = api.types.iter().map(Explained::Declared).chain(api.structs.iter().map(Explained::Struct));
    types.for_each(|explained| page.add_fields(explained.declarations().into_iter()));
    edition.head(&mut page, "FILESTACK", 7);
    for line in TEMPLATE.lines() {
        match line {
            "@rules@" => write_rules(&mut page, api, introduction),
            "@functions@" => api.sections.iter().for_each(|section| write_functions(&mut page, api, section)),
            "@types@" => write_types(&mut page, api),
            "@constants@" => api.sections.iter().for_each(|section| write_constants(&mut page, api, section)),
            "@statuses@" => write_statuses(&mut page, api)?,
            line => page.line(line),
        }
    }
    Ok(page.finish())
}

fn write_rules(page: &mut Page, api: &Api, introduction: &Introduction) {
    page.line(".Bl -bullet");
    for rule in &introduction.rules {
        page.line(".It");
        page.prose(api, rule);
    }
    page.line(".El");
    page.further(api, &introduction.words);
}

/// The functions of a section, with what each one does.
fn write_functions(page: &mut Page, api: &Api, section: &Contents) {
    let functions = api.functions.iter().filter(|function| function.section == section.title);
    let mut functions = functions.peekable();
    if functions.peek().is_none() {
        return;
    }
    page.subsection(&section.title);
    page.prose(api, &section.summary);
    page.line(".Pp");
    page.line(".Bl -tag -width Ds -compact");
    for function in functions {
        page.line(&format!(".It Xr {} 3", function.name));
        page.prose(api, &format!("{}.", summary(&function.doc)));
    }
    page.line(".El");
}

/// The objects and aliases as a list, then callbacks and structs, which have more to them.
fn write_types(page: &mut Page, api: &Api) {
    let (callbacks, others): (Vec<&Declared>, Vec<&Declared>) =
        api.types.iter().partition(|declared| declared.kind == Form::Callback);
    page.line(".Bl -tag -width Ds");
    for declared in others {
        page.line(&format!(".It Vt {}", declared.name));
        page.paragraphs(api, &declared.doc);
    }
    page.line(".El");
    let callbacks = callbacks.into_iter().map(Explained::Declared);
    callbacks.chain(api.structs.iter().map(Explained::Struct)).for_each(|explained| write_type(page, api, &explained));
}

fn write_constants(page: &mut Page, api: &Api, section: &Contents) {
    let is_listed = |constant: &&Constant| constant.section == section.title && !constant.is_status();
    let constants: Vec<&Constant> = api.constants.iter().filter(is_listed).collect();
    if !constants.is_empty() {
        page.subsection(&section.title);
        write_list(page, api, &constants);
    }
}

fn write_statuses(page: &mut Page, api: &Api) -> Result<()> {
    let numbered = api.constants.iter().filter(|constant| constant.is_status()).map(|status| {
        let number: i64 = status.value.parse().map_err(|cause| format!("{}: {cause}", status.name))?;
        let is_known = STATUS_GROUPS.iter().any(|(hundred, _)| *hundred == number / 100);
        if is_known {
            Ok((number, status))
        } else {
            Err(format!("{}: {number} is in no group of statuses", status.name))
        }
    });
    let (success, numbered): (Vec<_>, Vec<_>) =
        numbered.collect::<Result<Vec<_>>>()?.into_iter().partition(|(number, _)| *number == 0);
    write_list(page, api, &success.into_iter().map(|(_, status)| status).collect::<Vec<_>>());
    for (hundred, title) in STATUS_GROUPS {
        let group = numbered.iter().filter(|(number, _)| number / 100 == hundred).map(|(_, status)| *status);
        page.line(&format!(".Ss {}", argument(title)));
        write_list(page, api, &group.collect::<Vec<_>>());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;
    use crate::workspace::Workspace;

    #[test]
    fn the_program_is_that_of_the_readme() {
        let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
        let example =
            TEMPLATE.split("#include <filestack/filestack.h>\n").nth(1).and_then(|rest| rest.split(".Ed").next());
        let program = Introduction::of(&Workspace::here()).unwrap().program;
        assert!(without_blanks(&program).ends_with(&without_blanks(&example.unwrap().replace("\\e", "\\"))));
    }

    #[test]
    fn the_page_is_made_of_the_header() {
        let introduction = Introduction {
            rules: vec!["A `thing` may be NULL.".into()],
            words: "And more.".into(),
            program: String::new(),
        };
        let edition = Edition { version: "0.1.0", date: "May 7, 2030".into() };
        let page = write(&example(), &introduction, &edition).unwrap();
        for part in [
            ".Dd May 7, 2030\n.Dt FILESTACK 7\n.Os libfilestack 0.1.0\n.Sh NAME\n",
            ".It\nA\n.Fa thing\nmay be\n.Dv NULL .\n.El\n.Pp\nAnd more.\n",
            ".Ss Thing\nThings that are made up.\n.Pp\n.Bl -tag -width Ds -compact\n.It Xr filestack_thing_put 3\nPuts",
            ".It Vt filestack_thing\nA thing.\n",
            ".Ss \"The type filestack_call\"\n",
            ".It Dv FILESTACK_SIDE_TOP Pq 2\nAt the top.\n",
            ".It Dv FILESTACK_OK Pq 0\nSuccess.\n.El\n.Ss Misuse\n",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(!page.contains('@'), "{page}");
    }

    #[test]
    fn a_status_of_no_group_is_refused() {
        let mut api = example();
        api.constants[4].value = "700".into();
        assert_eq!(
            write_statuses(&mut Page::new("filestack"), &api).unwrap_err(),
            "FILESTACK_E_NULL: 700 is in no group of statuses"
        );
    }
}
