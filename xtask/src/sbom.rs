//! Writes a bill of materials of the library in the format of CycloneDX 1.5.

use std::path::Path;

use serde::Serialize;

use crate::licences::standard_library;
use crate::linked_crates::{self, Crate};
use crate::workspace::{Result, Workspace, write_if_changed};

/// The name of what is built.
const LIBRARY: &str = "libfilestack";

/// The bill. It has neither a time nor a serial number, so that the same library has the same one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bill {
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Metadata {
    component: Component,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    r#type: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    licenses: [Licence; 1],
    purl: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<Reference>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct Licence {
    expression: String,
}

#[derive(Serialize)]
struct Reference {
    r#type: &'static str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    r#ref: String,
    depends_on: Vec<String>,
}

/// Writes the bill.
pub(crate) fn write(workspace: &Workspace, out: &Path) -> Result<()> {
    let bill = bill(&linked_crates::all(workspace, linked_crates::LIBRARY)?, &standard_library::version()?)?;
    let text = serde_json::to_string_pretty(&bill).map_err(|cause| cause.to_string())?;
    write_if_changed(out, (text + "\n").as_bytes())
}

fn bill(crates: &[Crate], rust: &str) -> Result<Bill> {
    let (library, others): (Vec<&Crate>, Vec<&Crate>) = crates.iter().partition(|linked| linked.is_library());
    let [library] = library[..] else { return Err("the library is not among its crates".into()) };
    let standard_library = standard_library(rust);
    let mut dependencies: Vec<Dependency> =
        crates.iter().map(|linked| dependency(linked, crates, &standard_library.reference)).collect();
    dependencies.push(Dependency { r#ref: standard_library.reference.clone(), depends_on: Vec::new() });
    let components = others.into_iter().map(component).chain([standard_library]).collect();
    Ok(Bill {
        bom_format: "CycloneDX",
        spec_version: "1.5",
        version: 1,
        metadata: Metadata { component: component(library) },
        components,
        dependencies,
    })
}

fn component(linked: &Crate) -> Component {
    let purl = purl(linked);
    Component {
        r#type: "library",
        reference: purl.clone(),
        name: if linked.is_library() { LIBRARY.into() } else { linked.id.name.clone() },
        version: linked.id.version.clone(),
        hashes: linked.checksum.iter().map(|sum| Hash { alg: "SHA-256", content: sum.clone() }).collect(),
        licenses: [Licence { expression: linked.licence.clone() }],
        purl,
        external_references: linked
            .repository
            .iter()
            .map(|url| Reference { r#type: "vcs", url: url.clone() })
            .collect(),
    }
}

/// What tools know a crate by.
fn purl(linked: &Crate) -> String {
    let version = escaped(&linked.id.version);
    if linked.is_library() {
        format!("pkg:generic/{LIBRARY}@{version}")
    } else {
        format!("pkg:cargo/{}@{version}", linked.id.name)
    }
}

/// Build metadata begins with a sign that means a space in addresses.
fn escaped(version: &str) -> String {
    version.replace('+', "%2B")
}

fn standard_library(rust: &str) -> Component {
    let purl = format!("pkg:generic/rust-std@{}", escaped(rust));
    Component {
        r#type: "library",
        reference: purl.clone(),
        name: "rust-std".into(),
        version: rust.to_owned(),
        hashes: Vec::new(),
        licenses: [Licence { expression: standard_library::LICENCE.into() }],
        purl,
        external_references: Vec::new(),
    }
}

/// What a crate depends on; every one does on the standard library or a part of it.
fn dependency(linked: &Crate, crates: &[Crate], standard_library: &str) -> Dependency {
    let direct = crates.iter().filter(|other| linked.dependencies.contains(&other.id)).map(purl);
    Dependency { r#ref: purl(linked), depends_on: direct.chain([standard_library.to_owned()]).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::linked_crates::Id;

    fn id(name: &str) -> Id {
        Id { name: name.into(), version: "1.0.0+b".into() }
    }

    fn linked(name: &str, checksum: Option<&str>, dependencies: &[&str]) -> Crate {
        Crate {
            id: id(name),
            licence: "MIT".into(),
            authors: Vec::new(),
            repository: checksum.map(|_| "https://example.com/a".into()),
            folder: name.into(),
            is_ours: checksum.is_none(),
            checksum: checksum.map(str::to_owned),
            dependencies: dependencies.iter().map(|name| id(name)).collect::<BTreeSet<_>>(),
        }
    }

    #[test]
    fn the_bill_lists_crates_with_what_they_depend_on() {
        let crates = [linked("a", Some("00ff"), &[]), linked("filestack-c", None, &["a"])];
        let bill: Value = serde_json::to_value(bill(&crates, "1.95.0").unwrap()).unwrap();
        assert_eq!(bill["metadata"]["component"]["purl"], "pkg:generic/libfilestack@1.0.0%2Bb");
        assert_eq!(bill["metadata"]["component"].get("hashes"), None);
        assert_eq!(
            bill["components"][0],
            json!({
                "type": "library", "bom-ref": "pkg:cargo/a@1.0.0%2Bb", "name": "a", "version": "1.0.0+b",
                "hashes": [{"alg": "SHA-256", "content": "00ff"}], "licenses": [{"expression": "MIT"}],
                "purl": "pkg:cargo/a@1.0.0%2Bb",
                "externalReferences": [{"type": "vcs", "url": "https://example.com/a"}],
            })
        );
        assert_eq!(bill["components"].as_array().unwrap().len(), 2);
        let rust = "pkg:generic/rust-std@1.95.0";
        assert_eq!(
            bill["dependencies"],
            json!([
                {"ref": "pkg:cargo/a@1.0.0%2Bb", "dependsOn": [rust]},
                {"ref": "pkg:generic/libfilestack@1.0.0%2Bb", "dependsOn": ["pkg:cargo/a@1.0.0%2Bb", rust]},
                {"ref": rust, "dependsOn": []},
            ])
        );
    }

    #[test]
    fn a_bill_without_the_library_is_an_error() {
        assert!(bill(&[linked("a", None, &[])], "1.95.0").is_err());
    }
}
