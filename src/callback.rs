//! Callbacks: knows when the library is inside a function of the host, where a blocking call could wait for itself.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;

use crate::failure::{Failure, Result};

/// A function of the host that frees what it has lent.
pub(crate) type Destroy = unsafe extern "C-unwind" fn(user: *mut c_void);

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static IS_DEFERRING: Cell<bool> = const { Cell::new(false) };
    static DEFERRED: RefCell<Vec<(Destroy, *mut c_void)>> = const { RefCell::new(Vec::new()) };
}

/// Calls a function of the host.
pub(crate) fn call<T>(host_function: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            DEPTH.with(|depth| depth.set(depth.get() - 1));
        }
    }
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let _leave = Leave;
    host_function()
}

/// Calls a destroy function: now, or at the end of the exported function that runs on this thread.
///
/// # Safety
/// The function came with `user`, and this is its only call.
pub(crate) unsafe fn destroy(function: Destroy, user: *mut c_void) {
    if IS_DEFERRING.get() {
        DEFERRED.with_borrow_mut(|deferred| deferred.push((function, user)));
    } else {
        // SAFETY: the caller's promise is the same.
        call(|| unsafe { function(user) });
    }
}

/// Calls `destroy` when it goes.
pub(crate) struct Ownership {
    pub(crate) destroy: Option<Destroy>,
    pub(crate) user: *mut c_void,
}

// SAFETY: the contract of filestack_destroy says that it is called on any thread.
unsafe impl Send for Ownership {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Ownership {}

impl Drop for Ownership {
    fn drop(&mut self) {
        if let Some(function) = self.destroy {
            // SAFETY: the function came with `user`, and this is the last owner.
            unsafe { destroy(function, self.user) };
        }
    }
}

/// The result of `work`, which calls no destroy function, and what it would have destroyed.
pub(crate) fn collect<T>(work: impl FnOnce() -> T) -> (T, Vec<Ownership>) {
    let was_deferring = defer();
    let before = DEFERRED.take();
    let result = work();
    let collected = DEFERRED.replace(before);
    IS_DEFERRING.set(was_deferring);
    let ownership = |(function, user)| Ownership { destroy: Some(function), user };
    (result, collected.into_iter().map(ownership).collect())
}

/// Defers the calls of destroy functions, which must not run where unwinding is caught: `pthread_exit` in one of them
/// looks like that. Returns what [`call_deferred`] takes.
pub(crate) fn defer() -> bool {
    IS_DEFERRING.replace(true)
}

/// Calls what was deferred, unless an outer function will.
pub(crate) fn call_deferred(is_inner: bool) {
    if is_inner {
        return;
    }
    IS_DEFERRING.set(false);
    while let Some((function, user)) = DEFERRED.with_borrow_mut(Vec::pop) {
        // SAFETY: so it was promised when the call was deferred.
        call(|| unsafe { function(user) });
    }
}

/// Refuses a blocking call from within a callback.
pub(crate) fn refuse_blocking_call() -> Result<()> {
    if DEPTH.with(Cell::get) == 0 {
        return Ok(());
    }
    Err(Failure::WouldDeadlock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocking_is_refused_inside_and_allowed_after() {
        let inside = call(|| call(refuse_blocking_call).and(refuse_blocking_call()));
        assert!(matches!(inside.unwrap_err(), Failure::WouldDeadlock));
        assert!(refuse_blocking_call().is_ok());
    }
}
