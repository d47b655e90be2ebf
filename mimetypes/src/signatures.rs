//! Signatures: what the first bytes of a file say.
//!
//! The crate `infer` finds them. Some of its signatures have two bytes, or are found anywhere in the beginning, so the
//! doubtful ones are checked again here, and none of a binary format counts in a text.

use crate::endings::{of_ending, of_file};

/// A format that the first bytes belong to, by its usual ending.
pub(crate) struct Signature {
    format: &'static str,
    mimetype: &'static str,
    is_certain: bool,
}

/// Formats whose files hold one of many others: the ending tells which.
const CONTAINERS: &[&str] =
    &["ar", "docx", "epub", "odp", "ods", "odt", "ole", "ora", "pptx", "sqlite", "xlsx", "xml", "zip"];

/// Formats that share their signature with those of other endings.
const SHARED: &[(&str, &[&str])] = &[
    ("3gp", &["3g2", "3gp2", "3gpp", "m4a", "m4v", "mp4"]),
    ("7z", &["cb7"]),
    ("avif", &["heif", "hif"]),
    ("exe", &["com", "cpl", "dll", "drv", "efi", "ocx", "scr", "sys"]),
    ("gz", &["emz", "svgz", "tgz", "wmz"]),
    ("heic", &["heics", "heif", "heifs", "hif"]),
    ("heif", &["avci", "avcs", "avif", "avifs", "heic", "heics", "heifs", "hif"]),
    ("jp2", &["j2k", "jpf", "jpg2", "jpm", "jpx", "mj2"]),
    ("m4a", &["m4b", "m4p", "m4r"]),
    ("m4v", &["mp4"]),
    ("mid", &["kar", "rmi"]),
    ("mkv", &["mk3d", "mka", "mks"]),
    ("mobi", &["azw", "azw3", "prc"]),
    ("mp3", &["aac", "adts", "aif", "aiff", "ape", "dsf", "flac", "m2a", "mp2", "mpga", "tta", "wav"]),
    (
        "mp4",
        &["3g2", "3gp", "3gpp", "aax", "f4a", "f4b", "f4p", "f4v", "m4a", "m4b", "m4p", "m4r", "m4s", "m4v", "mj2"],
    ),
    ("mpg", &["m1v", "m2v", "mpv", "mpv2", "vob"]),
    ("ogg", &["ogm", "ogv", "ogx", "opus", "spx"]),
    ("ogv", &["ogg", "ogm", "ogx"]),
    ("rar", &["cbr"]),
    (
        "tif",
        &[
            "3fr", "arw", "cr2", "dcr", "dng", "erf", "fff", "gpr", "iiq", "k25", "kdc", "mef", "mos", "nef", "nrw",
            "orf", "pef", "raw", "rw2", "rwl", "sr2", "srf", "srw", "svs",
        ],
    ),
    ("webm", &["weba"]),
    ("wmv", &["asf", "wm", "wma", "wmp"]),
];

/// Formats of `infer` that do not decide the type: texts, whose ending decides, and signatures of two bytes, with which
/// many other files begin.
const DISREGARDED: &[&str] = &["bc", "der", "html", "obj", "pem", "sh"];

/// Formats that may look like a text.
const IN_TEXT: &[&str] = &["avi", "gif", "pdf", "ps", "rtf", "wav", "webp", "xml"];

impl Signature {
    pub(crate) fn mimetype(&self) -> &'static str {
        self.mimetype
    }

    /// Whether a file with this signature can be what its name's ending says.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let ending = of_file(name).map(str::to_ascii_lowercase).unwrap_or_default();
        let shares = |format: &&(&str, &[&str])| format.0 == self.format;
        !self.is_certain
            || CONTAINERS.contains(&self.format)
            || SHARED.iter().find(shares).is_some_and(|(_, others)| others.contains(&ending.as_str()))
    }
}

/// The signature that a file's first bytes have.
pub(crate) fn find(head: &[u8]) -> Option<Signature> {
    let (format, inferred) = match infer::get(head) {
        Some(found) => (refined(found.extension(), head), Some(found.mime_type())),
        None => (media_brand(head)?, None),
    };
    let is_certain = is_certain(format, head);
    if DISREGARDED.contains(&format) || (is_text(head) && !(is_certain && IN_TEXT.contains(&format))) {
        return None;
    }
    let mimetype = match format {
        "ole" => "application/x-ole-storage",
        _ => of_ending(format).or(inferred)?,
    };
    Some(Signature { format, mimetype, is_certain })
}

/// The format that `infer` calls by this ending, told more exactly.
fn refined(ending: &'static str, head: &[u8]) -> &'static str {
    match ending {
        // Which of them is not seen from the beginning.
        "doc" | "msi" | "ppt" | "xls" => "ole",
        "dll" => "exe",
        "heif" if matches!(head.get(8..12), Some(b"heic" | b"heix")) => "heic",
        "ogg" if head.get(28..35) == Some(b"\x80theora") => "ogv",
        ending => ending,
    }
}

/// The format of an ISO media file whose brand `infer` does not know.
fn media_brand(head: &[u8]) -> Option<&'static str> {
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    Some(match head.get(8..12)? {
        b"crx " => "cr3",
        b"M4B " | b"M4P " => "m4a",
        b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => "heif",
        [b'3', b'g', b'2', _] => "3g2",
        [b'3', b'g', _, _] => "3gp",
        _ => "mp4",
    })
}

/// Whether the signature is more than a few bytes that could stand there for another reason.
fn is_certain(format: &str, head: &[u8]) -> bool {
    match format {
        "aac" | "cpio" | "ico" | "ttf" | "Z" => false,
        "bmp" => head.get(6..10) == Some(&[0; 4]),
        "exe" => portable_executable(head).is_some(),
        "gif" => head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"),
        "jxl" => !head.starts_with(b"\xff\x0a"),
        // The other form of QuickTime files, which begin with a box of any kind, is that of old MP4 files as well.
        "mov" => head.get(4..8) == Some(b"ftyp"),
        "mp3" => head.starts_with(b"ID3"),
        "mp4" => infer::is_video(head),
        "pdf" => head.starts_with(b"%PDF-"),
        "ps" => head.starts_with(b"%!PS"),
        "sqlite" => head.starts_with(b"SQLite format 3\0"),
        "webp" => head.starts_with(b"RIFF"),
        _ => true,
    }
}

/// The header of a Windows program, whose place the old header tells.
fn portable_executable(head: &[u8]) -> Option<()> {
    let offset = u32::from_le_bytes(head.get(0x3c..0x40)?.try_into().ok()?);
    let start = usize::try_from(offset).ok()?;
    (head.get(start..start.checked_add(4)?)? == b"PE\0\0").then_some(())
}

/// Whether all of it is UTF-8, but for a character that is cut at the end, without control characters.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(cause) if cause.error_len().is_none() => std::str::from_utf8(&head[..cause.valid_up_to()]).unwrap_or("\0"),
        Err(_) => return false,
    };
    !text.contains(|letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}'))
}
