//! JPEG features that the image library lacks: progressive files, small ones, and the quality of given ones.

use std::io::{self, Read, Write};

use image::error::{EncodingError, ParameterError, ParameterErrorKind};
use image::{DynamicImage, ImageError, ImageFormat, ImageResult};
use jpeg_encoder::{ColorType, Encoder};

/// The sum of the standard's table of luminance steps, which is the one for quality 50.
const STEPS_OF_QUALITY_50: u32 = 3688;
const START_OF_SCAN: u8 = 0xDA;
const QUANTIZATION_TABLES: u8 = 0xDB;

/// The quality that a JPEG was most likely written with, by its steps for luminance.
pub(super) fn quality(mut source: impl Read) -> Option<u8> {
    let mut start = [0; 2];
    source.read_exact(&mut start).ok()?;
    loop {
        let mut head = [0; 4];
        source.read_exact(&mut head).ok()?;
        let [0xFF, marker, high, low] = head else { return None };
        let length = u64::from(u16::from_be_bytes([high, low])).checked_sub(2)?;
        match marker {
            START_OF_SCAN => return None,
            QUANTIZATION_TABLES => {
                let mut segment = Vec::new();
                source.by_ref().take(length).read_to_end(&mut segment).ok()?;
                if let Some(steps) = luminance_steps(&segment) {
                    return Some(quality_of(steps));
                }
            }
            _ => {
                io::copy(&mut source.by_ref().take(length), &mut io::sink()).ok()?;
            }
        }
    }
}

/// The sum of table 0, if a segment holds it; tables have 64 numbers of one byte or two.
fn luminance_steps(mut segment: &[u8]) -> Option<u32> {
    loop {
        let (kind, rest) = segment.split_first()?;
        let width = if kind >> 4 == 0 { 1 } else { 2 };
        let (table, rest) = rest.split_at_checked(64 * width)?;
        if kind & 15 == 0 {
            return Some(
                table.chunks(width).map(|step| step.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).sum(),
            );
        }
        segment = rest;
    }
}

/// The way back from how encoders scale the standard's table.
fn quality_of(steps: u32) -> u8 {
    let percent = f64::from(steps) * 100.0 / f64::from(STEPS_OF_QUALITY_50);
    let quality = if percent <= 100.0 { (200.0 - percent) / 2.0 } else { 5000.0 / percent };
    (quality.round() as u8).clamp(1, 100)
}

/// Writes a progressive file with the Huffman tables that fit best; `image` has eight bits a channel and no
/// transparency. What is not progressive has its colors one after the other then, which the image library misreads.
pub(super) fn write(
    image: &DynamicImage,
    quality: u8,
    exif: Option<&[u8]>,
    profile: Option<&[u8]>,
    target: impl Write,
) -> ImageResult<()> {
    let side = |length: u32| {
        let error = || ImageError::Parameter(ParameterError::from_kind(ParameterErrorKind::DimensionMismatch));
        u16::try_from(length).map_err(|_| error())
    };
    let (width, height) = (side(image.width())?, side(image.height())?);
    let color = if image.color().has_color() { ColorType::Rgb } else { ColorType::Luma };
    let mut encoder = Encoder::new(target, quality);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    if let Some(exif) = exif {
        // What is too large for a JPEG is left out, as the other encoder does.
        let _ = encoder.add_exif_metadata(exif);
    }
    if let Some(profile) = profile {
        let _ = encoder.add_icc_profile(profile);
    }
    let written = encoder.encode(image.as_bytes(), width, height, color);
    written.map_err(|error| ImageError::Encoding(EncodingError::new(ImageFormat::Jpeg.into(), error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::{Rgb, RgbImage};

    fn picture() -> DynamicImage {
        RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 6, y as u8 * 8, 90])).into()
    }

    #[test]
    fn the_quality_is_found_again() {
        for given in [1, 30, 50, 75, 92, 100] {
            let mut bytes = Vec::new();
            picture().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, given)).unwrap();
            let found = quality(bytes.as_slice()).unwrap();
            assert!(found.abs_diff(given) <= 2 || given == 1, "{given}: {found}");
        }
        assert_eq!(quality(b"\xFF\xD8\xFF\xDA\0\x08".as_slice()), None);
        assert_eq!(quality(b"\xFF\xD8".as_slice()), None);
    }

    #[test]
    fn progressive_files_say_so_and_keep_their_extras() {
        let mut bytes = Vec::new();
        write(&picture(), 90, Some(b"II*\0exif"), Some(b"profile"), &mut bytes).unwrap();
        for part in [b"\xFF\xC2".as_slice(), b"Exif\0\0II*\0exif", b"ICC_PROFILE\0\x01\x01profile"] {
            assert!(bytes.windows(part.len()).any(|window| window == part), "{part:?}");
        }
        let again = image::load_from_memory(&bytes).unwrap().into_rgb8();
        let near = |a: &Rgb<u8>, b: &Rgb<u8>| a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 12);
        assert!(again.pixels().zip(picture().into_rgb8().pixels()).all(|(a, b)| near(a, b)));
    }
}
