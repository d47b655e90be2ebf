//! Reads the C header: the one that cbindgen writes, and the one that this program makes of it.
//!
//! No C parser, but one for the few forms of declaration that this API allows. Anything else is an error, so that
//! no declaration can escape the checks that are generated from it.

use crate::workspace::Result;

/// A header.
#[derive(Debug)]
pub(crate) struct Header {
    /// The comment that it begins with, as it stands.
    pub(crate) introduction: String,
    /// The name of the macro that guards it.
    pub(crate) guard: String,
    /// The system headers that it includes.
    pub(crate) includes: Vec<String>,
    /// What it declares, in its order.
    pub(crate) items: Vec<Item>,
}

/// A declaration.
#[derive(Debug)]
pub(crate) struct Item {
    /// The lines of its comment.
    pub(crate) doc: Vec<String>,
    /// What it declares.
    pub(crate) name: String,
    /// How.
    pub(crate) kind: Kind,
}

/// The forms of declaration.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A macro and what it stands for.
    Macro(String),
    /// A struct that is known by pointer only.
    Opaque,
    /// A struct with its members.
    Struct(Vec<Member>),
    /// Another name for a type, as it stands: a callback when it has parentheses.
    Alias(String),
    /// A function.
    Function(Prototype),
}

/// A member of a struct.
#[derive(Debug)]
pub(crate) struct Member {
    /// The lines of its comment.
    pub(crate) doc: Vec<String>,
    /// Its declaration without the semicolon.
    pub(crate) declaration: String,
}

/// What a function takes and returns.
#[derive(Debug, Clone)]
pub(crate) struct Prototype {
    /// The type of the result, `void` for none.
    pub(crate) result: Type,
    /// The parameters, none for `(void)`.
    pub(crate) parameters: Vec<Parameter>,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    /// Its type.
    pub(crate) r#type: Type,
    /// Its name.
    pub(crate) name: String,
}

/// A type that can be passed: a name, `const` or not, and how many pointers deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Type {
    /// The type as C writes it, without `struct`: `const filestack_client *`.
    pub(crate) text: String,
    /// The name alone: `filestack_client`.
    pub(crate) base: String,
    /// How many stars it has.
    pub(crate) pointers: usize,
}

impl Header {
    /// Reads a header.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut scanner = Scanner { rest: text, line: 1 };
        let mut header =
            Header { introduction: String::new(), guard: String::new(), includes: Vec::new(), items: Vec::new() };
        let mut doc = Vec::new();
        while let Some(token) = scanner.next()? {
            match token {
                Token::Comment(comment) => match doc_lines(&comment) {
                    Some(lines) => doc = lines,
                    None if header.introduction.is_empty() => header.introduction = comment,
                    None => {}
                },
                Token::Directive(directive) => {
                    if let Some(item) = header.directive(&directive, &mut scanner, std::mem::take(&mut doc))? {
                        header.items.push(item);
                    }
                }
                Token::Declaration(declaration) => {
                    let item = parse_item(&declaration, std::mem::take(&mut doc))
                        .map_err(|cause| format!("line {}: {cause}: {declaration}", scanner.line))?;
                    header.items.push(item);
                }
            }
        }
        // A struct may be named before its members follow.
        let complete = |item: &Item| matches!(item.kind, Kind::Struct(_)).then(|| item.name.clone());
        let complete: Vec<String> = header.items.iter().filter_map(complete).collect();
        header.items.retain(|item| !matches!(item.kind, Kind::Opaque) || !complete.contains(&item.name));
        Ok(header)
    }

    /// The functions, with their items.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&Item, &Prototype)> {
        self.items.iter().filter_map(|item| match &item.kind {
            Kind::Function(prototype) => Some((item, prototype)),
            _ => None,
        })
    }

    fn directive(&mut self, directive: &str, scanner: &mut Scanner<'_>, doc: Vec<String>) -> Result<Option<Item>> {
        let (keyword, value) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        match keyword {
            "#ifndef" if self.guard.is_empty() => self.guard = value.to_owned(),
            "#include" => self.includes.push(value.to_owned()),
            "#ifdef" if value == "__cplusplus" => scanner.skip_to_endif()?,
            "#endif" => {}
            "#define" if value == self.guard => {}
            "#define" => {
                let (name, value) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
                let kind = Kind::Macro(value.trim().to_owned());
                return Ok(Some(Item { doc, name: name.to_owned(), kind }));
            }
            _ => return Err(format!("line {}: a directive that is not expected here: {directive}", scanner.line)),
        }
        Ok(None)
    }
}

impl Prototype {
    /// Whether the function reports failures: it returns a status and, by the order of all parameters, takes the
    /// error last.
    pub(crate) fn is_fallible(&self) -> bool {
        self.result.is("filestack_status")
            && self.parameters.last().is_some_and(|last| last.r#type.is("filestack_error **"))
    }
}

impl Type {
    fn parse(text: &str) -> Result<Self> {
        let spaced = text.replace('*', " * ");
        let words: Vec<&str> = spaced.split_whitespace().filter(|word| *word != "struct").collect();
        let names: Vec<&str> = words.iter().copied().filter(|word| !matches!(*word, "const" | "*")).collect();
        let [base] = names[..] else {
            return Err(format!("'{}' is not a type that this API passes", text.trim()));
        };
        if !is_identifier(base) {
            return Err(format!("'{base}' is not the name of a type"));
        }
        let text = words.join(" ").replace("* *", "**").replace("* const", "*const");
        Ok(Type { text, base: base.to_owned(), pointers: words.iter().filter(|word| **word == "*").count() })
    }

    /// The type followed by a name, as C writes it.
    pub(crate) fn with_name(&self, name: &str) -> String {
        let space = if self.text.ends_with('*') { "" } else { " " };
        format!("{}{space}{name}", self.text)
    }

    /// Whether it is `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text
    }
}

fn parse_item(declaration: &str, doc: Vec<String>) -> Result<Item> {
    if let Some(definition) = declaration.strip_prefix("typedef ") {
        let (name, kind) = parse_typedef(definition)?;
        return Ok(Item { doc, name, kind });
    }
    if let Some((tag, after)) = declaration.strip_prefix("struct ").and_then(|rest| rest.split_once('{')) {
        let body = after.trim_end().strip_suffix('}').ok_or("a struct without an end")?;
        return Ok(Item { doc, name: tag.trim().to_owned(), kind: Kind::Struct(parse_members(body)?) });
    }
    let (name, prototype) = parse_prototype(declaration)?;
    Ok(Item { doc, name, kind: Kind::Function(prototype) })
}

fn parse_typedef(definition: &str) -> Result<(String, Kind)> {
    if let Some((before, after)) = definition.split_once('{') {
        let (body, name) = after.rsplit_once('}').ok_or("a struct without an end")?;
        let tag = before.trim().strip_prefix("struct ").ok_or("only a struct can have members")?;
        if tag.trim() != name.trim() {
            return Err("the struct and the type have different names".into());
        }
        return Ok((name.trim().to_owned(), Kind::Struct(parse_members(body)?)));
    }
    if let Some((_, after)) = definition.split_once("(*") {
        let (name, _) = after.split_once(')').ok_or("a callback without a name")?;
        return Ok((name.trim().to_owned(), Kind::Alias(without_tags(definition))));
    }
    let (meaning, name) = split_name(definition)?;
    if meaning.strip_prefix("struct ").is_some_and(|tag| tag.trim() == name) {
        return Ok((name.to_owned(), Kind::Opaque));
    }
    Ok((name.to_owned(), Kind::Alias(without_tags(definition))))
}

fn parse_members(body: &str) -> Result<Vec<Member>> {
    let mut scanner = Scanner { rest: body, line: 1 };
    let mut members = Vec::new();
    let mut doc = Vec::new();
    while let Some(token) = scanner.next()? {
        match token {
            Token::Comment(comment) => doc = doc_lines(&comment).unwrap_or_default(),
            Token::Declaration(text) => {
                members.push(Member { doc: std::mem::take(&mut doc), declaration: without_tags(&text) });
            }
            Token::Directive(directive) => return Err(format!("{directive} inside a struct")),
        }
    }
    Ok(members)
}

fn parse_prototype(declaration: &str) -> Result<(String, Prototype)> {
    let (before, after) = declaration.split_once('(').ok_or("neither a type nor a function")?;
    let list = after.strip_suffix(')').ok_or("a function without an end")?;
    if list.contains(['(', '[', '.']) {
        return Err("a parameter of a form that this API does not pass".into());
    }
    let (result, name) = split_name(before)?;
    let result = Type::parse(result)?;
    let parameters =
        if list.trim() == "void" { Vec::new() } else { list.split(',').map(parse_parameter).collect::<Result<_>>()? };
    Ok((name.to_owned(), Prototype { result, parameters }))
}

fn parse_parameter(text: &str) -> Result<Parameter> {
    let (r#type, name) = split_name(text)?;
    Ok(Parameter { r#type: Type::parse(r#type)?, name: name.to_owned() })
}

/// Splits a declaration into what stands before its last name, and that name.
fn split_name(text: &str) -> Result<(&str, &str)> {
    let text = text.trim();
    let start = text.rfind(|character| !is_identifier_character(character)).map_or(0, |index| index + 1);
    let (before, name) = text.split_at(start);
    if before.trim().is_empty() || !is_identifier(name) {
        return Err(format!("'{text}' is not a type and a name"));
    }
    Ok((before.trim(), name))
}

fn is_identifier_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(is_identifier_character)
}

/// A declaration on one line, with types called by their names alone.
fn without_tags(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "struct").collect::<Vec<_>>().join(" ")
}

/// The lines of a documentation comment; nothing for another comment.
fn doc_lines(comment: &str) -> Option<Vec<String>> {
    let inner = comment.strip_prefix("/**")?.strip_suffix("*/")?;
    let mut lines: Vec<&str> = inner.lines().map(|line| line.trim().trim_start_matches('*').trim()).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    Some(lines.into_iter().skip_while(|line| line.is_empty()).map(str::to_owned).collect())
}

enum Token {
    /// A block comment with its delimiters.
    Comment(String),
    /// A preprocessor line, without a comment at its end.
    Directive(String),
    /// What ends with a semicolon outside braces, without the semicolon.
    Declaration(String),
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Result<Option<Token>> {
        let blank = self.rest.len() - self.rest.trim_start().len();
        self.take(blank);
        if self.rest.is_empty() {
            return Ok(None);
        }
        if self.rest.starts_with("/*") {
            let end = self.rest.find("*/").ok_or_else(|| format!("line {}: a comment without an end", self.line))?;
            return Ok(Some(Token::Comment(self.take(end + 2).to_owned())));
        }
        if self.rest.starts_with('#') {
            let line = self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            if line.ends_with('\\') {
                return Err(format!("line {}: a macro of more than one line", self.line));
            }
            let code = line.split("/*").next().unwrap_or(line).split("//").next().unwrap_or(line);
            return Ok(Some(Token::Directive(code.trim().to_owned())));
        }
        let end = self.end_of_declaration()?;
        let declaration = self.take(end).trim().to_owned();
        self.take(1);
        Ok(Some(Token::Declaration(declaration)))
    }

    /// Where the semicolon stands that ends the declaration: outside braces and comments.
    fn end_of_declaration(&self) -> Result<usize> {
        let mut depth = 0_usize;
        let mut index = 0;
        while let Some(character) = self.rest[index..].chars().next() {
            let rest = &self.rest[index..];
            if rest.starts_with("/*") {
                index += rest.find("*/").ok_or_else(|| format!("line {}: a comment without an end", self.line))? + 2;
                continue;
            }
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ';' if depth == 0 => return Ok(index),
                _ => {}
            }
            index += character.len_utf8();
        }
        Err(format!("line {}: a declaration without an end", self.line))
    }

    fn skip_to_endif(&mut self) -> Result<()> {
        let end = self.rest.find("\n#endif").ok_or_else(|| format!("line {}: #ifdef without #endif", self.line))?;
        self.take(end + "\n#endif".len());
        self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        Ok(())
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Item {
        let mut items = Header::parse(text).unwrap().items;
        assert_eq!(items.len(), 1, "{items:?}");
        items.remove(0)
    }

    #[test]
    fn a_prototype_is_taken_apart() {
        let item = only(
            "/**\n * Does it.\n *\n * Errors: none; really.\n */\nfilestack_status filestack_do(const struct filestack_x *x,\n\
             const char *const *list, size_t list_count, uint64_t *out_size, struct filestack_error **error);",
        );
        assert_eq!((item.name.as_str(), item.doc.len()), ("filestack_do", 3));
        let Kind::Function(prototype) = item.kind else { panic!("no function") };
        assert!(prototype.is_fallible());
        let types: Vec<&str> = prototype.parameters.iter().map(|parameter| parameter.r#type.text.as_str()).collect();
        assert_eq!(types, ["const filestack_x *", "const char *const *", "size_t", "uint64_t *", "filestack_error **"]);
        assert_eq!(prototype.parameters[1].r#type.pointers, 2);
        assert_eq!(prototype.parameters[4].r#type.with_name("error"), "filestack_error **error");
    }

    #[test]
    fn the_other_declarations_are_told_apart() {
        let text = "/* intro */\n#ifndef G_H\n#define G_H\n#include <stdint.h>\n#ifdef __cplusplus\nextern \"C\" {\n#endif // x\n\
                    /** One. */\n#define FILESTACK_ONE 1\n/* banner */\ntypedef struct filestack_x filestack_x;\n\
                    typedef int32_t filestack_status;\ntypedef void (*filestack_destroy)(void *user);\n\
                    typedef struct filestack_y {\n/** A; b. */\nuint32_t a;\nstruct filestack_x *x;\n} filestack_y;\n\
                    const char *filestack_name(void);\n#ifdef __cplusplus\n} // extern\n#endif\n#endif /* G_H */\n";
        let header = Header::parse(text).unwrap();
        assert_eq!((header.introduction.as_str(), header.guard.as_str()), ("/* intro */", "G_H"));
        assert_eq!(header.includes, ["<stdint.h>"]);
        let names: Vec<&str> = header.items.iter().map(|item| item.name.as_str()).collect();
        let expected =
            ["FILESTACK_ONE", "filestack_x", "filestack_status", "filestack_destroy", "filestack_y", "filestack_name"];
        assert_eq!(names, expected);
        let Kind::Struct(members) = &header.items[4].kind else { panic!("no struct") };
        assert_eq!((members[0].doc[0].as_str(), members[1].declaration.as_str()), ("A; b.", "filestack_x *x"));
        assert_eq!(header.functions().count(), 1);
    }

    #[test]
    fn forms_that_the_checks_could_not_cover_are_refused() {
        for text in [
            "void filestack_f(const char *format, ...);",
            "void filestack_f(void (*callback)(void));",
            "void filestack_f(int32_t values[4]);",
            "void filestack_f(unsigned int value);",
            "void filestack_f(const char *);",
            "extern const char *filestack_text;",
            "typedef union filestack_u { int32_t a; } filestack_u;",
            "#pragma once\n",
        ] {
            assert!(Header::parse(text).is_err(), "{text}");
        }
    }
}
