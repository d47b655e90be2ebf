//! Starting: a call goes on without its caller.

use crate::arguments::null;
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::guard::guard;
use crate::handle::{self, Reference};
use crate::operation::{Started, filestack_operation};
use crate::queue::filestack_queue;
use crate::runtime;
use crate::status_code::filestack_status;

/// An operation that carries out what `prepare` prepares.
///
/// # Safety
/// The pointers are NULL or valid, as for every exported function.
pub(crate) unsafe fn operation(
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
    prepare: impl FnOnce() -> Result<Call>,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        guard(error, || {
            if !out_operation.is_null() {
                out_operation.write(std::ptr::null_mut());
            }
            let queue = handle::borrow_optional(queue, "queue")?;
            if queue.is_none() && out_operation.is_null() {
                return Err(null("out_operation"));
            }
            let Call { operation: control, can_pause, work } = prepare()?;
            let slot = queue.map(|queue| queue.reserve(&control)).transpose()?;
            let call = runtime::enter()?;
            let operation = Reference::<filestack_operation>::new(Started::new(control, tag, can_pause));
            // The last that is written: the operation may end, and be taken and freed, as soon as it runs.
            if !out_operation.is_null() {
                out_operation.write(operation.clone().hand_over());
            }
            call.carry_out(work, move |outcome| {
                operation.value().end(outcome);
                if let Some(slot) = slot {
                    slot.deliver(operation);
                }
            });
            Ok(())
        })
    }
}
