//! Files as they are built: metadata is cut out of JPEG, PNG and WebP without touching the pixels.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader};

/// The same picture without what is known about it; `None` for formats that are not known here, for files that are
/// not as they should be, and for those that have to be turned as their metadata says.
pub(super) fn without_metadata(source: &[u8]) -> Option<Vec<u8>> {
    if orientation(source)? != Orientation::NoTransforms {
        return None;
    }
    match image::guess_format(source).ok()? {
        ImageFormat::Jpeg => without_segments(source),
        ImageFormat::Png => without_png_chunks(source),
        ImageFormat::WebP => without_webp_chunks(source),
        _ => None,
    }
}

fn orientation(source: &[u8]) -> Option<Orientation> {
    let reader = ImageReader::new(Cursor::new(source)).with_guessed_format().ok()?;
    reader.into_decoder().ok()?.orientation().ok()
}

/// What has to stay of a JPEG's application segments: JFIF, color profiles, and how Adobe's colors are meant.
fn without_segments(source: &[u8]) -> Option<Vec<u8>> {
    let (start, mut rest) = source.split_at_checked(2)?;
    let mut kept = start.to_vec();
    loop {
        let [0xFF, marker, high, low, ..] = *rest else { return None };
        if marker == 0xDA {
            kept.extend_from_slice(rest);
            return Some(kept);
        }
        let (segment, after) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([high, low])))?;
        if !matches!(marker, 0xE1 | 0xE3..=0xED | 0xEF | 0xFE) {
            kept.extend_from_slice(segment);
        }
        rest = after;
    }
}

fn without_png_chunks(source: &[u8]) -> Option<Vec<u8>> {
    let (start, mut rest) = source.split_at_checked(8)?;
    let mut kept = start.to_vec();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest.first_chunk().copied()?);
        let (chunk, after) = rest.split_at_checked(usize::try_from(length).ok()?.checked_add(12)?)?;
        if !matches!(&chunk[4..8], b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"tIME") {
            kept.extend_from_slice(chunk);
        }
        rest = after;
    }
    Some(kept)
}

fn without_webp_chunks(source: &[u8]) -> Option<Vec<u8>> {
    /// The bits of the extended header that announce EXIF and XMP.
    const ANNOUNCED: u8 = 0b1100;
    let (start, mut rest) = source.split_at_checked(12)?;
    let mut kept = start.to_vec();
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
        // Chunks begin at even places.
        let (chunk, after) = rest.split_at_checked(length.checked_add(8 + length % 2)?)?;
        match &chunk[..4] {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                let position = kept.len() + 8;
                kept.extend_from_slice(chunk);
                *kept.get_mut(position)? &= !ANNOUNCED;
            }
            _ => kept.extend_from_slice(chunk),
        }
        rest = after;
    }
    let length = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&length.to_le_bytes());
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegEncoder;
    use image::codecs::png::PngEncoder;
    use image::codecs::webp::WebPEncoder;
    use image::{DynamicImage, ImageEncoder, Rgb, RgbImage};

    fn pixels() -> DynamicImage {
        RgbImage::from_fn(20, 10, |x, y| Rgb([x as u8 * 9, y as u8 * 9, 40])).into()
    }

    /// Orientation 1 is upright, 6 is to be turned to the right.
    fn written(mut encoder: impl ImageEncoder, orientation: u8) {
        let entry = [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
        let exif = [b"II*\0\x08\0\0\0\x01\0".as_slice(), &entry, &[0; 4]].concat();
        encoder.set_exif_metadata(exif).unwrap();
        encoder.set_icc_profile(b"a profile of colors".to_vec()).unwrap();
        pixels().write_with_encoder(encoder).unwrap();
    }

    #[test]
    fn metadata_is_cut_out_and_pixels_stay() {
        let (mut jpeg, mut png, mut webp) = (Vec::new(), Vec::new(), Vec::new());
        written(JpegEncoder::new_with_quality(&mut jpeg, 90), 1);
        written(PngEncoder::new(&mut png), 1);
        written(WebPEncoder::new_lossless(&mut webp), 1);
        for (bytes, mark) in [(jpeg, b"Exif".as_slice()), (png, b"eXIf"), (webp, b"EXIF")] {
            let has = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).any(|part| part == mark);
            assert!(has(&bytes, mark));
            let cut = without_metadata(&bytes).unwrap();
            assert!(cut.len() < bytes.len() && !has(&cut, mark) && !has(&cut, b"II*\0"));
            let (before, after) = (image::load_from_memory(&bytes).unwrap(), image::load_from_memory(&cut).unwrap());
            assert_eq!(before, after);
        }
        let mut turned = Vec::new();
        written(JpegEncoder::new_with_quality(&mut turned, 90), 6);
        assert_eq!(without_metadata(&turned), None);
        assert_eq!(without_metadata(b"GIF89a"), None);
        assert_eq!(without_metadata(b"\xFF\xD8\xFF\xE1\xFF\xFF"), None);
    }
}
