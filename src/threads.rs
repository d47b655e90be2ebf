//! The names of the library's threads, by which they are known as its own.

/// How the names begin. Linux shows 15 bytes of a name.
const PREFIX: &str = "filestack-io-";

/// The name of the thread with this number.
pub(crate) fn name(number: usize) -> String {
    format!("{PREFIX}{number}")
}

/// Whether the calling thread belongs to the library.
pub(crate) fn is_own() -> bool {
    std::thread::current().name().is_some_and(|name| name.starts_with(PREFIX))
}
