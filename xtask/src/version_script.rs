//! Which symbols the libraries that ship have for others, and in which version: for the linker as a version script, for
//! packages of Debian as a symbols file.

use std::fmt::Write as _;

use crate::declarations::Header;
use crate::documentation::Documentation;
use crate::workspace::Result;

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

    /// The package of the shared library in Debian.
    fn package(&self) -> String {
        format!("libfilestack{}", self.series)
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

/// The symbols file of Debian: each symbol with the first version of the library that has it.
pub(crate) fn write_debian(header: &Header) -> Result<String> {
    symbols_file(header, &Names::present())
}

fn symbols_file(header: &Header, names: &Names) -> Result<String> {
    let functions = header.functions().map(|(item, _)| match Documentation::of(&item.doc) {
        Ok(documentation) => Ok((item.name.as_str(), documentation.since)),
        Err(cause) => Err(format!("{}: {cause}", item.name)),
    });
    let mut functions: Vec<(&str, String)> = functions.collect::<Result<_>>()?;
    functions.sort_unstable();
    let node = names.node();
    let mut text = format!("{} {} #MINVER#\n", names.soname(), names.package());
    let _ = writeln!(text, "* Build-Depends-Package: libfilestack-dev\n {node}@{node} {}.0", names.series);
    for (function, since) in functions {
        let _ = writeln!(text, " {function}@{node} {since}");
    }
    Ok(text)
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

    #[test]
    fn a_symbol_is_as_old_as_its_function() {
        let header = "/** Second. Errors: none. Threads: any. Since: 0.1.0. */\nvoid filestack_b(void);\n\
                      /** First. Errors: none. Threads: any. Since: 0.1.1. */\nvoid filestack_a(void);\n";
        assert_eq!(
            symbols_file(&Header::parse(header).unwrap(), &Names::of("0.1.2")).unwrap(),
            "libfilestack.so.0.1 libfilestack0.1 #MINVER#\n* Build-Depends-Package: libfilestack-dev\n \
             FILESTACK_0.1@FILESTACK_0.1 0.1.0\n filestack_a@FILESTACK_0.1 0.1.1\n \
             filestack_b@FILESTACK_0.1 0.1.0\n"
        );
    }
}
