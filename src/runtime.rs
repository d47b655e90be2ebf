//! The threads behind the C API: a tokio runtime that is made when it is first needed.
//!
//! A *generation* is a runtime and the process that made it. The threads of a runtime do not survive a fork, so
//! a child that finds its parent's generation leaks it and makes its own. The slot is an atomic pointer and no
//! lock or once-cell, because a lock that another thread holds during the fork would stay locked in the child.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::mpsc;

use futures_util::FutureExt as _;
use tokio::runtime::{Builder, Runtime};

use filestack_core::{Error, ErrorKind, Reservation, Source};

use crate::callback;
use crate::failure::{Failure, Result};
use crate::signals;
use crate::threads;

/// Threads that drive the network. One could do; with two a long computation does not stall every transfer.
const IO_THREADS: usize = 2;

static CURRENT: AtomicPtr<Generation> = AtomicPtr::new(std::ptr::null_mut());

struct Generation {
    process: u32,
    runtime: Runtime,
}

/// Runs `future` on the library's threads and waits for it. The caller's thread does no network I/O: its
/// signal mask is the host's, and a broken connection would raise SIGPIPE there.
pub(crate) fn block_on<T: Send + 'static>(
    future: impl Future<Output = filestack_core::Result<T>> + Send + 'static,
) -> Result<T> {
    callback::refuse_blocking_call()?;
    let (sender, receiver) = mpsc::sync_channel(1);
    current()?.runtime.spawn(async move {
        let outcome = AssertUnwindSafe(future).catch_unwind().await;
        let result = match outcome {
            Ok(result) => result.map_err(Failure::from),
            Err(payload) => Err(Failure::panic(&*payload)),
        };
        // The receiver waits below until this very message arrives.
        let _ = sender.send(result);
    });
    let stopped = || Error::new(ErrorKind::Cancelled, "the library was stopped while the operation ran");
    receiver.recv().unwrap_or_else(|_| Err(stopped().into()))
}

/// As [`block_on`], for work that reads a source. Work that was given up may still be inside a read: what the source
/// borrows is the caller's again only after it, so that is waited for, too.
pub(crate) fn block_on_source<T: Send + 'static, F: Future<Output = filestack_core::Result<T>> + Send + 'static>(
    source: &Source,
    work: impl FnOnce(Reservation) -> F,
) -> Result<T> {
    callback::refuse_blocking_call()?;
    let reserved = source.reserve()?;
    let end = reserved.end();
    let outcome = block_on(work(reserved));
    end.wait();
    outcome
}

fn current() -> Result<&'static Generation> {
    let process = std::process::id();
    loop {
        let found = CURRENT.load(Ordering::Acquire);
        // SAFETY: a generation that was published is never freed.
        if let Some(generation) = unsafe { found.as_ref() }
            && generation.process == process
        {
            return Ok(generation);
        }
        let fresh = Box::into_raw(Box::new(Generation { process, runtime: start_runtime()? }));
        if CURRENT.compare_exchange(found, fresh, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            // SAFETY: it was published just now, and is never freed.
            return Ok(unsafe { &*fresh });
        }
        // SAFETY: another thread was faster, so this one was never published and is still this thread's own.
        unsafe { Box::from_raw(fresh) }.runtime.shutdown_background();
    }
}

fn start_runtime() -> Result<Runtime> {
    let started = AtomicUsize::new(0);
    let name = move || threads::name(started.fetch_add(1, Ordering::Relaxed));
    signals::blocked_while(|| {
        Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .thread_name_fn(name)
            .on_thread_start(signals::block_in_this_thread)
            .enable_io()
            .enable_time()
            .build()
    })
    .map_err(|cause| Error::io("the library's threads cannot be started", &cause).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_on_the_librarys_threads() {
        assert!(block_on(async { Ok(threads::is_own()) }).unwrap());
        assert!(!threads::is_own());
    }

    #[test]
    fn a_panic_on_the_librarys_threads_is_an_error() {
        let error = block_on::<()>(async { panic!("broken") }).unwrap_err();
        assert_eq!(error.status(), crate::status_code::FILESTACK_E_PANIC);
        let error = block_on::<()>(async {
            tokio::task::spawn_blocking(|| panic!("deep")).await.map_err(|_| Error::argument("caught"))
        });
        assert!(error.is_err());
    }
}
