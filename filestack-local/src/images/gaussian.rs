//! The Gaussian filter on pixels and on masks.

use image::{DynamicImage, GrayImage, RgbaImage};

use super::canvas::scale;

/// A picture that is that many times wider than high is filtered lying on its side: the filter keeps as many rows
/// as it is high, which are to be short.
const WIDE: u32 = 16;

/// Filters all channels; where there is transparency, colors are weighted by it.
pub(super) fn soften(pixels: &mut RgbaImage, sigma: f64) {
    let is_opaque = pixels.pixels().all(|pixel| pixel.0[3] == 255);
    if !is_opaque {
        for pixel in pixels.pixels_mut() {
            let [red, green, blue, alpha] = pixel.0;
            pixel.0 = [scale(red, alpha), scale(green, alpha), scale(blue, alpha), alpha];
        }
    }
    *pixels = filter(std::mem::take(pixels).into(), sigma).into_rgba8();
    if !is_opaque {
        for pixel in pixels.pixels_mut() {
            let [red, green, blue, alpha] = pixel.0;
            pixel.0 = [divide(red, alpha), divide(green, alpha), divide(blue, alpha), alpha];
        }
    }
}

/// Filters a mask.
pub(super) fn soften_mask(mask: &mut GrayImage, sigma: f64) {
    *mask = filter(std::mem::take(mask).into(), sigma).into_luma8();
}

/// How far, in pixels, a filter can be seen.
pub(super) fn reach(sigma: f64) -> u32 {
    (sigma * 3.0).ceil() as u32
}

fn divide(value: u8, alpha: u8) -> u8 {
    match u32::from(alpha) {
        0 => 0,
        alpha => ((u32::from(value) * 255 + alpha / 2) / alpha).min(255) as u8,
    }
}

/// Filters rows and columns; beyond the edge everything is as it is at the edge.
fn filter(image: DynamicImage, sigma: f64) -> DynamicImage {
    let sigma = sigma as f32;
    if !sigma.is_normal() || image.width() == 0 || image.height() == 0 {
        return image;
    }
    if image.width() / WIDE > image.height() {
        return image.rotate90().blur(sigma).rotate270();
    }
    image.blur(sigma)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgba};

    #[test]
    fn an_edge_becomes_the_slope_that_its_strength_says() {
        for sigma in [0.3, 1.0, 2.0, 5.0, 20.0] {
            let mut mask = GrayImage::from_fn(200, 20, |x, _| Luma([if x < 100 { 0 } else { 255 }]));
            soften_mask(&mut mask, sigma);
            // The steps of the slope are the bell; its spread is the strength.
            let row: Vec<f64> = (0..200).map(|x| f64::from(mask.get_pixel(x, 10).0[0])).collect();
            let steps = row.windows(2).enumerate().map(|(x, pair)| (x as f64 - 99.0, (pair[1] - pair[0]) / 255.0));
            let spread: f64 = steps.map(|(distance, step)| distance * distance * step).sum();
            assert!((spread.sqrt() - sigma).abs() < 0.1 * sigma + 0.25, "{sigma}: {}", spread.sqrt());
            assert!(row.is_sorted());
        }
    }

    #[test]
    fn all_directions_are_alike_and_edges_hold() {
        let dot =
            |width, height| GrayImage::from_fn(width, height, |x, y| Luma([if (x, y) == (15, 3) { 255 } else { 0 }]));
        let (mut square, mut wide) = (dot(200, 20), dot(200, 7));
        soften_mask(&mut square, 1.2);
        soften_mask(&mut wide, 1.2);
        assert!(square.get_pixel(17, 3).0[0] > 0 && square.get_pixel(17, 3) == square.get_pixel(15, 5));
        for (x, y, pixel) in wide.enumerate_pixels().filter(|(_, y, _)| *y < 4) {
            assert!(pixel.0[0].abs_diff(square.get_pixel(x, y).0[0]) <= 1, "{x} {y}");
        }
        for (width, height) in [(3, 200), (200, 3), (1, 1)] {
            let mut plain = GrayImage::from_pixel(width, height, Luma([77]));
            soften_mask(&mut plain, 20.0);
            assert_eq!(plain, GrayImage::from_pixel(width, height, Luma([77])));
        }
    }

    #[test]
    fn transparent_pixels_lend_no_color() {
        let mut pixels =
            RgbaImage::from_fn(20, 4, |x, _| if x < 10 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 255, 0]) });
        soften(&mut pixels, 2.0);
        let edge = pixels.get_pixel(10, 2).0;
        assert!(edge[3] > 60 && edge[3] < 200, "{edge:?}");
        assert!(edge[0] >= 250 && edge[2] == 0, "{edge:?}");
    }
}
