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

mod aliases;
mod api;
mod archives;
mod bodies;
mod catalogue;
mod cdn;
mod certificates;
mod chain;
mod clock;
mod cloud;
mod connection;
mod content;
mod control;
mod cors;
mod database;
mod delivery;
mod documents;
mod errors;
mod fallback;
mod faults;
mod fetch;
mod files;
mod grammar;
mod handles;
mod hosts;
mod images;
mod intelligence;
mod masking;
mod metadata;
mod options;
mod page;
mod policy;
mod process;
mod program;
mod ranges;
mod requests;
mod routes;
mod screenshots;
mod server;
mod sources;
mod state;
mod storage;
mod store;
mod upload;
mod videos;
mod webhooks;
mod workflows;

pub use faults::{Action, Rule, RuleError};
pub use options::{DEFAULT_API_KEY, Options};
pub use program::run;
pub use requests::RecordedRequest;
pub use server::Service;
