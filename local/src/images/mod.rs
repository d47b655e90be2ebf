//! Image tasks on real pixels.

mod ascii;
mod border;
mod canvas;
pub(crate) mod color;
mod crop;
mod filters;
mod focus;
mod gaussian;
mod mosaic;
mod outline;
mod paint;
mod parameters;
mod parts;
mod picture;
mod polaroid;
mod resize;
mod rotate;
mod shadow;
mod tones;
mod vignette;

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

/// What tasks have made.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mimetype: &'static str,
}

/// Carries one task out on all frames of a picture.
type Effect = fn(&mut Picture, &Task) -> Result<()>;

/// Every task that makes a picture of a picture.
const EFFECTS: &[(&str, Effect)] = &[
    ("blackwhite", tones::blackwhite),
    ("blur", focus::blur),
    ("border", border::border),
    ("circle", outline::circle),
    ("crop", crop::crop),
    ("flip", filters::flip),
    ("flop", filters::flop),
    ("modulate", tones::modulate),
    ("monochrome", filters::monochrome),
    ("negative", tones::negative),
    ("oil_paint", paint::oil_paint),
    ("partial_blur", parts::blur),
    ("partial_pixelate", parts::pixelate),
    ("pixelate", mosaic::pixelate),
    ("polaroid", polaroid::polaroid),
    ("resize", resize::resize),
    ("rotate", rotate::rotate),
    ("rounded_corners", outline::rounded_corners),
    ("sepia", tones::sepia),
    ("shadow", shadow::shadow),
    ("sharpen", focus::sharpen),
    ("torn_edges", outline::torn_edges),
    ("vignette", vignette::vignette),
];

/// The task that makes a page of a picture.
const PAGE: &str = "ascii";

/// Whether this module carries a task out.
pub(crate) fn is_served(task: &str) -> bool {
    task == PAGE || effect(task).is_some()
}

/// Carries tasks out one after the other. Blocks, and needs memory for the decoded image.
pub(crate) fn convert(input: Input, tasks: &[Task]) -> Result<Converted> {
    match tasks.split_last() {
        Some((last, tasks)) if last.name == PAGE => ascii::page(run(input, tasks)?.still()?, last),
        _ => run(input, tasks)?.encode(),
    }
}

/// Width and height of what [`convert`] would make.
pub(crate) fn measure(input: Input, tasks: &[Task]) -> Result<(u32, u32)> {
    match &input {
        Input::File(path) if tasks.is_empty() => dimensions(path).ok_or_else(not_supported),
        _ => Ok(run(input, tasks)?.size()),
    }
}

fn run(input: Input, tasks: &[Task]) -> Result<Picture> {
    if tasks.iter().any(|task| task.name == PAGE) {
        // What comes after a page has no picture to work on.
        return Err(ServiceError::unknown_task());
    }
    let mut picture = Picture::decode(input)?;
    for task in tasks {
        let effect =
            effect(task.name).ok_or_else(|| ServiceError::not_served(format_args!("the task {}", task.name)))?;
        effect(&mut picture, task)?;
    }
    Ok(picture)
}

fn effect(task: &str) -> Option<Effect> {
    EFFECTS.iter().find(|(name, _)| *name == task).map(|(_, effect)| *effect)
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
