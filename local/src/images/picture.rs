//! A decoded image: its frames and what it is to be encoded as again.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek, Write};

use axum::http::StatusCode;
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::{LoopCount, Orientation};
use image::{
    AnimationDecoder as _, Delay, DynamicImage, ExtendedColorType, Frame, ImageDecoder, ImageEncoder, ImageFormat,
    ImageReader, ImageResult, Limits,
};

use super::canvas::over;
use super::color::Color;
use super::{Changed, Converted, Input, MAX_FILE_SIZE, MAX_PIXELS, check_pixels, not_supported, refusal};
use crate::errors::{Result, ServiceError};

/// Enough for the largest image with eight bytes a pixel.
const MAX_DECODED_BYTES: u64 = MAX_PIXELS * 8;
/// What ImageMagick takes when nobody says anything.
const JPEG_QUALITY: u8 = 92;
/// Quantisation of GIF colours, 1 (best) to 30 (fastest); the library's default is twenty times slower than this.
const GIF_SPEED: i32 = 10;

/// A decoded image.
#[derive(Debug)]
pub(super) struct Picture {
    format: ImageFormat,
    frames: Vec<(DynamicImage, Option<Delay>)>,
    repeat: Option<Repeat>,
    exif: Option<Vec<u8>>,
    color_profile: Option<Vec<u8>>,
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
        let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
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
        Ok(Self {
            format,
            frames: vec![(image, None)],
            repeat: None,
            exif,
            color_profile: color_profile.filter(|_| !is_cmyk),
        })
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
        Ok(Self { format: ImageFormat::Gif, frames, repeat: Some(repeat), exif: None, color_profile: None })
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
        let taken = self.exif.as_deref_mut().and_then(Orientation::remove_from_exif_chunk);
        taken.unwrap_or(Orientation::NoTransforms)
    }

    /// Drops a profile that does not fit to the pixels any more.
    pub(super) fn forget_color_profile(&mut self) {
        self.color_profile = None;
    }

    /// Brings format and profile in line with pixels that a task has painted: transparency in a format without it
    /// makes a PNG, and a profile for shades of grey does not fit to colors.
    pub(super) fn settle(&mut self) {
        let is_transparent = self.frames.iter().any(|(frame, _)| frame.color().has_alpha());
        match self.format {
            ImageFormat::Jpeg if is_transparent => self.format = ImageFormat::Png,
            ImageFormat::Gif if is_transparent => self.frames.iter_mut().for_each(|(frame, _)| harden(frame)),
            _ => {}
        }
        let has_color = self.frames.iter().any(|(frame, _)| frame.color().has_color());
        if has_color && self.color_profile.as_deref().is_some_and(is_grey_profile) {
            self.forget_color_profile();
        }
    }

    /// What is seen of it while nothing moves.
    pub(super) fn still(&self) -> Result<&DynamicImage> {
        self.frames.first().map(|(frame, _)| frame).ok_or_else(not_supported)
    }

    /// Width and height.
    pub(super) fn size(&self) -> (u32, u32) {
        self.frames.first().map_or((0, 0), |(frame, _)| (frame.width(), frame.height()))
    }

    /// Encodes in the format that the picture came in.
    pub(super) fn encode(self) -> Result<Converted> {
        let mimetype = self.format.to_mime_type();
        let mut bytes = Vec::new();
        self.write(&mut Cursor::new(&mut bytes)).map_err(|error| refusal(&error))?;
        Ok(Converted { bytes, mimetype })
    }

    fn write(self, target: &mut (impl Write + Seek)) -> ImageResult<()> {
        if self.format == ImageFormat::Gif {
            return self.write_gif(target);
        }
        let Some((image, _)) = self.frames.into_iter().next() else { return Ok(()) };
        let (exif, profile) = (self.exif, self.color_profile);
        match self.format {
            ImageFormat::Jpeg => {
                write_with(JpegEncoder::new_with_quality(target, JPEG_QUALITY), &opaque(image), exif, profile)
            }
            ImageFormat::Png => write_with(PngEncoder::new(target), &image, exif, profile),
            ImageFormat::WebP => write_with(WebPEncoder::new_lossless(target), &eight_bit(image), exif, profile),
            ImageFormat::Bmp => eight_bit(image).write_to(target, ImageFormat::Bmp),
            ImageFormat::Tiff => colored_if_transparent(image).write_to(target, ImageFormat::Tiff),
            other => image.write_to(target, other),
        }
    }

    fn write_gif(self, target: &mut impl Write) -> ImageResult<()> {
        let mut encoder = GifEncoder::new_with_speed(target, GIF_SPEED);
        if let Some(repeat) = self.repeat {
            encoder.set_repeat(repeat)?;
        }
        for (image, delay) in self.frames {
            let delay = delay.unwrap_or_else(|| Delay::from_numer_denom_ms(0, 1));
            encoder.encode_frame(Frame::from_parts(image.into_rgba8(), 0, 0, delay))?;
        }
        Ok(())
    }
}

fn write_with(
    mut encoder: impl ImageEncoder,
    image: &DynamicImage,
    exif: Option<Vec<u8>>,
    profile: Option<Vec<u8>>,
) -> ImageResult<()> {
    if let Some(exif) = exif {
        // An encoder that cannot keep them leaves them out, as other converters do.
        let _ = encoder.set_exif_metadata(exif);
    }
    if let Some(profile) = profile {
        let _ = encoder.set_icc_profile(profile);
    }
    image.write_with_encoder(encoder)
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

/// Eight bits a channel, for formats that know no others.
fn eight_bit(image: DynamicImage) -> DynamicImage {
    let color = image.color();
    match (color.has_color(), color.has_alpha()) {
        (false, false) => image.into_luma8().into(),
        (false, true) => image.into_luma_alpha8().into(),
        (true, false) => image.into_rgb8().into(),
        (true, true) => image.into_rgba8().into(),
    }
}

/// Shades of grey with transparency as colors with it, for encoders that know no other transparency.
fn colored_if_transparent(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLumaA8(_) => image.into_rgba8().into(),
        DynamicImage::ImageLumaA16(_) => image.into_rgba16().into(),
        other => other,
    }
}

/// Eight bits and no transparency: what shines through is white.
fn opaque(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return eight_bit(image);
    }
    let mut pixels = image.into_rgba8();
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0.map(u16::from);
        let over_white =
            |channel: u16| u8::try_from((channel * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX);
        pixel.0 = [over_white(red), over_white(green), over_white(blue), 255];
    }
    DynamicImage::from(pixels).into_rgb8().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use image::{Rgba, RgbaImage};

    #[test]
    fn transparency_becomes_white() {
        let mut pixels = RgbaImage::new(3, 1);
        pixels.put_pixel(0, 0, Rgba([255, 0, 0, 0]));
        pixels.put_pixel(1, 0, Rgba([0, 0, 0, 255]));
        pixels.put_pixel(2, 0, Rgba([0, 0, 0, 127]));
        let flat = opaque(pixels.into()).into_rgb8();
        assert_eq!(flat.get_pixel(0, 0).0, [255, 255, 255]);
        assert_eq!(flat.get_pixel(1, 0).0, [0, 0, 0]);
        assert_eq!(flat.get_pixel(2, 0).0, [128, 128, 128]);
    }

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
            assert_eq!(picture.format, format, "nothing is transparent so far");
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
            picture.color_profile = Some(head(space));
            picture.settle();
            assert_eq!(picture.color_profile.is_some(), kept);
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
            opaque(pixels.clone().into()).write_to(&mut bytes, format).unwrap();
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
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, GIF_SPEED);
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
    fn what_is_no_image_is_refused() {
        let refused = Picture::decode(Input::Memory(Bytes::from_static(b"plain text"))).unwrap_err();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    }
}
