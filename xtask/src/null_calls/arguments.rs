//! What each parameter of a function is for, and what a test passes for it.

use crate::declarations::{Header, Item, Kind, Parameter, Prototype, Type};
use crate::workspace::Result;

/// What parameters are called that are descriptors, and what is passed: 0 and 1 may be anything.
const DESCRIPTOR: &str = "fd";
const EXAMPLE_DESCRIPTOR: &str = "example_descriptor()";

/// Objects that only a service's reply makes: the program runs without one. Their functions are called with NULL for
/// the object; the C tests of these objects look after the other parameters.
const MADE_BY_SERVICE: [&str; 1] = ["filestack_av_job"];

/// A parameter as a test sees it.
pub(super) struct Argument<'a> {
    /// The parameter's name.
    pub(super) name: &'a str,
    /// Its type.
    pub(super) r#type: &'a Type,
    /// What it is for.
    pub(super) role: Role,
    /// Whether the program can make a value that is accepted.
    pub(super) has_good: bool,
    /// That value as C writes it.
    pub(super) good: String,
    /// The variable of that value and the call that makes it, for an object that is made for one call.
    pub(super) object: Option<Object>,
}

/// What a parameter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// An object, a text or a struct. It may be missing where the documentation says so.
    Input { optional: bool },
    /// An array whose size is the next parameter. It may be missing when the size is 0.
    Array,
    /// Where a result goes.
    Output { optional: bool },
    /// Where the error goes.
    Error,
    /// A number, a callback or its user pointer: 0 and NULL are values as others are.
    Value,
}

impl Role {
    /// Whether NULL is refused while all other arguments are good.
    pub(super) fn is_required(self) -> bool {
        matches!(self, Role::Input { optional: false } | Role::Array | Role::Output { optional: false })
    }
}

/// An object that a call is given.
pub(super) struct Object {
    /// Its declaration: `filestack_policy *example_policy`.
    pub(super) declaration: String,
    /// The expression that makes it.
    pub(super) make: String,
    /// The statement that frees it.
    pub(super) free: String,
}

impl<'a> Argument<'a> {
    /// The parameters of a function, in their order.
    pub(super) fn all(header: &Header, item: &Item, prototype: &'a Prototype) -> Result<Vec<Self>> {
        let doc = documentation(header, item);
        let parameters = &prototype.parameters;
        let argument = |(index, parameter): (usize, &'a Parameter)| {
            let counted = is_counted(header, &parameters[index..]);
            // The error follows the last input or output.
            let is_last = index + 2 == parameters.len();
            let optional = may_be_null(&doc, &parameter.name, is_last);
            let role = role(header, parameter, counted, optional)?;
            Self::new(header, parameter, role)
        };
        parameters.iter().enumerate().map(argument).collect()
    }

    fn new(header: &Header, parameter: &'a Parameter, role: Role) -> Result<Self> {
        let (name, r#type) = (parameter.name.as_str(), &parameter.r#type);
        let (mut has_good, mut object) = (true, None);
        let good = match role {
            Role::Output { .. } | Role::Error => format!("&{name}"),
            Role::Value if is_pointer(header, r#type) => "NULL".into(),
            Role::Value if name == DESCRIPTOR => EXAMPLE_DESCRIPTOR.into(),
            Role::Value => "1".into(),
            Role::Input { .. } | Role::Array => match r#type.text.as_str() {
                "const char *" | "const void *" | "char *" => "\"text\"".into(),
                "const char *const *" => "example_texts".into(),
                _ if MADE_BY_SERVICE.contains(&r#type.base.as_str()) => {
                    has_good = false;
                    String::new()
                }
                _ if is_object(header, r#type) => {
                    object = Some(Object::new(header, name, &r#type.base)?);
                    format!("example_{name}")
                }
                _ if is_struct(header, r#type) => format!("&example_{}", r#type.base),
                _ => return Err(format!("nothing is known that could be passed as '{}'", r#type.with_name(name))),
            },
        };
        Ok(Argument { name, r#type, role, has_good, good, object })
    }

    /// NULL or 0; descriptors have no such value.
    pub(super) fn nothing(&self, header: &Header) -> &'static str {
        match self.name {
            _ if is_pointer(header, self.r#type) => "NULL",
            DESCRIPTOR => EXAMPLE_DESCRIPTOR,
            _ => "0",
        }
    }
}

impl Object {
    fn new(header: &Header, name: &str, base: &str) -> Result<Self> {
        let constructor = format!("{base}_new");
        let is_simple =
            header.functions().any(|(item, prototype)| item.name == constructor && prototype.parameters.is_empty());
        // The support code has an example of each object that needs arguments; without it the program does not compile.
        let make = if is_simple { format!("{constructor}()") } else { format!("example_{base}()") };
        let variable = format!("example_{name}");
        let free = free(header, base, &variable).ok_or_else(|| format!("no function frees a {base}"))?;
        Ok(Object { declaration: format!("{base} *{variable}"), make, free })
    }
}

/// The statement that frees what a pointer to `base` owns, if anything does.
pub(super) fn free(header: &Header, base: &str, variable: &str) -> Option<String> {
    let candidates = match base {
        "char" => ["filestack_string_free".to_owned(), String::new()],
        _ => [format!("{base}_release"), format!("{base}_free")],
    };
    let found = candidates.into_iter().find(|name| header.functions().any(|(item, _)| item.name == *name))?;
    Some(format!("{found}({variable});"))
}

fn role(header: &Header, parameter: &Parameter, counted: bool, optional: bool) -> Result<Role> {
    let (name, r#type) = (parameter.name.as_str(), &parameter.r#type);
    Ok(match r#type.text.as_str() {
        "filestack_error **" => Role::Error,
        _ if name.starts_with("out_") && r#type.pointers > 0 && !is_struct(header, r#type) => Role::Output { optional },
        _ if r#type.pointers == 0 => Role::Value,
        "void *" if name == "user" => Role::Value,
        _ if counted => Role::Array,
        _ if r#type.pointers == 1 && !is_changeable_value(header, r#type) => Role::Input { optional },
        _ => return Err(format!("'{}' is neither an input nor an output (out_...)", r#type.with_name(name))),
    })
}

/// Whether the first of the parameters is an array: its count follows, or an array of the same type that shares the
/// count. After an object a size is an index, not a count.
fn is_counted(header: &Header, parameters: &[Parameter]) -> bool {
    let [first, next, ..] = parameters else {
        return false;
    };
    let shares_count = first.r#type.pointers > 0 && first.r#type == next.r#type;
    !is_object(header, &first.r#type)
        && (next.r#type.is("size_t") || (shares_count && is_counted(header, &parameters[1..])))
}

/// Whether the type points to something that can be written to and is not an object: an output by its type.
fn is_changeable_value(header: &Header, r#type: &Type) -> bool {
    let is_known = is_object(header, r#type) || is_struct(header, r#type) || r#type.base == "char";
    !r#type.text.starts_with("const ") && !is_known
}

/// Whether the type points to a struct. The caller prepares one, also where the library fills it.
fn is_struct(header: &Header, r#type: &Type) -> bool {
    r#type.pointers == 1 && matches!(kind_of(header, &r#type.base), Some(Kind::Struct(_)))
}

fn is_object(header: &Header, r#type: &Type) -> bool {
    r#type.pointers == 1 && matches!(kind_of(header, &r#type.base), Some(Kind::Opaque))
}

/// Whether the documentation says that an argument may be NULL: a sentence has both, or begins with "NULL:" where
/// it speaks of the last argument.
fn may_be_null(doc: &str, name: &str, is_last: bool) -> bool {
    let quoted = format!("`{name}`");
    doc.split(". ").any(|sentence| {
        (sentence.contains(&quoted) && sentence.contains("NULL")) || (is_last && sentence.starts_with("NULL:"))
    })
}

/// The comment of a function, with that of each function which a sentence refers to: "As filestack_...", "Ownership
/// as for filestack_...", "Starts filestack_...". Those may refer to others.
fn documentation(header: &Header, item: &Item) -> String {
    let mut known = vec![item];
    let mut text = item.doc.join(" ");
    while let Some((other, _)) = header.functions().find(|(other, _)| {
        let references = ["As", "as", "as for", "Starts"].map(|word| format!("{word} {}.", other.name));
        let is_new = known.iter().all(|known| known.name != other.name);
        is_new && references.iter().any(|reference| text.contains(reference))
    }) {
        known.push(other);
        text.push(' ');
        text.push_str(&other.doc.join(" "));
    }
    text
}

/// Whether C compares a value of the type with NULL: callbacks are pointers too.
pub(super) fn is_pointer(header: &Header, r#type: &Type) -> bool {
    r#type.pointers > 0
        || matches!(kind_of(header, &r#type.base), Some(Kind::Alias(definition)) if definition.contains("(*"))
}

fn kind_of<'a>(header: &'a Header, name: &str) -> Option<&'a Kind> {
    header.items.iter().find(|item| item.name == name).map(|item| &item.kind)
}
