//! Work that blocks - file systems, callers' readers, hashing - away from the threads that drive the network.

use crate::error::{Error, ErrorKind, Result};

/// Runs `work` on a thread that may block.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
        Err(_) => Err(Error::new(ErrorKind::Cancelled, "the runtime was stopped while it read the source")),
    }
}
