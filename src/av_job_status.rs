//! How far AV jobs are: asked once, or until they are completed.

use crate::av_job::filestack_av_job;
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::guard::{guard, produce};
use crate::handle;
use crate::milliseconds;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::start;
use crate::status_code::filestack_status;

/// Asks the service how far the job is. Blocks.
///
/// `*out_status` is one of FILESTACK_AV_*. A job is completed only when its result has a URL. `request` may be NULL.
/// Errors: FILESTACK_E_HTTP with the service's message when the job failed, and those of the network and the service.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_av_job_status(
    job: *const filestack_av_job,
    request: *const filestack_request_options,
    out_status: *mut i32,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { produce(out_status, "out_status", error, || prepare_status(job, request)?.wait()?.av_status()) }
}

/// Starts filestack_av_job_status. Its result: filestack_operation_av_status.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_status_start(
    job: *const filestack_av_job,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_status(job, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_status(job: *const filestack_av_job, request: *const filestack_request_options) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let job = handle::borrow(job, "job")?.job.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { job.status(&request).await.map(Outcome::AvStatus) }))
    }
}

/// Waits until the job is completed, by polling the service. Blocks.
///
/// `timeout_ms` limits the wait; 0 = ask once, -1 = no limit. `request` may be NULL and applies to each request.
/// Errors: FILESTACK_E_TIMEOUT when it is not completed by then (it goes on), and those of filestack_av_job_status.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_av_job_wait(
    job: *const filestack_av_job,
    timeout_ms: i64,
    request: *const filestack_request_options,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { guard(error, || prepare_wait(job, timeout_ms, request)?.wait().map(drop)) }
}

/// Starts filestack_av_job_wait. Its result: filestack_operation_outcome.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_wait_start(
    job: *const filestack_av_job,
    timeout_ms: i64,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_wait(job, timeout_ms, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_wait(
    job: *const filestack_av_job,
    timeout_ms: i64,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let job = handle::borrow(job, "job")?.job.clone();
        let limit = milliseconds::wait("timeout_ms", timeout_ms)?;
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { job.wait(limit, &request).await.map(|()| Outcome::Nothing) }))
    }
}
