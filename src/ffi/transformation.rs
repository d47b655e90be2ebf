//! Transformations: chains of tasks.

use std::ffi::{c_char, c_void};
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::transformation::{Transformation, Value};

use super::arguments::{owned_c_string, slice, text, texts};
use super::error::filestack_error;
use super::guard::{guard_or, produce, produce_optional};
use super::handle::{self, Opaque};
use super::memory::filestack_buffer;
use super::object;
use super::request_options::filestack_request_options;
use super::runtime::block_on;
use super::security::{self, filestack_security};
use super::status::filestack_status;

/// A chain of tasks over one or more sources. Owned: one thread at a time, freed with
/// filestack_transformation_free.
///
/// A task that cannot be added poisons the chain: every later call returns that first failure, so that calls may be
/// made with a NULL error and the failure be looked at once, at the end.
pub struct filestack_transformation {
    _opaque: [u8; 0],
}

impl Opaque for filestack_transformation {
    type Value = Transformation;
    const NAME: &'static str = "filestack_transformation";
    const ARGUMENT: &'static str = "transformation";
}

/// The parameter is true or false: `i`, nonzero = true.
pub const FILESTACK_PARAM_BOOL: u32 = 1;
/// The parameter is an integer: `i`.
pub const FILESTACK_PARAM_INT: u32 = 2;
/// The parameter is a number: `f`.
pub const FILESTACK_PARAM_NUMBER: u32 = 3;
/// The parameter is a text: `p` points to UTF-8 of `len` bytes, or to a NUL-terminated string when `len` is 0.
pub const FILESTACK_PARAM_STRING: u32 = 4;
/// The parameter is a list of integers: `p` points to `len` values of type int64_t. A list of boxes has four for each.
pub const FILESTACK_PARAM_INTS: u32 = 5;
/// The parameter is a list of texts: `p` points to `len` values of type const char *.
pub const FILESTACK_PARAM_STRINGS: u32 = 6;
/// The parameter is a JSON value: `p` and `len` as for FILESTACK_PARAM_STRING.
pub const FILESTACK_PARAM_JSON: u32 = 7;

/// A named parameter of a task. Zero everything that `kind` does not use.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct filestack_param {
    /// The parameter's name, as the catalogue of tasks has it.
    pub name: *const c_char,
    /// FILESTACK_PARAM_*: which of the members hold the value.
    pub kind: u32,
    /// Must be 0.
    pub reserved: u32,
    /// The value of a BOOL or an INT.
    pub i: i64,
    /// The value of a NUMBER.
    pub f: f64,
    /// The value of a STRING, INTS, STRINGS or JSON.
    pub p: *const c_void,
    /// How many bytes or values `p` points to.
    pub len: usize,
}

/// Makes a transformation object that the caller owns.
pub(super) fn hand_over(transformation: Transformation) -> *mut filestack_transformation {
    handle::new(transformation)
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
            transformation.add(task, &named_values(params, param_count)?)
        })
    }
}

/// Adds a task with its parameters as a JSON object, checked against the catalogue of tasks.
///
/// `params_json` may be NULL when there are none; a member that is null counts as not given.
/// Errors: as filestack_transformation_add, and FILESTACK_E_ARGUMENT when the text is no JSON object; they poison the
/// transformation. Threads: one at a time. Since: 0.1.0.
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
            let params = super::arguments::optional_text(params_json, "params_json")?.unwrap_or_default();
            transformation.add_json(task, params)
        })
    }
}

/// Adds a task that the catalogue of tasks does not know yet, or one with parameters that it would refuse.
///
/// Nothing is checked but that a URL can hold the names and the values; what the service makes of it is its own
/// business. `params_json` may be NULL when there are none; its members are booleans, numbers, texts, and lists of
/// these, or null, which counts as not given.
/// Errors: FILESTACK_E_ARGUMENT for a name that is no name or a text that is no JSON object, FILESTACK_E_PARAM_TYPE for
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
            let params = super::arguments::optional_text(params_json, "params_json")?.unwrap_or_default();
            transformation.add_unchecked(task, params)
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
            Ok(owned_c_string(&handle::borrow(transformation, "transformation")?.url()?))
        })
    }
}

/// The URL at which the service delivers the result, with credentials. A secret: whoever has it may do what the
/// policy allows.
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
            let transformation = handle::borrow(transformation, "transformation")?;
            let security = security::optional(security)?;
            Ok(owned_c_string(&transformation.signed_url(security.as_ref())?))
        })
    }
}

/// Downloads the result. Blocks.
///
/// As filestack_filelink_download. Errors: that of a task that could not be added, and those of
/// filestack_filelink_download. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_download(
    transformation: *const filestack_transformation,
    path: *const c_char,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || {
            let transformation = handle::borrow(transformation, "transformation")?.clone();
            let path = PathBuf::from(text(path, "path")?);
            let request = handle::options(request, "request")?;
            block_on(async move { transformation.download(path, &request).await })
        })
    }
}

/// Reads the result into memory. Blocks.
///
/// As filestack_filelink_get_content. Errors: that of a task that could not be added, and those of
/// filestack_filelink_get_content. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_get_content(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_content: *mut *mut filestack_buffer,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_content, "out_content", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.clone();
            let request = handle::options(request, "request")?;
            Ok(handle::new(block_on(async move { transformation.get_content(&request).await })?))
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
        Ok(hand_over(unsafe { handle::borrow(transformation, "transformation") }?.clone()))
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
    unsafe {
        object::change(transformation, error, |transformation| {
            add(transformation).map_err(|failure| transformation.poison(failure))
        })
    }
}

/// Parameters as the core takes them.
///
/// # Safety
/// `params` is NULL or points to `count` parameters, whose pointers are NULL or valid for their kinds.
pub(super) unsafe fn named_values<'a>(params: *const filestack_param, count: usize) -> Result<Vec<(&'a str, Value)>> {
    // SAFETY: the caller's promise is the same.
    unsafe { slice(params, count, "params")?.iter().map(|param| named_value(param)).collect() }
}

/// A parameter as the core takes it.
///
/// # Safety
/// The pointers in `param` are NULL or valid for its kind.
unsafe fn named_value(param: &filestack_param) -> Result<(&str, Value)> {
    // SAFETY: the caller's promise covers the name and the value.
    unsafe {
        let name = text(param.name, "params[].name")?;
        if param.reserved != 0 {
            return Err(Error::argument(format!("the parameter '{name}' has reserved = {}", param.reserved)));
        }
        let value = match param.kind {
            FILESTACK_PARAM_BOOL => Value::Bool(param.i != 0),
            FILESTACK_PARAM_INT => Value::Int(param.i),
            FILESTACK_PARAM_NUMBER => Value::Number(param.f),
            FILESTACK_PARAM_STRING => Value::String(param_text(param, name)?.to_owned()),
            FILESTACK_PARAM_INTS => Value::Ints(slice(param.p.cast::<i64>(), param.len, name)?.to_vec()),
            FILESTACK_PARAM_STRINGS => {
                let list = texts(param.p.cast::<*const c_char>(), param.len, name)?;
                Value::Strings(list.into_iter().map(str::to_owned).collect())
            }
            FILESTACK_PARAM_JSON => {
                let json = serde_json::from_str(param_text(param, name)?)
                    .map_err(|cause| Error::argument(format!("the parameter '{name}' is not JSON: {cause}")))?;
                Value::Json(json)
            }
            kind => {
                return Err(Error::argument(format!(
                    "the parameter '{name}' has kind {kind}: it must be one of FILESTACK_PARAM_*"
                )));
            }
        };
        Ok((name, value))
    }
}

/// The text of a parameter, by its length or up to its NUL.
///
/// # Safety
/// As for [`named_value`].
unsafe fn param_text<'a>(param: &'a filestack_param, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        if param.len == 0 {
            return text(param.p.cast(), name);
        }
        let bytes = slice(param.p.cast::<u8>(), param.len, name)?;
        std::str::from_utf8(bytes).map_err(|cause| {
            let at = cause.valid_up_to();
            Error::new(crate::ErrorKind::Utf8, format!("{name} is not valid UTF-8 from byte {at} on"))
        })
    }
}
