//! Common code of all setters: check the object, check the value, change, and leave all as it was on failure.

use std::ffi::c_char;

use crate::arguments::text;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::guard::{guard, guard_or};
use crate::handle::{self, Opaque};
use crate::status_code::filestack_status;

/// Changes an object.
///
/// # Safety
/// The pointers are NULL or valid; the object is used by this thread only.
pub(crate) unsafe fn change<H: Opaque>(
    object: *mut H,
    error: *mut *mut filestack_error,
    change: impl FnOnce(&mut H::Value) -> Result<()>,
) -> filestack_status {
    // SAFETY: the caller's promises are the same.
    unsafe { guard(error, || change(handle::borrow_mut(object, H::ARGUMENT)?)) }
}

/// Changes an object by one text.
///
/// # Safety
/// As for [`change`].
pub(crate) unsafe fn change_by_text<H: Opaque>(
    object: *mut H,
    value: *const c_char,
    name: &str,
    error: *mut *mut filestack_error,
    change: impl FnOnce(&mut H::Value, &str) -> filestack_core::Result<()>,
) -> filestack_status {
    // SAFETY: the caller's promises are the same.
    unsafe { guard(error, || Ok(change(handle::borrow_mut(object, H::ARGUMENT)?, text(value, name)?)?)) }
}

/// Adds a reference, or answers NULL.
///
/// # Safety
/// `object` is NULL or alive.
pub(crate) unsafe fn retain<H: Opaque>(object: *const H) -> *mut H {
    // SAFETY: the caller's promise is the same.
    guard_or(std::ptr::null_mut(), || Ok(unsafe { handle::retain(object) }))
}

/// Releases a reference.
///
/// # Safety
/// `object` is NULL or a reference of the caller.
pub(crate) unsafe fn release<H: Opaque>(object: *mut H) {
    guard_or((), || {
        // SAFETY: the caller's promise is the same.
        unsafe { handle::release(object) };
        Ok(())
    });
}
