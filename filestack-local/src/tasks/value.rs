//! The value of a parameter of a task.

use serde_json::Value as Json;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A scalar, decoded.
    Text(String),
    /// `[a,b]`
    List(Vec<Value>),
    /// A parameter that is only named, as in `cache=false`.
    Flag,
}

impl Value {
    /// The scalar, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub(crate) fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The same as JSON; texts stay texts.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(text.as_str()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Flag => Json::from(true),
        }
    }
}
