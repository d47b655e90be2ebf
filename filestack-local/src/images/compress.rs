//! `compress`: when writing a picture again makes it no smaller, the file that it came from is the better one.

use super::container::without_metadata;
use super::input::{Converted, Input};
use crate::errors::Result;

/// The smaller one of what was made of a file and the file itself.
pub(super) fn choose(input: &Input, keeps_metadata: bool, made: Converted) -> Result<Converted> {
    if input.size()? > made.bytes.len() as u64 {
        return Ok(made);
    }
    let source = input.read()?;
    let bytes = match keeps_metadata {
        true => source,
        false => without_metadata(&source).unwrap_or(source),
    };
    Ok(Converted { bytes, ..made })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::png::PngEncoder;
    use image::{DynamicImage, ImageEncoder as _};

    #[test]
    fn the_smaller_one_wins() {
        let mut source = Vec::new();
        let mut encoder = PngEncoder::new(&mut source);
        encoder.set_exif_metadata(b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec()).unwrap();
        DynamicImage::new_rgb8(20, 10).write_with_encoder(encoder).unwrap();
        let input = Input::Memory(source.clone().into());
        let made = |bytes: Vec<u8>| Converted { bytes, mimetype: "image/png", extension: None };
        assert_eq!(choose(&input, false, made(b"small".to_vec())).unwrap().bytes, b"small");
        let large = || made(vec![0; source.len()]);
        assert_eq!(choose(&input, true, large()).unwrap().bytes, source);
        assert_eq!(choose(&input, false, large()).unwrap().bytes, without_metadata(&source).unwrap());
    }
}
