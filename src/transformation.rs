//! Transformations: chains of tasks over one or more sources.

use std::ffi::c_char;

use filestack_core::Transformation;

use crate::arguments::{optional_text, owned_c_string, text};
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::guard::{guard_or, produce};
use crate::handle::{self, Opaque};
use crate::object;
use crate::poisonable::{self, Poisonable};
use crate::security::{self, filestack_security};
use crate::status_code::filestack_status;
use crate::transformation_param::{filestack_param, named_values};

/// A chain of tasks over one or more sources. Owned: one thread at a time, freed with
/// filestack_transformation_free.
///
/// A task that cannot be added poisons the chain: every later call returns that first failure, so that you can
/// pass NULL as the error of each call and check once, at the end.
pub struct filestack_transformation {
    _opaque: [u8; 0],
}

impl Opaque for filestack_transformation {
    type Value = Poisonable<Transformation>;
    const NAME: &'static str = "filestack_transformation";
    const ARGUMENT: &'static str = "transformation";
}

/// Makes a transformation object that the caller owns.
pub(crate) fn hand_over(transformation: Transformation) -> *mut filestack_transformation {
    handle::new(Poisonable::new(transformation))
}

/// Adds a task with its parameters, checked against the catalogue of tasks.
///
/// `params` holds `param_count` parameters and may be NULL when there are none; everything is copied.
/// Errors: FILESTACK_E_TASK_UNKNOWN, FILESTACK_E_PARAM_UNKNOWN (both with the nearest right name),
/// FILESTACK_E_PARAM_TYPE, FILESTACK_E_PARAM_RANGE, FILESTACK_E_PARAM_MISSING, FILESTACK_E_TASK_ORDER; they poison
/// the transformation. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_add(
    transformation: *mut filestack_transformation,
    task: *const c_char,
    params: *const filestack_param,
    param_count: usize,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        add(transformation, error, |transformation| {
            let task = text(task, "task")?;
            Ok(transformation.add(task, &named_values(params, param_count)?)?)
        })
    }
}

/// Adds a task with its parameters as a JSON object, checked against the catalogue of tasks.
///
/// `params_json` may be NULL when there are none; a member that is null counts as not given.
/// Errors: as filestack_transformation_add, and FILESTACK_E_ARGUMENT when the text is not a JSON object; they poison
/// the transformation. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_add_json(
    transformation: *mut filestack_transformation,
    task: *const c_char,
    params_json: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        add(transformation, error, |transformation| {
            let task = text(task, "task")?;
            let params = optional_text(params_json, "params_json")?.unwrap_or_default();
            Ok(transformation.add_json(task, params)?)
        })
    }
}

/// Adds a task that the catalogue of tasks does not know yet, or one with parameters that it would refuse.
///
/// Checks only that a URL can hold the names and the values; the service may still refuse the task. `params_json` may
/// be NULL when there are none; its members are booleans, numbers, texts, and lists of these, or null, which counts as
/// not given.
/// Errors: FILESTACK_E_ARGUMENT for an invalid name or a text that is not a JSON object, FILESTACK_E_PARAM_TYPE for
/// a member that is an object, FILESTACK_E_TASK_ORDER; they poison the transformation. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_add_unchecked(
    transformation: *mut filestack_transformation,
    task: *const c_char,
    params_json: *const c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        add(transformation, error, |transformation| {
            let task = text(task, "task")?;
            let params = optional_text(params_json, "params_json")?.unwrap_or_default();
            Ok(transformation.add_unchecked(task, params)?)
        })
    }
}

/// The URL at which the service delivers the result, without credentials.
///
/// `*out_url` is freed with filestack_string_free. Errors: that of a task that could not be added;
/// FILESTACK_E_ARGUMENT when the sources do not fit the tasks, or an external source needs an API key and the client
/// has none. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_url(
    transformation: *const filestack_transformation,
    out_url: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_url, "out_url", error, || {
            Ok(owned_c_string(&handle::borrow(transformation, "transformation")?.usable()?.url()?))
        })
    }
}

/// The URL at which the service delivers the result, with credentials. A secret: it allows everything that
/// the policy allows.
///
/// `security` may be NULL: the transformation's own. `*out_url` is freed with filestack_string_free.
/// Errors: as filestack_transformation_url, and FILESTACK_E_ARGUMENT when there are no credentials.
/// Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_signed_url(
    transformation: *const filestack_transformation,
    security: *const filestack_security,
    out_url: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_url, "out_url", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.usable()?;
            let security = security::optional(security)?;
            Ok(owned_c_string(&transformation.signed_url(security.as_ref())?))
        })
    }
}

/// Makes a transformation with the same sources, credentials and tasks, poisoned as this one is.
///
/// Returns an object to be freed with filestack_transformation_free. Errors: none; NULL for NULL.
/// Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_clone(
    transformation: *const filestack_transformation,
) -> *mut filestack_transformation {
    guard_or(std::ptr::null_mut(), || {
        // SAFETY: the caller keeps the object alive during the call.
        Ok(handle::new(unsafe { handle::borrow(transformation, "transformation") }?.clone()))
    })
}

/// Frees the transformation.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_free(transformation: *mut filestack_transformation) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(transformation) }
}

/// Adds a task; whatever goes wrong, in the arguments too, poisons the transformation.
///
/// # Safety
/// The pointers are NULL or valid.
unsafe fn add(
    transformation: *mut filestack_transformation,
    error: *mut *mut filestack_error,
    add: impl FnOnce(&mut Transformation) -> Result<()>,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe { poisonable::change(transformation, error, add) }
}
