//! File names, and the types that belong to their extensions.

/// The last component of a file name: folders in it are the client's, not ours.
pub(crate) fn plain_filename(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// The type that belongs to a file name's extension.
pub(crate) fn mimetype_of(filename: &str) -> String {
    mime_guess::from_path(filename).first_or_octet_stream().essence_str().to_owned()
}

/// Whether a type is known for an extension.
pub(crate) fn is_extension(text: &str) -> bool {
    !mime_guess::from_ext(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_cut_from_names() {
        for (given, kept) in [("a.txt", "a.txt"), ("x/a.txt", "a.txt"), ("C:\\x\\a.txt", "a.txt"), ("x/", "")] {
            assert_eq!(plain_filename(given), kept);
        }
    }
}
