//! Parameters of tasks, as an array.

use std::ffi::{c_char, c_void};

use filestack_core::transformation::Value;

use crate::arguments::{slice, text, texts, utf8};
use crate::failure::{Failure, Result};

/// The parameter is true or false: `i`, nonzero = true.
pub const FILESTACK_PARAM_BOOL: u32 = 1;
/// The parameter is an integer: `i`.
pub const FILESTACK_PARAM_INT: u32 = 2;
/// The parameter is a number: `f`.
pub const FILESTACK_PARAM_NUMBER: u32 = 3;
/// The parameter is a text: `p` points to UTF-8 of `len` bytes, or to a NUL-terminated string when `len` is
/// FILESTACK_NUL_TERMINATED. A `len` of 0 is the empty text.
pub const FILESTACK_PARAM_STRING: u32 = 4;
/// The parameter is a list of integers: `p` points to `len` values of type int64_t. A list of boxes has four for each.
pub const FILESTACK_PARAM_INTS: u32 = 5;
/// The parameter is a list of texts: `p` points to `len` values of type const char *.
pub const FILESTACK_PARAM_STRINGS: u32 = 6;
/// The parameter is a JSON value: `p` and `len` as for FILESTACK_PARAM_STRING.
pub const FILESTACK_PARAM_JSON: u32 = 7;

/// The `len` of a text that ends with NUL.
pub const FILESTACK_NUL_TERMINATED: usize = -1_isize as usize;

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
    /// How many bytes or values `p` points to, or FILESTACK_NUL_TERMINATED.
    pub len: usize,
}

/// Parameters as the core takes them.
///
/// # Safety
/// `params` is NULL or points to `count` parameters, whose pointers are NULL or valid for their kinds.
pub(crate) unsafe fn named_values<'a>(params: *const filestack_param, count: usize) -> Result<Vec<(&'a str, Value)>> {
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
            return Err(Failure::argument(format!("the parameter '{name}' has reserved = {}", param.reserved)));
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
                    .map_err(|cause| Failure::argument(format!("the parameter '{name}' is not JSON: {cause}")))?;
                Value::Json(json)
            }
            kind => {
                return Err(Failure::argument(format!(
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
        if param.len == FILESTACK_NUL_TERMINATED {
            return text(param.p.cast(), name);
        }
        utf8(slice(param.p.cast::<u8>(), param.len, name)?, name)
    }
}
