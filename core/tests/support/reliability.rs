//! docs/reliability.md, of which each proof writes its own section.

use std::path::PathBuf;

/// Replaces the text below the heading `name`, or adds both at the end.
pub(crate) fn write_section(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/reliability.md");
    let page = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, with_section(&page, name, text)).unwrap();
}

fn with_section(page: &str, name: &str, text: &str) -> String {
    let mut sections = page.split("\n## ");
    let mut changed = sections.next().unwrap_or_default().trim_end().to_owned();
    let section = format!("{name}\n\n{}", text.trim_end());
    let mut is_new = true;
    for old in sections {
        let is_this = old.lines().next() == Some(name);
        is_new &= !is_this;
        changed += &format!("\n\n## {}", if is_this { &section } else { old.trim_end() });
    }
    if is_new {
        changed += &format!("\n\n## {section}");
    }
    changed + "\n"
}
