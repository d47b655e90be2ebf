//! AV jobs: conversions of audio and video that run at the service.

use std::ffi::{CString, c_char};

use filestack_core::{AvJob, AvStatus};

use crate::arguments::{c_string, owned_c_string};
use crate::error_object::filestack_error;
use crate::filelink::{self, filestack_filelink};
use crate::guard::{guard_or, produce};
use crate::handle::{self, Opaque};
use crate::object;
use crate::status_code::filestack_status;

/// A conversion of audio or video that runs at the service. Shared: any thread, freed by the last
/// filestack_av_job_release; the conversion goes on.
pub struct filestack_av_job {
    _opaque: [u8; 0],
}

/// A job with its texts as C sees them.
pub(crate) struct JobValue {
    pub(crate) job: AvJob,
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
