//! The control of one running call: cancellation, deadline, pause gate and progress.

use std::fmt;
use std::future::{Future, pending};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, ErrorKind, Limit, Result};

/// Controls a call from outside of it. Clones control the same one; give an operation to one call only.
#[derive(Clone)]
pub struct Operation(Arc<Shared>);

/// An operation that may have gone.
#[derive(Clone)]
pub(crate) struct WeakOperation(Weak<Shared>);

impl WeakOperation {
    /// The operation, when it is there.
    pub(crate) fn upgrade(&self) -> Option<Operation> {
        self.0.upgrade().map(Operation)
    }
}

struct Shared {
    control: watch::Sender<Control>,
    counters: Counters,
}

#[derive(Clone, Default)]
struct Control {
    /// What the call does, for its errors.
    what: Option<Arc<str>>,
    is_cancelled: bool,
    paused_since: Option<Instant>,
    deadline: Option<Deadline>,
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

#[derive(Default)]
struct Counters {
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
    bytes_resent: AtomicU64,
    parts_done: AtomicU32,
    parts_total: AtomicU32,
    retries: AtomicU32,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that have arrived at their end.
    pub bytes_done: u64,
    /// Bytes in all; 0 when that is not known.
    pub bytes_total: u64,
    /// Bytes that had to be sent more than once.
    pub bytes_resent: u64,
    /// Parts of an upload that are done.
    pub parts_done: u32,
    /// Parts of an upload in all.
    pub parts_total: u32,
    /// How often a request was tried again.
    pub retries: u32,
}

impl Operation {
    /// The control of a call that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Operation(Arc::new(Shared { control: watch::Sender::new(Control::default()), counters: Counters::default() }))
    }

    /// Ends the call, which reports `Cancelled`. A call that has ended already is not changed.
    pub fn cancel(&self) {
        self.0.control.send_modify(|control| control.is_cancelled = true);
    }

    /// Closes the gate before further requests. The deadline stops meanwhile.
    pub fn pause(&self) {
        self.0.control.send_modify(|control| {
            control.paused_since.get_or_insert_with(Instant::now);
        });
    }

    /// Opens the gate again.
    pub fn resume(&self) {
        self.0.control.send_modify(|control| {
            let Some(since) = control.paused_since.take() else { return };
            if let Some(deadline) = &mut control.deadline {
                deadline.at += since.elapsed();
            }
        });
    }

    /// How far the call is. Takes no lock.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let counters = &self.0.counters;
        Progress {
            bytes_done: counters.bytes_done.load(Ordering::Relaxed),
            bytes_total: counters.bytes_total.load(Ordering::Relaxed),
            bytes_resent: counters.bytes_resent.load(Ordering::Relaxed),
            parts_done: counters.parts_done.load(Ordering::Relaxed),
            parts_total: counters.parts_total.load(Ordering::Relaxed),
            retries: counters.retries.load(Ordering::Relaxed),
        }
    }

    /// The operation, without keeping it.
    pub(crate) fn downgrade(&self) -> WeakOperation {
        WeakOperation(Arc::downgrade(&self.0))
    }

    /// Names the call and begins its time.
    pub(crate) fn begin(&self, what: &str, limit: Option<Duration>) {
        self.0.control.send_modify(|control| {
            control.what = Some(what.into());
            let deadline = |limit: Duration| Some(Deadline { at: Instant::now().checked_add(limit)?, limit });
            control.deadline = limit.and_then(deadline);
        });
    }

    /// The result of `work`, or `Cancelled` or `Timeout` once that is over.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            outcome = work => outcome,
            error = self.ended() => Err(error),
        }
    }

    /// Fails when the call is over. For work that blocks, between its pieces.
    pub(crate) fn check(&self) -> Result<()> {
        self.0.control.borrow().end().map_or(Ok(()), Err)
    }

    /// Waits while the call is paused.
    pub(crate) async fn gate(&self) -> Result<()> {
        let is_open = |control: &Control| control.is_cancelled || control.paused_since.is_none();
        // The sender lives as long as this does.
        let _ = self.0.control.subscribe().wait_for(is_open).await;
        self.check()
    }

    /// Whether the call is paused.
    pub(crate) fn is_paused(&self) -> bool {
        self.0.control.borrow().paused_since.is_some()
    }

    /// Whether the call's time is over.
    pub(crate) fn is_past_deadline(&self) -> bool {
        let control = self.0.control.borrow();
        control.running_deadline().is_some_and(|deadline| Instant::now() >= deadline.at)
    }

    /// Whether the call has a deadline.
    pub(crate) fn has_deadline(&self) -> bool {
        self.0.control.borrow().deadline.is_some()
    }

    /// Counts a request that is tried again.
    pub(crate) fn count_retry(&self) {
        self.0.counters.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Says how much there is to do.
    pub(crate) fn set_total(&self, bytes: u64, parts: u64) {
        self.0.counters.bytes_total.store(bytes, Ordering::Relaxed);
        self.0.counters.parts_total.store(u32::try_from(parts).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Counts a part that is done.
    pub(crate) fn count_part(&self, bytes: u64) {
        self.0.counters.parts_done.fetch_add(1, Ordering::Relaxed);
        self.count_bytes(bytes);
    }

    /// Counts bytes that have arrived.
    pub(crate) fn count_bytes(&self, bytes: u64) {
        self.0.counters.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Says how many bytes have arrived, when some were there before or have to come again.
    pub(crate) fn set_bytes_done(&self, bytes: u64) {
        self.0.counters.bytes_done.store(bytes, Ordering::Relaxed);
    }

    /// The error of the end, once it has come.
    async fn ended(&self) -> Error {
        let mut control = self.0.control.subscribe();
        loop {
            let (end, wake) = {
                let control = control.borrow_and_update();
                (control.end(), control.running_deadline().map(|deadline| deadline.at))
            };
            if let Some(error) = end {
                return error;
            }
            let alarm = async {
                match wake {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                changed = control.changed() => if changed.is_err() { pending::<()>().await },
                () = alarm => {}
            }
        }
    }
}

impl Default for Operation {
    fn default() -> Self {
        Operation::new()
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

impl Control {
    /// The deadline, unless it stands still.
    fn running_deadline(&self) -> Option<Deadline> {
        self.deadline.filter(|_| self.paused_since.is_none())
    }

    /// Why the call is over, when it is.
    fn end(&self) -> Option<Error> {
        let what = self.what.as_deref().unwrap_or("the call");
        if self.is_cancelled {
            return Some(Error::new(ErrorKind::Cancelled, format!("{what} was cancelled")));
        }
        let passed = self.running_deadline().filter(|deadline| Instant::now() >= deadline.at)?;
        let message = format!("{what} did not end within {} ms", passed.limit.as_millis());
        Some(Error::new(ErrorKind::Timeout, message).with_limit(Limit::Total).with_retryable(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(limit_s: u64) -> Operation {
        let operation = Operation::new();
        operation.begin("the test", Some(Duration::from_secs(limit_s)));
        operation
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_at_its_deadline() {
        let operation = begun(5);
        assert!(operation.check().is_ok());
        let error = operation.run(pending::<Result<()>>()).await.unwrap_err();
        assert_eq!((error.kind(), error.limit()), (ErrorKind::Timeout, Some(Limit::Total)));
        assert_eq!(error.message(), "the test did not end within 5000 ms");
        assert!(operation.check().is_err());
        assert_eq!(operation.run(async { Ok(7) }).await.unwrap(), 7, "a result that is there counts");
    }

    #[tokio::test(start_paused = true)]
    async fn cancelling_ends_a_call_at_any_time() {
        let operation = begun(60);
        let canceller = operation.clone();
        tokio::spawn(async move { canceller.cancel() });
        let error = operation.run(pending::<Result<()>>()).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Cancelled, "the test was cancelled"));
        assert_eq!(operation.gate().await.unwrap_err().kind(), ErrorKind::Cancelled);
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_stands_still_during_a_pause() {
        let operation = begun(10);
        let started = Instant::now();
        operation.pause();
        let resuming = operation.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(100)).await;
            resuming.resume();
        });
        assert!(operation.run(pending::<Result<()>>()).await.is_err());
        assert_eq!(started.elapsed().as_secs(), 110);
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_is_shut_during_a_pause() {
        let operation = begun(60);
        operation.pause();
        let resuming = operation.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            resuming.resume();
        });
        let started = Instant::now();
        operation.gate().await.unwrap();
        assert_eq!(started.elapsed().as_secs(), 3);
    }
}
