//! MIME types of file names' endings: those of `mime_guess`, with corrections.

/// What `mime_guess` does not know, or knows under a name that is wrong, obsolete or of a rarer format. Sorted.
/// Names with `vnd.`, `x-` or no registration at all are those that the vendor or most programs use. `.avi`, `.mkv` and
/// `.wav` keep the names of `mime_guess`, because browsers know no other.
const CORRECTIONS: &[(&str, &str)] = &[
    ("3mf", "model/3mf"),
    ("amr", "audio/amr"),
    ("appimage", "application/vnd.appimage"),
    ("arrow", "application/vnd.apache.arrow.file"),
    ("avifs", "image/avif"),
    ("azw3", "application/vnd.amazon.mobi8-ebook"),
    ("bat", "application/x-bat"),
    ("blend", "application/x-blender"),
    ("c", "text/x-c"),
    ("cab", "application/vnd.ms-cab-compressed"),
    ("cb7", "application/x-cb7"),
    ("cbr", "application/vnd.comicbook-rar"),
    ("cbz", "application/vnd.comicbook+zip"),
    ("cc", "text/x-c"),
    ("cer", "application/pkix-cert"),
    ("cjs", "text/javascript"),
    ("class", "application/java-vm"),
    ("cpp", "text/x-c"),
    ("cxx", "text/x-c"),
    ("dbf", "application/vnd.dbf"),
    ("dcm", "application/dicom"),
    ("deb", "application/vnd.debian.binary-package"),
    ("dicom", "application/dicom"),
    ("dll", "application/vnd.microsoft.portable-executable"),
    ("dmg", "application/x-apple-diskimage"),
    ("dtd", "application/xml-dtd"),
    ("dwf", "model/vnd.dwf"),
    ("dwg", "image/vnd.dwg"),
    ("dxf", "image/vnd.dxf"),
    ("exe", "application/vnd.microsoft.portable-executable"),
    ("exr", "image/x-exr"),
    ("fbx", "application/vnd.autodesk.fbx"),
    // Figma's, MATLAB's or xfig's: nothing tells.
    ("fig", "application/octet-stream"),
    ("fits", "image/fits"),
    ("flatpak", "application/vnd.flatpak"),
    ("go", "text/x-go"),
    ("gpkg", "application/geopackage+sqlite3"),
    ("h", "text/x-c"),
    ("h5", "application/x-hdf5"),
    ("hdf5", "application/x-hdf5"),
    ("hh", "text/x-c"),
    ("hif", "image/heif"),
    ("hpp", "text/x-c"),
    ("ico", "image/vnd.microsoft.icon"),
    ("indd", "application/x-indesign"),
    ("ipynb", "application/x-ipynb+json"),
    ("iso", "application/x-iso9660-image"),
    ("java", "text/x-java-source"),
    ("jsonl", "application/jsonl"),
    ("jsx", "text/jsx"),
    ("jxr", "image/jxr"),
    ("key", "application/vnd.apple.keynote"),
    ("kt", "text/x-kotlin"),
    ("lz4", "application/x-lz4"),
    ("m2t", "video/mp2t"),
    ("m2ts", "video/mp2t"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4b", "audio/mp4"),
    ("m4p", "audio/mp4"),
    ("m4r", "audio/mp4"),
    ("map", "application/json"),
    ("mdx", "text/mdx"),
    ("mid", "audio/midi"),
    ("midi", "audio/midi"),
    ("mjs", "text/javascript"),
    ("msi", "application/x-msi"),
    ("mtl", "model/mtl"),
    ("mts", "video/mp2t"),
    ("ndjson", "application/x-ndjson"),
    ("numbers", "application/vnd.apple.numbers"),
    ("obj", "model/obj"),
    ("otf", "font/otf"),
    ("p12", "application/pkcs12"),
    ("pages", "application/vnd.apple.pages"),
    ("pem", "application/x-pem-file"),
    ("pfx", "application/pkcs12"),
    ("ps1", "application/x-powershell"),
    // Photoshop's large documents; IANA's is a format of telephones.
    ("psb", "image/vnd.adobe.photoshop"),
    ("psd", "image/vnd.adobe.photoshop"),
    ("py", "text/x-python"),
    ("qcow2", "application/x-qemu-disk"),
    ("rar", "application/vnd.rar"),
    ("rb", "text/x-ruby"),
    ("rmi", "audio/midi"),
    ("rpm", "application/x-rpm"),
    ("shp", "application/vnd.shp"),
    ("shx", "application/vnd.shx"),
    ("sql", "application/sql"),
    ("sqlite", "application/vnd.sqlite3"),
    ("sqlite3", "application/vnd.sqlite3"),
    ("step", "model/step"),
    ("stl", "model/stl"),
    ("stp", "model/step"),
    ("swift", "text/x-swift"),
    ("tbz2", "application/x-bzip2"),
    ("tgz", "application/gzip"),
    ("toml", "application/toml"),
    // MPEG's; TypeScript has no type of its own.
    ("ts", "video/mp2t"),
    ("tsx", "text/tsx"),
    ("ttml", "application/ttml+xml"),
    ("txz", "application/x-xz"),
    ("usda", "model/vnd.usda"),
    ("usdz", "model/vnd.usdz+zip"),
    ("vcf", "text/vcard"),
    ("vsdx", "application/vnd.visio"),
    ("woff", "font/woff"),
    ("xcf", "image/x-xcf"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zst", "application/zstd"),
];

/// The MIME type that the ending of a file name stands for.
#[must_use]
pub fn of_name(name: &str) -> Option<&'static str> {
    of_ending(of_file(name)?)
}

/// Whether a type is known for an ending, in any case and without the dot.
#[must_use]
pub fn is_known_ending(ending: &str) -> bool {
    of_ending(ending).is_some()
}

/// The MIME type of an ending.
pub(crate) fn of_ending(ending: &str) -> Option<&'static str> {
    let lower = ending.to_ascii_lowercase();
    match CORRECTIONS.binary_search_by_key(&lower.as_str(), |(known, _)| known) {
        Ok(index) => Some(CORRECTIONS[index].1),
        Err(_) => mime_guess::from_ext(&lower).first_raw(),
    }
}

/// The ending of a file name, without the dot. A name that begins with its only dot has none.
pub(crate) fn of_file(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit(['/', '\\']).next()?.rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then_some(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_sorted_and_correct_something() {
        assert!(CORRECTIONS.is_sorted_by(|(before, _), (after, _)| before < after));
        for (ending, mimetype) in CORRECTIONS {
            assert_ne!(mime_guess::from_ext(ending).first_raw(), Some(*mimetype), "{ending} needs no correction");
            assert!(!mimetype.contains(';') && mimetype.split('/').count() == 2, "{mimetype}");
        }
    }

    #[test]
    fn endings_are_found_in_any_case_and_behind_folders() {
        for (name, ending) in [
            ("a.png", Some("png")),
            ("a.tar.GZ", Some("GZ")),
            ("x.y/a", None),
            ("x.y\\a", None),
            ("C:\\x\\a.key", Some("key")),
            (".png", None),
            ("x/.png", None),
            ("a.", None),
            ("", None),
        ] {
            assert_eq!(of_file(name), ending, "{name}");
        }
        assert_eq!(of_name("DECK.KEY"), Some("application/vnd.apple.keynote"));
        assert_eq!(of_name("a.PNG"), Some("image/png"));
        assert!(is_known_ending("JsonL") && !is_known_ending("nonsense"));
    }
}
