//! The crates that are linked into what is installed, with the features that ship, as Cargo resolves them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::workspace::{Result, Workspace, read};

/// The package of the library.
pub(crate) const LIBRARY: &str = "filestack-c";

/// The package of the program that is installed with it.
pub(crate) const PROGRAM: &str = "filestack-local";

/// The platform whose library is looked at.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What Cargo has resolved, with the checksums of what it has fetched.
const LOCK: &str = "Cargo.lock";

/// The name and version of a crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A crate that is linked into one of them.
pub(crate) struct Crate {
    pub(crate) id: Id,
    /// Its licence as an SPDX expression.
    pub(crate) licence: String,
    pub(crate) authors: Vec<String>,
    pub(crate) repository: Option<String>,
    /// Where its package lies.
    pub(crate) folder: PathBuf,
    /// Whether it is a member of the workspace.
    pub(crate) is_ours: bool,
    /// The SHA-256 of its package, unless it is ours.
    pub(crate) checksum: Option<String>,
    /// The linked crates that it depends on itself.
    pub(crate) dependencies: BTreeSet<Id>,
}

impl Crate {
    /// Whether it is the library itself.
    pub(crate) fn is_library(&self) -> bool {
        self.id.name == LIBRARY
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    authors: Vec<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The crates that are linked into what a package makes, itself among them, sorted. Build scripts and procedural macros
/// run before that and are none.
pub(crate) fn all(workspace: &Workspace, package: &str) -> Result<Vec<Crate>> {
    let graph = graph(&tree(workspace, package, ["normal,no-proc-macro", "depth", " {p}"])?)?;
    let mut packages = packages(workspace)?;
    let mut checksums = checksums(&read(&workspace.path(LOCK))?)?;
    let linked = graph.into_iter().map(|(id, dependencies)| {
        let package = packages.remove(&id).ok_or_else(|| format!("{id}: cargo metadata does not list it"))?;
        let checksum = checksums.remove(&id);
        package.into_crate(id, checksum, dependencies)
    });
    linked.collect()
}

/// What `cargo tree` shows of a package.
pub(crate) fn tree(workspace: &Workspace, package: &str, [edges, prefix, format]: [&str; 3]) -> Result<String> {
    let shown = ["tree", "--package", package, "--target", TARGET];
    workspace.cargo(&[&shown[..], &["--edges", edges, "--prefix", prefix, "--format", format]].concat())
}

/// Every crate of a tree with those below it. A crate that comes again is shown without them.
fn graph(tree: &str) -> Result<BTreeMap<Id, BTreeSet<Id>>> {
    let mut graph: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    let mut above: Vec<Id> = Vec::new();
    for line in tree.lines() {
        let (depth, id) = node(line).ok_or_else(|| format!("cargo tree: cannot read '{line}'"))?;
        above.truncate(depth);
        if let Some(parent) = above.last() {
            graph.entry(parent.clone()).or_default().insert(id.clone());
        }
        graph.entry(id.clone()).or_default();
        above.push(id);
    }
    Ok(graph)
}

/// A line of a tree: `2 bytes v1.12.2`, and more that does not matter.
fn node(line: &str) -> Option<(usize, Id)> {
    let mut words = line.split_whitespace();
    let depth = words.next()?.parse().ok()?;
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some((depth, Id { name, version }))
}

/// All packages that Cargo has resolved for the workspace. The features of its members are unified there, so only the
/// tree tells what each has of them.
fn packages(workspace: &Workspace) -> Result<BTreeMap<Id, Package>> {
    let text = workspace.cargo(&["metadata", "--format-version", "1", "--filter-platform", TARGET])?;
    let metadata: Metadata = serde_json::from_str(&text).map_err(|cause| format!("cargo metadata: {cause}"))?;
    let of = |package: Package| (Id { name: package.name.clone(), version: package.version.clone() }, package);
    Ok(metadata.packages.into_iter().map(of).collect())
}

fn checksums(lock: &str) -> Result<BTreeMap<Id, String>> {
    let lock: Lock = toml::from_str(lock).map_err(|cause| format!("{LOCK}: {cause}"))?;
    let of = |locked: Locked| Some((Id { name: locked.name, version: locked.version }, locked.checksum?));
    Ok(lock.package.into_iter().filter_map(of).collect())
}

impl Package {
    fn into_crate(self, id: Id, checksum: Option<String>, dependencies: BTreeSet<Id>) -> Result<Crate> {
        let licence = self.license.ok_or_else(|| format!("{id}: its manifest names no licence"))?;
        Ok(Crate {
            licence: spdx(&licence),
            authors: self.authors,
            repository: self.repository,
            folder: self.manifest_path.parent().unwrap_or(Path::new("")).to_owned(),
            is_ours: self.source.is_none(),
            checksum,
            dependencies,
            id,
        })
    }
}

/// A licence as manifests name it: old ones have a slash for OR.
pub(crate) fn spdx(licence: &str) -> String {
    let words = licence.replace('/', " OR ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        Id { name: name.into(), version: "1.0.0".into() }
    }

    #[test]
    fn a_crate_depends_on_what_is_one_step_below_it() {
        let tree = "0 a v1.0.0 (/folder)\n1 b v1.0.0\n2 c v1.0.0\n1 d v1.0.0\n2 b v1.0.0 (*)\n";
        let graph = graph(tree).unwrap();
        assert_eq!(graph[&id("a")], BTreeSet::from([id("b"), id("d")]));
        assert_eq!(graph[&id("b")], BTreeSet::from([id("c")]));
        assert_eq!(graph[&id("c")], BTreeSet::new());
        assert_eq!(graph[&id("d")], BTreeSet::from([id("b")]));
    }

    #[test]
    fn a_line_that_is_no_crate_is_an_error() {
        assert_eq!(
            graph("0 a v1.0.0\n[build-dependencies]\n").unwrap_err(),
            "cargo tree: cannot read '[build-dependencies]'"
        );
    }

    #[test]
    fn what_was_fetched_has_a_checksum() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n";
        assert_eq!(checksums(lock).unwrap(), BTreeMap::from([(id("b"), "00ff".to_owned())]));
    }

    #[test]
    fn old_expressions_are_made_new() {
        assert_eq!(spdx("Apache-2.0 / MIT"), "Apache-2.0 OR MIT");
        assert_eq!(spdx("MIT/Apache-2.0"), "MIT OR Apache-2.0");
        assert_eq!(spdx("Apache-2.0 WITH LLVM-exception OR MIT"), "Apache-2.0 WITH LLVM-exception OR MIT");
    }

    #[test]
    fn a_package_without_a_licence_is_named() {
        let package: Package = serde_json::from_str(
            r#"{"name": "a", "version": "1.0.0", "license": null, "authors": [], "repository": null,
                "manifest_path": "/a/Cargo.toml", "source": null}"#,
        )
        .unwrap();
        let failure = package.into_crate(id("a"), None, BTreeSet::new()).err();
        assert_eq!(failure.as_deref(), Some("a 1.0.0: its manifest names no licence"));
    }
}
