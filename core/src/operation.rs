//! The control of one running call: cancellation, deadline, pause gate and progress.

use std::fmt;
use std::future::{Future, pending};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::error::{Error, ErrorKind, Limit, Result};
use crate::progress::{CallState, Counters, Progress, Transfer};
use crate::statistics::{Costs, Statistics};

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
    counters: Arc<Counters>,
}

#[derive(Clone, Default)]
struct Control {
    /// What the call does, for its errors.
    what: Option<Arc<str>>,
    is_cancelled: bool,
    is_done: bool,
    /// Whether the call has begun, but others have to end first.
    waits_for_turn: bool,
    /// How many of the call's readers and writers have nothing to do until the host says so.
    waiting_for_host: usize,
    outlasts_network: bool,
    paused_since: Option<Instant>,
    deadline: Option<Deadline>,
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Operation {
    /// The control of a call that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Operation(Arc::new(Shared { control: watch::Sender::new(Control::default()), counters: Arc::default() }))
    }

    /// Ends the call, which reports `Cancelled`. A call that has ended already is not changed.
    pub fn cancel(&self) {
        self.change(|control| control.is_cancelled = true);
    }

    /// Closes the gate before further requests. The deadline stops meanwhile.
    pub fn pause(&self) {
        self.change(|control| {
            control.paused_since.get_or_insert_with(Instant::now);
        });
    }

    /// Opens the gate again.
    pub fn resume(&self) {
        self.change(|control| {
            let Some(since) = control.paused_since.take() else { return };
            if let Some(deadline) = &mut control.deadline {
                deadline.at += since.elapsed();
            }
        });
    }

    /// Names the call in its progress.
    pub fn set_tag(&self, tag: u64) {
        self.0.counters.set_tag(tag);
    }

    /// How far the call is. Takes no lock.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.0.counters.progress()
    }

    /// What the call has cost so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.costs().statistics()
    }

    /// Where the call notes what it costs.
    pub(crate) fn costs(&self) -> &Costs {
        self.0.counters.costs()
    }

    /// The operation, without keeping it.
    pub(crate) fn downgrade(&self) -> WeakOperation {
        WeakOperation(Arc::downgrade(&self.0))
    }

    /// Names the call and begins its time.
    pub(crate) fn begin(&self, what: &str, limit: Option<Duration>) {
        self.costs().begin();
        self.change(|control| {
            control.what = Some(what.into());
            (control.is_done, control.waits_for_turn) = (false, false);
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

    /// Notes that the call waits for its turn, or that this has come.
    pub(crate) fn wait_for_turn(&self, waits: bool) {
        self.change(|control| control.waits_for_turn = waits);
    }

    /// What the host gives or takes at a time of its own, with the note that the call waits for that.
    pub(crate) async fn wait_for_host<T>(&self, work: impl Future<Output = T>) -> T {
        struct Waiting<'a>(&'a Operation);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.change(|control| control.waiting_for_host -= 1);
            }
        }
        self.change(|control| control.waiting_for_host += 1);
        let _waiting = Waiting(self);
        work.await
    }

    /// Returns once the call waits for the host: paused, or for a reader or writer.
    pub(crate) async fn until_waiting_for_host(&self) {
        let waits = |control: &Control| control.paused_since.is_some() || control.waiting_for_host > 0;
        // The sender lives as long as this does.
        let _ = self.0.control.subscribe().wait_for(waits).await;
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

    /// Lets the call try again for as long as it may take when the service cannot be reached.
    pub(crate) fn outlast_network(&self) {
        self.change(|control| control.outlasts_network = true);
    }

    /// Whether a service that cannot be reached is tried again until the deadline. Without one, it is not.
    pub(crate) fn outlasts_network(&self) -> bool {
        let control = self.0.control.borrow();
        control.outlasts_network && control.deadline.is_some()
    }

    /// Ends the call, whatever its outcome.
    pub(crate) fn finish(&self) {
        self.costs().end();
        self.change(|control| control.is_done = true);
    }

    /// Counts a request that is tried again, because of a failure of this kind.
    pub(crate) fn count_retry(&self, cause: ErrorKind) {
        self.0.counters.count_retry(cause);
    }

    /// Says how much there is to do, from the beginning.
    pub(crate) fn set_total(&self, bytes: u64, parts: u64) {
        self.0.counters.set_total(bytes, parts);
    }

    /// Counts a part that is done.
    pub(crate) fn count_part(&self) {
        self.0.counters.count_part();
    }

    /// A content of the call that is going to move.
    pub(crate) fn transfer(&self) -> Transfer {
        Transfer::new(Arc::clone(&self.0.counters))
    }

    /// Changes the control, and notes what the call is doing then.
    fn change(&self, change: impl FnOnce(&mut Control)) {
        self.0.control.send_modify(|control| {
            change(control);
            self.0.counters.set_state(control.state());
        });
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
    fn state(&self) -> CallState {
        match self {
            Control { is_done: true, .. } => CallState::Done,
            Control { paused_since: Some(_), .. } => CallState::Paused,
            Control { waits_for_turn: true, .. } => CallState::Waiting,
            Control { what: Some(_), .. } => CallState::Running,
            _ => CallState::Waiting,
        }
    }

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
        assert_eq!(operation.progress().state, CallState::Paused);
        operation.gate().await.unwrap();
        assert_eq!(started.elapsed().as_secs(), 3);
        assert_eq!(operation.progress().state, CallState::Running);
        operation.finish();
        assert_eq!(
            (operation.progress().state, Operation::new().progress().state),
            (CallState::Done, CallState::Waiting)
        );
    }
}
