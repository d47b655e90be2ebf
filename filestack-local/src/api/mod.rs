//! The File API: deleting, overwriting, and storing with a single request.

pub(crate) mod files;
mod sent;
pub(crate) mod store;
