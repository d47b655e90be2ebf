//! Makes the model of the header that `docs/api.json` has, for generators of bindings.

use crate::declarations::{self, Header, Item, Kind};
use crate::documentation::{Documentation, paragraphs};
use crate::layout::Section;
use crate::model::{Api, Constant, Contents, Declared, Form, Function, Member, Parameter, Struct, Type};
use crate::workspace::Result;

/// The text of the file.
pub(crate) fn write(header: &Header, sections: &[Section]) -> Result<String> {
    let api = Api {
        sections: sections
            .iter()
            .filter(|section| header.items.iter().any(|item| stands_in(item, section)))
            .map(|section| Contents { title: section.title.clone(), summary: section.summary().to_owned() })
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
    api.text()
}

/// Whether an item stands in a section. Types that all sections share stand before them.
fn stands_in(item: &Item, section: &Section) -> bool {
    !matches!(item.kind, Kind::Opaque | Kind::Alias(_)) && section.holds(&item.name)
}

/// The title of the section that an item stands in.
fn section_of(item: &Item, sections: &[Section]) -> String {
    sections.iter().find(|section| section.holds(&item.name)).map_or_else(String::new, |section| section.title.clone())
}

fn constant(item: &Item, sections: &[Section]) -> Option<Constant> {
    let Kind::Macro(value) = &item.kind else { return None };
    let section = section_of(item, sections);
    Some(Constant { name: item.name.clone(), section, value: value.clone(), doc: paragraphs(&item.doc) })
}

fn declared(item: &Item) -> Option<Declared> {
    let (kind, definition) = match &item.kind {
        Kind::Opaque => (Form::Object, None),
        Kind::Alias(definition) if definition.contains('(') => (Form::Callback, Some(definition.clone())),
        Kind::Alias(definition) => (Form::Alias, Some(definition.clone())),
        _ => return None,
    };
    Some(Declared { name: item.name.clone(), kind, definition, doc: paragraphs(&item.doc) })
}

fn structure(item: &Item, sections: &[Section]) -> Option<Struct> {
    let Kind::Struct(members) = &item.kind else { return None };
    let members = members.iter().map(|member| {
        let (r#type, name) = name_and_type(&member.declaration);
        Member { name: name.to_owned(), r#type: r#type.to_owned(), doc: paragraphs(&member.doc) }
    });
    Some(Struct {
        name: item.name.clone(),
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

fn function(item: &Item, sections: &[Section]) -> Result<Option<Function>> {
    let Kind::Function(prototype) = &item.kind else { return Ok(None) };
    let documentation = Documentation::of(&item.doc).map_err(|cause| format!("{}: {cause}", item.name))?;
    let parameters = prototype.parameters.iter();
    Ok(Some(Function {
        name: item.name.clone(),
        section: section_of(item, sections),
        returns: model(&prototype.result),
        parameters: parameters
            .map(|given| Parameter { name: given.name.clone(), r#type: model(&given.r#type) })
            .collect(),
        blocks: documentation.blocks,
        doc: documentation.text,
        errors: documentation.errors,
        threads: documentation.threads,
        since: documentation.since,
    }))
}

fn model(given: &declarations::Type) -> Type {
    Type { r#type: given.text.clone(), base: given.base.clone(), pointers: given.pointers }
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
