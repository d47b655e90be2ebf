//! Operations: calls that run while their caller goes on.

use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use filestack_core::{CallState, Error, ErrorKind, Operation, Progress, Statistics};

use crate::callback;
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::{guard, guard_or};
use crate::handle::{self, Opaque};
use crate::milliseconds;
use crate::object;
use crate::outcome::Outcome;
use crate::process;
use crate::progress::{self, filestack_progress};
use crate::status_code::filestack_status;

/// A call that was started, by a function whose name ends with _start. Shared: any thread, freed by the last
/// filestack_operation_release, which does not cancel it.
///
/// Such a function takes what its blocking twin takes, but for the outputs, and returns at once: it copies or retains
/// all that it is given, makes relative paths absolute, and calls no function of the caller's. Then come `queue`, where
/// the operation arrives when it has ended (NULL = nowhere), `tag`, a number of the caller's choice that
/// filestack_queue_take gives back, and `out_operation`, which may be NULL with a queue; `*out_operation` is written
/// before the operation can end, and released with filestack_operation_release. A start fails for misuse, with
/// FILESTACK_E_STATE during a shutdown, FILESTACK_E_RESOURCES, or FILESTACK_E_FORKED when the queue is another
/// process's; then nothing is delivered. Whatever else goes wrong is the operation's outcome.
///
/// An operation that has ended has let go of the source, the sink, the options and whatever else it was given.
pub struct filestack_operation {
    _opaque: [u8; 0],
}

impl Opaque for filestack_operation {
    type Value = Started;
    const NAME: &'static str = "filestack_operation";
    const ARGUMENT: &'static str = "operation";
}

/// A call that was started.
pub(crate) struct Started {
    control: Operation,
    tag: u64,
    can_pause: bool,
    /// How many forks led to the process that it runs in.
    forks: u64,
    outcome: OnceLock<Result<Outcome>>,
    /// For those who wait.
    waiting: Mutex<()>,
    ended: Condvar,
}

/// Waits until the operation has ended, whatever its outcome: up to `timeout_ms`, 0 = not at all, -1 = without a limit.
///
/// Errors: FILESTACK_E_PENDING when it runs still; FILESTACK_E_WOULD_DEADLOCK in a callback, unless `timeout_ms` is 0;
/// FILESTACK_E_FORKED in a child of the process that has started it. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_wait(
    operation: *const filestack_operation,
    timeout_ms: i64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            let operation = handle::borrow(operation, "operation")?;
            let limit = milliseconds::wait("timeout_ms", timeout_ms)?;
            if limit != Some(Duration::ZERO) {
                callback::refuse_blocking_call()?;
            }
            operation.wait(limit)
        })
    }
}

/// The number that the operation was started with.
///
/// Errors: none; 0 for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_tag(operation: *const filestack_operation) -> u64 {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(0, || Ok(unsafe { handle::borrow(operation, "operation") }?.tag))
}

/// What the operation is doing: FILESTACK_STATE_*. One that waits, waits for others to end.
///
/// Errors: none; 0 for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_state(operation: *const filestack_operation) -> i32 {
    guard_or(0, || {
        // SAFETY: the caller keeps the object alive during the call.
        let operation = unsafe { handle::borrow(operation, "operation") }?;
        Ok(progress::told_state(operation.progress().state))
    })
}

/// How far the operation is. Takes no lock.
///
/// Start from FILESTACK_PROGRESS_INIT. Errors: FILESTACK_E_ARGUMENT when `out_progress->struct_size` is too small.
/// Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_progress(
    operation: *const filestack_operation,
    out_progress: *mut filestack_progress,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            let operation = handle::borrow(operation, "operation")?;
            progress::write(&operation.progress(), out_progress)
        })
    }
}

/// Cancels the operation, which ends with FILESTACK_E_CANCELLED, unless it has ended by itself.
///
/// Errors: none; NULL is allowed, and one that has ended stays as it is. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_cancel(operation: *const filestack_operation) {
    guard_or((), || {
        // SAFETY: the caller keeps the object alive during the call.
        let operation = unsafe { handle::borrow(operation, "operation") }?;
        operation.check_process()?;
        operation.control.cancel();
        Ok(())
    });
}

/// Lets an upload or a download stand still: parts that are on their way arrive, a download closes its connection, and
/// its time stops. Nothing happens when it stands still or has ended.
///
/// A pause ends with the process: cancel an upload that has a checkpoint to go on with it later.
/// Errors: FILESTACK_E_UNSUPPORTED for other calls, FILESTACK_E_FORKED in a child of the process that has started it.
/// Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_pause(
    operation: *const filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            handle::borrow(operation, "operation")?.pausable()?.pause();
            Ok(())
        })
    }
}

/// Lets the operation go on after a pause. A download asks for the rest. Nothing happens when it does not stand still.
///
/// Errors: as for filestack_operation_pause. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_resume(
    operation: *const filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        guard(error, || {
            handle::borrow(operation, "operation")?.pausable()?.resume();
            Ok(())
        })
    }
}

/// Adds a reference to the operation and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_retain(operation: *const filestack_operation) -> *mut filestack_operation {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(operation) }
}

/// Releases a reference to the operation. One that runs goes on.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_release(operation: *mut filestack_operation) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(operation) }
}

impl Started {
    pub(crate) fn new(control: Operation, tag: u64, can_pause: bool) -> Self {
        control.set_tag(tag);
        Started {
            control,
            tag,
            can_pause,
            forks: process::epoch().forks,
            outcome: OnceLock::new(),
            waiting: Mutex::default(),
            ended: Condvar::new(),
        }
    }

    pub(crate) fn tag(&self) -> u64 {
        self.tag
    }

    /// What it has given, or its failure.
    ///
    /// # Errors
    /// Its failure, `Pending` while it runs.
    pub(crate) fn outcome(&self) -> Result<&Outcome> {
        match self.outcome.get() {
            Some(outcome) => outcome.as_ref().map_err(Failure::clone),
            None => {
                self.check_process()?;
                Err(Failure::Pending("the operation has not ended"))
            }
        }
    }

    /// Notes the outcome. It ends once.
    pub(crate) fn end(&self, outcome: Result<Outcome>) {
        let _ = self.outcome.set(outcome);
        drop(self.waiting.lock());
        self.ended.notify_all();
    }

    fn wait(&self, limit: Option<Duration>) -> Result<()> {
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        if self.outcome.get().is_some() {
            return Ok(());
        }
        self.check_process()?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while self.outcome.get().is_none() {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            waiting = match left {
                None => self.ended.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Err(Failure::Pending("the operation has not ended")),
                Some(left) => self.ended.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        Ok(())
    }

    /// What it has cost so far.
    ///
    /// # Errors
    /// `Forked` in a child of its process, where a thread that does not exist may hold the lock.
    pub(crate) fn statistics(&self) -> Result<Statistics> {
        self.check_process()?;
        Ok(self.control.statistics())
    }

    /// It has ended when its outcome is there.
    pub(crate) fn progress(&self) -> Progress {
        let progress = self.control.progress();
        let state = match (self.outcome.get(), progress.state) {
            (Some(_), _) => CallState::Done,
            (None, CallState::Done) => CallState::Running,
            (None, state) => state,
        };
        Progress { state, ..progress }
    }

    fn pausable(&self) -> Result<&Operation> {
        if !self.can_pause {
            let problem = "the operation cannot be paused: only uploads and downloads can";
            return Err(Error::new(ErrorKind::Unsupported, problem).into());
        }
        self.check_process()?;
        Ok(&self.control)
    }

    /// Threads of another process may hold its locks.
    fn check_process(&self) -> Result<()> {
        if process::epoch().forks == self.forks { Ok(()) } else { Err(Failure::Forked("operation")) }
    }
}
