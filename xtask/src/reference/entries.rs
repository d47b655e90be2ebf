//! What the reference says of each function, type, struct and constant.

use std::fmt::Write as _;

use crate::model::{Api, Constant, Declared, Form, Function, Member, Struct};
use crate::prose::{sentence, summary};
use crate::related;

use super::html::{code, escape, link, paragraphs, prose};

/// A function: its prototype, what it does, and what a caller must know.
pub(super) fn function(api: &Api, function: &Function) -> String {
    let mark = if function.blocks { "<span class=\"mark\">blocks</span>" } else { "" };
    let mut text = opening(&function.name, mark, &summary(&function.doc));
    let _ = writeln!(text, "<pre><code>{}</code></pre>", code(api, &prototype(function), &function.name));
    text.push_str(&paragraphs(api, &function.doc));
    text.push_str("<dl class=\"facts\">\n");
    fact(&mut text, "Errors", &prose(api, &sentence(api, &related::errors(api, function))));
    fact(&mut text, "Threads", &prose(api, &sentence(api, &function.threads)));
    fact(&mut text, "Since", &escape(&function.since));
    let related: Vec<String> = related::functions(api, function).into_iter().map(|name| link(name, name)).collect();
    if !related.is_empty() {
        fact(&mut text, "See also", &related.join(", "));
    }
    text.push_str("</dl>\n</article>\n");
    text
}

/// A function as C declares it, with each of several parameters on a line of its own.
fn prototype(function: &Function) -> String {
    let result = &function.returns.r#type;
    let blank = if result.ends_with('*') { "" } else { " " };
    let parameters: Vec<String> = function.parameters.iter().map(|parameter| parameter.declaration()).collect();
    let list = match &parameters[..] {
        [] => "void".to_owned(),
        [alone] => alone.clone(),
        several => format!("\n    {}", several.join(",\n    ")),
    };
    format!("{result}{blank}{}({list});", function.name)
}

/// An object, an alias or a callback.
pub(super) fn declared(api: &Api, declared: &Declared) -> String {
    let mark = match declared.kind {
        Form::Object => "<span class=\"mark\">object</span>",
        Form::Callback => "<span class=\"mark\">callback</span>",
        Form::Alias => "<span class=\"mark\">alias</span>",
    };
    let mut text = opening(&declared.name, mark, &summary(&declared.doc));
    if let Some(definition) = &declared.definition {
        let _ = writeln!(text, "<pre><code>typedef {};</code></pre>", code(api, definition, &declared.name));
    }
    text.push_str(&paragraphs(api, &declared.doc));
    text.push_str("</article>\n");
    text
}

/// A struct with its members.
pub(super) fn structure(api: &Api, structure: &Struct) -> String {
    let mut text = opening(&structure.name, "<span class=\"mark\">struct</span>", &summary(&structure.doc));
    text.push_str(&paragraphs(api, &structure.doc));
    text.push_str("<dl class=\"list\">\n");
    structure.members.iter().for_each(|given| text.push_str(&member(api, given)));
    text.push_str("</dl>\n</article>\n");
    text
}

fn member(api: &Api, member: &Member) -> String {
    let declaration = code(api, &member.declaration(), "");
    format!("<div><dt><code>{declaration}</code></dt>\n<dd>{}</dd></div>\n", prose(api, &member.doc))
}

/// Constants with their values, as a list.
pub(super) fn constants<'a>(api: &Api, constants: impl Iterator<Item = &'a Constant>) -> String {
    let entries = constants.map(|constant| {
        let (name, summary) = (&constant.name, escape(&summary(&constant.doc)));
        let (value, doc) = (code(api, &constant.value, name), prose(api, &constant.doc));
        format!(
            "<div class=\"entry\" id=\"{name}\" data-summary=\"{summary}\"><dt><code>{name}</code> \
             <code class=\"value\">{value}</code></dt>\n<dd>{doc}</dd></div>\n"
        )
    });
    let entries: String = entries.collect();
    if entries.is_empty() { entries } else { format!("<dl class=\"list\">\n{entries}</dl>\n") }
}

fn opening(name: &str, mark: &str, summary: &str) -> String {
    format!(
        "<article class=\"entry\" id=\"{name}\" data-summary=\"{}\">\n<h3><a href=\"#{name}\">{name}</a>{mark}</h3>\n",
        escape(summary)
    )
}

fn fact(text: &mut String, title: &str, content: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "<dt>{title}</dt>\n<dd>{content}</dd>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    #[test]
    fn a_function_has_its_prototype_and_facts() {
        let api = example();
        let text = function(&api, api.function("filestack_thing_put").unwrap());
        assert!(
            text.starts_with("<article class=\"entry\" id=\"filestack_thing_put\" data-summary=\"Puts thing down\">")
        );
        for part in [
            "<span class=\"mark\">blocks</span></h3>",
            "<pre><code>filestack_status filestack_thing_put(\n    <a href=\"#filestack_thing\">filestack_thing</a> *thing,\n",
            "filestack_error **error);</code></pre>\n<p>Puts <code>thing</code> down. Blocks.</p>",
            "&#39;\\&#39; and -1 are &quot;odd&quot;",
            "<dd><a href=\"#FILESTACK_E_IO\"><code>FILESTACK_E_IO</code></a> when there is no room,",
            "<dt>Threads</dt>\n<dd>One at a time.</dd>\n<dt>Since</dt>\n<dd>0.1.0</dd>",
            "<a href=\"#filestack_thing_put_start\">",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn short_prototypes_stand_on_a_line() {
        let api = example();
        let of = |name| prototype(api.function(name).unwrap());
        assert_eq!(of("filestack_thing_new"), "filestack_thing *filestack_thing_new(void);");
        assert_eq!(of("filestack_thing_free"), "void filestack_thing_free(filestack_thing *thing);");
    }

    #[test]
    fn types_and_constants_have_anchors() {
        let api = example();
        let call = declared(&api, &api.types[1]);
        assert!(call.contains("typedef void (*filestack_call)(const <a href=\"#filestack_place\">"), "{call}");
        let place = structure(&api, &api.structs[0]);
        assert!(place.contains("<dt><code>const char *name</code></dt>\n<dd>Its name; &quot;&lt;none&gt;&quot; &amp;"));
        let list = constants(&api, api.constants.iter());
        assert!(list.contains("id=\"FILESTACK_SIDE_TOP\" data-summary=\"At the top\""), "{list}");
        assert!(constants(&api, [].into_iter()).is_empty());
    }
}
