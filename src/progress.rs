//! Progress: how far a call is, reported to a callback.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use filestack_core::{CallState, Observer, Progress, Reports};

use crate::arguments::{filestack_destroy, null};
use crate::callback::{self, Ownership};
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard;
use crate::handle::{self, Opaque};
use crate::status_code::filestack_status;

/// State of a call: it has not begun, or waits for others to end.
pub const FILESTACK_STATE_WAITING: i32 = 1;
/// State of a call: it runs.
pub const FILESTACK_STATE_RUNNING: i32 = 2;
/// State of a call: it waits to be resumed.
pub const FILESTACK_STATE_PAUSED: i32 = 3;
/// State of a call: it has ended, whatever its outcome.
pub const FILESTACK_STATE_DONE: i32 = 4;

/// How far a call is. Start from FILESTACK_PROGRESS_INIT, which sets struct_size.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct filestack_progress {
    /// sizeof(filestack_progress), set by FILESTACK_PROGRESS_INIT, or by the library when it calls a function with it.
    pub struct_size: u32,
    /// FILESTACK_STATE_*.
    pub state: u32,
    /// The tag of an operation; 0 in blocking calls.
    pub tag: u64,
    /// Bytes of content that the network has taken or given, each counted once. It never shrinks.
    pub bytes_done: u64,
    /// Bytes in all; 0 = not known.
    pub bytes_total: u64,
    /// Bytes that had to be moved again.
    pub bytes_resent: u64,
    /// Parts of an upload that are done.
    pub parts_done: u32,
    /// Parts of an upload in all; 0 in other calls.
    pub parts_total: u32,
    /// How often a request was tried again.
    pub retries: u32,
    /// 0.
    pub reserved: u32,
}

/// Receives the progress of a call. Return nonzero to cancel the call, which then fails with FILESTACK_E_CANCELLED.
///
/// It is called at intervals while the call runs, and once more when it has ended, successfully or not, before the call
/// returns: with FILESTACK_STATE_DONE, and what it returns then does not matter. A call that is refused before it
/// begins, such as one without a destination, tells nothing. Calls have a thread each for it, so one that is slow holds
/// up the end of its own call only; several calls with the same options may call it at a time. `progress` is valid
/// during the call. It must not throw and may not call a blocking function. One that ends its thread ends the call with
/// FILESTACK_E_CALLBACK.
pub type filestack_progress_callback =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, progress: *const filestack_progress) -> i32>;

/// Sets the host's function as the observer of `reports`; none without a function. `destroy` is called when the last copy
/// of it goes, also when this fails.
///
/// # Safety
/// The pointers are NULL or valid, as for every exported function.
pub(crate) unsafe fn set_observer<H: Opaque>(
    options: *mut H,
    reports: fn(&mut H::Value) -> &mut Reports,
    callback: filestack_progress_callback,
    user: *mut c_void,
    destroy: filestack_destroy,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        guard(error, || {
            // Made first, so that `destroy` is called whatever fails.
            let ownership = Ownership { destroy, user };
            let observer =
                callback.map(|callback| -> Arc<dyn Observer> { Arc::new(CallerObserver { callback, ownership }) });
            reports(handle::borrow_mut(options, "options")?).observer = observer;
            Ok(())
        })
    }
}

/// Sets the time from one report to the next.
pub(crate) fn set_interval(reports: &mut Reports, milliseconds: i64) -> Result<()> {
    let interval = u64::try_from(milliseconds).ok().filter(|interval| *interval > 0).ok_or_else(|| {
        Failure::argument(format!("progress_interval_ms is {milliseconds}, but it must be 1 or more"))
    })?;
    reports.interval = Duration::from_millis(interval);
    Ok(())
}

struct CallerObserver {
    callback: unsafe extern "C-unwind" fn(user: *mut c_void, progress: *const filestack_progress) -> i32,
    ownership: Ownership,
}

impl Observer for CallerObserver {
    fn report(&self, progress: &Progress) -> bool {
        let told = told(progress);
        // SAFETY: the function came with `user`, which is alive until `destroy`; the struct outlives the call.
        callback::call(|| unsafe { (self.callback)(self.ownership.user, &raw const told) }) == 0
    }
}

/// Writes how far a call is to a struct of the caller's.
///
/// # Safety
/// `out_progress` is NULL or points to a `filestack_progress` of at least `struct_size` bytes, which may be written.
pub(crate) unsafe fn write(progress: &Progress, out_progress: *mut filestack_progress) -> Result<()> {
    if out_progress.is_null() {
        return Err(null("out_progress"));
    }
    // SAFETY: `struct_size` is the first member of every version of the struct.
    let struct_size = unsafe { (*out_progress).struct_size };
    if (struct_size as usize) < size_of::<filestack_progress>() {
        return Err(Failure::argument(format!(
            "out_progress->struct_size is {struct_size}: begin with FILESTACK_PROGRESS_INIT"
        )));
    }
    // SAFETY: the struct has all the members that this version knows. What a later one has more stays as it is.
    unsafe { out_progress.write(filestack_progress { struct_size, ..told(progress) }) };
    Ok(())
}

/// The number that C knows a state by.
pub(crate) fn told_state(state: CallState) -> i32 {
    match state {
        CallState::Waiting => FILESTACK_STATE_WAITING,
        CallState::Running => FILESTACK_STATE_RUNNING,
        CallState::Paused => FILESTACK_STATE_PAUSED,
        CallState::Done => FILESTACK_STATE_DONE,
    }
}

fn told(progress: &Progress) -> filestack_progress {
    filestack_progress {
        struct_size: size_of::<filestack_progress>() as u32,
        state: told_state(progress.state).unsigned_abs(),
        tag: progress.tag,
        bytes_done: progress.bytes_done,
        bytes_total: progress.bytes_total,
        bytes_resent: progress.bytes_resent,
        parts_done: progress.parts_done,
        parts_total: progress.parts_total,
        retries: progress.retries,
        reserved: 0,
    }
}
