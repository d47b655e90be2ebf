//! Library: its threads, and its shutdown.

use std::time::Instant;

use crate::error_object::filestack_error;
use crate::failure::Failure;
use crate::guard::guard;
use crate::milliseconds;
use crate::runtime;
use crate::status_code::filestack_status;

/// The most threads that can be asked for.
const MOST_THREADS: u32 = 64;

/// Sets how many threads the library makes at its first network call.
///
/// `io_threads` drive the network, each over connections of its own; 0 = the default, 2. `worker_threads` do file work
/// and hashing; 0 = the default, as many as there are processors, 2 to 4. Besides these there are up to 4 for name
/// look-ups, and one for each reader, writer and progress function in use; all are made when they are needed. Errors:
/// FILESTACK_E_ARGUMENT above 64, FILESTACK_E_STATE when the threads run already. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_runtime_configure(
    io_threads: u32,
    worker_threads: u32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointer is NULL or valid.
    unsafe {
        guard(error, || {
            for (name, count) in [("io_threads", io_threads), ("worker_threads", worker_threads)] {
                if count > MOST_THREADS {
                    return Err(Failure::argument(format!("{name} is {count}, but it must be 0 to {MOST_THREADS}")));
                }
            }
            runtime::configure(io_threads, worker_threads)
        })
    }
}

/// Ends all that the library runs: every call of other threads returns FILESTACK_E_CANCELLED, and its threads are
/// joined. Waits for that.
///
/// Only a host that unloads the library, or wants to see no thread of it any more, needs it. Objects stay, and are
/// released as ever; a later call starts new threads. `timeout_ms` limits the wait; -1 = no limit. Calling it again, or
/// when nothing runs, does no harm. Errors: FILESTACK_E_TIMEOUT when something still runs - then it may be called
/// again -, FILESTACK_E_WOULD_DEADLOCK in a callback. Threads: any; a call that is made meanwhile returns
/// FILESTACK_E_STATE. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_shutdown(timeout_ms: i64, error: *mut *mut filestack_error) -> filestack_status {
    // SAFETY: the caller's pointer is NULL or valid.
    unsafe {
        guard(error, || {
            let limit = milliseconds::wait("timeout_ms", timeout_ms)?;
            runtime::shut_down(limit.and_then(|limit| Instant::now().checked_add(limit)))
        })
    }
}
