//! What image tasks take and make, and the limits of both.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read as _, Seek};
use std::path::PathBuf;

use axum::http::StatusCode;
use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader};

use crate::errors::{Result, ServiceError};

/// The service's limit for one image, and for all that one task works on together.
pub(super) const MAX_PIXELS: u64 = 100_000_000;
/// The service's limit for the file that holds it.
pub(super) const MAX_FILE_SIZE: u64 = 256 * 1000 * 1000;

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

    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn size(&self) -> io::Result<u64> {
        Ok(match self {
            Self::File(path) => path.metadata()?.len(),
            Self::Memory(bytes) => bytes.len() as u64,
        })
    }

    /// Width and height by the header alone; `None` for a file that is not an image.
    pub(crate) fn dimensions(&self) -> Option<(u32, u32)> {
        ImageReader::new(self.open().ok()?).with_guessed_format().ok()?.into_dimensions().ok()
    }

    pub(super) fn area(&self) -> Option<u64> {
        self.dimensions().map(|(width, height)| u64::from(width) * u64::from(height))
    }

    /// EXIF data as tag names and readable values; empty where there is none.
    pub(crate) fn exif(&self) -> Vec<(String, String)> {
        let Some(chunk) = self.exif_chunk() else { return Vec::new() };
        let Ok(exif) = exif::Reader::new().read_raw(chunk) else { return Vec::new() };
        exif.fields().map(|field| (field.tag.to_string(), field.display_value().with_unit(&exif).to_string())).collect()
    }

    pub(super) fn exif_chunk(&self) -> Option<Vec<u8>> {
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

    pub(super) fn find(&self, name: &str) -> Result<Input> {
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

/// What a task does to one frame.
pub(super) type Changed = Result<DynamicImage>;

/// Refuses results that the real service would not make either.
pub(super) fn check_pixels(width: u32, height: u32) -> Result<()> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let text = format!("conv20 provider error: {width}x{height} exceeds the limit of {MAX_PIXELS} pixels (idx 0)");
        return Err(ServiceError::text(StatusCode::BAD_REQUEST, text));
    }
    Ok(())
}

/// Refuses images that are too large together; a file that is not an image counts nothing and is refused when it is decoded.
pub(super) fn check_together(areas: impl IntoIterator<Item = Option<u64>>) -> Result<()> {
    let sum = areas.into_iter().flatten().fold(0, u64::saturating_add);
    if sum > MAX_PIXELS {
        let text = format!("conv20 provider error: {sum} pixels together exceed the limit of {MAX_PIXELS} (idx 0)");
        return Err(ServiceError::text(StatusCode::BAD_REQUEST, text));
    }
    Ok(())
}

pub(super) fn refusal(error: &ImageError) -> ServiceError {
    match error {
        ImageError::Unsupported(_) => not_supported(),
        other => ServiceError::text(StatusCode::BAD_REQUEST, format!("conv20 provider error: {other} (idx 0)")),
    }
}

pub(super) fn not_supported() -> ServiceError {
    let text = "conv20 provider error: conversions of this type are not supported (idx 0)";
    ServiceError::text(StatusCode::BAD_REQUEST, text)
}
