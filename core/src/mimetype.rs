//! MIME types of file names.

/// The type of a file whose name says nothing.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The MIME type that a file name's ending stands for.
pub(crate) fn of_file_name(name: &str) -> &'static str {
    mime_guess::from_path(name).first_raw().unwrap_or(UNKNOWN_TYPE)
}
