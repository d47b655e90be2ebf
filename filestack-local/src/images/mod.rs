//! Image tasks on real pixels.

mod align;
mod animation;
mod ascii;
mod border;
mod canvas;
mod collage;
pub(crate) mod color;
mod compress;
mod container;
mod crop;
mod encoding;
mod filters;
mod focus;
mod gaussian;
mod jpeg;
mod mosaic;
mod outline;
mod output;
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
mod watermark;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read as _, Seek};
use std::path::PathBuf;

use axum::http::StatusCode;
use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader};

use crate::errors::{Result, ServiceError};
use crate::grammar::Task;
pub(crate) use animation::animate;
use picture::Picture;

/// The service's limit for one image, and for all that one task works on together.
const MAX_PIXELS: u64 = 100_000_000;
/// The service's limit for the file that holds it.
const MAX_FILE_SIZE: u64 = 256 * 1000 * 1000;

/// Where an image comes from.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    File(PathBuf),
    Memory(Bytes),
}

/// What seeking readers of files and of memory have in common.
pub(crate) trait Source: BufRead + Seek {}

impl<T: BufRead + Seek> Source for T {}

impl Input {
    /// Reads the bytes. Blocks.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Source>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        })
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(match self {
            Self::File(path) => path.metadata()?.len(),
            Self::Memory(bytes) => bytes.len() as u64,
        })
    }

    /// Width and height by the header alone; `None` for what is no image.
    pub(crate) fn dimensions(&self) -> Option<(u32, u32)> {
        ImageReader::new(self.open().ok()?).with_guessed_format().ok()?.into_dimensions().ok()
    }

    fn area(&self) -> Option<u64> {
        self.dimensions().map(|(width, height)| u64::from(width) * u64::from(height))
    }

    /// EXIF data as tag names and readable values; empty where there is none.
    pub(crate) fn exif(&self) -> Vec<(String, String)> {
        let Some(chunk) = self.exif_chunk() else { return Vec::new() };
        let Ok(exif) = exif::Reader::new().read_raw(chunk) else { return Vec::new() };
        exif.fields().map(|field| (field.tag.to_string(), field.display_value().with_unit(&exif).to_string())).collect()
    }

    fn exif_chunk(&self) -> Option<Vec<u8>> {
        let reader = ImageReader::new(self.open().ok()?).with_guessed_format().ok()?;
        reader.into_decoder().ok()?.exif_metadata().ok()?
    }
}

/// Files that the parameters of tasks name, by these names.
#[derive(Debug, Default)]
pub(crate) struct Others(Vec<(String, Input)>);

impl Others {
    pub(crate) fn new(files: Vec<(String, Input)>) -> Self {
        Self(files)
    }

    fn find(&self, name: &str) -> Result<Input> {
        let found = self.0.iter().find(|(given, _)| given == name).map(|(_, input)| input.clone());
        found.ok_or_else(ServiceError::file_not_found)
    }
}

/// What tasks have made.
#[derive(Debug)]
pub(crate) struct Converted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mimetype: &'static str,
    /// Of file names, where the format is not that of the source.
    pub(crate) extension: Option<&'static str>,
}

/// Carries one task out on all frames of a picture.
type Effect = fn(&mut Picture, &Task) -> Result<()>;

/// Every task that makes a picture of a picture.
const EFFECTS: &[(&str, Effect)] = &[
    ("auto_image", output::auto_image),
    ("blackwhite", tones::blackwhite),
    ("blur", focus::blur),
    ("border", border::border),
    ("circle", outline::circle),
    ("compress", output::compress),
    ("crop", crop::crop),
    ("flip", filters::flip),
    ("flop", filters::flop),
    ("modulate", tones::modulate),
    ("monochrome", filters::monochrome),
    ("negative", tones::negative),
    ("no_metadata", output::no_metadata),
    ("oil_paint", paint::oil_paint),
    ("output", output::output),
    ("partial_blur", parts::blur),
    ("partial_pixelate", parts::pixelate),
    ("pixelate", mosaic::pixelate),
    ("pjpg", output::pjpg),
    ("polaroid", polaroid::polaroid),
    ("quality", output::quality),
    ("resize", resize::resize),
    ("rotate", rotate::rotate),
    ("rounded_corners", outline::rounded_corners),
    ("sepia", tones::sepia),
    ("shadow", shadow::shadow),
    ("sharpen", focus::sharpen),
    ("torn_edges", outline::torn_edges),
    ("vignette", vignette::vignette),
];

/// Carries one task out that needs other files as well.
type Join = fn(&mut Picture, &Task, &Others) -> Result<()>;

/// Every task that makes a picture of several.
const JOINS: &[(&str, Join)] = &[("collage", collage::collage), ("watermark", watermark::watermark)];

/// The task that makes a page of a picture.
const PAGE: &str = "ascii";

/// Whether this module carries a task out.
pub(crate) fn is_served(task: &str) -> bool {
    task == PAGE || effect(task).is_some() || join(task).is_some()
}

/// Carries tasks out one after the other. Blocks, and needs memory for the decoded image.
pub(crate) fn convert(input: Input, tasks: &[Task], others: &Others) -> Result<Converted> {
    if let Some((last, tasks)) = tasks.split_last()
        && last.name == PAGE
    {
        return ascii::page(run(input, tasks, others)?.still()?, last);
    }
    let made = run(input.clone(), tasks, others)?.encode()?;
    match tasks {
        [only] if only.name == "compress" => compress::choose(&input, only.flag("metadata"), made),
        // What need not be written again loses nothing.
        [only] if only.name == "no_metadata" => match container::without_metadata(&input.read()?) {
            Some(bytes) => Ok(Converted { bytes, ..made }),
            None => Ok(made),
        },
        _ => Ok(made),
    }
}

/// Width and height of what [`convert`] would make.
pub(crate) fn measure(input: Input, tasks: &[Task], others: &Others) -> Result<(u32, u32)> {
    match tasks {
        [] => input.dimensions().ok_or_else(not_supported),
        _ => Ok(run(input, tasks, others)?.size()),
    }
}

fn run(input: Input, tasks: &[Task], others: &Others) -> Result<Picture> {
    if tasks.iter().any(|task| task.name == PAGE) {
        // What comes after a page has no picture to work on.
        return Err(ServiceError::unknown_task());
    }
    let mut picture = Picture::decode(input)?;
    for task in tasks {
        if let Some(effect) = effect(task.name) {
            effect(&mut picture, task)?;
        } else if let Some(join) = join(task.name) {
            join(&mut picture, task, others)?;
        } else {
            return Err(ServiceError::not_served(format_args!("the task {}", task.name)));
        }
    }
    Ok(picture)
}

fn effect(task: &str) -> Option<Effect> {
    EFFECTS.iter().find(|(name, _)| *name == task).map(|(_, effect)| *effect)
}

fn join(task: &str) -> Option<Join> {
    JOINS.iter().find(|(name, _)| *name == task).map(|(_, join)| *join)
}

/// Refuses results that the real service would not make either.
fn check_pixels(width: u32, height: u32) -> Result<()> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let text = format!("conv20 provider error: {width}x{height} exceeds the limit of {MAX_PIXELS} pixels (idx 0)");
        return Err(ServiceError::text(StatusCode::BAD_REQUEST, text));
    }
    Ok(())
}

/// Refuses images that are too large together; what is no image counts nothing and is refused when it is decoded.
fn check_together(areas: impl IntoIterator<Item = Option<u64>>) -> Result<()> {
    let sum = areas.into_iter().flatten().fold(0, u64::saturating_add);
    if sum > MAX_PIXELS {
        let text = format!("conv20 provider error: {sum} pixels together exceed the limit of {MAX_PIXELS} (idx 0)");
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
