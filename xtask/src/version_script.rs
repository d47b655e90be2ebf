//! The version script: which symbols the libraries that ship have for others, and in which version.

use std::fmt::Write as _;

use crate::declarations::Header;

/// The names of what ships.
pub(crate) struct Names {
    version: &'static str,
    /// `0.1`: what has the same is compatible, because before 1.0 each minor version may break.
    series: String,
}

impl Names {
    pub(crate) fn present() -> Self {
        Names::of(env!("CARGO_PKG_VERSION"))
    }

    fn of(version: &'static str) -> Self {
        let series = version.rsplit_once('.').map_or(version, |(series, _)| series).to_owned();
        Names { version, series }
    }

    /// What programs that were linked ask the loader for.
    pub(crate) fn soname(&self) -> String {
        format!("libfilestack.so.{}", self.series)
    }

    /// The file of the shared library.
    pub(crate) fn shared(&self) -> String {
        format!("libfilestack.so.{}", self.version)
    }

    /// The version that all symbols have.
    pub(crate) fn node(&self) -> String {
        format!("FILESTACK_{}", self.series)
    }
}

/// The script for the functions of a header.
pub(crate) fn write(header: &Header) -> String {
    let mut functions: Vec<&str> = header.functions().map(|(item, _)| item.name.as_str()).collect();
    functions.sort_unstable();
    let mut text = format!("{} {{\n    global:\n", Names::present().node());
    for function in functions {
        let _ = writeln!(text, "        {function};");
    }
    text + "    local:\n        *;\n};\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_version() {
        let names = Names::of("0.1.0");
        assert_eq!(
            (names.soname(), names.shared(), names.node()),
            ("libfilestack.so.0.1".into(), "libfilestack.so.0.1.0".into(), "FILESTACK_0.1".into())
        );
    }
}
