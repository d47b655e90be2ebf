//! Objects that keep the first failure of a change, so that C code may chain changes and look once, at the end.

use std::ffi::c_char;

use crate::arguments::text;
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::handle::Opaque;
use crate::object;
use crate::status_code::filestack_status;

/// A value, and the first failure of changing it. Arguments of C can be wrong before the core sees them, so the failure
/// is kept here.
#[derive(Clone)]
pub(crate) struct Poisonable<T> {
    value: T,
    failure: Option<Failure>,
}

impl<T> Poisonable<T> {
    pub(crate) fn new(value: T) -> Self {
        Poisonable { value, failure: None }
    }

    /// The value, unless it is poisoned.
    ///
    /// # Errors
    /// The first failure of a change.
    pub(crate) fn usable(&self) -> Result<&T> {
        match &self.failure {
            None => Ok(&self.value),
            Some(first) => Err(first.clone()),
        }
    }

    /// Changes the value, unless it is poisoned. A change that fails poisons it.
    ///
    /// # Errors
    /// The first failure of a change.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut T) -> Result<()>) -> Result<()> {
        self.usable()?;
        change(&mut self.value).inspect_err(|failure| self.failure = Some(failure.clone()))
    }
}

/// Changes an object that a failure poisons.
///
/// # Safety
/// The pointers are NULL or valid; the object is used by this thread only.
pub(crate) unsafe fn change<H, T>(
    object: *mut H,
    error: *mut *mut filestack_error,
    change: impl FnOnce(&mut T) -> Result<()>,
) -> filestack_status
where
    H: Opaque<Value = Poisonable<T>>,
{
    // SAFETY: the caller's promises are the same.
    unsafe { object::change(object, error, |value| value.change(change)) }
}

/// Changes an object that a failure poisons by one text.
///
/// # Safety
/// As for [`change`].
pub(crate) unsafe fn change_by_text<H, T>(
    object: *mut H,
    given: *const c_char,
    name: &str,
    error: *mut *mut filestack_error,
    set: impl FnOnce(&mut T, &str) -> filestack_core::Result<()>,
) -> filestack_status
where
    H: Opaque<Value = Poisonable<T>>,
{
    // SAFETY: the caller's promises are the same.
    unsafe { change(object, error, |value| Ok(set(value, text(given, name)?)?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_stays() {
        let mut value = Poisonable::new(1);
        assert!(
            value
                .change(|value| {
                    *value = 2;
                    Ok(())
                })
                .is_ok()
        );
        assert!(value.change(|_| Err(Failure::argument("first"))).is_err());
        for _ in 0..2 {
            let failure = value.change(|_| Err(Failure::argument("second"))).unwrap_err();
            assert!(format!("{failure:?}").contains("first"));
        }
        assert!(value.usable().is_err());
    }
}
