//! Options of clients, stored files, uploads and single requests. Each has a default that works against Filestack.

mod client;
mod control;
mod media_type;
mod request;
mod sanitizer;
mod store;
mod upload;

pub use client::ClientOptions;
pub(crate) use control::Control;
pub use request::{IfExists, RequestOptions};
pub use sanitizer::FilenameSanitizer;
pub use store::StoreOptions;
pub use upload::{Intelligent, UploadOptions, Verify};
