//! `blur` and `sharpen`.
//!
//! The amount of `blur` is the standard deviation of a Gaussian, in pixels. `sharpen` adds to every pixel a quarter
//! of the difference to its surroundings, a Gaussian of one pixel, for each unit of its amount. An amount of 0
//! leaves everything as it is.

use image::DynamicImage;

use super::canvas::Canvas;
use super::gaussian::soften;
use super::parameters::whole;
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::grammar::Task;

/// What both take when nobody says how much.
const DEFAULT_AMOUNT: u32 = 2;
/// How far `sharpen` looks around.
const SURROUNDINGS: f64 = 1.0;
/// What one unit of the amount of `sharpen` adds.
const STRENGTH: f32 = 0.25;

/// Carries a `blur` task out.
pub(super) fn blur(picture: &mut Picture, task: &Task) -> Result<()> {
    let amount = whole(task, "amount", DEFAULT_AMOUNT)?;
    picture.change(|frame| Ok(blurred(frame, amount)))?;
    picture.settle();
    Ok(())
}

/// Carries a `sharpen` task out.
pub(super) fn sharpen(picture: &mut Picture, task: &Task) -> Result<()> {
    let amount = whole(task, "amount", DEFAULT_AMOUNT)?;
    picture.change(|frame| Ok(sharpened(frame, amount)))
}

fn blurred(image: &DynamicImage, amount: u32) -> DynamicImage {
    if amount == 0 {
        return image.clone();
    }
    let mut canvas = Canvas::of(image);
    soften(&mut canvas.pixels, f64::from(amount));
    canvas.finish()
}

fn sharpened(image: &DynamicImage, amount: u32) -> DynamicImage {
    if amount == 0 {
        return image.clone();
    }
    let mut canvas = Canvas::of(image);
    let mut surroundings = canvas.pixels.clone();
    soften(&mut surroundings, SURROUNDINGS);
    let strength = amount as f32 * STRENGTH;
    for (pixel, around) in canvas.pixels.pixels_mut().zip(surroundings.pixels()) {
        for (value, around) in pixel.0[..3].iter_mut().zip(around.0) {
            let (own, around) = (f32::from(*value), f32::from(around));
            *value = (own + (own - around) * strength).round().clamp(0.0, 255.0) as u8;
        }
    }
    canvas.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage};

    fn edge() -> DynamicImage {
        RgbImage::from_fn(40, 10, |x, _| if x < 20 { Rgb([60, 60, 60]) } else { Rgb([180, 180, 180]) }).into()
    }

    fn shade(image: &DynamicImage, x: u32) -> u8 {
        image.to_luma8().get_pixel(x, 5).0[0]
    }

    #[test]
    fn nothing_changes_nothing() {
        assert_eq!(blurred(&edge(), 0), edge());
        assert_eq!(sharpened(&edge(), 0), edge());
    }

    #[test]
    fn blurring_widens_an_edge_and_more_does_it_more() {
        let (little, much) = (blurred(&edge(), 2), blurred(&edge(), 8));
        assert!(shade(&little, 17) > 60 && shade(&little, 22) < 180);
        assert!(shade(&much, 17) > shade(&little, 17));
        assert_eq!((shade(&little, 2), shade(&little, 37)), (60, 180), "far from the edge all is as it was");
        for x in 0..39 {
            assert!(shade(&much, x) <= shade(&much, x + 1), "no waves");
        }
    }

    #[test]
    fn sharpening_steepens_an_edge_and_more_does_it_more() {
        let (little, much) = (sharpened(&edge(), 2), sharpened(&edge(), 6));
        assert!(shade(&little, 19) < 60 && shade(&little, 20) > 180);
        assert!(shade(&much, 19) < shade(&little, 19) && shade(&much, 20) > shade(&little, 20));
        assert_eq!((shade(&much, 2), shade(&much, 37)), (60, 180));
    }

    #[test]
    fn shades_of_grey_stay_shades_of_grey() {
        let deep = DynamicImage::from(ImageBuffer::from_fn(9, 9, |x, _| Luma([x as u16 * 6000])));
        for changed in [blurred(&deep, 3), sharpened(&deep, 3)] {
            assert!(!changed.color().has_color() && !changed.color().has_alpha());
        }
        let plain = DynamicImage::from(GrayImage::from_pixel(9, 9, Luma([99])));
        assert_eq!(blurred(&plain, 20), plain);
    }
}
