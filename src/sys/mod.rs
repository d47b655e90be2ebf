//! What the operating system offers and the standard library does not, or not alike everywhere. One file per subject.

pub(crate) mod file;
pub(crate) mod signals;
