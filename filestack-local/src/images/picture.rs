//! A decoded image: its frames and what it is to be encoded as.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};

use axum::http::StatusCode;
use image::codecs::gif::{GifDecoder, Repeat};
use image::metadata::{LoopCount, Orientation};
use image::{
    AnimationDecoder as _, Delay, DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits,
};

use super::canvas::over;
use super::encoding::{Encoding, Extras, write_gif};
use super::input::{Changed, Converted, Input, MAX_FILE_SIZE, MAX_PIXELS, check_pixels, not_supported, refusal};
use super::jpeg;
use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;

/// Enough for the largest image with eight bytes a pixel.
const MAX_DECODED_BYTES: u64 = MAX_PIXELS * 8;

/// A decoded image.
#[derive(Debug)]
pub(super) struct Picture {
    /// How it is to be written.
    pub(super) encoding: Encoding,
    frames: Vec<(DynamicImage, Option<Delay>)>,
    repeat: Option<Repeat>,
    extras: Extras,
    source: Origin,
}

/// What the file was that a picture came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    format: ImageFormat,
    /// Of a JPEG, as far as it can be told.
    pub(super) quality: Option<u8>,
    /// Its pixels had the colors of print.
    pub(super) is_cmyk: bool,
}

impl Picture {
    /// Decodes a still image, or all frames of a GIF.
    pub(super) fn decode(input: Input) -> Result<Self> {
        match input {
            Input::File(path) => {
                let file = File::open(path)?;
                if file.metadata()?.len() > MAX_FILE_SIZE {
                    let text = "conv20 provider error: the file is too large to convert (idx 0)";
                    return Err(ServiceError::text(StatusCode::BAD_REQUEST, text));
                }
                Self::read(BufReader::new(file))
            }
            Input::Memory(bytes) => Self::read(Cursor::new(bytes)),
        }
    }

    fn read(source: impl BufRead + Seek) -> Result<Self> {
        let reader = ImageReader::new(source).with_guessed_format()?;
        let Some(format) = reader.format() else {
            return Err(not_supported());
        };
        if format == ImageFormat::Gif {
            return Self::read_gif(reader.into_inner());
        }
        let mut source = reader.into_inner();
        source.rewind()?;
        let quality = if format == ImageFormat::Jpeg { jpeg::quality(&mut source) } else { None };
        source.rewind()?;
        let mut decoder = ImageReader::with_format(source, format).into_decoder().map_err(|error| refusal(&error))?;
        let (width, height) = decoder.dimensions();
        check_pixels(width, height)?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_DECODED_BYTES);
        decoder.set_limits(limits).map_err(|error| refusal(&error))?;
        // Both are extras: an image whose extras cannot be read is still an image.
        let exif = decoder.exif_metadata().unwrap_or_default();
        let color_profile = decoder.icc_profile().unwrap_or_default();
        // CMYK pixels are decoded to RGB, to which a CMYK profile does not apply.
        let is_cmyk = decoder.original_color_type() == ExtendedColorType::Cmyk8;
        let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
        let extras = Extras { exif, color_profile: color_profile.filter(|_| !is_cmyk) };
        let source = Origin { format, quality, is_cmyk };
        Ok(Self { encoding: Encoding::new(format), frames: vec![(image, None)], repeat: None, extras, source })
    }

    fn read_gif(mut source: impl BufRead + Seek) -> Result<Self> {
        source.rewind()?;
        let decoder = GifDecoder::new(source).map_err(|error| refusal(&error))?;
        let (width, height) = decoder.dimensions();
        check_pixels(width, height)?;
        let repeat = match decoder.loop_count() {
            LoopCount::Infinite => Repeat::Infinite,
            LoopCount::Finite(times) => Repeat::Finite(u16::try_from(times.get()).unwrap_or(u16::MAX)),
        };
        let mut frames = Vec::new();
        for frame in decoder.into_frames() {
            let frame = frame.map_err(|error| refusal(&error))?;
            // The limit holds for all frames together: they are all in memory.
            check_pixels(width, height.saturating_mul(u32::try_from(frames.len() + 1).unwrap_or(u32::MAX)))?;
            let delay = frame.delay();
            frames.push((DynamicImage::from(frame.into_buffer()), Some(delay)));
        }
        let source = Origin { format: ImageFormat::Gif, quality: None, is_cmyk: false };
        let encoding = Encoding::new(ImageFormat::Gif);
        Ok(Self { encoding, frames, repeat: Some(repeat), extras: Extras::default(), source })
    }

    /// A GIF that moves.
    pub(super) fn animation(frames: Vec<(DynamicImage, Delay)>, repeat: Repeat) -> Self {
        let format = ImageFormat::Gif;
        Self {
            encoding: Encoding::new(format),
            frames: frames.into_iter().map(|(frame, delay)| (frame, Some(delay))).collect(),
            repeat: Some(repeat),
            extras: Extras::default(),
            source: Origin { format, quality: None, is_cmyk: false },
        }
    }

    /// Puts another image in place of this one, which does not move and has nothing but its pixels.
    pub(super) fn replace(&mut self, image: DynamicImage) {
        self.frames = vec![(image, None)];
        self.repeat = None;
        self.extras = Extras::default();
    }

    /// The first frame.
    pub(super) fn still(&self) -> Result<&DynamicImage> {
        self.frames.first().map(|(frame, _)| frame).ok_or_else(not_supported)
    }

    /// The first frame.
    pub(super) fn into_still(self) -> Result<DynamicImage> {
        self.frames.into_iter().next().map(|(frame, _)| frame).ok_or_else(not_supported)
    }

    /// Changes every frame.
    pub(super) fn change(&mut self, change: impl Fn(&DynamicImage) -> Changed) -> Result<()> {
        for (frame, _) in &mut self.frames {
            *frame = change(frame)?;
        }
        Ok(())
    }

    /// Says that the picture is upright, and returns how it was to be turned so far.
    pub(super) fn take_orientation(&mut self) -> Orientation {
        let taken = self.extras.exif.as_deref_mut().and_then(Orientation::remove_from_exif_chunk);
        taken.unwrap_or(Orientation::NoTransforms)
    }

    /// Turns the pixels as EXIF data says, which then says nothing more about it.
    pub(super) fn turn_upright(&mut self) -> Result<()> {
        match self.take_orientation() {
            Orientation::NoTransforms => Ok(()),
            orientation => self.change(|frame| {
                let mut turned = frame.clone();
                turned.apply_orientation(orientation);
                Ok(turned)
            }),
        }
    }

    /// Drops what is known about the picture. What it looks like stays: it is turned as EXIF data had said, and the
    /// colors keep their profile.
    pub(super) fn forget_metadata(&mut self) -> Result<()> {
        self.turn_upright()?;
        self.extras.exif = None;
        Ok(())
    }

    /// Drops a profile that does not fit to the pixels any more.
    pub(super) fn forget_color_profile(&mut self) {
        self.extras.color_profile = None;
    }

    /// Makes a file of another format of it; only a GIF moves.
    pub(super) fn change_format(&mut self, format: ImageFormat) -> Result<()> {
        self.encoding.format = format;
        if format != ImageFormat::Gif {
            self.frames.truncate(1);
            self.repeat = None;
        }
        // What the file cannot say must be true of its pixels.
        if self.encoding.keeps_exif() { Ok(()) } else { self.turn_upright() }
    }

    /// Leaves one frame, counted from 1.
    pub(super) fn keep_page(&mut self, page: u32) -> Result<()> {
        let index = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX);
        if index >= self.frames.len() {
            let text = format!("conv20 provider error: there is no page {page} (idx 0)");
            return Err(ServiceError::text(StatusCode::BAD_REQUEST, text));
        }
        self.frames = vec![(self.frames.swap_remove(index).0, None)];
        self.repeat = None;
        Ok(())
    }

    /// Whether it has shades of grey only.
    pub(super) fn is_grey(&self) -> bool {
        self.frames.iter().all(|(frame, _)| !frame.color().has_color())
    }

    /// Whether it has more than one frame.
    pub(super) fn moves(&self) -> bool {
        self.frames.len() > 1
    }

    /// What the file was that it came from.
    pub(super) fn source(&self) -> Origin {
        self.source
    }

    /// The number of pixels in all frames.
    pub(super) fn area(&self) -> u64 {
        self.frames.iter().map(|(frame, _)| u64::from(frame.width()) * u64::from(frame.height())).sum()
    }

    /// Brings format and profile in line with pixels that a task has painted: transparency in a format without it
    /// makes a PNG, and a profile for shades of grey does not fit to colors.
    pub(super) fn settle(&mut self) {
        let is_transparent = self.frames.iter().any(|(frame, _)| frame.color().has_alpha());
        match self.encoding.format {
            ImageFormat::Jpeg if is_transparent => self.encoding.format = ImageFormat::Png,
            ImageFormat::Gif if is_transparent => self.frames.iter_mut().for_each(|(frame, _)| harden(frame)),
            _ => {}
        }
        let has_color = self.frames.iter().any(|(frame, _)| frame.color().has_color());
        if has_color && self.extras.color_profile.as_deref().is_some_and(is_grey_profile) {
            self.forget_color_profile();
        }
    }

    /// Width and height.
    pub(super) fn size(&self) -> (u32, u32) {
        self.frames.first().map_or((0, 0), |(frame, _)| (frame.width(), frame.height()))
    }

    /// Encodes in the format that the picture came in, or that it was changed to.
    pub(super) fn encode(mut self) -> Result<Converted> {
        let (format, source) = (self.encoding.format, self.source.format);
        let mut bytes = Vec::new();
        let mut target = Cursor::new(&mut bytes);
        let written = match format {
            ImageFormat::Gif => write_gif(self.frames, self.repeat, &mut target),
            _ => {
                let (encoding, extras) = (self.encoding, std::mem::take(&mut self.extras));
                encoding.write(self.into_still()?, extras, &mut target)
            }
        };
        written.map_err(|error| refusal(&error))?;
        let extension = format.extensions_str().first().copied().filter(|_| format != source);
        Ok(Converted { bytes, mimetype: format.to_mime_type(), extension })
    }
}

/// Whether a profile is one for shades of grey; its head says so.
fn is_grey_profile(profile: &[u8]) -> bool {
    profile.get(16..20) == Some(b"GRAY".as_slice())
}

/// GIF knows only visible or not: what can be seen a little lies on white.
fn harden(frame: &mut DynamicImage) {
    let mut pixels = frame.to_rgba8();
    for pixel in pixels.pixels_mut().filter(|pixel| pixel.0[3] > 0) {
        pixel.0 = over(pixel.0, Color::WHITE.0);
    }
    *frame = pixels.into();
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use image::codecs::gif::GifEncoder;
    use image::{Frame, Rgba, RgbaImage};

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Picture {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        Picture::decode(Input::Memory(bytes.into_inner().into())).unwrap()
    }

    #[test]
    fn transparency_needs_a_format_that_has_it() {
        let opaque = DynamicImage::from(image::RgbImage::new(8, 6));
        for (format, mimetype) in [
            (ImageFormat::Jpeg, "image/png"),
            (ImageFormat::Png, "image/png"),
            (ImageFormat::WebP, "image/webp"),
            (ImageFormat::Bmp, "image/bmp"),
            (ImageFormat::Tiff, "image/tiff"),
            (ImageFormat::Gif, "image/gif"),
        ] {
            let mut picture = encoded(&opaque, format);
            picture.settle();
            assert_eq!(picture.encoding.format, format, "nothing is transparent so far");
            picture.change(|_| Ok(RgbaImage::from_pixel(8, 6, Rgba([255, 0, 0, 0])).into())).unwrap();
            picture.settle();
            let converted = picture.encode().unwrap();
            assert_eq!(converted.mimetype, mimetype);
            let pixels = image::load_from_memory(&converted.bytes).unwrap().into_rgba8();
            assert!(pixels.pixels().all(|pixel| pixel.0[3] == 0), "{format:?}");
        }
    }

    #[test]
    fn gif_shows_soft_edges_on_white() {
        let mut picture = encoded(&DynamicImage::from(image::RgbImage::new(2, 1)), ImageFormat::Gif);
        let mut pixels = RgbaImage::new(2, 1);
        pixels.put_pixel(0, 0, Rgba([0, 0, 0, 102]));
        picture.change(|_| Ok(pixels.clone().into())).unwrap();
        picture.settle();
        let pixels = picture.frames[0].0.to_rgba8();
        assert_eq!((pixels.get_pixel(0, 0).0, pixels.get_pixel(1, 0).0), ([153, 153, 153, 255], [0; 4]));
    }

    #[test]
    fn profiles_for_grey_do_not_stay_with_colors() {
        let head = |space: &[u8]| [&[0; 16], space, &[0; 4]].concat();
        for (space, kept) in [(b"GRAY", false), (b"RGB ", true)] {
            let mut picture = encoded(&DynamicImage::from(image::RgbImage::new(2, 1)), ImageFormat::Png);
            picture.extras.color_profile = Some(head(space));
            picture.settle();
            assert_eq!(picture.extras.color_profile.is_some(), kept);
        }
    }

    #[test]
    fn every_format_survives() {
        let mut pixels = RgbaImage::from_pixel(8, 6, Rgba([10, 200, 30, 255]));
        pixels.put_pixel(0, 0, Rgba([200, 10, 30, 255]));
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
            ImageFormat::Bmp,
            ImageFormat::Tiff,
        ] {
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::from(pixels.clone()).into_rgb8().write_to(&mut bytes, format).unwrap();
            let picture = Picture::decode(Input::Memory(bytes.into_inner().into())).unwrap();
            let converted = picture.encode().unwrap();
            let again = Picture::decode(Input::Memory(converted.bytes.clone().into())).unwrap();
            assert_eq!((again.size(), converted.mimetype), ((8, 6), format.to_mime_type()));
            assert_eq!(image::guess_format(&converted.bytes).unwrap(), format);
        }
    }

    #[test]
    fn animations_keep_frames_and_delays() {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
        encoder.set_repeat(Repeat::Finite(3)).unwrap();
        for shade in [0, 255] {
            let pixels = RgbaImage::from_pixel(4, 4, Rgba([shade, shade, shade, 255]));
            encoder.encode_frame(Frame::from_parts(pixels, 0, 0, Delay::from_numer_denom_ms(120, 1))).unwrap();
        }
        drop(encoder);
        let converted = Picture::decode(Input::Memory(bytes.into())).unwrap().encode().unwrap();
        let again = Picture::decode(Input::Memory(converted.bytes.into())).unwrap();
        assert_eq!(again.frames.len(), 2);
        assert_eq!(again.frames[1].1.unwrap().numer_denom_ms(), (120, 1));
        assert!(matches!(again.repeat, Some(Repeat::Finite(3))));
    }

    #[test]
    fn files_that_are_not_images_are_refused() {
        let refused = Picture::decode(Input::Memory(Bytes::from_static(b"plain text"))).unwrap_err();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    }
}
