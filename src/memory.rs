//! Strings that the library hands over.

use std::ffi::{CString, c_char};

use zeroize::Zeroize as _;

use crate::guard::guard_or;

/// Frees a string that the library handed over, and wipes it first: signed URLs are secrets.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_string_free(string: *mut c_char) {
    guard_or((), || {
        if !string.is_null() {
            // SAFETY: the caller gives a string that this library made and that nobody uses any more.
            unsafe { CString::from_raw(string) }.zeroize();
        }
        Ok(())
    });
}
