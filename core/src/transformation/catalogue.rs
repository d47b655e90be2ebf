//! The tasks that the service offers, as static tables made from `catalogue/tasks.toml` by the build script.

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The whole catalogue as JSON, for languages that make their interface at run time.
pub const JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));

/// A task of the service.
#[derive(Debug, PartialEq)]
pub struct Task {
    /// The name that is sent.
    pub name: &'static str,
    /// The name of the method in the reference, under which the task may be added as well.
    pub method: &'static str,
    /// Other names under which the task may be added.
    pub aliases: &'static [&'static str],
    /// Parameters of which one must be given.
    pub needs_one_of: &'static [&'static str],
    /// The group in which the reference lists the task, such as `image` or `document`.
    pub category: &'static str,
    /// What the service answers.
    pub output: Output,
    /// Whether the task ends every chain, because its reply is not a file.
    pub terminal: bool,
    /// What the task works on.
    pub source: SourceRule,
    /// Whether the task may be added without any parameter.
    pub bare: bool,
    /// Whether the service asks for a policy and a signature.
    pub security: Security,
    /// Whether `NAME@N` stands for page N of what the task makes. The plain form answers a list of those pages.
    pub paged: bool,
    /// For [`Output::Either`]: the boolean parameter that asks for JSON.
    pub json_switch: Option<&'static str>,
    /// The parameters that the task takes.
    pub params: &'static [Param],
}

/// A parameter of a task.
#[derive(Debug, PartialEq)]
pub struct Param {
    /// The name that is sent.
    pub name: &'static str,
    /// The abbreviation under which the parameter may be given.
    pub alias: Option<&'static str>,
    /// The parameter of which this is another name.
    pub same_as: Option<&'static str>,
    /// The type of the value.
    pub kind: Kind,
    /// Whether the task needs the parameter.
    pub required: bool,
    /// The least number, for lists of numbers that of each member.
    pub min: Option<f64>,
    /// The greatest number, for lists of numbers that of each member.
    pub max: Option<f64>,
    /// The longest list.
    pub max_items: Option<usize>,
    /// What the numbers of a list stand for.
    pub shape: Option<Shape>,
    /// The words that are allowed, for lists those of each member; empty when the catalogue does not list them.
    pub values: &'static [&'static str],
}

/// What the service answers to a chain that ends with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// The changed file.
    File,
    /// A JSON document.
    Json,
    /// A file, or JSON when [`Task::json_switch`] is on.
    Either,
    /// A JSON document about a job that goes on after the reply.
    Job,
    /// A web page.
    Html,
}

/// What a task works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceRule {
    /// One file.
    One,
    /// A list of files.
    Many,
    /// A web page, given by its URL.
    Url,
    /// Nothing: all that the task needs is in its parameters.
    None,
}

/// Whether a task needs credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Only where the application asks for them.
    Optional,
    /// Always, also for applications that are otherwise open.
    Required,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// A text that is not empty.
    String,
    /// True or false.
    Bool,
    /// True, which is written as the bare name of the parameter; false is the same as not given.
    Flag,
    /// One of [`Param::values`].
    Enum,
    /// A whole number or one of [`Param::values`].
    IntOrEnum,
    /// Hexadecimal digits or a name.
    Color,
    /// A place in an image: a word or a pair of words.
    Position,
    /// `all`, the number of a face or a list of such numbers.
    Faces,
    /// A list of boxes `[x,y,width,height]`.
    Objects,
    /// A list of whole numbers.
    ListInt,
    /// A list of texts.
    StringList,
    /// A file of the service.
    Handle,
    /// A list of files of the service or elsewhere.
    HandleList,
    /// An `http` or `https` URL.
    Url,
    /// A file of the service or elsewhere.
    HandleOrUrl,
    /// A list of page numbers and ranges such as `2-5`, `7-` and `-3`.
    PageRanges,
    /// A time span `HH:MM:SS`.
    Hms,
    /// A kind of storage.
    Location,
}

impl Kind {
    /// Whether the value is a file, or a list of files, that the service fetches.
    pub(super) fn names_file(self) -> bool {
        matches!(self, Kind::Handle | Kind::HandleList | Kind::Url | Kind::HandleOrUrl)
    }
}

/// What a list of numbers stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[x,y,width,height]`, with something inside.
    Rectangle,
    /// `[x,y]`.
    Vector,
    /// `[start,end]`, in this order.
    Interval,
}

impl Task {
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.method == name || self.aliases.contains(&name)
    }

    /// The parameter with this name or abbreviation.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name || param.alias == Some(name))
    }
}

/// Every task, in the order of the catalogue.
#[must_use]
pub fn tasks() -> &'static [Task] {
    TASKS
}

/// The task with this name or alias, and N when the name is the `NAME@N` of a paged task.
#[must_use]
pub fn find(name: &str) -> Option<(&'static Task, Option<u32>)> {
    if let Some(task) = TASKS.iter().find(|task| task.is_called(name)) {
        return Some((task, None));
    }
    let (base, digits) = name.split_once('@')?;
    let page = digits.parse().ok().filter(|&page| page >= 1 && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    TASKS.iter().find(|task| task.paged && task.name == base).map(|task| (task, Some(page)))
}

/// Every name that [`find`] knows, without the pages.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TASKS.iter().flat_map(|task| std::iter::once(task.name).chain(task.aliases.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_found_by_name_alias_and_page() {
        assert_eq!(tasks().len(), 77);
        assert_eq!(find("resize").unwrap().0.name, "resize");
        assert_eq!(find("round_corners").unwrap().0.name, "rounded_corners");
        assert_eq!(find("filetype_conversion").unwrap().0.name, "output");
        let (task, page) = find("doc_to_images@12").unwrap();
        assert_eq!((task.name, page), ("doc_to_images", Some(12)));
        for unknown in ["", "Resize", "resize@1", "doc_to_images@", "doc_to_images@0", "doc_to_images@+1", "@1"] {
            assert_eq!(find(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn parameters_are_found_by_name_and_abbreviation() {
        let (resize, _) = find("resize").unwrap();
        assert_eq!(resize.param("w"), resize.param("width"));
        assert_eq!(resize.param("width").unwrap().max, Some(10_000.0));
        assert_eq!(resize.param("fit").unwrap().values, ["clip", "crop", "scale", "max"]);
        assert_eq!(resize.param("deg"), None);
    }

    #[test]
    fn tasks_that_answer_a_file_or_json_name_their_switch() {
        let switches: Vec<_> =
            tasks().iter().filter_map(|task| task.json_switch.map(|switch| (task.name, switch))).collect();
        assert_eq!(
            switches,
            [("detect_faces", "export"), ("smart_crop", "coords"), ("output", "docinfo"), ("doc_detection", "coords")]
        );
    }
}
