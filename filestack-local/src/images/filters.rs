//! Tasks without parameters: `flip`, `flop`, `monochrome`.

use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::grammar::Task;

/// Upside down.
pub(super) fn flip(picture: &mut Picture, _: &Task) -> Result<()> {
    picture.change(|frame| Ok(frame.flipv()))
}

/// Left and right exchanged.
pub(super) fn flop(picture: &mut Picture, _: &Task) -> Result<()> {
    picture.change(|frame| Ok(frame.fliph()))
}

/// Shades of grey; transparency stays.
pub(super) fn monochrome(picture: &mut Picture, _: &Task) -> Result<()> {
    picture.change(|frame| Ok(frame.grayscale()))?;
    picture.forget_color_profile();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::input::Input;
    use super::super::parameters::tests::task;
    use super::*;
    use image::{DynamicImage, GenericImageView as _, ImageFormat, Rgba, RgbaImage};

    /// What a task makes of a small picture.
    fn changed(name: &str, carry_out: fn(&mut Picture, &Task) -> Result<()>) -> DynamicImage {
        let source = RgbaImage::from_fn(3, 2, |x, y| Rgba([x as u8 * 10, y as u8 * 10, 7, 200]));
        let mut bytes = Cursor::new(Vec::new());
        source.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let mut picture = Picture::decode(Input::Memory(bytes.into_inner().into())).unwrap();
        carry_out(&mut picture, &task(name)).unwrap();
        image::load_from_memory(&picture.encode().unwrap().bytes).unwrap()
    }

    #[test]
    fn mirrors() {
        assert_eq!(changed("flip", flip).get_pixel(2, 0).0, [20, 10, 7, 200]);
        assert_eq!(changed("flop", flop).get_pixel(0, 1).0, [20, 10, 7, 200]);
    }

    #[test]
    fn grey_has_no_color_and_keeps_alpha() {
        let grey = changed("monochrome", monochrome);
        assert!(!grey.color().has_color());
        assert!(
            grey.pixels()
                .all(|(_, _, pixel)| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2] && pixel.0[3] == 200)
        );
    }
}
