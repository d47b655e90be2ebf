//! `circle`, `rounded_corners` and `torn_edges`: the same picture in another shape.
//!
//! What lies outside of the shape is transparent, or has the color of `background`.
//! `circle` cuts the square in the middle down to a circle.
//! `rounded_corners` takes a radius in pixels, or `max` for half of the shorter side; its blur is the standard
//! deviation of a Gaussian on the outline, in pixels.
//! `torn_edges` tears away between the first and the second number of `spread` pixels from each side. The same
//! request always tears the same way.

use image::{DynamicImage, GrayImage, Luma};

use super::canvas::Canvas;
use super::gaussian::soften_mask;
use super::parameters::{color, number, pair, whole};
use super::picture::Picture;
use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// The radius where none is given.
const DEFAULT_RADIUS: u32 = 10;
/// Each octave of a tear is half as long as the one before.
const OCTAVES: u32 = 4;
/// How deep an octave is, compared with the one before.
const PERSISTENCE: f64 = 0.7;
/// Sums of random heights gather in the middle; this brings them to the ends of the spread again.
const CONTRAST: f64 = 1.8;

/// Carries a `circle` task out.
pub(super) fn circle(picture: &mut Picture, task: &Task) -> Result<()> {
    let background = color(task, "background")?;
    picture.change(|frame| Ok(encircled(frame, background)))?;
    picture.settle();
    Ok(())
}

/// Carries a `rounded_corners` task out.
pub(super) fn rounded_corners(picture: &mut Picture, task: &Task) -> Result<()> {
    let radius = match task.text("radius") {
        Some("max") => u32::MAX,
        _ => whole(task, "radius", DEFAULT_RADIUS)?,
    };
    let (blur, background) = (number(task, "blur", 0.3)?, color(task, "background")?);
    picture.change(|frame| Ok(rounded(frame, radius, blur, background)))?;
    picture.settle();
    Ok(())
}

/// Carries a `torn_edges` task out.
pub(super) fn torn_edges(picture: &mut Picture, task: &Task) -> Result<()> {
    let [start, end] = pair(task, "spread", [1, 10])?;
    if start > end {
        return Err(ServiceError::invalid_value());
    }
    let (depths, background) = (f64::from(start)..f64::from(end), color(task, "background")?);
    picture.change(|frame| Ok(torn(frame, &depths, background)))?;
    picture.settle();
    Ok(())
}

/// A canvas of which a mask is left.
fn shaped(mut canvas: Canvas, mask: &GrayImage, background: Option<Color>) -> DynamicImage {
    canvas.cut(mask);
    canvas.put_behind(background);
    canvas.finish()
}

fn encircled(image: &DynamicImage, background: Option<Color>) -> DynamicImage {
    let side = image.width().min(image.height());
    let square = image.crop_imm((image.width() - side) / 2, (image.height() - side) / 2, side, side);
    shaped(Canvas::made_of(square), &corners(side, side, side), background)
}

fn rounded(image: &DynamicImage, radius: u32, blur: f64, background: Option<Color>) -> DynamicImage {
    let mut mask = corners(image.width(), image.height(), radius.saturating_mul(2));
    soften_mask(&mut mask, blur);
    shaped(Canvas::of(image), &mask, background)
}

/// A rectangle whose corners are quarters of circles.
fn corners(width: u32, height: u32, diameter: u32) -> GrayImage {
    let radius = f64::from(diameter.min(width).min(height)) / 2.0;
    // From the middle of a pixel to the line between the centers of two corners.
    let beyond = |position: u32, length: u32| {
        let position = f64::from(position) + 0.5;
        (radius - position.min(f64::from(length) - position)).max(0.0)
    };
    GrayImage::from_fn(width, height, |x, y| {
        let distance = beyond(x, width).hypot(beyond(y, height));
        Luma([coverage(radius - distance)])
    })
}

fn torn(image: &DynamicImage, depths: &std::ops::Range<f64>, background: Option<Color>) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let tear = |length: u32, side: u32| -> Vec<f64> {
        (0..length)
            .map(|position| depths.start + (depths.end - depths.start) * jag(position, side, depths.end))
            .collect()
    };
    let (left, right, top, bottom) = (tear(height, 0), tear(height, 1), tear(width, 2), tear(width, 3));
    let mask = GrayImage::from_fn(width, height, |x, y| {
        let (row, column) = (y as usize, x as usize);
        let (across, down) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        let inside = (across - left[row])
            .min(f64::from(width) - across - right[row])
            .min(down - top[column])
            .min(f64::from(height) - down - bottom[column]);
        Luma([coverage(inside)])
    });
    shaped(Canvas::of(image), &mask, background)
}

/// How much of a pixel is covered when its middle is `inside` pixels from an edge.
fn coverage(inside: f64) -> u8 {
    ((inside + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8
}

/// The depth of a tear at a position, from 0 to 1: waves of several lengths with random heights.
fn jag(position: u32, side: u32, depth: f64) -> f64 {
    let (mut sum, mut weights, mut weight) = (0.0, 0.0, 1.0);
    let mut length = (depth * 2.0).max(4.0);
    for octave in 0..OCTAVES {
        let place = f64::from(position) / length;
        let (before, between) = (place.floor(), place.fract());
        let height = |corner: f64| random(corner as u32, side * OCTAVES + octave);
        sum += weight * (height(before) + (height(before + 1.0) - height(before)) * between);
        weights += weight;
        weight *= PERSISTENCE;
        length = (length / 2.0).max(1.0);
    }
    ((sum / weights - 0.5) * CONTRAST + 0.5).clamp(0.0, 1.0)
}

/// A number from 0 to 1 that has nothing to do with that of the next place.
fn random(place: u32, series: u32) -> f64 {
    let mut state = place.wrapping_mul(0x9E37_79B9) ^ series.wrapping_add(1).wrapping_mul(0x85EB_CA6B);
    for _ in 0..3 {
        state ^= state >> 15;
        state = state.wrapping_mul(0x2C1B_3C6D);
    }
    f64::from(state ^ (state >> 16)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::parameters::tests::task;
    use super::*;
    use bytes::Bytes;
    use image::{GenericImageView as _, ImageFormat, Rgb, RgbImage};

    const RED: [u8; 4] = [255, 0, 0, 255];

    fn red(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_pixel(width, height, Rgb([255, 0, 0])).into()
    }

    fn picture() -> Picture {
        let mut bytes = std::io::Cursor::new(Vec::new());
        red(30, 20).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        Picture::decode(super::super::input::Input::Memory(Bytes::from(bytes.into_inner()))).unwrap()
    }

    #[test]
    fn circles_are_round_and_clear_outside() {
        let round = encircled(&red(60, 40), None);
        assert_eq!((round.width(), round.height()), (40, 40));
        for (x, y, pixel) in round.pixels() {
            let distance = (f64::from(x) - 19.5).hypot(f64::from(y) - 19.5);
            if distance < 19.0 {
                assert_eq!(pixel.0, RED, "{x} {y}");
            } else if distance > 21.0 {
                assert_eq!(pixel.0[3], 0, "{x} {y}");
            }
        }
        let filled = encircled(&red(60, 40), Some(Color([0, 0, 255, 255])));
        assert!(!filled.color().has_alpha());
        assert_eq!((filled.get_pixel(0, 0).0, filled.get_pixel(20, 20).0), ([0, 0, 255, 255], RED));
    }

    #[test]
    fn only_corners_are_rounded() {
        let round = rounded(&red(60, 40), 12, 0.0, None);
        for (x, y) in [(0, 0), (59, 0), (0, 39), (59, 39), (2, 2)] {
            assert_eq!(round.get_pixel(x, y).0[3], 0, "{x} {y}");
        }
        for (x, y) in [(12, 0), (0, 12), (47, 39), (59, 27), (30, 20), (5, 5)] {
            assert_eq!(round.get_pixel(x, y).0, RED, "{x} {y}");
        }
        let most = rounded(&red(60, 40), u32::MAX, 0.0, None);
        assert_eq!(most.to_rgba8(), rounded(&red(60, 40), 20, 0.0, None).to_rgba8());
        assert_eq!((most.get_pixel(4, 4).0[3], most.get_pixel(30, 0).0[3]), (0, 255));
    }

    #[test]
    fn blur_softens_the_corners_alone() {
        let (sharp, soft) = (rounded(&red(80, 80), 30, 0.0, None), rounded(&red(80, 80), 30, 4.0, None));
        let shades =
            |image: &DynamicImage| image.pixels().filter(|(_, _, pixel)| (1..255).contains(&pixel.0[3])).count();
        assert!(shades(&soft) > 3 * shades(&sharp), "{} {}", shades(&soft), shades(&sharp));
        assert_eq!((soft.get_pixel(40, 0).0, soft.get_pixel(0, 40).0), (RED, RED));
    }

    #[test]
    fn tears_are_as_deep_as_the_spread_says() {
        let (depths, size) = (3.0..9.0, 100);
        let ragged = torn(&red(size, size), &depths, None);
        let mut row_depths = std::collections::HashSet::new();
        for (x, y, pixel) in ragged.pixels() {
            let edge = x.min(y).min(size - 1 - x).min(size - 1 - y);
            match edge {
                0..=1 => assert_eq!(pixel.0[3], 0, "{x} {y}"),
                10.. => assert_eq!(pixel.0, RED, "{x} {y}"),
                _ => {}
            }
        }
        for y in 20..80 {
            row_depths.insert((0..20).find(|x| ragged.get_pixel(*x, y).0[3] > 127));
        }
        assert!(row_depths.len() >= 4, "ragged, not straight: {row_depths:?}");
        assert_eq!(torn(&red(size, size), &depths, None), ragged, "the same every time");
        assert_ne!(torn(&red(size, size), &(3.0..20.0), None), ragged);
    }

    #[test]
    fn photographs_become_png_where_they_become_transparent() {
        for (text, mimetype) in [
            ("circle", "image/png"),
            ("circle=background:white", "image/jpeg"),
            ("circle=background:ffffff80", "image/png"),
        ] {
            let mut picture = picture();
            circle(&mut picture, &task(text)).unwrap();
            assert_eq!(picture.encode().unwrap().mimetype, mimetype, "{text}");
        }
        assert!(torn_edges(&mut picture(), &task("torn_edges=spread:[9,3]")).is_err());
        assert!(torn_edges(&mut picture(), &task("torn_edges=spread:[9]")).is_err());
    }
}
