//! Finds the crate in the symbol of a Rust function or static, whichever of the two manglings it has.
//!
//! That is the crate that the demangled path begins with; for a method of a trait it is the crate of the type, or of
//! the trait when the type belongs to none, as a slice.

/// The crate of a symbol, none when it is not Rust's.
pub(crate) fn crate_of(symbol: &str) -> Option<&str> {
    if let Some(path) = symbol.strip_prefix("_ZN") {
        return legacy(path);
    }
    let path = symbol.strip_prefix("_R")?;
    V0 { path, at: 0, depth: 0 }.path()
}

/// Characters that the legacy mangling spells out, before the name of a type.
const SIGNS: [&str; 11] =
    ["_", "$LT$", "$RF$", "$BP$", "$LP$", "$u5b$", "$u20$", "$u27$", "mut$u20$", "const$u20$", "dyn$u20$"];

const AS: &str = "$u20$as$u20$";

/// The crate of a legacy path: its first part, a crate or `_$LT$type$u20$as$u20$trait$GT$`, after its length.
fn legacy(path: &str) -> Option<&str> {
    let digits = path.find(|c: char| !c.is_ascii_digit())?;
    let first = path[digits..].get(..path[..digits].parse().ok()?)?;
    if !first.contains('$') {
        return Some(first);
    }
    let r#trait = first.find(AS).map(|at| &first[at + AS.len()..]);
    head(first).or_else(|| head(r#trait?))
}

/// The crate of a type, unless its name stands alone: then it is a parameter or one of the language's own.
fn head(mut r#type: &str) -> Option<&str> {
    while let Some(rest) = SIGNS.iter().find_map(|sign| r#type.strip_prefix(sign)) {
        r#type = rest;
    }
    let end = r#type.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    r#type[end..].starts_with("..").then(|| &r#type[..end]).filter(|name| !name.is_empty())
}

/// No path refers to earlier ones more often.
const MAX_DEPTH: usize = 200;

/// A path in the mangling of RFC 2603, which is read up to `at`. None means that it is not understood.
struct V0<'a> {
    path: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> V0<'a> {
    /// The crate of the path that comes next.
    fn path(&mut self) -> Option<&'a str> {
        match self.next()? {
            'C' => self.identifier(),
            'N' => {
                self.next()?;
                let found = self.path()?;
                self.identifier()?;
                Some(found)
            }
            'M' => {
                let place = self.impl_path()?;
                Some(self.r#type()?.unwrap_or(place))
            }
            'X' => {
                self.impl_path()?;
                self.type_as_trait()
            }
            'Y' => self.type_as_trait(),
            'I' => {
                let found = self.path()?;
                self.list(Self::generic_argument)?;
                Some(found)
            }
            'B' => self.backref(Self::path),
            _ => None,
        }
    }

    fn impl_path(&mut self) -> Option<&'a str> {
        self.tagged_number('s')?;
        self.path()
    }

    fn type_as_trait(&mut self) -> Option<&'a str> {
        let r#type = self.r#type()?;
        let r#trait = self.path()?;
        Some(r#type.unwrap_or(r#trait))
    }

    /// The crate of the type that comes next, if it belongs to one.
    fn r#type(&mut self) -> Option<Option<&'a str>> {
        match self.peek()? {
            'C' | 'M' | 'X' | 'Y' | 'N' | 'I' => return self.path().map(Some),
            _ => {}
        }
        match self.next()? {
            'a'..='z' => Some(None),
            'A' => {
                let element = self.r#type()?;
                self.constant()?;
                Some(element)
            }
            'S' | 'P' | 'O' => self.r#type(),
            'R' | 'Q' => {
                self.tagged_number('L')?;
                self.r#type()
            }
            'T' => Some(self.list(Self::r#type)?.into_iter().flatten().next()),
            'F' => self.function().map(|()| None),
            'D' => {
                self.tagged_number('G')?;
                let traits = self.list(Self::dyn_trait)?;
                self.tagged_number('L')?;
                Some(traits.first().copied())
            }
            'B' => self.backref(Self::r#type),
            _ => None,
        }
    }

    fn function(&mut self) -> Option<()> {
        self.tagged_number('G')?;
        self.takes('U');
        if self.takes('K') && !self.takes('C') {
            self.name()?;
        }
        self.list(Self::r#type)?;
        self.r#type().map(drop)
    }

    fn dyn_trait(&mut self) -> Option<&'a str> {
        let found = self.path()?;
        while self.takes('p') {
            self.name()?;
            self.r#type()?;
        }
        Some(found)
    }

    fn generic_argument(&mut self) -> Option<()> {
        if self.peek()? == 'L' {
            self.tagged_number('L')
        } else if self.takes('K') {
            self.constant()
        } else {
            self.r#type().map(drop)
        }
    }

    /// The value of a parameter that is a number, a character or a bool.
    fn constant(&mut self) -> Option<()> {
        match self.next()? {
            'p' => Some(()),
            'B' => self.backref(Self::constant),
            'a'..='z' => self.until_underscore().map(drop),
            _ => None,
        }
    }

    /// Reads what comes up to an E.
    fn list<T>(&mut self, item: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        while !self.takes('E') {
            items.push(item(self)?);
        }
        Some(items)
    }

    /// Reads something that stands earlier.
    fn backref<T>(&mut self, item: fn(&mut Self) -> Option<T>) -> Option<T> {
        let target = number(self.until_underscore()?)?;
        if self.depth == MAX_DEPTH || target >= self.at {
            return None;
        }
        item(&mut V0 { path: self.path, at: target, depth: self.depth + 1 })
    }

    fn identifier(&mut self) -> Option<&'a str> {
        self.tagged_number('s')?;
        self.name()
    }

    /// A name after its length, which an underscore divides from names that begin with a digit or another.
    fn name(&mut self) -> Option<&'a str> {
        self.takes('u');
        let rest = self.path.get(self.at..)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let length: usize = rest[..digits].parse().ok()?;
        self.at += digits;
        self.takes('_');
        let name = self.path.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(name)
    }

    /// Skips a number that may be there after its tag.
    fn tagged_number(&mut self, tag: char) -> Option<()> {
        if self.takes(tag) { self.until_underscore().map(drop) } else { Some(()) }
    }

    fn until_underscore(&mut self) -> Option<&'a str> {
        let text = self.path.get(self.at..)?.split_once('_')?.0;
        self.at += text.len() + 1;
        Some(text)
    }

    fn peek(&self) -> Option<char> {
        self.path.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.at += wanted.len_utf8();
        }
        is_next
    }
}

/// A number of base 62, where nothing is 0 and every other one more than its digits say.
fn number(digits: &str) -> Option<usize> {
    if digits.is_empty() {
        return Some(0);
    }
    let value = digits.chars().try_fold(0usize, |value, digit| {
        let digit = match digit {
            '0'..='9' => digit as usize - '0' as usize,
            'a'..='z' => digit as usize - 'a' as usize + 10,
            'A'..='Z' => digit as usize - 'A' as usize + 36,
            _ => return None,
        };
        value.checked_mul(62)?.checked_add(digit)
    });
    value?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_symbols() {
        for (symbol, name) in [
            ("_ZN7reqwest7connect16ConnectorService17h17bb375ddc66e9f9E", "reqwest"),
            ("_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h53e71825703722eaE", "core"),
            ("_ZN66_$LT$http..method..InvalidMethod$u20$as$u20$core..fmt..Display$GT$3fmt17h815c20d020a5E", "http"),
            ("_ZN60_$LT$$RF$mut$u20$h2..frame..Head$u20$as$u20$core..fmt..Debug$GT$3fmt17h53e7E", "h2"),
            ("_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h53e71825703722eaE", "core"),
            ("_ZN48_$LT$T$u20$as$u20$http..extensions..AnyClone$GT$6as_any17hc828cffc4e99591eE", "http"),
            ("_ZN54_$LT$$u5b$T$u5d$$u20$as$u20$core..fmt..Debug$GT$3fmt17hc828E", "core"),
            ("_ZN40_$LT$str$u20$as$u20$core..fmt..Debug$GT$3fmt17hc828E", "core"),
            ("_ZN63_$LT$dyn$u20$log..Log$u20$as$u20$tracing_core..field..Value$GT$1a17hE", "log"),
        ] {
            assert_eq!(crate_of(symbol), Some(name), "{symbol}");
        }
    }

    #[test]
    fn v0_symbols() {
        for (symbol, name) in [
            ("_RNvNtCsjrHSEGnQ3l9_3std5panic13resume_unwind", "std"),
            ("_RINvMs0_NtNtNtCsjrHSEGnQ3l9_3std12backtrace_rs9symbolize5gimliNtB6_5Cache11with_globalEBc_", "std"),
            (
                "_RNvXs0_NtCsgY6Mt91CT9J_14rustc_demangle2v0NtB5_5IdentNtNtCsgEmfK2I1SDS_4core3fmt7Display3fmt",
                "rustc_demangle",
            ),
            ("_RNvXs1g_NtCsgEmfK2I1SDS_4core3fmtReNtB6_5Debug3fmtCsgY6Mt91CT9J_14rustc_demangle", "core"),
            (
                "_RNvYINtNtNtCsgEmfK2I1SDS_4core3net14display_buffer13DisplayBufferKj15_ENtNtB9_3fmt5Write9write_fmtB9_",
                "core",
            ),
            ("_RNCNvCs1_1a1b0B3_", "a"),
            ("_RNvXCs1_1aSNtCs2_1b1cNtB2_1d1e", "b"),
            ("_RNvXCs1_1aFUKCmEuNtB2_1d1e", "a"),
            ("_RNvXCs1_1aDNtCs2_1b1cp1iuEL_NtB2_1d1e", "b"),
            ("_RNvXCs1_1aTuNtCs2_1b1cENtB2_1d1e", "b"),
            ("_RNvXCs1_1aAhj10_NtB2_1d1e", "a"),
        ] {
            assert_eq!(crate_of(symbol), Some(name), "{symbol}");
        }
    }

    #[test]
    fn others_have_no_crate() {
        for symbol in
            ["memcpy", "ring_core_0_17_14__LIMBS_add", "_R", "_ZN", "_ZN99_3abcE", "_RNvB_1a", "_RNvBz_1a", "_RZ"]
        {
            assert_eq!(crate_of(symbol), None, "{symbol}");
        }
    }

    #[test]
    fn numbers_have_base_62() {
        assert_eq!(
            [number(""), number("0"), number("z"), number("10"), number("-")],
            [Some(0), Some(1), Some(36), Some(63), None]
        );
    }
}
