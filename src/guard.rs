//! The one gate of every exported function: no panic leaves the library, and errors become objects.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::arguments::{Output, null};
use crate::callback;
use crate::error_object::{filestack_error, hand_over};
use crate::failure::{Failure, Result};
use crate::status_code::{FILESTACK_OK, filestack_status};
use crate::threads;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the body of a function that can fail. The previous content of `error` is overwritten.
///
/// # Safety
/// `error` is NULL or may be written until the call returns.
pub(crate) unsafe fn guard(error: *mut *mut filestack_error, body: impl FnOnce() -> Result<()>) -> filestack_status {
    if !error.is_null() {
        // SAFETY: it is not NULL and may be written.
        unsafe { error.write(std::ptr::null_mut()) };
    }
    match run(body) {
        Ok(()) => FILESTACK_OK,
        Err(failure) => {
            let status = failure.status();
            if !error.is_null() {
                // SAFETY: it is not NULL and may be written.
                unsafe { error.write(hand_over(failure)) };
            }
            status
        }
    }
}

/// Runs the body of a function that can fail and hands its result over through `out`, which holds NULL or 0 when it
/// fails. `name` is that of the parameter.
///
/// # Safety
/// `out` and `error` are NULL or may be written until the call returns.
pub(crate) unsafe fn produce<T: Output>(
    out: *mut T,
    name: &str,
    error: *mut *mut filestack_error,
    body: impl FnOnce() -> Result<T>,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        produce_optional(out, error, || {
            if out.is_null() {
                return Err(null(name));
            }
            body()
        })
    }
}

/// As [`produce`], for an output that the caller may leave out.
///
/// # Safety
/// As for [`produce`].
pub(crate) unsafe fn produce_optional<T: Output>(
    out: *mut T,
    error: *mut *mut filestack_error,
    body: impl FnOnce() -> Result<T>,
) -> filestack_status {
    let write = |value| {
        if !out.is_null() {
            // SAFETY: it is not NULL and may be written.
            unsafe { out.write(value) };
        }
    };
    write(T::EMPTY);
    // SAFETY: the caller's promise is the same.
    unsafe {
        guard(error, || {
            write(body()?);
            Ok(())
        })
    }
}

/// Runs the body of a function that cannot fail; `fallback` is what it answers for NULL and for a bug.
pub(crate) fn guard_or<T>(fallback: T, body: impl FnOnce() -> Result<T>) -> T {
    run(body).unwrap_or(fallback)
}

fn run<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    install_panic_hook();
    let _uncancelled = Uncancelled::begin();
    let outer = GUARDED.replace(true);
    let is_inner = callback::defer();
    let outcome = catch_unwind(AssertUnwindSafe(body));
    GUARDED.set(outer);
    callback::call_deferred(is_inner);
    outcome.unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}

/// `pthread_cancel` on the calling thread waits until this is dropped: it would unwind through the library.
struct Uncancelled {
    #[cfg(unix)]
    before: std::ffi::c_int,
}

#[cfg(unix)]
unsafe extern "C" {
    fn pthread_setcancelstate(state: std::ffi::c_int, before: *mut std::ffi::c_int) -> std::ffi::c_int;
}

/// PTHREAD_CANCEL_DISABLE, which the C library has as a macro.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CANCEL_DISABLE: std::ffi::c_int = 1;

impl Uncancelled {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn begin() -> Self {
        let mut before = 0;
        // SAFETY: a thread may change its own state at any time, and the pointer may be written.
        unsafe { pthread_setcancelstate(CANCEL_DISABLE, &raw mut before) };
        Uncancelled { before }
    }

    /// Other systems: compiled, not tested.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn begin() -> Self {
        Uncancelled {
            #[cfg(unix)]
            before: 0,
        }
    }
}

impl Drop for Uncancelled {
    fn drop(&mut self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        // SAFETY: the state is the one that the thread had before; NULL is allowed.
        unsafe {
            pthread_setcancelstate(self.before, std::ptr::null_mut());
        }
    }
}

/// Sends the report of a panic of ours to the log instead of the host's stderr.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |report| {
            if GUARDED.get() || threads::is_own() {
                tracing::error!(target: "filestack::panic", "{report}");
            } else {
                previous(report);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle;

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error = std::ptr::null_mut();
        // SAFETY: the pointer to the local variable may be written.
        let status = unsafe { guard(&raw mut error, || panic!("broken {}", 7)) };
        assert_eq!(status, crate::status_code::FILESTACK_E_PANIC);
        // SAFETY: the guard has just made the error.
        unsafe {
            assert!(handle::borrow(error, "error").unwrap().failure.message().ends_with("broken 7"));
            handle::release(error);
        }
        assert_eq!(guard_or(5, || panic!("broken")), 5);
    }

    #[test]
    fn success_clears_the_error() {
        let mut error = std::ptr::dangling_mut();
        // SAFETY: the pointer to the local variable may be written.
        assert_eq!(unsafe { guard(&raw mut error, || Ok(())) }, FILESTACK_OK);
        assert!(error.is_null());
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { guard(std::ptr::null_mut(), || Err(Failure::argument("no"))) }, 4);
    }
}
