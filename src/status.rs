//! Statuses: codes of results, and their names.

use std::ffi::c_char;

use crate::guard::guard_or;
use crate::status_code::{self, UNKNOWN, filestack_status};

/// The C name of a status, for example "FILESTACK_E_TIMEOUT"; "FILESTACK_E_UNKNOWN" for any other number.
///
/// Returns a static string. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_status_name(status: filestack_status) -> *const c_char {
    guard_or(UNKNOWN.as_ptr(), || Ok(status_code::name_of(status).unwrap_or(UNKNOWN).as_ptr()))
}
