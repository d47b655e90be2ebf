//! What pages say of types and constants.

use crate::model::{Api, Constant, Member};
use crate::related::Explained;

use super::mdoc::{Page, argument};

/// The longest line of code, which is indented.
const LONGEST_CODE: usize = 66;

/// A type under a heading of its own.
pub(super) fn write_type(page: &mut Page, api: &Api, explained: &Explained<'_>) {
    page.subsection(&format!("The type {}", explained.name()));
    match explained {
        Explained::Declared(declared) => {
            if let Some(definition) = &declared.definition {
                page.literal(laid_out(definition).lines());
                page.line(".Pp");
            }
            page.paragraphs(api, &declared.doc);
        }
        Explained::Struct(structure) => {
            page.paragraphs(api, &structure.doc);
            write_members(page, api, &structure.members);
        }
    }
}

/// A definition with each parameter on a line of its own when they do not fit on one.
fn laid_out(definition: &str) -> String {
    let text = format!("typedef {definition};");
    match text.split_once(")(").filter(|_| text.len() > LONGEST_CODE) {
        Some((name, parameters)) => format!("{name})(\n    {}", parameters.replace(", ", ",\n    ")),
        None => text,
    }
}

/// The members of a struct, as a list.
fn write_members(page: &mut Page, api: &Api, members: &[Member]) {
    page.line(".Bl -tag -width Ds");
    for member in members {
        page.line(&format!(".It Fa {}", argument(&member.declaration())));
        page.paragraphs(api, &member.doc);
    }
    page.line(".El");
}

/// Constants with their numbers and what they mean, as a list.
pub(super) fn write_list(page: &mut Page, api: &Api, constants: &[&Constant]) {
    page.line(".Bl -tag -width Ds");
    for constant in constants {
        let number = if constant.is_number() { format!(" Pq {}", argument(&constant.value)) } else { String::new() };
        page.line(&format!(".It Dv {}{number}", constant.name));
        page.paragraphs(api, &constant.doc);
    }
    page.line(".El");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    #[test]
    fn a_callback_has_its_definition_and_a_struct_its_members() {
        let api = example();
        let mut page = Page::new("x");
        write_type(&mut page, &api, &Explained::Declared(&api.types[1]));
        write_type(&mut page, &api, &Explained::Struct(&api.structs[0]));
        assert_eq!(
            page.finish(),
            ".Ss \"The type filestack_call\"\n.Bd -literal -offset indent\ntypedef void (*filestack_call)(const \
             filestack_place *place);\n.Ed\n.Pp\nTold of a\n.Ql place .\n.Ss \"The type filestack_place\"\nWhere a \
             thing is.\n.Bl -tag -width Ds\n.It Fa \"uint32_t side\"\n.Dv FILESTACK_SIDE_* .\n.It Fa \"const char \
             *name\"\nIts name; \"<none>\" & more.\n.El\n"
        );
    }

    #[test]
    fn numbers_are_shown_and_expressions_are_not() {
        let mut api = example();
        api.constants[1].value = "(size_t)-1".into();
        let mut page = Page::new("x");
        write_list(&mut page, &api, &api.constants.iter().take(2).collect::<Vec<_>>());
        assert_eq!(
            page.finish(),
            ".Bl -tag -width Ds\n.It Dv FILESTACK_SIDE_LEFT Pq 1\nOn the left.\n.It Dv FILESTACK_SIDE_TOP\nAt the \
             top.\n.El\n"
        );
    }

    #[test]
    fn long_definitions_have_a_line_for_each_parameter() {
        assert_eq!(laid_out("void (*x)(void *user)"), "typedef void (*x)(void *user);");
        let long = "int32_t (*filestack_progress_callback)(void *user, const filestack_progress *progress)";
        assert_eq!(
            laid_out(long),
            "typedef int32_t (*filestack_progress_callback)(\n    void *user,\n    const filestack_progress *progress);"
        );
    }
}
