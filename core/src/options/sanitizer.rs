//! The sanitiser of file names: characters that are awkward in URLs and shells are replaced, as filestack-js does it.

use crate::error::Result;

use super::store::not_empty;

/// The characters that filestack-js replaces.
const EXCLUDED: &str = "\\{}|%`\"'~[]#^<>";
const REPLACEMENT: &str = "-";

/// Replaces characters of file names. The extension, what stands behind the last dot, stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilenameSanitizer {
    exclude: String,
    replacement: String,
}

impl Default for FilenameSanitizer {
    fn default() -> Self {
        FilenameSanitizer { exclude: EXCLUDED.into(), replacement: REPLACEMENT.into() }
    }
}

impl FilenameSanitizer {
    /// Sets which characters are replaced, instead of ``\ { } | % ` " ' ~ [ ] # ^ < >``.
    ///
    /// # Errors
    /// `Argument` when there is none.
    pub fn set_exclude(&mut self, characters: &str) -> Result<()> {
        self.exclude = not_empty("exclude", characters)?;
        Ok(())
    }

    /// Sets what takes the place of each of them, instead of `-`.
    ///
    /// # Errors
    /// `Argument` when it is empty.
    pub fn set_replacement(&mut self, text: &str) -> Result<()> {
        self.replacement = not_empty("replacement", text)?;
        Ok(())
    }

    /// The clean name; empty when nothing is left of it. A dot at the end is dropped.
    pub(crate) fn clean(&self, name: &str) -> String {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let mut cleaned = String::with_capacity(name.len());
        for character in stem.chars() {
            if self.exclude.contains(character) {
                cleaned.push_str(&self.replacement);
            } else {
                cleaned.push(character);
            }
        }
        if !extension.is_empty() {
            cleaned.push('.');
            cleaned.push_str(extension);
        }
        cleaned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results are those of filestack-js.
    #[test]
    fn names_become_those_of_filestack_js() {
        let sanitizer = FilenameSanitizer::default();
        for (name, clean) in [
            ("plain.txt", "plain.txt"),
            ("a{b}|c#d.bin", "a-b--c-d.bin"),
            ("a#b [1].bin", "a-b -1-.bin"),
            ("no extension%", "no extension-"),
            ("a#.b#", "a-.b#"),
            ("a#.tar.gz", "a-.tar.gz"),
            (".hidden#", ".hidden#"),
            ("Grüße # 日本 🎈.jpg", "Grüße - 日本 🎈.jpg"),
            ("it's.\"quoted\"", "it-s.\"quoted\""),
            ("dot.", "dot"),
            (".", ""),
        ] {
            assert_eq!(sanitizer.clean(name), clean, "{name}");
        }
    }

    #[test]
    fn characters_and_replacement_can_be_others() {
        let mut sanitizer = FilenameSanitizer::default();
        sanitizer.set_exclude("bü").unwrap();
        sanitizer.set_replacement("(é)").unwrap();
        assert_eq!(sanitizer.clean("abcü#.bin"), "a(é)c(é)#.bin");
        let before = sanitizer.clone();
        assert!(sanitizer.set_exclude("").is_err() && sanitizer.set_replacement("").is_err());
        assert_eq!(sanitizer, before);
    }

    #[test]
    fn whatever_the_name_its_extension_stays_and_its_stem_is_clean() {
        let sanitizer = FilenameSanitizer::default();
        let alphabet: Vec<char> = "a.\\{}|%`\"'~[]#^<>ü日🎈 /".chars().collect();
        for _ in 0..2000 {
            let name: String = (0..fastrand::usize(0..12)).filter_map(|_| fastrand::choice(&alphabet)).collect();
            let clean = sanitizer.clean(&name);
            let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
            let cleaned_stem = clean.strip_suffix(extension).unwrap();
            assert!(!cleaned_stem.contains(|character| EXCLUDED.contains(character)), "{name}: {clean}");
            let dots = usize::from(!extension.is_empty());
            assert_eq!(cleaned_stem.chars().count(), stem.chars().count() + dots, "{name}: {clean}");
        }
    }
}
