//! How pictures are written.

use std::io::{Seek, Write};

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ColorType, Delay, DynamicImage, Frame, ImageEncoder, ImageFormat, ImageResult};

use super::canvas::over;
use super::jpeg;
use crate::tasks::color::Color;

/// What ImageMagick takes when nobody says anything.
pub(super) const JPEG_QUALITY: u8 = 92;
/// Quantisation of GIF colours, 1 (best) to 30 (fastest); the library's default is twenty times slower than this.
const GIF_SPEED: i32 = 10;

/// How a picture is to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encoding {
    pub(super) format: ImageFormat,
    /// 1 to 100; of JPEG only.
    pub(super) quality: Option<u8>,
    /// A JPEG that is shown at once and gets sharper while it arrives.
    pub(super) is_progressive: bool,
    /// As small as the format allows, however long that takes.
    pub(super) is_small: bool,
}

/// What goes with the pixels; an encoder that cannot keep some of it leaves that out, as other converters do.
#[derive(Debug, Clone, Default)]
pub(super) struct Extras {
    pub(super) exif: Option<Vec<u8>>,
    pub(super) color_profile: Option<Vec<u8>>,
}

impl Encoding {
    /// What nobody has said anything about.
    pub(super) fn new(format: ImageFormat) -> Self {
        Self { format, quality: None, is_progressive: false, is_small: false }
    }

    /// Whether files of this format can say how they are to be turned.
    pub(super) fn keeps_exif(&self) -> bool {
        matches!(self.format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)
    }

    /// Writes a picture that does not move.
    pub(super) fn write(
        &self,
        image: DynamicImage,
        extras: Extras,
        target: &mut (impl Write + Seek),
    ) -> ImageResult<()> {
        match self.format {
            ImageFormat::Jpeg => self.write_jpeg(&flat(image, Color::WHITE), extras, target),
            ImageFormat::Png if self.is_small => {
                let encoder = PngEncoder::new_with_quality(target, CompressionType::Best, FilterType::Adaptive);
                write_with(encoder, &whole(image), extras)
            }
            ImageFormat::Png => write_with(PngEncoder::new(target), &whole(image), extras),
            ImageFormat::WebP => write_with(WebPEncoder::new_lossless(target), &eight_bit(image), extras),
            ImageFormat::Tiff => write_with(TiffEncoder::new(target), &without_grey_alpha(image), extras),
            ImageFormat::Bmp => eight_bit(image).write_to(target, ImageFormat::Bmp),
            other => image.write_to(target, other),
        }
    }

    fn write_jpeg(&self, image: &DynamicImage, extras: Extras, target: impl Write) -> ImageResult<()> {
        let quality = self.quality.unwrap_or(JPEG_QUALITY);
        if !self.is_progressive && !self.is_small {
            return write_with(JpegEncoder::new_with_quality(target, quality), image, extras);
        }
        jpeg::write(image, quality, extras.exif.as_deref(), extras.color_profile.as_deref(), target)
    }
}

/// Writes the frames of an animation, or the only one of a picture that does not move.
pub(super) fn write_gif(
    frames: Vec<(DynamicImage, Option<Delay>)>,
    repeat: Option<Repeat>,
    target: impl Write,
) -> ImageResult<()> {
    let mut encoder = GifEncoder::new_with_speed(target, GIF_SPEED);
    if let Some(repeat) = repeat {
        encoder.set_repeat(repeat)?;
    }
    for (image, delay) in frames {
        let delay = delay.unwrap_or_else(|| Delay::from_numer_denom_ms(0, 1));
        encoder.encode_frame(Frame::from_parts(image.into_rgba8(), 0, 0, delay))?;
    }
    Ok(())
}

fn write_with(mut encoder: impl ImageEncoder, image: &DynamicImage, extras: Extras) -> ImageResult<()> {
    if let Some(exif) = extras.exif {
        let _ = encoder.set_exif_metadata(exif);
    }
    if let Some(profile) = extras.color_profile {
        let _ = encoder.set_icc_profile(profile);
    }
    image.write_with_encoder(encoder)
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

/// Whole numbers for channels, which PNG wants.
fn whole(image: DynamicImage) -> DynamicImage {
    match image.color() {
        ColorType::Rgb32F => image.into_rgb16().into(),
        ColorType::Rgba32F => image.into_rgba16().into(),
        _ => image,
    }
}

/// The library's TIFF has no shades of grey with transparency.
fn without_grey_alpha(image: DynamicImage) -> DynamicImage {
    match image.color() {
        ColorType::La8 => image.into_rgba8().into(),
        ColorType::La16 => image.into_rgba16().into(),
        _ => image,
    }
}

/// Eight bits and no transparency but that of `background`, which shines through.
pub(super) fn flat(image: DynamicImage, background: Color) -> DynamicImage {
    if !image.color().has_alpha() {
        return eight_bit(image);
    }
    let is_grey = !image.color().has_color() && background.0[..3].iter().all(|shade| *shade == background.0[0]);
    let mut pixels = image.into_rgba8();
    for pixel in pixels.pixels_mut() {
        pixel.0 = over(pixel.0, background.0);
    }
    let pixels = DynamicImage::from(pixels);
    match (is_grey, background.alpha()) {
        (true, 255) => pixels.into_luma8().into(),
        (false, 255) => pixels.into_rgb8().into(),
        _ => pixels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    use image::{LumaA, Rgb, Rgb32FImage, Rgba, RgbaImage};

    #[test]
    fn transparency_becomes_the_background() {
        let mut pixels = RgbaImage::new(3, 1);
        pixels.put_pixel(0, 0, Rgba([255, 0, 0, 0]));
        pixels.put_pixel(1, 0, Rgba([0, 0, 0, 255]));
        pixels.put_pixel(2, 0, Rgba([0, 0, 0, 127]));
        let flattened = flat(pixels.clone().into(), Color::WHITE).into_rgb8();
        assert_eq!(flattened.get_pixel(0, 0).0, [255, 255, 255]);
        assert_eq!(flattened.get_pixel(1, 0).0, [0, 0, 0]);
        assert_eq!(flattened.get_pixel(2, 0).0, [128, 128, 128]);
        let veiled = flat(pixels.into(), Color([0, 0, 255, 51]));
        let veiled = veiled.as_rgba8().unwrap();
        assert_eq!(veiled.get_pixel(0, 0).0, [0, 0, 255, 51]);
        assert_eq!(veiled.get_pixel(1, 0).0, [0, 0, 0, 255]);
        assert_eq!(over([9, 8, 7, 0], [1, 2, 3, 0]), [9, 8, 7, 0]);
    }

    #[test]
    fn unusual_pixels_fit_every_format() {
        let grey = image::ImageBuffer::from_pixel(3, 2, LumaA([100u8, 255]));
        let float = Rgb32FImage::from_pixel(3, 2, Rgb([0.5, 0.5, 0.5]));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff] {
            for image in [DynamicImage::from(grey.clone()), DynamicImage::from(float.clone())] {
                let mut bytes = Cursor::new(Vec::new());
                Encoding::new(format).write(image, Extras::default(), &mut bytes).unwrap();
                let again = image::load_from_memory(bytes.get_ref()).unwrap();
                assert_eq!((again.width(), again.height()), (3, 2), "{format:?}");
            }
        }
    }
}
