//! The model of the header as JSON, for generators of bindings: `docs/api.json`.

use serde::Serialize;

use crate::declarations::{Header, Item, Kind, Type};
use crate::documentation::{Documentation, paragraphs};
use crate::layout::Section;
use crate::workspace::Result;

/// The whole header.
#[derive(Serialize)]
struct Api<'a> {
    sections: Vec<Contents<'a>>,
    constants: Vec<Constant<'a>>,
    types: Vec<Declared<'a>>,
    structs: Vec<Struct<'a>>,
    functions: Vec<Function<'a>>,
}

/// A section of the header.
#[derive(Serialize)]
struct Contents<'a> {
    title: &'a str,
    summary: &'a str,
}

/// A macro that stands for a value.
#[derive(Serialize)]
struct Constant<'a> {
    name: &'a str,
    section: &'a str,
    value: &'a str,
    doc: String,
}

/// An object that is known by pointer only, another name for a type, or the type of a callback.
#[derive(Serialize)]
struct Declared<'a> {
    name: &'a str,
    kind: &'static str,
    /// What C writes after `typedef`, for all but objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<&'a str>,
    doc: String,
}

/// A struct with its members.
#[derive(Serialize)]
struct Struct<'a> {
    name: &'a str,
    section: &'a str,
    doc: String,
    members: Vec<Member<'a>>,
}

#[derive(Serialize)]
struct Member<'a> {
    name: &'a str,
    r#type: &'a str,
    doc: String,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    section: &'a str,
    returns: TypeModel<'a>,
    parameters: Vec<Parameter<'a>>,
    blocks: bool,
    doc: String,
    errors: String,
    threads: String,
    since: String,
}

#[derive(Serialize)]
struct Parameter<'a> {
    name: &'a str,
    #[serde(flatten)]
    r#type: TypeModel<'a>,
}

/// A type as C writes it, and its parts.
#[derive(Serialize)]
struct TypeModel<'a> {
    r#type: &'a str,
    base: &'a str,
    pointers: usize,
}

/// The text of the file.
pub(crate) fn write(header: &Header, sections: &[Section]) -> Result<String> {
    let api = Api {
        sections: sections
            .iter()
            .filter(|section| header.items.iter().any(|item| stands_in(item, section)))
            .map(|section| Contents { title: &section.title, summary: section.summary() })
            .collect(),
        constants: header.items.iter().filter_map(|item| constant(item, sections)).collect(),
        types: header.items.iter().filter_map(declared).collect(),
        structs: header.items.iter().filter_map(|item| structure(item, sections)).collect(),
        functions: header
            .items
            .iter()
            .filter_map(|item| function(item, sections).transpose())
            .collect::<Result<_>>()?,
    };
    let text = serde_json::to_string_pretty(&api).map_err(|cause| cause.to_string())?;
    Ok(text + "\n")
}

/// Whether an item stands in a section. Types that all sections share stand before them.
fn stands_in(item: &Item, section: &Section) -> bool {
    !matches!(item.kind, Kind::Opaque | Kind::Alias(_)) && section.holds(&item.name)
}

/// The title of the section that an item stands in.
fn section_of<'a>(item: &Item, sections: &'a [Section]) -> &'a str {
    sections.iter().find(|section| section.holds(&item.name)).map_or("", |section| &section.title)
}

fn constant<'a>(item: &'a Item, sections: &'a [Section]) -> Option<Constant<'a>> {
    let Kind::Macro(value) = &item.kind else { return None };
    Some(Constant { name: &item.name, section: section_of(item, sections), value, doc: paragraphs(&item.doc) })
}

fn declared(item: &Item) -> Option<Declared<'_>> {
    let (kind, definition) = match &item.kind {
        Kind::Opaque => ("object", None),
        Kind::Alias(definition) if definition.contains('(') => ("callback", Some(definition.as_str())),
        Kind::Alias(definition) => ("alias", Some(definition.as_str())),
        _ => return None,
    };
    Some(Declared { name: &item.name, kind, definition, doc: paragraphs(&item.doc) })
}

fn structure<'a>(item: &'a Item, sections: &'a [Section]) -> Option<Struct<'a>> {
    let Kind::Struct(members) = &item.kind else { return None };
    let members = members.iter().map(|member| {
        let (r#type, name) = name_and_type(&member.declaration);
        Member { name, r#type, doc: paragraphs(&member.doc) }
    });
    Some(Struct {
        name: &item.name,
        section: section_of(item, sections),
        doc: paragraphs(&item.doc),
        members: members.collect(),
    })
}

/// The type and the name of a member; the name of a callback stands within its type.
fn name_and_type(declaration: &str) -> (&str, &str) {
    if let Some((_, rest)) = declaration.split_once("(*") {
        return (declaration, rest.split(')').next().unwrap_or(rest));
    }
    let start = declaration.rfind([' ', '*']).map_or(0, |space| space + 1);
    (declaration[..start].trim_end(), &declaration[start..])
}

fn function<'a>(item: &'a Item, sections: &'a [Section]) -> Result<Option<Function<'a>>> {
    let Kind::Function(prototype) = &item.kind else { return Ok(None) };
    let documentation = Documentation::of(&item.doc).map_err(|cause| format!("{}: {cause}", item.name))?;
    let parameters = prototype.parameters.iter();
    Ok(Some(Function {
        name: &item.name,
        section: section_of(item, sections),
        returns: model(&prototype.result),
        parameters: parameters.map(|given| Parameter { name: &given.name, r#type: model(&given.r#type) }).collect(),
        blocks: documentation.blocks,
        doc: documentation.text,
        errors: documentation.errors,
        threads: documentation.threads,
        since: documentation.since,
    }))
}

fn model(given: &Type) -> TypeModel<'_> {
    TypeModel { r#type: &given.text, base: &given.base, pointers: given.pointers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Part;

    #[test]
    fn everything_in_a_header_is_in_its_model() {
        let text = "/** One. */\n#define FILESTACK_ONE 1\n/** An object. */\ntypedef struct filestack_x filestack_x;\n\
                    /** A number. */\ntypedef int32_t filestack_number;\n/** A call. */\ntypedef void (*filestack_call)(void *user);\n\
                    /** Two. */\ntypedef struct filestack_y {\n/** A. */\nuint32_t a;\n/** B. */\nconst char *b;\n/** C. */\n\
                    int64_t (*c)(void *user);\n} filestack_y;\n\
                    /** Does it. Blocks.\n * Errors: none. Threads: any. Since: 0.1.0. */\n\
                    filestack_number filestack_do(const filestack_x *x, char **out_text);\n";
        let part = Part { summary: "All.".into(), names: vec!["filestack_do".into(), "filestack_y".into()] };
        let sections = [
            Section { title: "X".into(), parts: vec![part] },
            Section {
                title: "Without a declaration".into(),
                parts: vec![Part { summary: String::new(), names: vec![] }],
            },
        ];
        let model = write(&Header::parse(text).unwrap(), &sections).unwrap();
        let model: serde_json::Value = serde_json::from_str(&model).unwrap();
        assert_eq!(model["sections"], serde_json::json!([{ "title": "X", "summary": "All." }]));
        assert_eq!(model["constants"][0]["value"], "1");
        let kinds = model["types"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap());
        assert_eq!(kinds.collect::<Vec<_>>(), ["object", "alias", "callback"]);
        let members = model["structs"][0]["members"].as_array().unwrap();
        let members: Vec<_> = members.iter().map(|member| (member["name"].as_str(), member["type"].as_str())).collect();
        assert_eq!(
            members,
            [
                (Some("a"), Some("uint32_t")),
                (Some("b"), Some("const char *")),
                (Some("c"), Some("int64_t (*c)(void *user)"))
            ]
        );
        let expected = serde_json::json!({
            "name": "filestack_do",
            "section": "X",
            "returns": { "type": "filestack_number", "base": "filestack_number", "pointers": 0 },
            "parameters": [
                { "name": "x", "type": "const filestack_x *", "base": "filestack_x", "pointers": 1 },
                { "name": "out_text", "type": "char **", "base": "char", "pointers": 2 },
            ],
            "blocks": true,
            "doc": "Does it. Blocks.",
            "errors": "none",
            "threads": "any",
            "since": "0.1.0",
        });
        assert_eq!(model["functions"][0], expected);
    }
}
