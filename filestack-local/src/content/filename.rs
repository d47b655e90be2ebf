//! File names, and the types that belong to their extensions.

/// The last component of a file name: folders in it are the client's, not ours. Only slashes separate them, so a
/// backslash is part of the name.
pub(crate) fn plain_filename(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The type that belongs to a file name's extension.
pub(crate) fn mimetype_of(filename: &str) -> String {
    filestack_mimetypes::of(filename, &[]).to_owned()
}

/// Whether a type is known for an extension.
pub(crate) fn is_extension(text: &str) -> bool {
    filestack_mimetypes::is_known_ending(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_clients_announce() {
        for (name, mimetype) in [
            ("x/deck.KEY", "application/vnd.apple.keynote"),
            ("a.stl", "model/stl"),
            ("a.jsonl", "application/jsonl"),
            ("noending", "application/octet-stream"),
        ] {
            assert_eq!(mimetype_of(name), mimetype);
        }
        assert!(is_extension("KEY") && !is_extension("nonsense"));
    }

    #[test]
    fn folders_are_cut_from_names() {
        for (given, kept) in
            [("a.txt", "a.txt"), ("x/a.txt", "a.txt"), ("../a.txt", "a.txt"), ("x\\/a", "a"), ("x/", "")]
        {
            assert_eq!(plain_filename(given), kept);
        }
    }

    #[test]
    fn whatever_is_no_slash_stays() {
        for name in
            ["back\\slash.png", "C:\\x\\a.txt", "..\\a", "a\\", "a:b", " a ", "a%2Fb", "a\u{2215}b", "..", "a\tb"]
        {
            assert_eq!(plain_filename(name), name);
        }
    }
}
