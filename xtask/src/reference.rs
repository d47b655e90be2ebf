//! Writes the reference: one HTML file about every function, type and constant of the header, which needs no other.

mod entries;
mod html;

use std::path::Path;

use html::{anchor, breakable_link, code, escape, paragraphs, prose};

use crate::introduction::Introduction;
use crate::model::{Api, Contents};
use crate::prose::summary;
use crate::workspace::{Result, Workspace, write_if_changed};

/// The page, with `@...@` where something is put in.
const PAGE: &str = include_str!("reference/page.html");
const STYLE: &str = include_str!("reference/page.css");
const SCRIPT: &str = include_str!("reference/page.js");

/// Writes the file.
pub(crate) fn write(workspace: &Workspace, out: &Path) -> Result<()> {
    let page = generate(&Api::of(workspace)?, &Introduction::of(workspace)?);
    write_if_changed(out, page.as_bytes())
}

fn generate(api: &Api, introduction: &Introduction) -> String {
    let rules = introduction.rules.iter().map(|rule| format!("<li>{}</li>\n", prose(api, rule)));
    let parts = [
        ("style", STYLE.to_owned()),
        ("script", SCRIPT.to_owned()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("program", code(api, &introduction.program, "")),
        ("rules", rules.collect()),
        ("words", paragraphs(api, &introduction.words)),
        ("navigation", api.sections.iter().map(navigation).collect()),
        ("types", api.types.iter().map(|declared| entries::declared(api, declared)).collect()),
        ("content", api.sections.iter().map(|contents| section(api, contents)).collect()),
    ];
    filled(PAGE, &parts)
}

/// A text with every `@name@` replaced. What is put in is not looked at again.
fn filled(template: &str, parts: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (index, piece) in template.split('@').enumerate() {
        match parts.iter().find(|(name, _)| index % 2 == 1 && *name == piece) {
            Some((_, part)) => text.push_str(part.trim_end()),
            None => text.push_str(piece),
        }
    }
    text
}

fn navigation(contents: &Contents) -> String {
    format!("<li><a href=\"#{}\">{}</a></li>\n", anchor(&contents.title), escape(&contents.title))
}

/// Everything that stands in a section of the header, behind a list of its functions.
fn section(api: &Api, contents: &Contents) -> String {
    let title = &contents.title;
    let functions = || api.functions.iter().filter(|function| function.section == *title);
    let mut text = format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n<p class=\"about\">{}</p>\n",
        anchor(title),
        escape(title),
        prose(api, &contents.summary)
    );
    if functions().next().is_some() {
        let line = |name: &str, doc: &str| {
            format!("<li>{} <span>{}</span></li>\n", breakable_link(name), escape(&summary(doc)))
        };
        let lines: String = functions().map(|function| line(&function.name, &function.doc)).collect();
        text.push_str(&format!("<ul class=\"index\">\n{lines}</ul>\n"));
    }
    text.push_str(&entries::constants(api, api.constants.iter().filter(|constant| constant.section == *title)));
    let structs = api.structs.iter().filter(|structure| structure.section == *title);
    text.extend(structs.map(|structure| entries::structure(api, structure)));
    text.extend(functions().map(|function| entries::function(api, function)));
    text.push_str("</section>\n");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Elements that have no end.
    const VOID: [&str; 5] = ["!doctype", "input", "link", "meta", "wbr"];

    fn page() -> (Api, String) {
        let workspace = Workspace::here();
        let api = Api::of(&workspace).unwrap();
        let page = generate(&api, &Introduction::of(&workspace).unwrap());
        (api, page)
    }

    /// The values of an attribute.
    fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
        let after = page.split(attribute).skip(1);
        after.map(|rest| rest.split('"').next().unwrap()).collect()
    }

    #[test]
    fn everything_has_an_anchor_and_no_link_is_dead() {
        let (api, page) = page();
        let anchors = values(&page, " id=\"");
        let unique: BTreeSet<&str> = anchors.iter().copied().collect();
        assert_eq!(unique.len(), anchors.len(), "an anchor is there twice");
        let names = api.functions.iter().map(|function| &function.name);
        let names = names.chain(api.constants.iter().map(|constant| &constant.name));
        let names = names.chain(api.types.iter().map(|declared| &declared.name));
        for name in names.chain(api.structs.iter().map(|structure| &structure.name)) {
            assert!(unique.contains(name.as_str()), "{name}");
        }
        for target in values(&page, "href=\"#") {
            assert!(unique.contains(target), "#{target}");
        }
    }

    #[test]
    fn every_element_ends_where_it_should() {
        let (_, page) = page();
        let mut open = Vec::new();
        let (head, rest) = page.split_once("<style>").unwrap();
        let (_, rest) = rest.split_once("</style>").unwrap();
        let (body, rest) = rest.split_once("<script>").unwrap();
        let (_, tail) = rest.split_once("</script>").unwrap();
        for tag in [head, body, tail].iter().flat_map(|part| part.split('<').skip(1)) {
            let name = tag.split(['>', ' ']).next().unwrap();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
                None if VOID.contains(&name) => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn nothing_is_fetched_and_nothing_left_out() {
        let (_, page) = page();
        for outside in ["src=", "href=\"http"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(!STYLE.contains("@import") && !STYLE.contains("url("));
        for part in ["@rules@", "@content@", "@style@"] {
            assert!(!page.contains(part), "{part}");
        }
    }

    #[test]
    fn what_is_put_in_is_not_filled_again() {
        assert_eq!(filled("a@b@c", &[("b", "@b@\n".into())]), "a@b@c");
    }
}
