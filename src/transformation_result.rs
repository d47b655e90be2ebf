//! The result of a transformation: downloading and storing it, asking about it, converting it.

use std::ffi::c_char;

use filestack_core::AvJob;

use crate::arguments;
use crate::av_job::{self, filestack_av_job};
use crate::buffer::filestack_buffer;
use crate::error_object::filestack_error;
use crate::filelink::{self, filestack_filelink};
use crate::guard::{produce, produce_optional};
use crate::handle;
use crate::json_answer;
use crate::request_options::filestack_request_options;
use crate::runtime::block_on;
use crate::sink::{self, filestack_sink};
use crate::status_code::filestack_status;
use crate::store_options::filestack_store_options;
use crate::transformation::filestack_transformation;
use crate::transformation_param::{filestack_param, named_values};

/// Downloads the result. Blocks.
///
/// As filestack_filelink_download. Errors: that of a task that could not be added, and those of
/// filestack_filelink_download. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_download(
    transformation: *const filestack_transformation,
    path: *const c_char,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || {
            let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
            let path = arguments::path(path, "path")?.to_owned();
            let request = handle::options(request, "request")?;
            block_on(async move { transformation.download(path, &request).await })
        })
    }
}

/// Downloads the result to a sink. Blocks.
///
/// As filestack_filelink_download_to. Errors: that of a task that could not be added, and those of
/// filestack_filelink_download_to. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_download_to(
    transformation: *const filestack_transformation,
    sink: *const filestack_sink,
    request: *const filestack_request_options,
    out_size_bytes: *mut u64,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce_optional(out_size_bytes, error, || {
            let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
            let request = handle::options(request, "request")?;
            sink::download(sink, |sink| async move { transformation.download_to(&sink, &request).await })
        })
    }
}

/// Reads the result into memory. Blocks.
///
/// As filestack_filelink_get_content. Errors: that of a task that could not be added, and those of
/// filestack_filelink_get_content. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_get_content(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_content: *mut *mut filestack_buffer,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_content, "out_content", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
            let request = handle::options(request, "request")?;
            Ok(handle::new(block_on(async move { transformation.get_content(&request).await })?))
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
pub unsafe extern "C-unwind" fn filestack_transformation_store(
    transformation: *const filestack_transformation,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    out_filelink: *mut *mut filestack_filelink,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_filelink, "out_filelink", error, || {
            let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
            let store = handle::options(store, "store")?;
            let request = handle::options(request, "request")?;
            let stored = block_on(async move { transformation.store(&store, &request).await })?;
            Ok(filelink::hand_over(stored.into()))
        })
    }
}

/// The service's JSON answer to a chain that ends with a task whose reply is not a file: tags, sfw, ocr, caption,
/// copyright, doc_detection with coords, image_sentiment, text_sentiment, imagesize, pdfinfo, output with docinfo,
/// detect_faces with export, doc_to_images, metadata, store, video_convert and others. Blocks.
///
/// `request` may be NULL. `*out_json` is freed with filestack_string_free. Errors: that of a task that could not be
/// added, FILESTACK_E_ARGUMENT when the chain gives a file or lacks credentials that its task needs, and those of the
/// network and the service. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_get_json(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(transformation, request, out_json, error, |value, request| {
            let transformation = value.usable()?.clone();
            Ok(async move { transformation.get_json(&request).await })
        })
    }
}

/// Words for what the result shows, as a JSON object: {"tags": {"auto": {word: 0 to 100}, "user": ...}}. Blocks.
///
/// The transformation stays as it is. Needs credentials: the transformation's or those of `request`, which may be
/// NULL. `*out_json` is freed with filestack_string_free. Errors: that of a task that could not be added,
/// FILESTACK_E_ARGUMENT without credentials, and those of the network and the service. Threads: one at a time.
/// Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_tags(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(transformation, request, out_json, error, |value, request| {
            let transformation = value.usable()?.clone();
            Ok(async move { transformation.answer("tags", &[], &request).await })
        })
    }
}

/// Whether the result is safe for work, as a JSON object: {"sfw": true or false}. Blocks.
///
/// As filestack_transformation_tags. Errors: as there. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_sfw(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(transformation, request, out_json, error, |value, request| {
            let transformation = value.usable()?.clone();
            Ok(async move { transformation.answer("sfw", &[], &request).await })
        })
    }
}

/// The text in the result, as a JSON object: {"document": {"text_areas": [...]}, "text": "..."}. Blocks.
///
/// As filestack_transformation_tags. Errors: as there. Threads: one at a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_transformation_ocr(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        json_answer::answer(transformation, request, out_json, error, |value, request| {
            let transformation = value.usable()?.clone();
            Ok(async move { transformation.answer("ocr", &[], &request).await })
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
pub unsafe extern "C-unwind" fn filestack_transformation_av_convert(
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
            let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
            let params: Vec<_> =
                named_values(params, param_count)?.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let request = handle::options(request, "request")?;
            let job = block_on(async move {
                let params: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                AvJob::start(&transformation, &params, &request).await
            })?;
            Ok(av_job::hand_over(job))
        })
    }
}
