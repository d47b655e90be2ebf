//! Common code of calls that return JSON: an object and request options in, JSON out.

use std::ffi::c_char;
use std::future::Future;

use filestack_core::RequestOptions;

use crate::arguments::owned_c_string;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::guard::produce;
use crate::handle::{self, Opaque};
use crate::request_options::filestack_request_options;
use crate::runtime::block_on;
use crate::status_code::filestack_status;

/// Asks the service about an object and hands its JSON answer over.
///
/// # Safety
/// The pointers are NULL or valid.
pub(crate) unsafe fn answer<H: Opaque, F: Future<Output = filestack_core::Result<String>> + Send + 'static>(
    object: *const H,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
    question: impl FnOnce(&H::Value, RequestOptions) -> Result<F>,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        produce(out_json, "out_json", error, || {
            let value = handle::borrow(object, H::ARGUMENT)?;
            let request = handle::options(request, "request")?;
            Ok(owned_c_string(&block_on(question(value, request)?)?))
        })
    }
}
