//! Image tasks on real pixels.

pub(crate) mod color;
mod crop;
mod filters;
mod picture;
mod resize;
mod rotate;

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader};

use crate::errors::{Result, ServiceError};
use crate::grammar::Task;
use picture::Picture;

/// The service's limit for one image.
const MAX_PIXELS: u64 = 100_000_000;
/// The service's limit for the file that holds it.
const MAX_FILE_SIZE: u64 = 256 * 1000 * 1000;

/// Where an image comes from.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    File(PathBuf),
    Memory(Bytes),
}

/// An image in the format of its source.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mimetype: &'static str,
}

/// Whether this module carries a task out.
pub(crate) fn is_served(task: &str) -> bool {
    matches!(task, "resize" | "crop" | "rotate" | "flip" | "flop" | "monochrome")
}

/// Carries tasks out one after the other. Blocks, and needs memory for the decoded image.
pub(crate) fn convert(input: Input, tasks: &[Task]) -> Result<Converted> {
    run(input, tasks)?.encode()
}

/// Width and height of what [`convert`] would make.
pub(crate) fn measure(input: Input, tasks: &[Task]) -> Result<(u32, u32)> {
    match &input {
        Input::File(path) if tasks.is_empty() => dimensions(path).ok_or_else(not_supported),
        _ => Ok(run(input, tasks)?.size()),
    }
}

fn run(input: Input, tasks: &[Task]) -> Result<Picture> {
    let mut picture = Picture::decode(input)?;
    for task in tasks {
        match task.name {
            "resize" => {
                let resize = resize::Resize::read(task)?;
                picture.change(|frame| resize.apply(frame))?;
            }
            "crop" => {
                let area = crop::Crop::read(task)?;
                picture.change(|frame| area.apply(frame))?;
            }
            "rotate" => rotate::apply(&mut picture, task)?,
            "flip" => picture.change(|frame| Ok(filters::flip(frame)))?,
            "flop" => picture.change(|frame| Ok(filters::flop(frame)))?,
            "monochrome" => {
                picture.change(|frame| Ok(filters::monochrome(frame)))?;
                picture.forget_color_profile();
            }
            other => return Err(ServiceError::not_served(format_args!("the task {other}"))),
        }
    }
    Ok(picture)
}

/// Width and height by the header alone; `None` for what is no image.
pub(crate) fn dimensions(path: &Path) -> Option<(u32, u32)> {
    ImageReader::open(path).ok()?.with_guessed_format().ok()?.into_dimensions().ok()
}

/// EXIF data as tag names and readable values; empty where there is none.
pub(crate) fn exif(path: &Path) -> Vec<(String, String)> {
    let Some(chunk) = exif_chunk(path) else { return Vec::new() };
    let Ok(exif) = exif::Reader::new().read_raw(chunk) else { return Vec::new() };
    exif.fields().map(|field| (field.tag.to_string(), field.display_value().with_unit(&exif).to_string())).collect()
}

fn exif_chunk(path: &Path) -> Option<Vec<u8>> {
    let reader = ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    reader.into_decoder().ok()?.exif_metadata().ok()?
}

/// Refuses results that the real service would not make either.
fn check_pixels(width: u32, height: u32) -> Result<()> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let text = format!("conv20 provider error: {width}x{height} exceeds the limit of {MAX_PIXELS} pixels (idx 0)");
        return Err(ServiceError::text(StatusCode::BAD_REQUEST, text));
    }
    Ok(())
}

fn refusal(error: &ImageError) -> ServiceError {
    match error {
        ImageError::Unsupported(_) => not_supported(),
        other => ServiceError::text(StatusCode::BAD_REQUEST, format!("conv20 provider error: {other} (idx 0)")),
    }
}

fn not_supported() -> ServiceError {
    let text = "conv20 provider error: conversions of this type are not supported (idx 0)";
    ServiceError::text(StatusCode::BAD_REQUEST, text)
}

/// What a task does to one frame.
type Changed = Result<DynamicImage>;
