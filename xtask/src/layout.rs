//! The layout of the header: a table of contents, the types that all share, and a section for each object.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::declarations::{Header, Item, Kind, Prototype};
use crate::workspace::Result;

/// The longest line, as in the Rust code.
const WIDTH: usize = 120;

/// The title of the section that all others need, and what it holds.
const TYPES: (&str, &str) = ("Types", "The objects, and what several of them share.");

/// All that the header says of one object, under a banner of its own.
pub(crate) struct Section {
    /// Its name in the banner.
    pub(crate) title: String,
    /// Its parts, at least one. The first one tells what the section is about.
    pub(crate) parts: Vec<Part>,
}

/// What one file adds to a section.
pub(crate) struct Part {
    /// What it is about.
    pub(crate) summary: String,
    /// The names of what stands in it.
    pub(crate) names: Vec<String>,
}

impl Section {
    /// Whether something of this name stands in it.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.holds(name))
    }

    /// What it is about.
    pub(crate) fn summary(&self) -> &str {
        self.parts.first().map_or("", |part| &part.summary)
    }
}

impl Part {
    /// Whether something of this name stands in it.
    fn holds(&self, name: &str) -> bool {
        // The initial value of a struct is a macro, which Rust does not have: it stands with the struct.
        let of_struct = name.strip_suffix("_INIT").map(str::to_lowercase);
        self.names.iter().any(|known| *known == name || Some(known) == of_struct.as_ref())
    }
}

/// The text of the header.
pub(crate) fn write(header: &Header, sections: &[Section]) -> Result<String> {
    let home = homes(header, sections)?;
    let mut text = format!("{}\n\n", header.introduction);
    write_contents(&mut text, sections, &home);
    let _ = write!(text, "\n#ifndef {guard}\n#define {guard}\n\n", guard = header.guard);
    for include in &header.includes {
        let _ = writeln!(text, "#include {include}");
    }
    text.push_str("\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n");

    banner(&mut text, TYPES.0, TYPES.1);
    header.items.iter().filter(|item| matches!(item.kind, Kind::Opaque)).for_each(|item| write_item(&mut text, item));
    let structs = header.items.iter().filter(|item| matches!(item.kind, Kind::Struct(_)));
    structs.for_each(|item| {
        let _ = write!(text, "\ntypedef struct {name} {name};\n", name = item.name);
    });
    // Last, because a function type may name a struct.
    header.items.iter().filter(|item| matches!(item.kind, Kind::Alias(_))).for_each(|item| write_item(&mut text, item));
    for (index, section) in sections.iter().enumerate().filter(|(index, _)| is_used(*index, &home)) {
        banner(&mut text, &section.title, section.summary());
        for (part_index, part) in section.parts.iter().enumerate() {
            let place = (index, part_index);
            let mut items = header.items.iter().filter(|item| home.get(item.name.as_str()) == Some(&place)).peekable();
            if part_index > 0 && items.peek().is_some() {
                let _ = write!(text, "\n/* -- {} */\n", part.summary);
            }
            let (functions, others): (Vec<&Item>, _) = items.partition(|item| matches!(item.kind, Kind::Function(_)));
            others.into_iter().chain(functions).for_each(|item| write_item(&mut text, item));
        }
    }

    let _ = write!(text, "\n#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {} */\n", header.guard);
    Ok(text)
}

/// The table of contents.
fn write_contents(text: &mut String, sections: &[Section], home: &Homes<'_>) {
    let used = sections.iter().enumerate().filter(|(index, _)| is_used(*index, home));
    let rows: Vec<(&str, &str)> =
        std::iter::once(TYPES).chain(used.map(|(_, section)| (section.title.as_str(), section.summary()))).collect();
    let width = rows.iter().map(|(title, _)| title.len()).max().unwrap_or_default();
    text.push_str("/*\n * Sections:\n *\n");
    for (title, summary) in rows {
        let _ = writeln!(text, " *   {title:width$}  {summary}");
    }
    text.push_str(" */\n");
}

/// Where each item stands, by its name: the numbers of the section and of the part.
type Homes<'a> = HashMap<&'a str, (usize, usize)>;

/// Whether anything stands in the section.
fn is_used(section: usize, home: &Homes<'_>) -> bool {
    home.values().any(|(index, _)| *index == section)
}

fn homes<'a>(header: &'a Header, sections: &[Section]) -> Result<Homes<'a>> {
    let mut home = HashMap::new();
    for item in header.items.iter().filter(|item| !is_shared_type(item)) {
        let place = sections
            .iter()
            .enumerate()
            .find_map(|(index, section)| Some((index, section.parts.iter().position(|part| part.holds(&item.name))?)));
        let place = place.ok_or_else(|| format!("{}: no file of the C layer declares it", item.name))?;
        home.insert(item.name.as_str(), place);
    }
    Ok(home)
}

/// Whether the type stands before all sections: any function may use it, and C must know it first.
fn is_shared_type(item: &Item) -> bool {
    matches!(item.kind, Kind::Opaque | Kind::Alias(_))
}

fn banner(text: &mut String, title: &str, summary: &str) {
    let line = "-".repeat(WIDTH - 3);
    let _ = write!(text, "\n/*{line}\n * {title}\n *\n");
    for row in wrap(summary.split_whitespace(), WIDTH - 3) {
        let _ = writeln!(text, " * {row}");
    }
    let _ = writeln!(text, " *{}*/", &line[1..]);
}

fn write_item(text: &mut String, item: &Item) {
    text.push('\n');
    write_doc(text, "", &item.doc);
    let _ = match &item.kind {
        Kind::Macro(value) => writeln!(text, "#define {} {value}", item.name),
        Kind::Opaque => writeln!(text, "typedef struct {name} {name};", name = item.name),
        Kind::Alias(definition) => writeln!(text, "typedef {definition};"),
        Kind::Function(prototype) => writeln!(text, "{}", declaration(&item.name, prototype)),
        Kind::Struct(members) => {
            let _ = writeln!(text, "struct {} {{", item.name);
            for member in members {
                write_doc(text, "    ", &member.doc);
                let _ = writeln!(text, "    {};", member.declaration);
            }
            writeln!(text, "}};")
        }
    };
}

fn write_doc(text: &mut String, indent: &str, doc: &[String]) {
    let _ = match doc {
        [] => Ok(()),
        [line] if indent.len() + line.len() + "/**  */".len() <= WIDTH => writeln!(text, "{indent}/** {line} */"),
        lines => {
            let _ = writeln!(text, "{indent}/**");
            for line in lines {
                let _ = writeln!(text, "{}", format!("{indent} * {line}").trim_end());
            }
            writeln!(text, "{indent} */")
        }
    };
}

/// A prototype on one line, or with its parameters on lines of their own.
fn declaration(name: &str, prototype: &Prototype) -> String {
    let head = prototype.result.with_name(name);
    let parameters: Vec<String> =
        prototype.parameters.iter().map(|parameter| parameter.r#type.with_name(&parameter.name)).collect();
    let list = if parameters.is_empty() { "void".to_owned() } else { parameters.join(", ") };
    let line = format!("{head}({list});");
    if line.len() <= WIDTH {
        return line;
    }
    let last = parameters.len() - 1;
    let parts =
        parameters.iter().enumerate().map(|(index, part)| format!("{part}{}", if index < last { "," } else { ");" }));
    let parts: Vec<String> = parts.collect();
    let rows = wrap(parts.iter().map(String::as_str), WIDTH - 4);
    format!("{head}(\n    {}", rows.join("\n    "))
}

/// Fills lines of at most `width` with `parts`, which stay whole.
fn wrap<'a>(parts: impl Iterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for part in parts {
        match rows.last_mut() {
            Some(row) if row.len() + 1 + part.len() <= width => {
                row.push(' ');
                row.push_str(part);
            }
            _ => rows.push(part.to_owned()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "/* intro */\n#ifndef G_H\n#define G_H\n#include <stdint.h>\n/** Start. */\n#define FILESTACK_TABLE_INIT { 0 }\n\
        typedef struct filestack_x filestack_x;\ntypedef struct filestack_table { uint32_t size; } filestack_table;\n\
        /**\n * Makes it.\n */\nstruct filestack_x *filestack_x_new(void);\n#endif\n";

    fn section(title: &str, names: &[&str]) -> Section {
        let names = names.iter().map(|name| (*name).into()).collect();
        Section { title: title.into(), parts: vec![Part { summary: "About it.".into(), names }] }
    }

    #[test]
    fn items_stand_in_their_sections_and_the_result_can_be_read_again() {
        let header = Header::parse(RAW).unwrap();
        let sections =
            [section("X", &["filestack_x_new"]), section("Table", &["filestack_table"]), section("None", &[])];
        let text = write(&header, &sections).unwrap();
        assert!(text.contains("/** Makes it. */\nfilestack_x *filestack_x_new(void);\n"), "{text}");
        assert!(!text.contains("* None") && !text.contains("  None"), "{text}");
        assert!(text.contains(" *   Table  About it.\n"), "{text}");
        let (types, section) = text.split_once("* Table\n").unwrap();
        assert!(types.contains("typedef struct filestack_table filestack_table;"), "{text}");
        assert!(section.contains("struct filestack_table {\n    uint32_t size;\n};"), "{text}");
        let again = Header::parse(&text).unwrap();
        let names: Vec<&str> = again.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["filestack_x", "filestack_x_new", "FILESTACK_TABLE_INIT", "filestack_table"]);
        assert_eq!(write(&again, &sections).unwrap(), text);
    }

    #[test]
    fn a_name_without_a_section_is_refused() {
        let failure = write(&Header::parse(RAW).unwrap(), &[section("X", &["filestack_x_new"])]).unwrap_err();
        assert!(failure.starts_with("FILESTACK_TABLE_INIT"), "{failure}");
    }

    #[test]
    fn long_prototypes_are_filled_into_lines() {
        let raw = format!("void filestack_f({});", ["const filestack_request_options *request"; 4].join(", "));
        let header = Header::parse(&raw).unwrap();
        let (item, prototype) = header.functions().next().unwrap();
        let text = declaration(&item.name, prototype);
        assert!(text.starts_with("void filestack_f(\n    const ") && text.ends_with("request);"), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }
}
