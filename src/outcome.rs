//! What a call gives, and how it is handed over to C.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use filestack_core::{AvJob, AvStatus, Error, ErrorKind, Filelink};

use crate::arguments::owned_c_string;
use crate::av_job::{self, filestack_av_job};
use crate::buffer::filestack_buffer;
use crate::failure::Result;
use crate::filelink::{self, filestack_filelink};
use crate::handle;

/// The result of a call that has succeeded. Whoever asks for it gets an object of its own.
pub(crate) enum Outcome {
    Nothing,
    Filelink(Filelink),
    Json(String),
    SizeBytes(u64),
    /// Until it is taken.
    Content(Mutex<Option<Vec<u8>>>),
    AvJob(AvJob),
    AvStatus(AvStatus),
}

impl Outcome {
    pub(crate) fn content(bytes: Vec<u8>) -> Self {
        Outcome::Content(Mutex::new(Some(bytes)))
    }

    pub(crate) fn filelink(&self) -> Result<*mut filestack_filelink> {
        match self {
            Outcome::Filelink(filelink) => Ok(filelink::hand_over(filelink.clone())),
            _ => self.is_no("filelink"),
        }
    }

    pub(crate) fn json(&self) -> Result<*mut c_char> {
        match self {
            Outcome::Json(json) => Ok(owned_c_string(json)),
            _ => self.is_no("JSON text"),
        }
    }

    /// For a caller who may not want it.
    pub(crate) fn optional_json(&self, out_json: *mut *mut c_char) -> Result<*mut c_char> {
        if out_json.is_null() { Ok(std::ptr::null_mut()) } else { self.json() }
    }

    pub(crate) fn size_bytes(&self) -> Result<u64> {
        match self {
            Outcome::SizeBytes(size) => Ok(*size),
            _ => self.is_no("size"),
        }
    }

    /// Can be taken once.
    pub(crate) fn take_content(&self) -> Result<*mut filestack_buffer> {
        match self {
            Outcome::Content(content) => {
                let taken = content.lock().unwrap_or_else(PoisonError::into_inner).take();
                let gone = || Error::new(ErrorKind::State, "the content of the operation was taken already");
                Ok(handle::new(taken.ok_or_else(gone)?))
            }
            _ => self.is_no("content"),
        }
    }

    pub(crate) fn av_job(&self) -> Result<*mut filestack_av_job> {
        match self {
            Outcome::AvJob(job) => Ok(av_job::hand_over(job.clone())),
            _ => self.is_no("AV job"),
        }
    }

    pub(crate) fn av_status(&self) -> Result<i32> {
        match self {
            Outcome::AvStatus(status) => Ok(av_job::told(*status)),
            _ => self.is_no("AV status"),
        }
    }

    /// The error for a getter that is not for this result.
    fn is_no<T>(&self, wanted: &str) -> Result<T> {
        let advice = match self {
            Outcome::Nothing => "it has none beyond filestack_operation_outcome",
            Outcome::Filelink(_) => "ask filestack_operation_filelink",
            Outcome::Json(_) => "ask filestack_operation_json",
            Outcome::SizeBytes(_) => "ask filestack_operation_size_bytes",
            Outcome::Content(_) => "ask filestack_operation_take_content",
            Outcome::AvJob(_) => "ask filestack_operation_av_job",
            Outcome::AvStatus(_) => "ask filestack_operation_av_status",
        };
        let problem = format!("the result of the operation is no {wanted}: {advice}");
        Err(Error::new(ErrorKind::State, problem).into())
    }
}
