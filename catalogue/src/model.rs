//! What the catalogue says, as it is written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Ends an alias such as `doc_to_images@N`, where N is the number of one page of the result.
pub(crate) const PAGE_SUFFIX: &str = "@N";

/// The boolean parameters that make a task with [`Output::Either`] answer JSON.
pub(crate) const JSON_SWITCHES: &[&str] = &["export", "coords", "docinfo"];

/// The whole catalogue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// About the catalogue itself.
    pub meta: Meta,
    /// The rules of the types that have one.
    pub types: Types,
    /// The tasks, in the order of the file.
    #[serde(rename = "task")]
    pub tasks: Vec<Task>,
}

/// About the catalogue itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Version of the file's form.
    pub schema: u32,
    /// Where the entries come from.
    pub compiled: String,
    /// How many tasks there are.
    pub task_count: usize,
    /// The official SDKs by their codes, with the versions that were read.
    pub sdk_versions: BTreeMap<String, String>,
}

/// The rules of the types that have one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the type of its name")]
pub struct Types {
    pub color: ColorType,
    pub position: PositionType,
    pub faces: FacesType,
    pub objects: ObjectsType,
    pub page_ranges: DescribedType,
    pub hms: DescribedType,
    pub location: LocationType,
    pub handle: HandleType,
}

/// Colors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColorType {
    /// The rule in words.
    pub rule: String,
    /// The names of colors, without shades of gray by number.
    pub names: Vec<String>,
    /// The N of the lightest `grayN`.
    pub max_gray: u32,
}

/// Places in a picture.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionType {
    /// The words that may stand alone.
    pub single: Vec<String>,
    /// The words that may stand first in a pair.
    pub pair_first: Vec<String>,
    /// The words that may stand second in a pair.
    pub pair_second: Vec<String>,
    /// The rule in words.
    pub written: String,
}

/// Choices of faces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacesType {
    /// The rule in words.
    pub rule: String,
    /// The greatest index.
    pub max: u32,
}

/// Lists of boxes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectsType {
    /// The rule in words.
    pub rule: String,
    /// The longest list.
    pub max_items: usize,
}

/// A type whose rule is a sentence; the validator implements it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedType {
    /// The rule in words.
    pub rule: String,
}

/// Kinds of storage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationType {
    /// The spellings that are sent as they are.
    pub values: Vec<String>,
}

/// Files of the service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandleType {
    /// What handles look like.
    pub pattern: String,
    /// What else may stand for a file.
    pub other: String,
}

/// A task.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The name that is sent.
    pub name: String,
    /// The name of the reference's method, where it is another.
    method: Option<String>,
    /// What the task does, in a sentence.
    pub summary: String,
    /// Parameters with which the documentation shows it.
    #[serde(default)]
    pub example: serde_json::Map<String, serde_json::Value>,
    /// Other names that are known for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Parameters of which one must be given.
    #[serde(default)]
    pub needs_one_of: Vec<String>,
    /// The group of the task.
    pub category: String,
    /// What the service answers.
    pub output: Output,
    /// The task ends every chain.
    pub terminal: bool,
    /// What the task works on.
    pub source: SourceRule,
    /// The task may stand without parameters.
    pub bare: bool,
    /// Whether credentials are always needed.
    pub security: Security,
    /// What filestack-local does for it.
    pub local: Local,
    /// For what only it does that.
    pub local_note: Option<String>,
    /// The HTTP methods of the request, where it is not GET alone.
    pub http_method: Option<String>,
    /// The codes of the SDKs that offer the task.
    pub sdks: Vec<String>,
    /// The names under which they do.
    pub sdk: BTreeMap<String, String>,
    /// The shape of a JSON reply.
    pub reply: Option<String>,
    /// What a maintainer must know.
    pub note: Option<String>,
    /// The parameters.
    #[serde(default)]
    pub params: Vec<Param>,
}

/// A parameter of a task.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// The name that is sent.
    pub name: String,
    /// What the parameter means, in a sentence.
    pub summary: String,
    /// The type of its value.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The task needs it.
    pub required: bool,
    /// The least number, for lists that of each member.
    pub min: Option<f64>,
    /// The greatest number, for lists that of each member.
    pub max: Option<f64>,
    /// The longest list.
    pub max_items: Option<usize>,
    /// What the numbers of a list stand for.
    pub shape: Option<Shape>,
    /// The words that are allowed, for lists those of each member.
    #[serde(default, rename = "enum")]
    pub values: Vec<String>,
    /// What the service takes when the parameter is not given.
    pub default: Option<serde_json::Value>,
    /// The abbreviation that is known for it.
    pub alias: Option<String>,
    /// The parameter of which this is another name.
    pub same_as: Option<String>,
    /// The codes of the SDKs that have the parameter, where not all do.
    #[serde(default)]
    pub sdks: Vec<String>,
    /// What a maintainer must know.
    pub note: Option<String>,
}

// The variants' names are those of the library's own enums: `{:?}` writes them into the generated code.

/// What the service answers.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the library's own enum documents them")]
pub enum Output {
    File,
    Json,
    Either,
    Job,
    Html,
}

/// What a task works on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the library's own enum documents them")]
pub enum SourceRule {
    One,
    Many,
    Url,
    None,
}

/// Whether a task always needs credentials.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the library's own enum documents them")]
pub enum Security {
    Optional,
    Required,
}

/// What filestack-local does for a task.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Local {
    /// What the real service does.
    Real,
    /// An answer of the right shape without its meaning.
    StandIn,
    /// Nothing: it answers 501.
    None,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the library's own enum documents them")]
pub enum Kind {
    Int,
    Number,
    String,
    Bool,
    Flag,
    Enum,
    IntOrEnum,
    Color,
    Position,
    Faces,
    Objects,
    ListInt,
    StringList,
    Handle,
    HandleList,
    Url,
    HandleOrUrl,
    PageRanges,
    Hms,
    Location,
}

/// What the numbers of a list stand for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the library's own enum documents them")]
pub enum Shape {
    Rectangle,
    Vector,
    Interval,
}

impl Task {
    /// The name of the reference's method, which is mostly the name that is sent.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_deref().unwrap_or(&self.name)
    }

    /// Other names, without the form for single pages.
    pub fn plain_aliases(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().filter(|alias| !alias.ends_with(PAGE_SUFFIX)).map(String::as_str)
    }

    /// Whether `NAME@N` stands for page N of what the task makes.
    #[must_use]
    pub fn is_paged(&self) -> bool {
        self.aliases.iter().any(|alias| alias.ends_with(PAGE_SUFFIX))
    }

    /// For [`Output::Either`]: the boolean parameter that asks for JSON.
    #[must_use]
    pub fn json_switch(&self) -> Option<&str> {
        let is_switch = |param: &&Param| param.kind == Kind::Bool && JSON_SWITCHES.contains(&param.name.as_str());
        let mut switches = self.params.iter().filter(is_switch);
        switches.next().filter(|_| switches.next().is_none()).map(|param| param.name.as_str())
    }
}

impl Kind {
    /// The name of the type in the catalogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Number => "number",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Flag => "flag",
            Self::Enum => "enum",
            Self::IntOrEnum => "int_or_enum",
            Self::Color => "color",
            Self::Position => "position",
            Self::Faces => "faces",
            Self::Objects => "objects",
            Self::ListInt => "list_int",
            Self::StringList => "string_list",
            Self::Handle => "handle",
            Self::HandleList => "handle_list",
            Self::Url => "url",
            Self::HandleOrUrl => "handle_or_url",
            Self::PageRanges => "page_ranges",
            Self::Hms => "hms",
            Self::Location => "location",
        }
    }
}
