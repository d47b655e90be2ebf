//! Writes a C program that calls every function of the header with NULL.
//!
//! What a function does with NULL is part of its documentation, and the program holds the library to it: a pointer
//! may be NULL where the comment says so; everywhere else the call fails with FILESTACK_E_NULL and names the
//! parameter. New functions are covered because they stand in the header.

mod arguments;

use std::fmt::Write as _;
use std::path::Path;

use arguments::{Argument, Role, free, is_pointer};

use crate::declarations::{Header, Item, Prototype, Type};
use crate::workspace::{Result, Workspace, write_if_changed};

/// What the generated calls use, among it an example of every object that takes arguments to make.
const SUPPORT: &str = include_str!("null_calls/support.c");

/// What a function returns for NULL when that is neither NULL, 0, false nor "".
const OTHER_FALLBACKS: [(&str, &str); 2] = [
    // So that a program may parse it without a look.
    ("filestack_error_json", "{}"),
    // 0 is a descriptor.
    ("filestack_queue_fd", "-1"),
];

/// Writes the program.
pub(crate) fn write(workspace: &Workspace, out: &Path) -> Result<()> {
    let program = generate(&Header::parse(&workspace.header()?)?)?;
    write_if_changed(out, program.as_bytes())
}

fn generate(header: &Header) -> Result<String> {
    let mut program = SUPPORT.to_owned();
    let mut calls = String::new();
    for (item, prototype) in header.functions() {
        let function = Function::new(header, item, prototype).map_err(|cause| format!("{}: {cause}", item.name))?;
        let _ = write!(program, "\nstatic void test_{}(void)\n{{\n", item.name);
        for line in function.test() {
            let _ = writeln!(program, "    {line}");
        }
        program.push_str("}\n");
        let _ = writeln!(calls, "    test_{}();", item.name);
    }
    let count = header.functions().count();
    let _ = write!(program, "\nint main(void)\n{{\n{calls}    return summary({count});\n}}\n");
    Ok(program)
}

/// A function under test.
struct Function<'a> {
    header: &'a Header,
    name: &'a str,
    prototype: &'a Prototype,
    arguments: Vec<Argument<'a>>,
}

impl<'a> Function<'a> {
    fn new(header: &'a Header, item: &'a Item, prototype: &'a Prototype) -> Result<Self> {
        let arguments = Argument::all(header, item, prototype)?;
        Ok(Function { header, name: &item.name, prototype, arguments })
    }

    /// The statements of its test.
    fn test(&self) -> Vec<String> {
        let mut lines = self.declarations();
        lines.push(format!("function_under_test = \"{}\";", self.name));
        if !self.prototype.is_fallible() {
            lines.extend(self.call_infallible());
            return lines;
        }
        if self.arguments.iter().any(|argument| argument.role.is_required() && argument.role != Role::Array) {
            lines.extend(self.call_with_nothing());
        }
        lines.extend(self.call_with_outputs());
        for missing in self.arguments.iter().filter(|argument| argument.role.is_required()) {
            if self.arguments.iter().all(|other| other.has_good || other.name == missing.name) {
                lines.extend(self.call_without(missing));
            }
        }
        lines
    }

    fn declarations(&self) -> Vec<String> {
        self.outputs().map(|output| format!("{};", pointee(output.r#type).with_name(output.name))).collect()
    }

    /// A function that cannot fail answers NULL with nothing; one that takes no pointer always has an answer.
    fn call_infallible(&self) -> Vec<String> {
        let result = &self.prototype.result;
        let call = self.call(|_| false);
        if let Some((_, fallback)) = OTHER_FALLBACKS.iter().find(|(name, _)| *name == self.name) {
            let is_it = match result.pointers {
                0 => format!("{call} == {fallback}"),
                _ => format!("strcmp({call}, \"{fallback}\") == 0"),
            };
            return vec![format!("expect({is_it}, \"does not return {fallback} for NULL\");")];
        }
        if result.is("void") {
            return vec![format!("{call};")];
        }
        let takes_pointers = self.arguments.iter().any(|argument| is_pointer(self.header, argument.r#type));
        if takes_pointers {
            return vec![match (result.pointers, result.base.as_str()) {
                (0, _) => format!("expect({call} == 0, \"does not return 0 for NULL\");"),
                (_, "char") => format!("expect_no_text({call});"),
                _ => format!("expect({call} == NULL, \"does not return NULL for NULL\");"),
            }];
        }
        if result.pointers == 0 {
            return vec![format!("(void){call};")];
        }
        let is_borrowed = result.text.starts_with("const ");
        let free = if is_borrowed { None } else { free(self.header, &result.base, "result") };
        let lines = [
            format!("{} = {call};", result.with_name("result")),
            "expect(result != NULL, \"returns NULL\");".to_owned(),
        ];
        block(lines.into_iter().chain(free))
    }

    /// Everything is NULL, with an object for the error and without.
    fn call_with_nothing(&self) -> Vec<String> {
        vec![
            format!("expect({} == FILESTACK_E_NULL, \"takes NULL for everything\");", self.call(|_| false)),
            "error = garbage;".into(),
            format!("expect_error_naming_one_of({}, {});", self.call(is_error), self.names()),
        ]
    }

    /// Inputs are NULL and outputs hold garbage: they are emptied by a failure. Without required inputs there is none,
    /// unless 0 is refused for a number.
    fn call_with_outputs(&self) -> Vec<String> {
        let call = self.call(|argument| is_output(argument) || is_error(argument));
        let mut lines = self.garbage();
        if self.arguments.iter().any(|argument| argument.role == Role::Input { optional: false }) {
            lines.push(format!("expect_error_naming_one_of({call}, {});", self.names()));
            lines.extend(self.outputs().map(expect_empty));
            return lines;
        }
        let expected = if self.arguments.iter().any(is_named) { "expect_success" } else { "expect_agreement" };
        lines.push(format!("{expected}({call});"));
        lines.extend(self.outputs().filter_map(|output| free(self.header, &output.r#type.base, output.name)));
        lines
    }

    /// Everything is good except `missing`, which is NULL.
    fn call_without(&self, missing: &Argument<'_>) -> Vec<String> {
        let is_given = |argument: &Argument<'_>| argument.name != missing.name;
        let given = self.arguments.iter().filter(|argument| is_given(argument));
        let objects: Vec<_> = given.filter_map(|argument| argument.object.as_ref()).collect();
        let mut lines: Vec<String> =
            objects.iter().map(|object| format!("{} = {};", object.declaration, object.make)).collect();
        lines.extend(self.garbage());
        lines.push(format!("expect_error_naming({}, \"{}\");", self.call(is_given), missing.name));
        lines.extend(self.outputs().filter(|output| is_given(output)).map(expect_empty));
        lines.extend(objects.iter().map(|object| object.free.clone()));
        block(lines)
    }

    /// A call with good values for the arguments that are given, and NULL or 0 for the others.
    fn call(&self, is_given: impl Fn(&Argument<'_>) -> bool) -> String {
        let values: Vec<&str> = self
            .arguments
            .iter()
            .map(|argument| if is_given(argument) { &argument.good } else { argument.nothing(self.header) })
            .collect();
        format!("{}({})", self.name, values.join(", "))
    }

    fn outputs(&self) -> impl Iterator<Item = &Argument<'a>> {
        self.arguments.iter().filter(|argument| is_output(argument))
    }

    fn garbage(&self) -> Vec<String> {
        let of = |output: &Argument<'_>| {
            let value = if output.r#type.pointers > 1 { "garbage" } else { "1" };
            format!("{} = {value};", output.name)
        };
        std::iter::once("error = garbage;".to_owned()).chain(self.outputs().map(of)).collect()
    }

    /// The names that an error about NULL may begin with, as one text: " client out_url ".
    fn names(&self) -> String {
        let named = self.arguments.iter().filter(|argument| is_named(argument));
        format!("\" {} \"", named.map(|argument| argument.name).collect::<Vec<_>>().join(" "))
    }
}

fn is_output(argument: &Argument<'_>) -> bool {
    matches!(argument.role, Role::Output { .. })
}

fn is_error(argument: &Argument<'_>) -> bool {
    argument.role == Role::Error
}

/// Whether an error about NULL can name the argument.
fn is_named(argument: &Argument<'_>) -> bool {
    !matches!(argument.role, Role::Value | Role::Error)
}

fn expect_empty(output: &Argument<'_>) -> String {
    format!("expect({name} == 0, \"does not empty {name}\");", name = output.name)
}

/// The statements in braces, for declarations of their own.
fn block(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let indented = lines.into_iter().map(|line| format!("    {line}"));
    std::iter::once("{".to_owned()).chain(indented).chain(["}".to_owned()]).collect()
}

/// What a pointer points to.
fn pointee(r#type: &Type) -> Type {
    let text = r#type.text.strip_suffix('*').unwrap_or(&r#type.text).trim_end();
    Type { text: text.to_owned(), base: r#type.base.clone(), pointers: r#type.pointers.saturating_sub(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTS: &str = "typedef struct filestack_error filestack_error;\n\
        typedef struct filestack_x filestack_x;\nfilestack_x *filestack_x_new(void);\nvoid filestack_x_free(filestack_x *x);\n\
        typedef void (*filestack_destroy)(void *user);\n";

    /// The generated test of the last function.
    fn test_of(declaration: &str) -> String {
        let header = Header::parse(&format!("{OBJECTS}{declaration}")).unwrap();
        let (item, prototype) = header.functions().last().unwrap();
        Function::new(&header, item, prototype).unwrap().test().join("\n")
    }

    #[test]
    fn a_required_pointer_is_tested_alone() {
        let test = test_of(
            "/** `request` may be NULL. */\nfilestack_status filestack_x_do(filestack_x *x, const char *text, \
             const filestack_x *request, uint64_t *out_size, filestack_error **error);",
        );
        assert!(test.contains("expect(filestack_x_do(NULL, NULL, NULL, NULL, NULL) == FILESTACK_E_NULL"), "{test}");
        assert!(test.contains("filestack_x_do(example_x, NULL, example_request, &out_size, &error), \"text\")"));
        assert!(
            test.contains("filestack_x *example_x = filestack_x_new();")
                && test.contains("filestack_x_free(example_x);")
        );
        assert!(!test.contains("&error), \"request\""), "{test}");
    }

    #[test]
    fn arrays_are_required_by_their_count_and_callbacks_never() {
        let test = test_of(
            "filestack_status filestack_x_from(const void *data, size_t size, filestack_destroy destroy, void *user, \
             filestack_x **out_x, filestack_error **error);",
        );
        assert!(test.contains("expect_success(filestack_x_from(NULL, 0, NULL, NULL, &out_x, &error));"), "{test}");
        assert!(test.contains("expect_error_naming(filestack_x_from(NULL, 1, NULL, NULL, &out_x, &error), \"data\")"));
    }

    #[test]
    fn arrays_may_share_a_count() {
        let test = test_of(
            "filestack_status filestack_check(const char *const *names, const char *const *values, size_t pair_count, \
             filestack_error **error);",
        );
        assert!(test.contains("expect_success(filestack_check(NULL, NULL, 0, &error));"), "{test}");
        assert!(
            test.contains("expect_error_naming(filestack_check(example_texts, NULL, 1, &error), \"values\");"),
            "{test}"
        );
    }

    #[test]
    fn what_may_be_null_can_stand_in_the_comment_of_another_function() {
        let test = test_of(
            "/** `request` may be NULL. */\nvoid filestack_a(const filestack_x *request);\n\
             /** Ownership as for filestack_a. */\nfilestack_status filestack_b(const filestack_x *request, \
             filestack_error **error);",
        );
        assert!(test.contains("expect_success(filestack_b(NULL, &error));"), "{test}");
    }

    #[test]
    fn numbers_alone_may_be_refused_and_an_index_is_not_a_count() {
        let test = test_of("filestack_status filestack_configure(uint32_t threads, filestack_error **error);");
        assert!(test.ends_with("expect_agreement(filestack_configure(0, &error));"), "{test}");
        let test =
            test_of("filestack_status filestack_x_at(const filestack_x *x, size_t index, filestack_error **error);");
        assert!(test.contains("expect_error_naming_one_of(filestack_x_at(NULL, 0, &error), \" x \");"), "{test}");
    }

    #[test]
    fn functions_that_cannot_fail_answer_null() {
        assert!(
            test_of("const char *filestack_x_name(const filestack_x *x);")
                .contains("expect_no_text(filestack_x_name(NULL));")
        );
        assert!(test_of("bool filestack_x_is(const filestack_x *x);").contains("expect(filestack_x_is(NULL) == 0,"));
        assert!(test_of("filestack_x *filestack_x_copy(const filestack_x *x);").contains("== NULL,"));
        assert!(test_of("filestack_x *filestack_x_new(void);").contains("    filestack_x_free(result);"));
    }

    #[test]
    fn what_cannot_be_tested_is_refused() {
        for declaration in ["void filestack_f(int32_t *value);", "filestack_status filestack_f(filestack_x **list);"] {
            let header = Header::parse(&format!("{OBJECTS}{declaration}")).unwrap();
            assert!(generate(&header).is_err(), "{declaration}");
        }
    }
}
