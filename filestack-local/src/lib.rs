//! A local Filestack service for demos and tests.
//!
//! It speaks the wire contract of the real service - multipart uploads, Intelligent Ingestion, delivery,
//! transformations, the File API, jobs and webhooks - on one port, keeps files on disk and records in SQLite, and can
//! be told to misbehave. It runs as the program `filestack-local` or inside a test:
//!
//! ```
//! use filestack_local::{Options, Service};
//!
//! let service = Service::start(Options { secret: Some("SECRET".into()), ..Options::default() })?;
//! service.add_fault("POST /multipart/start 1 status:503".parse()?);
//! println!("{} with key {}", service.url(), service.api_key());
//! assert!(service.requests().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod api;
mod clock;
mod connection;
mod content;
mod control;
mod database;
mod delivery;
mod errors;
mod faults;
mod files;
mod handles;
mod hex;
mod images;
mod options;
mod page;
mod program;
mod recording;
mod routes;
mod security;
mod server;
mod state;
mod storage;
mod tasks;
mod uploads;
mod webhooks;

pub use faults::{Action, Rule, RuleError};
pub use options::{DEFAULT_API_KEY, Options};
pub use program::run;
pub use recording::RecordedRequest;
pub use server::Service;
