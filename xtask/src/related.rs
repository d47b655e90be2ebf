//! What has to do with a function: its twin, what it is used with, and all that its texts stand on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{Api, Constant, Declared, Form, Function, Struct};
use crate::prose::{Piece, pieces};

/// How the twin of a function that blocks is called.
const TWIN: &str = "_start";

/// What functions are called that make an object or give it back.
const MAKERS: [&str; 5] = ["_new", "_from_", "_free", "_release", "_clone"];

/// What the text about errors says when another one says it.
const AS_THERE: &str = "as there";

/// The object whose text says how a start fails, and what the texts of starts call that.
const OPERATION: &str = "filestack_operation";
const OF_A_START: &str = "those of a start";

/// What frees the error of a function that can fail.
const ERROR_RELEASE: &str = "filestack_error_release";

/// A type whose text a reader of the function needs.
pub(crate) enum Explained<'a> {
    Declared(&'a Declared),
    Struct(&'a Struct),
}

impl<'a> Explained<'a> {
    pub(crate) fn name(&self) -> &'a str {
        match self {
            Explained::Declared(declared) => &declared.name,
            Explained::Struct(structure) => &structure.name,
        }
    }

    /// Everything that is said of it.
    fn texts(&self) -> Vec<&'a str> {
        match self {
            Explained::Declared(declared) => vec![&declared.doc],
            Explained::Struct(structure) => {
                let members = structure.members.iter().map(|member| member.doc.as_str());
                [structure.doc.as_str()].into_iter().chain(members).collect()
            }
        }
    }

    /// What it consists of, as C writes it: types, and names.
    pub(crate) fn declarations(&self) -> Vec<&'a str> {
        match self {
            Explained::Declared(declared) => declared.definition.as_deref().into_iter().collect(),
            Explained::Struct(structure) => {
                structure.members.iter().flat_map(|member| [member.r#type.as_str(), member.name.as_str()]).collect()
            }
        }
    }
}

/// The function that starts the same call, or the one that waits for it.
pub(crate) fn twin<'a>(api: &'a Api, function: &Function) -> Option<&'a Function> {
    let name = match function.name.strip_suffix(TWIN) {
        Some(blocking) => blocking.to_owned(),
        None => format!("{}{TWIN}", function.name),
    };
    api.function(&name)
}

/// The functions that a reader may want to see next, by name.
pub(crate) fn functions<'a>(api: &'a Api, function: &'a Function) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = twin(api, function).map(|twin| twin.name.as_str()).into_iter().collect();
    found.extend(named_functions(api, &function.doc));
    found.extend(named_functions(api, &function.errors));
    found.extend(types(api, function).iter().flat_map(Explained::texts).flat_map(|text| named_functions(api, text)));
    // The object that a function is about is its first parameter, or what it returns.
    let about = function.parameters.first().map_or(&function.returns, |first| &first.r#type);
    found.extend(makers(api, &about.base));
    if function.is_fallible() {
        found.extend(api.function(ERROR_RELEASE).map(|release| release.name.as_str()));
    }
    found.remove(function.name.as_str());
    found
}

/// The functions that make an object of this type, and free it.
fn makers<'a>(api: &'a Api, object: &str) -> impl Iterator<Item = &'a str> {
    let is_object = api.declared(object).is_some_and(|declared| declared.kind == Form::Object);
    let is_maker = |rest: &str| {
        MAKERS.iter().any(|maker| if maker.ends_with('_') { rest.starts_with(maker) } else { rest == *maker })
    };
    let names = api.functions.iter().map(|function| function.name.as_str());
    names.filter(move |name| is_object && name.strip_prefix(object).is_some_and(is_maker))
}

/// What a function says of its errors. "As there" means the function that its text names last.
pub(crate) fn errors<'a>(api: &Api, function: &'a Function) -> Cow<'a, str> {
    let there = named_functions(api, &function.doc).last().filter(|_| function.errors == AS_THERE);
    there.map_or(Cow::Borrowed(&function.errors), |there| Cow::Owned(format!("as for {there}")))
}

/// The statuses that a function's text about errors names, and those of the functions that it refers to.
pub(crate) fn statuses<'a>(api: &'a Api, function: &Function) -> Vec<&'a Constant> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    collect_statuses(api, function, &mut names, &mut seen);
    api.constants.iter().filter(|constant| constant.is_status() && names.contains(&constant.name)).collect()
}

fn collect_statuses(api: &Api, function: &Function, names: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    if !seen.insert(function.name.clone()) {
        return;
    }
    let errors = errors(api, function);
    names.extend(named_constants(api, &errors).map(str::to_owned));
    if let Some(operation) = api.declared(OPERATION).filter(|_| errors.contains(OF_A_START)) {
        names.extend(named_constants(api, &operation.doc).map(str::to_owned));
    }
    for other in named_functions(api, &errors).filter_map(|name| api.function(name)) {
        collect_statuses(api, other, names, seen);
    }
}

/// The types that a reader must know: the structs and callbacks that the function takes with what they consist of,
/// and those that its text names.
pub(crate) fn types<'a>(api: &'a Api, function: &Function) -> Vec<Explained<'a>> {
    let mut found: Vec<Explained<'a>> = Vec::new();
    let mut names: Vec<&str> = function.parameters.iter().map(|parameter| parameter.r#type.base.as_str()).collect();
    names.retain(|name| !is_object(api, name));
    names.extend(named_types(api, &function.doc));
    let mut next = 0;
    loop {
        for name in std::mem::take(&mut names) {
            let is_known = found.iter().any(|known| known.name() == name);
            found.extend(explained(api, name).filter(|_| !is_known));
        }
        let Some(current) = found.get(next) else { return found };
        next += 1;
        let parts = current.declarations().into_iter().flat_map(|part| named_types(api, part));
        names = parts.filter(|part| !is_object(api, part)).collect();
    }
}

fn explained<'a>(api: &'a Api, name: &str) -> Option<Explained<'a>> {
    let declared = api.declared(name).filter(|declared| declared.kind != Form::Alias).map(Explained::Declared);
    declared.or_else(|| api.structure(name).map(Explained::Struct))
}

fn is_object(api: &Api, name: &str) -> bool {
    api.declared(name).is_some_and(|declared| declared.kind == Form::Object)
}

/// The constants that the texts of a function and of its types name, without statuses. "A to B" names those in between.
pub(crate) fn constants<'a>(api: &'a Api, function: &'a Function, types: &'a [Explained<'a>]) -> Vec<&'a Constant> {
    let mut named = BTreeSet::new();
    for text in [function.doc.as_str()].into_iter().chain(types.iter().flat_map(Explained::texts)) {
        let pieces = pieces(api, text);
        for (index, piece) in pieces.iter().enumerate() {
            let Piece::Constant(name) = piece else { continue };
            named.extend(places(api, name));
            if let (Some(Piece::Text(" to ")), Some(Piece::Constant(last))) =
                (pieces.get(index + 1), pieces.get(index + 2))
            {
                let from = places(api, name).next().unwrap_or(0);
                named.extend(from..places(api, last).next().unwrap_or(from));
            }
        }
    }
    named.into_iter().map(|place| &api.constants[place]).filter(|constant| !constant.is_status()).collect()
}

/// Where the constants stand that a name means.
fn places<'a>(api: &'a Api, name: &'a str) -> impl Iterator<Item = usize> {
    let meant: Vec<&str> = api.constants_like(name).map(|constant| constant.name.as_str()).collect();
    let all = api.constants.iter().enumerate();
    all.filter(move |(_, constant)| meant.contains(&constant.name.as_str())).map(|(place, _)| place)
}

fn named_functions<'a>(api: &Api, text: &'a str) -> impl Iterator<Item = &'a str> {
    pieces(api, text).into_iter().filter_map(|piece| match piece {
        Piece::Function(name) => Some(name),
        _ => None,
    })
}

fn named_types<'a>(api: &Api, text: &'a str) -> impl Iterator<Item = &'a str> {
    pieces(api, text).into_iter().filter_map(|piece| match piece {
        Piece::Type(name) => Some(name),
        _ => None,
    })
}

fn named_constants<'a>(api: &Api, text: &'a str) -> impl Iterator<Item = &'a str> {
    pieces(api, text).into_iter().filter_map(|piece| match piece {
        Piece::Constant(name) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::example;

    #[test]
    fn a_function_and_its_twin_lead_to_each_other() {
        let api = example();
        let of = |name| twin(&api, api.function(name).unwrap()).map(|twin| twin.name.as_str());
        assert_eq!(of("filestack_thing_put"), Some("filestack_thing_put_start"));
        assert_eq!(of("filestack_thing_put_start"), Some("filestack_thing_put"));
        assert_eq!(of("filestack_thing_new"), None);
    }

    #[test]
    fn related_are_twins_makers_and_what_the_text_names() {
        let api = example();
        let of = |name| functions(&api, api.function(name).unwrap()).into_iter().collect::<Vec<_>>();
        let put = ["filestack_thing_free", "filestack_thing_new", "filestack_thing_put_start"];
        assert_eq!(of("filestack_thing_put"), put);
        assert_eq!(of("filestack_thing_new"), ["filestack_thing_free"]);
        assert_eq!(of("filestack_thing_free"), ["filestack_thing_new"]);
    }

    #[test]
    fn statuses_are_those_of_the_functions_that_are_referred_to_as_well() {
        let api = example();
        let of = |api: &Api| {
            let start = api.function("filestack_thing_put_start").unwrap();
            statuses(api, start).iter().map(|status| status.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(&api), ["FILESTACK_E_IO"]);
        let mut other = example();
        other.functions[1].errors = AS_THERE.into();
        assert_eq!(errors(&other, &other.functions[1]), "as for filestack_thing_put");
        assert_eq!(of(&other), ["FILESTACK_E_IO"]);
        other.functions[1].errors = OF_A_START.into();
        other.types[0].name = OPERATION.into();
        other.types[0].doc = "A start fails with FILESTACK_E_NULL.".into();
        assert_eq!(of(&other), ["FILESTACK_E_NULL"]);
    }

    #[test]
    fn types_are_explained_with_what_they_consist_of() {
        let api = example();
        let put = api.function("filestack_thing_put").unwrap();
        let names: Vec<_> = types(&api, put).iter().map(Explained::name).collect();
        assert_eq!(names, ["filestack_call", "filestack_place"]);
    }

    #[test]
    fn constants_are_those_that_texts_name_and_what_lies_between_two() {
        let mut api = example();
        let names = |api: &Api| {
            let put = api.function("filestack_thing_put").unwrap();
            constants(api, put, &types(api, put)).len()
        };
        assert_eq!(names(&api), 3);
        api.structs[0].members[0].doc = "FILESTACK_SIDE_TOP, or FILESTACK_E_IO.".into();
        assert_eq!(names(&api), 1);
        api.structs[0].members[0].doc = "FILESTACK_SIDE_LEFT to FILESTACK_SIDE_RIGHT.".into();
        assert_eq!(names(&api), 3);
    }
}
