//! The result of a transformation: downloading and storing it, asking about it, converting it.

use std::ffi::c_char;

use filestack_core::{AvJob, Sink};

use crate::arguments;
use crate::av_job::filestack_av_job;
use crate::buffer::filestack_buffer;
use crate::call::Call;
use crate::error_object::filestack_error;
use crate::failure::Result;
use crate::filelink::filestack_filelink;
use crate::guard::{produce, produce_optional};
use crate::handle;
use crate::operation::filestack_operation;
use crate::outcome::Outcome;
use crate::queue::filestack_queue;
use crate::request_options::filestack_request_options;
use crate::sink::filestack_sink;
use crate::start;
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
            prepare_download(transformation, path, request)?.wait()?.size_bytes()
        })
    }
}

/// Starts filestack_transformation_download. Its result: filestack_operation_size_bytes.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_download_start(
    transformation: *const filestack_transformation,
    path: *const c_char,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_download(transformation, path, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_download(
    transformation: *const filestack_transformation,
    path: *const c_char,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let path = arguments::absolute_path(path, "path")?;
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move {
            transformation.download(path, &request).await.map(Outcome::SizeBytes)
        }))
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
            prepare_download_to(transformation, sink, request)?.wait()?.size_bytes()
        })
    }
}

/// Starts filestack_transformation_download_to. Its result: filestack_operation_size_bytes.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_download_to_start(
    transformation: *const filestack_transformation,
    sink: *const filestack_sink,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_download_to(transformation, sink, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_download_to(
    transformation: *const filestack_transformation,
    sink: *const filestack_sink,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let sink: Sink = handle::borrow(sink, "sink")?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move {
            transformation.download_to(&sink, &request).await.map(Outcome::SizeBytes)
        }))
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
            prepare_get_content(transformation, request)?.wait()?.take_content()
        })
    }
}

/// Starts filestack_transformation_get_content. Its result: filestack_operation_take_content.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_get_content_start(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_get_content(transformation, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_get_content(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::transfer(request, |request| async move {
            transformation.get_content(&request).await.map(Outcome::content)
        }))
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
            prepare_store(transformation, store, request)?.wait()?.filelink()
        })
    }
}

/// Starts filestack_transformation_store. Its result: filestack_operation_filelink.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_store_start(
    transformation: *const filestack_transformation,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_store(transformation, store, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_store(
    transformation: *const filestack_transformation,
    store: *const filestack_store_options,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let store = handle::options(store, "store")?;
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            transformation.store(&store, &request).await.map(|stored| Outcome::Filelink(stored.into()))
        }))
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
    unsafe { produce(out_json, "out_json", error, || prepare_get_json(transformation, request)?.wait()?.json()) }
}

/// Starts filestack_transformation_get_json. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_get_json_start(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_get_json(transformation, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_get_json(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move { transformation.get_json(&request).await.map(Outcome::Json) }))
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
    unsafe { produce(out_json, "out_json", error, || prepare_tags(transformation, request)?.wait()?.json()) }
}

/// Starts filestack_transformation_tags. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_tags_start(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_tags(transformation, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_tags(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            transformation.answer("tags", &[], &request).await.map(Outcome::Json)
        }))
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
    unsafe { produce(out_json, "out_json", error, || prepare_sfw(transformation, request)?.wait()?.json()) }
}

/// Starts filestack_transformation_sfw. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_sfw_start(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_sfw(transformation, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_sfw(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            transformation.answer("sfw", &[], &request).await.map(Outcome::Json)
        }))
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
    unsafe { produce(out_json, "out_json", error, || prepare_ocr(transformation, request)?.wait()?.json()) }
}

/// Starts filestack_transformation_ocr. Its result: filestack_operation_json.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_ocr_start(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe { start::operation(queue, tag, out_operation, error, || prepare_ocr(transformation, request)) }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_ocr(
    transformation: *const filestack_transformation,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            transformation.answer("ocr", &[], &request).await.map(Outcome::Json)
        }))
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
            prepare_av_convert(transformation, params, param_count, request)?.wait()?.av_job()
        })
    }
}

/// Starts filestack_transformation_av_convert. Its result: filestack_operation_av_job.
///
/// `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
/// a time. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_transformation_av_convert_start(
    transformation: *const filestack_transformation,
    params: *const filestack_param,
    param_count: usize,
    request: *const filestack_request_options,
    queue: *const filestack_queue,
    tag: u64,
    out_operation: *mut *mut filestack_operation,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        start::operation(queue, tag, out_operation, error, || {
            prepare_av_convert(transformation, params, param_count, request)
        })
    }
}

/// # Safety
/// The pointers are NULL or valid.
unsafe fn prepare_av_convert(
    transformation: *const filestack_transformation,
    params: *const filestack_param,
    param_count: usize,
    request: *const filestack_request_options,
) -> Result<Call> {
    // SAFETY: the caller's promise is the same.
    unsafe {
        let transformation = handle::borrow(transformation, "transformation")?.usable()?.clone();
        let params: Vec<_> =
            named_values(params, param_count)?.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let request = handle::options(request, "request")?;
        Ok(Call::request(request, |request| async move {
            let params: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            AvJob::start(&transformation, &params, &request).await.map(Outcome::AvJob)
        }))
    }
}
