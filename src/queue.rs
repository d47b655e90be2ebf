//! Queues: where operations that have ended are taken.

use std::collections::{BTreeMap, VecDeque};
use std::mem::ManuallyDrop;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use filestack_core::{Error, ErrorKind, Operation};

use crate::callback;
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::{guard, guard_or, produce};
use crate::handle::{self, Opaque, Reference};
use crate::milliseconds;
use crate::object;
use crate::operation::filestack_operation;
use crate::process;
use crate::queue_signal::Signal;
use crate::status_code::filestack_status;

/// Where operations that were started with it arrive when they have ended, each once. Shared: any thread, freed by the
/// last filestack_queue_release.
pub struct filestack_queue {
    _opaque: [u8; 0],
}

impl Opaque for filestack_queue {
    type Value = HostQueue;
    const NAME: &'static str = "filestack_queue";
    const ARGUMENT: &'static str = "queue";
}

/// The host's part of a queue. When it goes, nobody takes anything any more.
pub(crate) struct HostQueue(ManuallyDrop<Arc<Queue>>);

/// A queue. Operations that run keep it.
pub(crate) struct Queue {
    /// How many forks led to the process that the queue belongs to.
    forks: u64,
    signal: Signal,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// With room for those that run, too.
    ended: VecDeque<Reference<filestack_operation>>,
    running: BTreeMap<u64, Operation>,
    /// The number of the next operation.
    next: u64,
    /// How many takes are to return without an operation.
    wakes: u64,
    is_left: bool,
}

/// The place in a queue for an operation that has not ended.
pub(crate) struct Slot {
    queue: Arc<Queue>,
    number: u64,
}

/// Makes a queue.
///
/// `*out_queue` is released with filestack_queue_release. Errors: FILESTACK_E_RESOURCES. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_new(
    out_queue: *mut *mut filestack_queue,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { produce(out_queue, "out_queue", error, || Ok(handle::new(HostQueue::new()?))) }
}

/// A descriptor that is readable while something can be taken, for poll, epoll, kqueue and event loops. It is
/// level-triggered and close-on-exec. Wait for it only: do not read, write or close it.
///
/// Returns a descriptor that lives as long as the queue. Errors: none; -1 for NULL and where the system has none.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_fd(queue: *const filestack_queue) -> i32 {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(-1, || Ok(unsafe { handle::borrow(queue, "queue") }?.0.signal.fd()))
}

/// Takes an operation that has ended. Waits for one up to `timeout_ms`: 0 = not at all, -1 = without a limit.
///
/// `out_tag` takes the operation's tag and may be NULL. `*out_operation` is released with filestack_operation_release;
/// `out_operation` may be NULL: the operation is released then. Several threads may take; each operation goes to one.
/// Errors: FILESTACK_E_PENDING when there was none in time, or because of filestack_queue_wake;
/// FILESTACK_E_WOULD_DEADLOCK in a callback, unless `timeout_ms` is 0; FILESTACK_E_FORKED in a child of the process that
/// has made the queue. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_take(
    queue: *const filestack_queue,
    timeout_ms: i64,
    out_tag: *mut u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            if !out_tag.is_null() {
                out_tag.write(0);
            }
            if !out_operation.is_null() {
                out_operation.write(std::ptr::null_mut());
            }
            let queue = handle::borrow(queue, "queue")?;
            let limit = milliseconds::wait("timeout_ms", timeout_ms)?;
            if limit != Some(Duration::ZERO) {
                callback::refuse_blocking_call()?;
            }
            let operation = queue.0.take(limit)?;
            if !out_tag.is_null() {
                out_tag.write(operation.value().tag());
            }
            if !out_operation.is_null() {
                out_operation.write(operation.hand_over());
            }
            Ok(())
        })
    }
}

/// Lets one filestack_queue_take return FILESTACK_E_PENDING: one that waits, or else a later one. It is counted, and
/// delivered only when there is no operation to take.
///
/// Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_wake(queue: *const filestack_queue) {
    guard_or((), || {
        // SAFETY: the caller keeps the object alive during the call.
        unsafe { handle::borrow(queue, "queue") }?.0.wake();
        Ok(())
    });
}

/// Cancels every operation that was started with the queue and has not ended. They arrive as ever.
///
/// Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_cancel_all(queue: *const filestack_queue) {
    guard_or((), || {
        // SAFETY: the caller keeps the object alive during the call.
        unsafe { handle::borrow(queue, "queue") }?.0.cancel_all();
        Ok(())
    });
}

/// Adds a reference to the queue and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_retain(queue: *const filestack_queue) -> *mut filestack_queue {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(queue) }
}

/// Releases a reference to the queue. The last one discards what waits in it; operations that run go on.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_queue_release(queue: *mut filestack_queue) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(queue) }
}

impl HostQueue {
    fn new() -> Result<Self> {
        let queue = Queue {
            forks: process::epoch().forks,
            signal: Signal::new()?,
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        Ok(HostQueue(ManuallyDrop::new(Arc::new(queue))))
    }

    /// Makes room for an operation that is going to be started.
    ///
    /// # Errors
    /// `Forked` in a child of the queue's process, `Resources` without memory.
    pub(crate) fn reserve(&self, operation: &Operation) -> Result<Slot> {
        self.0.check_process()?;
        let mut state = self.0.state();
        let more = state.running.len() + 1;
        let no_memory = |_| Error::new(ErrorKind::Resources, "the queue has no memory for another operation");
        state.ended.try_reserve(more).map_err(no_memory)?;
        let number = state.next;
        state.next += 1;
        state.running.insert(number, operation.clone());
        Ok(Slot { queue: Arc::clone(&self.0), number })
    }
}

impl Drop for HostQueue {
    fn drop(&mut self) {
        if self.0.check_process().is_err() {
            // Its lock may be held by a thread that does not exist here.
            self.0.signal.abandon();
            return;
        }
        self.0.leave();
        // SAFETY: it is not used after this.
        unsafe { ManuallyDrop::drop(&mut self.0) };
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_process(&self) -> Result<()> {
        if process::epoch().forks == self.forks { Ok(()) } else { Err(Failure::Forked("queue")) }
    }

    fn take(&self, limit: Option<Duration>) -> Result<Reference<filestack_operation>> {
        self.check_process()?;
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut state = self.state();
        loop {
            if let Some(operation) = state.ended.pop_front() {
                self.after_taking(&state);
                return Ok(operation);
            }
            if state.wakes > 0 {
                state.wakes -= 1;
                self.after_taking(&state);
                return Err(Failure::Pending("nothing has ended: the take was woken"));
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            state = match left {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Err(Failure::Pending("nothing has ended that can be taken")),
                Some(left) => self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    fn wake(&self) {
        if self.check_process().is_err() {
            return;
        }
        let mut state = self.state();
        self.before_adding(&state);
        state.wakes = state.wakes.saturating_add(1);
        drop(state);
        self.changed.notify_one();
    }

    fn cancel_all(&self) {
        if self.check_process().is_ok() {
            let running: Vec<Operation> = self.state().running.values().cloned().collect();
            running.iter().for_each(Operation::cancel);
        }
    }

    /// Discards what waits, and all that is still to come.
    fn leave(&self) {
        let mut state = self.state();
        state.is_left = true;
        let discarded = std::mem::take(&mut state.ended);
        drop(state);
        self.signal.hide();
        drop(discarded);
    }

    fn before_adding(&self, state: &State) {
        if state.is_idle() {
            self.signal.set();
        }
    }

    fn after_taking(&self, state: &State) {
        if state.is_idle() {
            self.signal.clear();
        }
    }
}

impl State {
    /// Whether there is nothing to take.
    fn is_idle(&self) -> bool {
        self.ended.is_empty() && self.wakes == 0
    }
}

impl Slot {
    /// Lets the operation be taken. It has ended. Allocates nothing.
    pub(crate) fn deliver(self, operation: Reference<filestack_operation>) {
        let mut state = self.queue.state();
        // Here, so that there is room for one less from now on.
        let ended = state.running.remove(&self.number);
        if state.is_left {
            drop(state);
            drop((ended, operation));
            return;
        }
        self.queue.before_adding(&state);
        state.ended.push_back(operation);
        drop(state);
        self.queue.changed.notify_one();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Of an operation that was not started.
        let removed = self.queue.state().running.remove(&self.number);
        drop(removed);
    }
}
