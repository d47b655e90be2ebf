//! The one gate of every exported function: no panic leaves the library, and errors become objects.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::error::{Error, ErrorKind, Result};

use super::arguments::{Output, null};
use super::error::{filestack_error, hand_over};
use super::status::{FILESTACK_OK, filestack_status};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the body of a function that can fail. The previous content of `error` is overwritten.
///
/// # Safety
/// `error` is NULL or may be written until the call returns.
pub(super) unsafe fn guard(error: *mut *mut filestack_error, body: impl FnOnce() -> Result<()>) -> filestack_status {
    if !error.is_null() {
        // SAFETY: it is not NULL and may be written.
        unsafe { error.write(std::ptr::null_mut()) };
    }
    match run(body) {
        Ok(()) => FILESTACK_OK,
        Err(failure) => {
            let code = failure.kind().code();
            if !error.is_null() {
                // SAFETY: it is not NULL and may be written.
                unsafe { error.write(hand_over(failure)) };
            }
            code
        }
    }
}

/// Runs the body of a function that can fail and hands its result over through `out`, which holds NULL or 0 when it
/// fails. `name` is that of the parameter.
///
/// # Safety
/// `out` and `error` are NULL or may be written until the call returns.
pub(super) unsafe fn produce<T: Output>(
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
pub(super) unsafe fn produce_optional<T: Output>(
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
pub(super) fn guard_or<T>(fallback: T, body: impl FnOnce() -> Result<T>) -> T {
    run(body).unwrap_or(fallback)
}

/// Runs work of the library on another thread under the same rule: a panic becomes an error.
pub(super) fn panic_error(payload: &(dyn Any + Send)) -> Error {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(ErrorKind::Panic, format!("a bug in libfilestack, please report it: {text}"))
}

fn run<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    install_panic_hook();
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    GUARDED.set(outer);
    outcome.unwrap_or_else(|payload| Err(panic_error(&*payload)))
}

/// Sends the report of a panic of ours to the log instead of the host's stderr. In a Rust program, which shares
/// the hook, panics elsewhere keep their report.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |report| {
            if GUARDED.get() || super::runtime::is_own_thread() {
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

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error = std::ptr::null_mut();
        // SAFETY: the pointer to the local variable may be written.
        let status = unsafe { guard(&raw mut error, || panic!("broken {}", 7)) };
        assert_eq!(status, ErrorKind::Panic.code());
        // SAFETY: the guard has just made the error.
        unsafe {
            let message = std::ffi::CStr::from_ptr(super::super::error::filestack_error_message(error));
            assert!(message.to_str().unwrap().ends_with("broken 7"));
            super::super::error::filestack_error_release(error);
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
        assert_eq!(unsafe { guard(std::ptr::null_mut(), || Err(Error::argument("no"))) }, 4);
    }
}
