//! Reads the C layer: which file declares what of the C API.

use std::path::PathBuf;

use syn::{Attribute, Expr, ExprLit, Item, ItemFn, Lit, Meta};

use crate::workspace::{Result, Workspace, read};

/// The folder of the C layer, and the file that lists its modules.
const FOLDER: &str = "src";
const INDEX: &str = "src/lib.rs";

/// A file of the C layer.
pub(crate) struct Module {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its name: `client_options`.
    pub(crate) name: String,
    /// The first paragraph of its documentation.
    pub(crate) summary: String,
    /// Its syntax tree.
    pub(crate) file: syn::File,
}

impl Module {
    /// Its function of this name, exported or not.
    pub(crate) fn function(&self, name: &str) -> Option<&ItemFn> {
        self.file.items.iter().find_map(|item| match item {
            Item::Fn(function) if function.sig.ident == *name => Some(function),
            _ => None,
        })
    }

    /// What it adds to the C header, by name: its public constants, types and exported functions.
    pub(crate) fn public_names(&self) -> impl Iterator<Item = String> {
        self.file.items.iter().filter_map(|item| match item {
            Item::Const(item) if is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Struct(item) if is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Type(item) if is_public(&item.vis) => Some(item.ident.to_string()),
            Item::Fn(item) if is_exported(item) => Some(item.sig.ident.to_string()),
            _ => None,
        })
    }
}

/// The files of the C layer in the order of its index, which is that of the header.
pub(crate) fn modules(workspace: &Workspace) -> Result<Vec<Module>> {
    let index = parse_file(workspace.path(INDEX))?;
    let names = index.items.iter().filter_map(|item| match item {
        Item::Mod(item) if item.content.is_none() => Some(item.ident.to_string()),
        _ => None,
    });
    names
        .map(|name| {
            let path = workspace.path(FOLDER).join(format!("{name}.rs"));
            let file = parse_file(path.clone())?;
            Ok(Module { path, name, summary: summary(&file.attrs), file })
        })
        .collect()
}

/// The syntax tree of a Rust file.
pub(crate) fn parse_file(path: PathBuf) -> Result<syn::File> {
    syn::parse_file(&read(&path)?).map_err(|cause| {
        let at = cause.span().start();
        format!("{}:{}: {cause}", path.display(), at.line)
    })
}

/// Whether C can call the function.
pub(crate) fn is_exported(function: &ItemFn) -> bool {
    function.attrs.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("unsafe") && list.tokens.to_string() == "no_mangle",
        _ => false,
    })
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// The first paragraph of a documentation.
fn summary(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_adds_to_the_header() {
        let text = "//! Two\n//! lines.\n//!\n//! More.\npub const A: i32 = 1;\nconst B: i32 = 2;\npub struct filestack_x {}\n\
                    #[unsafe(no_mangle)]\npub extern \"C\" fn filestack_f() {}\npub(super) fn helper() {}\n";
        let file = syn::parse_file(text).unwrap();
        let module = Module { path: "x.rs".into(), name: "x".into(), summary: summary(&file.attrs), file };
        assert_eq!(module.summary, "Two lines.");
        assert_eq!(module.public_names().collect::<Vec<_>>(), ["A", "filestack_x", "filestack_f"]);
    }
}
