//! The model of the header: what `docs/api.json` has.

use serde::Serialize;

use crate::workspace::Result;

/// The whole header.
#[derive(Serialize)]
pub(crate) struct Api {
    pub(crate) sections: Vec<Contents>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) types: Vec<Declared>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) functions: Vec<Function>,
}

/// A section of the header.
#[derive(Serialize)]
pub(crate) struct Contents {
    pub(crate) title: String,
    pub(crate) summary: String,
}

/// A macro that stands for a value.
#[derive(Serialize)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) section: String,
    pub(crate) value: String,
    pub(crate) doc: String,
}

/// An object that is known by pointer only, another name for a type, or the type of a callback.
#[derive(Serialize)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) kind: Form,
    /// What C writes after `typedef`, for all but objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) definition: Option<String>,
    pub(crate) doc: String,
}

/// What a declared type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Object,
    Callback,
    Alias,
}

/// A struct with its members.
#[derive(Serialize)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) section: String,
    pub(crate) doc: String,
    pub(crate) members: Vec<Member>,
}

/// A member of a struct. The type of a callback has the name within.
#[derive(Serialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) doc: String,
}

/// A function with its documentation, taken apart.
#[derive(Serialize)]
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
#[derive(Serialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) r#type: Type,
}

/// A type as C writes it, and its parts.
#[derive(Serialize)]
pub(crate) struct Type {
    pub(crate) r#type: String,
    pub(crate) base: String,
    pub(crate) pointers: usize,
}

impl Api {
    /// The text of the file.
    pub(crate) fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|cause| cause.to_string())?;
        Ok(text + "\n")
    }
}
