//! Checks the rules of the code that compilers and clippy do not know.

use std::path::Path;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Block, Expr, Item, ItemFn, Stmt};

use crate::declarations::Header;
use crate::exports::{self, Module, is_exported};
use crate::twins;
use crate::workspace::{Result, Workspace, read};

/// No file is longer.
const MAX_LINES: usize = 800;

/// No line of the header is longer.
const MAX_COLUMNS: usize = 120;

/// Where Rust code of the workspace stands.
const RUST_FOLDERS: [&str; 8] =
    ["src", "benches", "core", "catalogue", "filestack-local", "md5-lanes", "mimetypes", "xtask"];

/// Fails when a rule is broken.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let modules = exports::modules(workspace)?;
    let mut failures = Failures { workspace, found: Vec::new() };
    for module in &modules {
        check_exports(module, &modules, &mut failures);
    }
    for folder in RUST_FOLDERS {
        for path in workspace.rust_files(folder)? {
            let lines = read(&path)?.lines().count();
            if lines > MAX_LINES {
                failures.add(&path, lines, format!("more than {MAX_LINES} lines: more than one subject"));
            }
        }
    }
    failures.found.extend(twins::failures(&Header::parse(&workspace.header()?)?)?);
    let header = workspace.path("include/filestack/filestack.h");
    for (index, line) in read(&header)?.lines().enumerate() {
        if line.chars().count() > MAX_COLUMNS {
            failures.add(&header, index + 1, format!("more than {MAX_COLUMNS} columns: wrap it in src"));
        }
    }
    // A second implementation of cryptography, in C, which reqwest brings along unless its features are chosen well.
    if read(&workspace.path("Cargo.lock"))?.contains("\"aws-lc") {
        failures.found.push("Cargo.lock: aws-lc has crept in; TLS is rustls with ring".into());
    }
    failures.into_result()
}

/// What was found, each with its place.
struct Failures<'a> {
    workspace: &'a Workspace,
    found: Vec<String>,
}

impl Failures<'_> {
    fn add(&mut self, path: &Path, line: usize, what: String) {
        self.found.push(format!("{}:{line}: {what}", self.workspace.shown(path)));
    }

    fn into_result(self) -> Result<()> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found.join("\n")) }
    }
}

fn check_exports(module: &Module, modules: &[Module], failures: &mut Failures<'_>) {
    for item in &module.file.items {
        match item {
            Item::Fn(function) if is_exported(function) && !is_guarded(function, module, modules) => {
                let what = "does something outside guard, guard_or and the helpers that call them";
                failures.add(&module.path, line(function.sig.span()), format!("{} {what}", function.sig.ident));
            }
            // cbindgen does not see what a macro makes: it would be missing in the header.
            Item::Macro(item) if item.mac.tokens.to_string().contains("no_mangle") => {
                failures.add(&module.path, line(item.span()), "a macro makes an exported function".into());
            }
            _ => {}
        }
    }
}

/// Whether the function does nothing but call the guard, itself or through a helper that does nothing else.
fn is_guarded(function: &ItemFn, module: &Module, modules: &[Module]) -> bool {
    is_guarded_block(&function.block, module, modules)
}

fn is_guarded_block(block: &Block, module: &Module, modules: &[Module]) -> bool {
    let Some((last, before)) = block.stmts.split_last() else {
        return false;
    };
    before.iter().all(is_plain_binding)
        && match last {
            Stmt::Expr(expression, _) => is_guarded_expression(expression, module, modules),
            _ => false,
        }
}

fn is_guarded_expression(expression: &Expr, module: &Module, modules: &[Module]) -> bool {
    match expression {
        Expr::Unsafe(inner) => is_guarded_block(&inner.block, module, modules),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return false };
            let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let in_module = |name: &str| modules.iter().find(|module| module.name == name);
            // The functions of guard.rs are what the rule is about; its own tests hold them to it.
            let is_guard = |name: &str| in_module("guard").is_some_and(|guard| guard.function(name).is_some());
            let (home, name) = match &names[..] {
                [name] if is_guard(name) => return true,
                [name] => (Some(module), name),
                [home, name] => (in_module(home), name),
                _ => return false,
            };
            home.is_some_and(|home| home.function(name).is_some_and(|helper| is_guarded(helper, home, modules)))
        }
        _ => false,
    }
}

/// Whether the statement only gives names to arguments.
fn is_plain_binding(statement: &Stmt) -> bool {
    fn is_plain(expression: &Expr) -> bool {
        match expression {
            Expr::Path(_) | Expr::Lit(_) => true,
            Expr::Tuple(tuple) => tuple.elems.iter().all(is_plain),
            Expr::Struct(object) => object.fields.iter().all(|field| is_plain(&field.expr)),
            _ => false,
        }
    }
    match statement {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| init.diverge.is_none() && is_plain(&init.expr)),
        _ => false,
    }
}

fn line(span: Span) -> usize {
    span.start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, text: &str) -> Module {
        Module { path: name.into(), name: name.into(), summary: String::new(), file: syn::parse_file(text).unwrap() }
    }

    fn guarded(text: &str) -> bool {
        let modules = [
            module("guard", "fn guard() {}  fn guard_or() {}"),
            module("object", "fn change() { unsafe { guard(error, || Ok(())) } }  fn plain() {}"),
            module("x", text),
        ];
        let Some(Item::Fn(function)) = modules[2].file.items.first() else { panic!("no function") };
        is_guarded(function, &modules[2], &modules)
    }

    #[test]
    fn the_guard_must_be_around_everything() {
        assert!(guarded("fn f() { guard_or(0, || Ok(1)) }"));
        assert!(guarded("fn f() { let a = (b, \"b\"); unsafe { object::change(a) } }"));
        assert!(guarded("fn f() { let a = A { b, c: d }; guard(a) }"));
        assert!(guarded("fn f() { helper(1); }  fn helper() { guard(error, body) }"));
        assert!(!guarded("fn f() { helper(1) }  fn helper() -> i32 { 5 }"));
        assert!(!guarded("fn f() { object::plain() }"));
        assert!(!guarded("fn f() { let a = compute(); guard(error, || a) }"));
        assert!(!guarded("fn f() { compute(); guard(error, || a) }"));
        assert!(!guarded("fn f() -> i32 { 5 }"));
        assert!(!guarded("fn f() {}"));
    }
}
