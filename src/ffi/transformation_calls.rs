//! What can be done with a transformation's result besides downloading it: storing, asking, converting.

use std::ffi::c_char;
use std::future::Future;

use crate::delivery::RequestOptions;
use crate::error::Result;
use crate::transformation::Transformation;

use super::arguments::owned_c_string;
use super::av_job::{self, filestack_av_job};
use super::error::filestack_error;
use super::filelink::{self, filestack_filelink};
use super::guard::produce;
use super::handle;
use super::request_options::filestack_request_options;
use super::runtime::block_on;
use super::status::filestack_status;
use super::store_options::filestack_store_options;
use super::transformation::{filestack_param, filestack_transformation, named_values};

/// Asks the service about the result and hands its JSON answer over.
///
/// # Safety
/// The pointers are NULL or valid.
unsafe fn ask<F: Future<Output = Result<String>> + Send + 'static>(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
    question: impl FnOnce(Transformation, RequestOptions) -> F,
) -> filestack_status {
    // SAFETY: the caller's promise is the same.
    unsafe {
        produce(out_json, "out_json", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.clone();
            let request = handle::options(request, "request")?;
            Ok(owned_c_string(&block_on(question(transformation, request))?))
        })
    }
}

/// Stores the result as a new file. Blocks.
///
/// `store` may be NULL: every default; a mimetype and upload tags are refused, because the service cannot set them
/// here. `request` may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the client and
/// the credentials that signed the call. The transformation stays as it is.
/// Errors: that of a task that could not be added, FILESTACK_E_ARGUMENT, and those of the network and the service.
/// Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_store(
    transformation: *const filestack_transformation,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.clone();
            let store = handle::options(store, "store")?;
            let request = handle::options(request, "request")?;
            Ok(filelink::hand_over(block_on(async move { transformation.store(&store, &request).await })?))
        })
    }
}

/// The service's JSON answer to a chain that ends with a task whose reply is no file: tags, sfw, ocr, caption,
/// copyright, doc_detection with coords, image_sentiment, text_sentiment, imagesize, pdfinfo, output with docinfo,
/// detect_faces with export, doc_to_images, metadata, store, video_convert and others. Blocks.
///
/// `request` may be NULL. `*out_json` is freed with filestack_string_free. Errors: that of a task that could not be
/// added, FILESTACK_E_ARGUMENT when the chain gives a file or lacks credentials that its task needs, and those of the
/// network and the service. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_get_json(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        ask(transformation, request, out_json, error, |chain, request| async move { chain.get_json(&request).await })
    }
}

/// Words for what the result shows, as a JSON object: {"tags": {"auto": {word: 0 to 100}, "user": ...}}. Blocks.
///
/// The transformation stays as it is. Needs credentials: the transformation's or those of `request`, which may be
/// NULL. `*out_json` is freed with filestack_string_free. Errors: that of a task that could not be added,
/// FILESTACK_E_ARGUMENT without credentials, and those of the network and the service. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_tags(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        ask(transformation, request, out_json, error, |chain, request| async move {
            chain.answer("tags", &[], &request).await
        })
    }
}

/// Whether the result is safe for work, as a JSON object: {"sfw": true or false}. Blocks.
///
/// As filestack_transformation_tags. Errors: as there. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_sfw(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        ask(transformation, request, out_json, error, |chain, request| async move {
            chain.answer("sfw", &[], &request).await
        })
    }
}

/// The text in the result, as a JSON object: {"document": {"text_areas": [...]}, "text": "..."}. Blocks.
///
/// As filestack_transformation_tags. Errors: as there. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_ocr(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        ask(transformation, request, out_json, error, |chain, request| async move {
            chain.answer("ocr", &[], &request).await
        })
    }
}

/// Starts a conversion of audio or video at the service. Blocks until it is started.
///
/// `params` holds `param_count` parameters of the task video_convert and may be NULL. `request` may be NULL; its
/// credentials also sign the job's further calls. `*out_job` is released with filestack_av_job_release. The
/// transformation stays as it is. Errors: those of filestack_transformation_add, and those of the network and the
/// service. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_av_convert(
    transformation: *const filestack_transformation,
    params: *const filestack_param,
    param_count: usize,
    request: *const filestack_request_options,
    out_job: *mut *mut filestack_av_job,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_job, "out_job", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.clone();
            let params: Vec<_> =
                named_values(params, param_count)?.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let request = handle::options(request, "request")?;
            let job = block_on(async move {
                let params: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                transformation.av_convert(&params, &request).await
            })?;
            Ok(av_job::hand_over(job))
        })
    }
}
