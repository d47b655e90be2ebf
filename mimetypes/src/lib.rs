//! MIME types of files, by their first bytes and their names.
//!
//! The rule is that of filestack-js. What the bytes say wins when they have a signature that belongs to one format:
//! a PNG named `.csv` is `image/png`. The name decides
//!
//! * for containers, which hold formats that only the ending tells apart: zip, OLE, XML, SQLite, ar;
//! * among the formats that share a signature: `.m4a` and `.mp4`, `.nef` and `.tif`, `.wma` and `.wmv`;
//! * when a signature is too short to be trusted, and when there is none, as in every text format.
//!
//! A name without a known ending leaves it to the bytes, and when these say nothing either, to [`UNKNOWN`]. Compressed
//! files are what they are, as in filestack-js: gzip named `.csv` is `application/gzip`.
//!
//! The names are IANA's where there is one that clients understand, otherwise the vendor's: those of `mime_guess` with
//! the corrections in `endings.rs`, the only table of MIME types in this workspace. Text types have no charset: the
//! name does not tell it.

#![forbid(unsafe_code)]

mod endings;
mod signatures;

pub use endings::{is_known_ending, of_name};

/// The type of a file of which neither the bytes nor the name say anything.
pub const UNKNOWN: &str = "application/octet-stream";

/// How many bytes from a file's beginning are enough to recognise it. Fewer are fine when it has no more.
pub const HEAD_LENGTH: usize = 8192;

/// The MIME type of a file called `name` that begins with `head`. Both may be empty.
#[must_use]
pub fn of(name: &str, head: &[u8]) -> &'static str {
    let by_name = of_name(name).filter(|mimetype| *mimetype != UNKNOWN);
    match (by_name, signatures::find(head)) {
        (Some(mimetype), Some(signature)) if signature.fits(name) => mimetype,
        (_, Some(signature)) => signature.mimetype(),
        (Some(mimetype), None) => mimetype,
        (None, None) => UNKNOWN,
    }
}

#[cfg(test)]
mod tests;
