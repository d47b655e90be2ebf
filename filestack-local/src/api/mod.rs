//! The File API - deleting, overwriting, storing with a single request - and cloud drives.

pub(crate) mod cloud;
pub(crate) mod files;
mod sent;
pub(crate) mod store;
