//! The model of the header: what `docs/api.json` has, and what the manual and the reference are made of.

use serde::{Deserialize, Serialize};

use crate::workspace::{Result, Workspace, read};

const FILE: &str = "docs/api.json";

/// The whole header.
#[derive(Serialize, Deserialize)]
pub(crate) struct Api {
    pub(crate) sections: Vec<Contents>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) types: Vec<Declared>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) functions: Vec<Function>,
}

/// A section of the header.
#[derive(Serialize, Deserialize)]
pub(crate) struct Contents {
    pub(crate) title: String,
    pub(crate) summary: String,
}

/// A macro that stands for a value.
#[derive(Serialize, Deserialize)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) section: String,
    pub(crate) value: String,
    pub(crate) doc: String,
}

/// An object that is known by pointer only, another name for a type, or the type of a callback.
#[derive(Serialize, Deserialize)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) kind: Form,
    /// What C writes after `typedef`, for all but objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) definition: Option<String>,
    pub(crate) doc: String,
}

/// What a declared type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Object,
    Callback,
    Alias,
}

/// A struct with its members.
#[derive(Serialize, Deserialize)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) section: String,
    pub(crate) doc: String,
    pub(crate) members: Vec<Member>,
}

/// A member of a struct. The type of a callback has the name within.
#[derive(Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) doc: String,
}

/// A function with its documentation, taken apart.
#[derive(Serialize, Deserialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) section: String,
    pub(crate) returns: Type,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) blocks: bool,
    pub(crate) doc: String,
    pub(crate) errors: String,
    pub(crate) threads: String,
    pub(crate) since: String,
}

/// A parameter of a function.
#[derive(Serialize, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) r#type: Type,
}

/// A type as C writes it, and its parts.
#[derive(Serialize, Deserialize)]
pub(crate) struct Type {
    pub(crate) r#type: String,
    pub(crate) base: String,
    pub(crate) pointers: usize,
}

impl Api {
    /// The committed model.
    pub(crate) fn of(workspace: &Workspace) -> Result<Self> {
        Api::parse(&read(&workspace.path(FILE))?).map_err(|cause| format!("{FILE}: {cause}"))
    }

    /// Reads the text of the file.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|cause| cause.to_string())
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|cause| cause.to_string())?;
        Ok(text + "\n")
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }

    pub(crate) fn structure(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|structure| structure.name == name)
    }

    pub(crate) fn declared(&self, name: &str) -> Option<&Declared> {
        self.types.iter().find(|declared| declared.name == name)
    }

    /// The constants that a name stands for: one, or all that begin like it when it ends with a star.
    pub(crate) fn constants_like<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Constant> {
        let is_meant = move |constant: &&Constant| match name.strip_suffix('*') {
            Some(beginning) => constant.name.starts_with(beginning),
            None => constant.name == name,
        };
        self.constants.iter().filter(is_meant)
    }
}

impl Constant {
    /// Whether it is the result of a function that can fail.
    pub(crate) fn is_status(&self) -> bool {
        self.name == "FILESTACK_OK" || self.name.starts_with("FILESTACK_E_")
    }

    /// Whether it is a number, and not the initial value of a struct or an expression.
    pub(crate) fn is_number(&self) -> bool {
        self.value.parse::<i64>().is_ok()
    }
}

impl Function {
    /// Whether it reports failures: it returns a status and takes the error last.
    pub(crate) fn is_fallible(&self) -> bool {
        let is_error = |last: &Parameter| last.r#type.base == "filestack_error" && last.r#type.pointers == 2;
        self.returns.is("filestack_status") && self.parameters.last().is_some_and(is_error)
    }

    /// Whether it waits for operations or threads of the library, which a sentence that begins with "Waits" says.
    pub(crate) fn waits(&self) -> bool {
        self.doc.split(". ").any(|sentence| sentence.starts_with("Waits"))
    }
}

impl Parameter {
    /// The parameter as C declares it.
    pub(crate) fn declaration(&self) -> String {
        let text = &self.r#type.r#type;
        if text.ends_with('*') { format!("{text}{}", self.name) } else { format!("{text} {}", self.name) }
    }
}

impl Member {
    /// The member as C declares it.
    pub(crate) fn declaration(&self) -> String {
        match self.r#type.as_str() {
            callback if callback.contains("(*") => callback.to_owned(),
            pointer if pointer.ends_with('*') => format!("{pointer}{}", self.name),
            other => format!("{other} {}", self.name),
        }
    }
}

impl Type {
    /// Whether C writes it like this.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.r#type == text
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A header with something of everything.
    pub(crate) const EXAMPLE: &str = r#"{
        "sections": [{ "title": "Thing", "summary": "Things that are made up." }],
        "constants": [
            { "name": "FILESTACK_SIDE_LEFT", "section": "Thing", "value": "1", "doc": "On the left." },
            { "name": "FILESTACK_SIDE_TOP", "section": "Thing", "value": "2", "doc": "At the top." },
            { "name": "FILESTACK_SIDE_RIGHT", "section": "Thing", "value": "3", "doc": "On the right." },
            { "name": "FILESTACK_OK", "section": "Status", "value": "0", "doc": "Success." },
            { "name": "FILESTACK_E_NULL", "section": "Status", "value": "1", "doc": "A pointer was NULL." },
            { "name": "FILESTACK_E_IO", "section": "Status", "value": "100", "doc": "A file could not be read." }
        ],
        "types": [
            { "name": "filestack_thing", "kind": "object", "doc": "A thing. Freed with filestack_thing_free." },
            { "name": "filestack_call", "kind": "callback",
              "definition": "void (*filestack_call)(const filestack_place *place)", "doc": "Told of a `place`." }
        ],
        "structs": [{
            "name": "filestack_place", "section": "Thing", "doc": "Where a thing is.",
            "members": [
                { "name": "side", "type": "uint32_t", "doc": "FILESTACK_SIDE_*." },
                { "name": "name", "type": "const char *", "doc": "Its name; \"<none>\" & more." }
            ]
        }],
        "functions": [
            { "name": "filestack_thing_put", "section": "Thing",
              "returns": { "type": "filestack_status", "base": "filestack_status", "pointers": 0 },
              "parameters": [
                  { "name": "thing", "type": "filestack_thing *", "base": "filestack_thing", "pointers": 1 },
                  { "name": "call", "type": "filestack_call", "base": "filestack_call", "pointers": 0 },
                  { "name": "out_size", "type": "uint64_t *", "base": "uint64_t", "pointers": 1 },
                  { "name": "error", "type": "filestack_error **", "base": "filestack_error", "pointers": 2 }
              ],
              "blocks": true,
              "doc": "Puts `thing` down. Blocks.\n\n'\\' and -1 are \"odd\" - as in `call`, of which filestack_thing_free says more (filestack_place too).",
              "errors": "FILESTACK_E_IO when there is no room, and those of the network and the service",
              "threads": "one at a time", "since": "0.1.0" },
            { "name": "filestack_thing_put_start", "section": "Thing",
              "returns": { "type": "filestack_status", "base": "filestack_status", "pointers": 0 },
              "parameters": [
                  { "name": "error", "type": "filestack_error **", "base": "filestack_error", "pointers": 2 }
              ],
              "blocks": false, "doc": "Starts filestack_thing_put.",
              "errors": "as for filestack_thing_put", "threads": "any", "since": "0.2.0" },
            { "name": "filestack_thing_new", "section": "Thing",
              "returns": { "type": "filestack_thing *", "base": "filestack_thing", "pointers": 1 },
              "parameters": [],
              "blocks": false, "doc": "Makes a thing.\n\nReturns an object to be freed with filestack_thing_free.",
              "errors": "none", "threads": "any", "since": "0.1.0" },
            { "name": "filestack_thing_free", "section": "Thing",
              "returns": { "type": "void", "base": "void", "pointers": 0 },
              "parameters": [
                  { "name": "thing", "type": "filestack_thing *", "base": "filestack_thing", "pointers": 1 }
              ],
              "blocks": false, "doc": "Frees the thing.",
              "errors": "none; NULL is allowed", "threads": "any, also in a callback", "since": "0.1.0" }
        ]
    }"#;

    pub(crate) fn example() -> Api {
        Api::parse(EXAMPLE).unwrap()
    }

    #[test]
    fn the_committed_model_is_read_and_written_as_it_is() {
        let workspace = Workspace::here();
        let committed = read(&workspace.path(FILE)).unwrap();
        assert!(Api::of(&workspace).unwrap().text().unwrap() == committed);
    }

    #[test]
    fn a_star_stands_for_all_constants_that_begin_alike() {
        let api = example();
        let names = |name| api.constants_like(name).map(|constant| constant.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names("FILESTACK_SIDE_*").len(), 3);
        assert_eq!(names("FILESTACK_SIDE_TOP"), ["FILESTACK_SIDE_TOP"]);
        assert!(names("FILESTACK_SIDE").is_empty());
    }

    #[test]
    fn declarations_are_those_of_c() {
        let api = example();
        let put = api.function("filestack_thing_put").unwrap();
        let parameters: Vec<_> = put.parameters.iter().map(Parameter::declaration).collect();
        assert_eq!(
            parameters,
            ["filestack_thing *thing", "filestack_call call", "uint64_t *out_size", "filestack_error **error"]
        );
        let place = api.structure("filestack_place").unwrap();
        let members: Vec<_> = place.members.iter().map(Member::declaration).collect();
        assert_eq!(members, ["uint32_t side", "const char *name"]);
        let call = "int64_t (*read)(void *user)";
        let member = Member { name: "read".into(), r#type: call.into(), doc: String::new() };
        assert_eq!(member.declaration(), call);
    }

    #[test]
    fn a_function_says_whether_it_can_fail_and_waits() {
        let mut api = example();
        let fallible: Vec<bool> = api.functions.iter().map(Function::is_fallible).collect();
        assert_eq!(fallible, [true, true, false, false]);
        assert!(!api.functions[0].waits());
        api.functions[0].doc = "Takes one. Waits for it.".into();
        assert!(api.functions[0].waits());
    }
}
