//! Buffers: content in memory.

use std::ffi::c_void;

use crate::guard::guard_or;
use crate::handle::{self, Opaque};
use crate::object;

/// Bytes in memory. Owned: one thread at a time, freed with filestack_buffer_free.
pub struct filestack_buffer {
    _opaque: [u8; 0],
}

impl Opaque for filestack_buffer {
    type Value = Vec<u8>;
    const NAME: &'static str = "filestack_buffer";
    const ARGUMENT: &'static str = "buffer";
}

/// The first byte of the buffer.
///
/// Returns memory that lives as long as the buffer. Errors: none; NULL for NULL. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_buffer_data(buffer: *const filestack_buffer) -> *const c_void {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null(), || Ok(unsafe { handle::borrow(buffer, "buffer") }?.as_ptr().cast()))
}

/// The number of bytes in the buffer.
///
/// Errors: none; 0 for NULL. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_buffer_size(buffer: *const filestack_buffer) -> usize {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(0, || Ok(unsafe { handle::borrow(buffer, "buffer") }?.len()))
}

/// Frees the buffer.
///
/// Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_buffer_free(buffer: *mut filestack_buffer) {
    // SAFETY: the caller gives its own object.
    unsafe { object::release(buffer) }
}
