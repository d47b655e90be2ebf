//! Tasks that leave the size as it is.

use image::DynamicImage;

/// Upside down.
pub(super) fn flip(image: &DynamicImage) -> DynamicImage {
    image.flipv()
}

/// Left and right exchanged.
pub(super) fn flop(image: &DynamicImage) -> DynamicImage {
    image.fliph()
}

/// Shades of grey; transparency stays.
pub(super) fn monochrome(image: &DynamicImage) -> DynamicImage {
    image.grayscale()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgba, RgbaImage};

    fn source() -> DynamicImage {
        RgbaImage::from_fn(3, 2, |x, y| Rgba([x as u8 * 10, y as u8 * 10, 7, 200])).into()
    }

    #[test]
    fn mirrors() {
        assert_eq!(flip(&source()).get_pixel(2, 0).0, [20, 10, 7, 200]);
        assert_eq!(flop(&source()).get_pixel(0, 1).0, [20, 10, 7, 200]);
    }

    #[test]
    fn grey_has_no_color_and_keeps_alpha() {
        let grey = monochrome(&source());
        assert!(!grey.color().has_color());
        assert!(
            grey.pixels()
                .all(|(_, _, pixel)| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2] && pixel.0[3] == 200)
        );
    }
}
