//! AV jobs: conversions of audio and video that run at the service.

use std::ffi::{CString, c_char};

use filestack_core::{AvJob, AvStatus};

use crate::arguments::{c_string, owned_c_string};
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::{self, filestack_filelink};
use crate::guard::{guard, guard_or, produce};
use crate::handle::{self, Opaque};
use crate::milliseconds;
use crate::object;
use crate::operation::{self, filestack_operation};
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::status_code::filestack_status;

/// A conversion of audio or video that runs at the service. Shared: any thread, freed by the last
/// filestack_av_job_release; the conversion goes on.
pub struct filestack_av_job {
    _opaque: [u8; 0],
}

/// A job with its texts as C sees them.
pub(crate) struct JobValue {
    job: AvJob,
    uuid: CString,
    timestamp: CString,
}

impl Opaque for filestack_av_job {
    type Value = JobValue;
    const NAME: &'static str = "filestack_av_job";
    const ARGUMENT: &'static str = "job";
}

/// The service has taken the job.
pub const FILESTACK_AV_STARTED: i32 = 1;
/// The service works on the job.
pub const FILESTACK_AV_PENDING: i32 = 2;
/// The job's result is there.
pub const FILESTACK_AV_COMPLETED: i32 = 3;

/// Makes a job object that the caller owns.
pub(crate) fn hand_over(job: AvJob) -> *mut filestack_av_job {
    handle::new(JobValue { uuid: c_string(job.uuid()), timestamp: c_string(job.timestamp()), job })
}

/// The number that C knows a status by.
pub(crate) fn told(status: AvStatus) -> i32 {
    match status {
        AvStatus::Started => FILESTACK_AV_STARTED,
        AvStatus::Pending => FILESTACK_AV_PENDING,
        AvStatus::Completed => FILESTACK_AV_COMPLETED,
    }
}

/// The job's id.
///
/// Returns a string that lives as long as the job. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_uuid(job: *const filestack_av_job) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null(), || Ok(unsafe { handle::borrow(job, "job") }?.uuid.as_ptr()))
}

/// When the job was started, as the service writes it: seconds since 1970.
///
/// Returns a string that lives as long as the job. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_timestamp(job: *const filestack_av_job) -> *const c_char {
    // SAFETY: the caller keeps the object alive during the call.
    guard_or(std::ptr::null(), || Ok(unsafe { handle::borrow(job, "job") }?.timestamp.as_ptr()))
}

/// The service's latest reply about the job, as a JSON object.
///
/// `*out_json` is freed with filestack_string_free. Errors: misuse only. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_json(
    job: *const filestack_av_job,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || Ok(owned_c_string(&handle::borrow(job, "job")?.job.reply_json())))
    }
}

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
    unsafe { operation::start(queue, tag, out_operation, error, || prepare_status(job, request)) }
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
    unsafe { operation::start(queue, tag, out_operation, error, || prepare_wait(job, timeout_ms, request)) }
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

/// The result of a completed job. Makes no network call.
///
/// `*out_filelink` is released with filestack_filelink_release and has the job's client and credentials.
/// Errors: FILESTACK_E_STATE before a status or wait call has reported completion, FILESTACK_E_HTTP with the service's
/// message when it was seen to have failed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_filelink(
    job: *const filestack_av_job,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || {
            Ok(filelink::hand_over(handle::borrow(job, "job")?.job.stored_file()?.into()))
        })
    }
}

/// Adds a reference to the job and returns it.
///
/// Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_retain(job: *const filestack_av_job) -> *mut filestack_av_job {
    // SAFETY: the caller keeps the object alive during the call.
    unsafe { object::retain(job) }
}

/// Releases a reference to the job.
///
/// Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_av_job_release(job: *mut filestack_av_job) {
    // SAFETY: the caller gives its own reference.
    unsafe { object::release(job) }
}
