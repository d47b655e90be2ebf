//! The tasks of a request: how they are written, and what the catalogue says of them.

pub(crate) mod catalogue;
pub(crate) mod color;
pub(crate) mod fingerprint;
pub(crate) mod grammar;
pub(crate) mod value;
