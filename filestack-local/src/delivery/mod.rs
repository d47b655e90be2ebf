//! Delivery: files as they are, what tasks make of them, and data about them.

mod av_jobs;
pub(crate) mod cdn;
pub(crate) mod chain;
mod documents;
mod fallback;
mod intelligence;
pub(crate) mod metadata;
pub(crate) mod order;
mod page_tree;
pub(crate) mod presentation;
pub(crate) mod process;
mod ranges;
mod screenshots;
mod sources;
mod workflows;
