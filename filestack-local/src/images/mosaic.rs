//! `pixelate`: squares of one color each.
//!
//! The amount is the side of a square in pixels. Squares begin at the left upper corner; those at the other edges
//! may be cut.

use image::{DynamicImage, Rgba, RgbaImage};

use super::canvas::Canvas;
use super::parameters::whole;
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::grammar::Task;

/// Carries a `pixelate` task out.
pub(super) fn pixelate(picture: &mut Picture, task: &Task) -> Result<()> {
    let side = whole(task, "amount", 2)?;
    picture.change(|frame| Ok(pixelated(frame, side)))?;
    picture.settle();
    Ok(())
}

fn pixelated(image: &DynamicImage, side: u32) -> DynamicImage {
    let mut canvas = Canvas::of(image);
    tile(&mut canvas.pixels, side);
    canvas.finish()
}

/// Gives every square its mean color.
pub(super) fn tile(pixels: &mut RgbaImage, side: u32) {
    let side = side.max(1);
    let (width, height) = pixels.dimensions();
    for top in (0..height).step_by(side as usize) {
        for left in (0..width).step_by(side as usize) {
            let (right, bottom) = (left.saturating_add(side).min(width), top.saturating_add(side).min(height));
            let places = || (top..bottom).flat_map(move |y| (left..right).map(move |x| (x, y)));
            let mean = mean(places().map(|(x, y)| pixels.get_pixel(x, y).0));
            for (x, y) in places() {
                pixels.put_pixel(x, y, Rgba(mean));
            }
        }
    }
}

/// The mean of colors, weighted by their opacity.
fn mean(colors: impl Iterator<Item = [u8; 4]>) -> [u8; 4] {
    let (mut sums, mut opacity, mut count) = ([0u64; 3], 0u64, 0u64);
    for [red, green, blue, alpha] in colors {
        let alpha = u64::from(alpha);
        for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u64::from(value) * alpha;
        }
        opacity += alpha;
        count += 1;
    }
    if opacity == 0 {
        return [0; 4];
    }
    let [red, green, blue] = sums.map(|sum| ((sum + opacity / 2) / opacity) as u8);
    [red, green, blue, ((opacity + count / 2) / count) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    #[test]
    fn squares_have_one_color_and_it_is_their_mean() {
        let source = RgbaImage::from_fn(23, 17, |x, y| Rgba([x as u8 * 9, y as u8 * 11, (x ^ y) as u8 * 7, 255]));
        let changed = pixelated(&source.clone().into(), 5).into_rgba8();
        assert_eq!(changed.dimensions(), (23, 17));
        for (x, y, pixel) in changed.enumerate_pixels() {
            assert_eq!(pixel, changed.get_pixel(x / 5 * 5, y / 5 * 5), "{x} {y}");
        }
        let sum: u32 =
            (0..5).flat_map(|y| (0..5).map(move |x| (x, y))).map(|(x, y)| u32::from(source.get_pixel(x, y).0[2])).sum();
        assert_eq!(u32::from(changed.get_pixel(0, 0).0[2]), (sum + 12) / 25);
        // The last square of a row is three pixels wide.
        assert_eq!(changed.get_pixel(22, 0).0[0], 21 * 9);
    }

    #[test]
    fn a_square_can_be_larger_than_the_picture() {
        let grey = DynamicImage::from(GrayImage::from_fn(2, 1, |x, _| Luma([x as u8 * 100])));
        assert_eq!(pixelated(&grey, 100), GrayImage::from_pixel(2, 1, Luma([50])).into());
    }

    #[test]
    fn transparent_pixels_lend_no_color() {
        let mut pixels = RgbaImage::from_pixel(2, 1, Rgba([0, 200, 0, 0]));
        pixels.put_pixel(0, 0, Rgba([100, 0, 0, 255]));
        tile(&mut pixels, 2);
        assert_eq!(pixels.get_pixel(1, 0).0, [100, 0, 0, 128]);
    }
}
