//! Texts as HTML: escaped, with a link wherever a name of the header stands.

use crate::model::Api;
use crate::prose::{self, Piece};

/// Text that the reader sees as it is, also within an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A text in which names lead to what they name.
pub(crate) fn prose(api: &Api, text: &str) -> String {
    let parts = prose::pieces(api, text).into_iter().map(|piece| match piece {
        Piece::Text(text) => escape(text),
        Piece::Code(code) => format!("<code>{}</code>", escape(code)),
        Piece::Function(name) | Piece::Type(name) => link(name, name),
        Piece::Constant(name) => match api.constants_like(name).next() {
            Some(first) => link(&first.name, name),
            None => format!("<code>{}</code>", escape(name)),
        },
    });
    parts.collect()
}

/// Every paragraph of a text.
pub(crate) fn paragraphs(api: &Api, text: &str) -> String {
    prose::paragraphs(text).map(|paragraph| format!("<p>{}</p>\n", prose(api, paragraph))).collect()
}

/// C in which names lead to what they name, but for the one that it declares.
pub(crate) fn code(api: &Api, text: &str, declared: &str) -> String {
    let parts = prose::pieces(api, text).into_iter().map(|piece| match piece {
        Piece::Type(name) | Piece::Function(name) if name != declared => anchored(name, name),
        Piece::Constant(name) => match api.constants_like(name).next() {
            Some(first) => anchored(&first.name, name),
            None => escape(name),
        },
        Piece::Text(text) | Piece::Code(text) | Piece::Type(text) | Piece::Function(text) => escape(text),
    });
    parts.collect()
}

fn anchored(target: &str, shown: &str) -> String {
    format!("<a href=\"#{target}\">{}</a>", escape(shown))
}

/// A link to a name.
pub(crate) fn link(target: &str, shown: &str) -> String {
    format!("<a href=\"#{target}\"><code>{}</code></a>", escape(shown))
}

/// A link to a name that may break behind each underscore, for narrow columns.
pub(crate) fn breakable_link(name: &str) -> String {
    format!("<a href=\"#{name}\"><code>{}</code></a>", name.replace('_', "_<wbr>"))
}

/// What leads to a section: its title in small letters.
pub(crate) fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    #[test]
    fn what_html_would_read_is_escaped() {
        assert_eq!(escape("<a b='c' d=\"e\"> & x"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt; &amp; x");
        assert_eq!(prose(&example(), "`<x>` & \"y\""), "<code>&lt;x&gt;</code> &amp; &quot;y&quot;");
    }

    #[test]
    fn names_lead_to_what_they_name() {
        assert_eq!(
            prose(&example(), "filestack_thing_new, FILESTACK_SIDE_*, NULL"),
            "<a href=\"#filestack_thing_new\"><code>filestack_thing_new</code></a>, \
             <a href=\"#FILESTACK_SIDE_LEFT\"><code>FILESTACK_SIDE_*</code></a>, <code>NULL</code>"
        );
        assert_eq!(
            code(&example(), "const filestack_thing *filestack_thing_new; NULL", "filestack_thing_new"),
            "const <a href=\"#filestack_thing\">filestack_thing</a> *filestack_thing_new; NULL"
        );
    }

    #[test]
    fn a_long_name_breaks_between_its_words() {
        assert_eq!(breakable_link("a_b_c"), "<a href=\"#a_b_c\"><code>a_<wbr>b_<wbr>c</code></a>");
    }

    #[test]
    fn a_text_has_paragraphs_and_a_title_an_anchor() {
        assert_eq!(paragraphs(&example(), "A.\n\nB."), "<p>A.</p>\n<p>B.</p>\n");
        assert_eq!(anchor("AV job"), "av-job");
    }
}
