//! The interface as a C library of empty functions, from which `abidw` records it. The objects stay incomplete types
//! there, as they are for every caller; in the library itself their insides could be seen.

use std::fmt::Write as _;
use std::path::Path;

use crate::declarations::{Header, Item, Kind, Prototype, Type};
use crate::workspace::{Result, read, write_if_changed};

/// Writes the C file for a header, which it includes by its usual name.
pub(crate) fn write(header: &Path, out: &Path) -> Result<()> {
    write_if_changed(out, generate(&Header::parse(&read(header)?)?).as_bytes())
}

fn generate(header: &Header) -> String {
    let mut program = String::from("#include <filestack/filestack.h>\n");
    for (item, prototype) in header.functions() {
        let _ = write!(program, "\n{}\n{{\n{}}}\n", head(&item.name, prototype), body(prototype));
    }
    for item in header.items.iter().filter(|item| is_number(item)) {
        program.push_str(&constant(&item.name));
    }
    program
}

/// A constant, which is a macro in the header: a function that takes an enumeration of this number, so that a changed one
/// is seen. In an enumeration of all, `abidiff` would take one for another that has the same number.
fn constant(name: &str) -> String {
    format!(
        "\nenum of_{name} {{ is_{name} = {name} }};\nvoid constant_{name}(enum of_{name} number)\n{{\n    (void)number;\n}}\n"
    )
}

/// Whether it is a number that stays: all but the version, texts, and the initial values of structs.
fn is_number(item: &Item) -> bool {
    let is_plain = |value: &str| value.parse::<i32>().is_ok();
    matches!(&item.kind, Kind::Macro(value) if is_plain(value)) && !item.name.starts_with("FILESTACK_VERSION_")
}

fn head(name: &str, prototype: &Prototype) -> String {
    let parameters: Vec<String> =
        prototype.parameters.iter().map(|parameter| parameter.r#type.with_name(&parameter.name)).collect();
    let parameters = if parameters.is_empty() { "void".to_owned() } else { parameters.join(", ") };
    format!("{}({parameters})", prototype.result.with_name(name))
}

fn body(prototype: &Prototype) -> String {
    let unused = prototype.parameters.iter().map(|parameter| format!("    (void){};\n", parameter.name));
    unused.collect::<String>() + &result(&prototype.result)
}

fn result(result: &Type) -> String {
    if result.is("void") { String::new() } else { "    return 0;\n".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_keeps_its_types_and_a_constant_its_number() {
        let header = "/** The library. */\n#ifndef X_H\n#define X_H\n\n#include <stdint.h>\n\n/** One. */\n#define FILESTACK_ONE 1\n\n\
                      /** An object. */\ntypedef struct filestack_x filestack_x;\n\n\
                      /** A function. */\nconst char *filestack_x_name(const filestack_x *x, uint64_t tag);\n\n\
                      /** Another. */\nvoid filestack_stop(void);\n\n#endif\n";
        let program = generate(&Header::parse(header).unwrap());
        assert!(program.contains(
            "const char *filestack_x_name(const filestack_x *x, uint64_t tag)\n{\n    (void)x;\n    (void)tag;\n    return 0;\n}\n"
        ));
        assert!(program.contains("void filestack_stop(void)\n{\n}\n"));
        assert!(program.contains("enum of_FILESTACK_ONE { is_FILESTACK_ONE = FILESTACK_ONE };\n"));
    }
}
