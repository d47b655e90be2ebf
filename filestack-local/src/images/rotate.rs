//! `rotate`: by degrees, or as EXIF data says.

use image::{DynamicImage, Rgba, RgbaImage};

use super::input::{Changed, check_pixels};
use super::parameters::color;
use super::picture::Picture;
use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// Keeps a side that should be a whole number from growing by rounding errors of sine and cosine.
const SLACK: f64 = 1e-6;

/// Carries a `rotate` task out.
pub(super) fn rotate(picture: &mut Picture, task: &Task) -> Result<()> {
    if task.text("exif") == Some("false") {
        // The picture stays as its pixels are, and says so.
        picture.take_orientation();
    }
    match task.text("deg") {
        None => Ok(()),
        Some("exif") => picture.turn_upright(),
        Some(degrees) => {
            let degrees: u32 = degrees.parse().map_err(|_| ServiceError::invalid_value())?;
            let background = match color(task, "background")? {
                None => color(task, "color")?.unwrap_or(Color::WHITE),
                Some(background) => background,
            };
            picture.change(|frame| turn(frame, degrees, background))?;
            picture.settle();
            Ok(())
        }
    }
}

/// Turns clockwise. Quarter turns move pixels; any other angle enlarges the canvas and fills its corners.
pub(super) fn turn(image: &DynamicImage, degrees: u32, background: Color) -> Changed {
    match degrees % 360 {
        0 => Ok(image.clone()),
        90 => Ok(image.rotate90()),
        180 => Ok(image.rotate180()),
        270 => Ok(image.rotate270()),
        other => turn_freely(image, f64::from(other).to_radians(), background),
    }
}

fn turn_freely(image: &DynamicImage, angle: f64, background: Color) -> Changed {
    let source = image.to_rgba8();
    let (sine, cosine) = angle.sin_cos();
    let (width, height) = (f64::from(source.width()), f64::from(source.height()));
    let side = |length: f64| (length - SLACK).ceil().max(1.0) as u32;
    let to_width = side(width * cosine.abs() + height * sine.abs());
    let to_height = side(width * sine.abs() + height * cosine.abs());
    check_pixels(to_width, to_height)?;
    let (center_x, center_y) = (f64::from(to_width) / 2.0, f64::from(to_height) / 2.0);
    let turned = RgbaImage::from_fn(to_width, to_height, |x, y| {
        // From the middle of a pixel of the result back to where it came from.
        let (across, down) = (f64::from(x) + 0.5 - center_x, f64::from(y) + 0.5 - center_y);
        let from_x = across * cosine + down * sine + width / 2.0 - 0.5;
        let from_y = down * cosine - across * sine + height / 2.0 - 0.5;
        sample(&source, from_x, from_y, background)
    });
    let turned = DynamicImage::from(turned);
    // Where nothing can be transparent the format need not say how much.
    let is_opaque = !image.color().has_alpha() && background.alpha() == 255;
    Ok(if is_opaque { turned.into_rgb8().into() } else { turned })
}

/// The color between four pixels; beyond the edge lies the background. Colors are weighted by their opacity, so that
/// what cannot be seen does not shine through.
fn sample(source: &RgbaImage, x: f64, y: f64, background: Color) -> Rgba<u8> {
    let (left, top) = (x.floor(), y.floor());
    let (right_weight, bottom_weight) = (x - left, y - top);
    let mut sums = [0.0f64; 4];
    for (step_x, weight_x) in [(0.0, 1.0 - right_weight), (1.0, right_weight)] {
        for (step_y, weight_y) in [(0.0, 1.0 - bottom_weight), (1.0, bottom_weight)] {
            let [red, green, blue, alpha] =
                pixel_at(source, left + step_x, top + step_y).unwrap_or(background.0).map(f64::from);
            let weight = weight_x * weight_y * alpha;
            for (sum, value) in sums.iter_mut().zip([red * weight, green * weight, blue * weight, weight]) {
                *sum += value;
            }
        }
    }
    let [red, green, blue, alpha] = sums;
    if alpha <= 0.0 {
        return Rgba([background.0[0], background.0[1], background.0[2], 0]);
    }
    let round = |value: f64| value.round().clamp(0.0, 255.0) as u8;
    Rgba([round(red / alpha), round(green / alpha), round(blue / alpha), round(alpha)])
}

fn pixel_at(source: &RgbaImage, x: f64, y: f64) -> Option<[u8; 4]> {
    if x < 0.0 || y < 0.0 {
        return None;
    }
    source.get_pixel_checked(x as u32, y as u32).map(|pixel| pixel.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgb, RgbImage};

    fn source() -> DynamicImage {
        RgbImage::from_fn(4, 2, |x, y| Rgb([x as u8 * 10, y as u8 * 10, 0])).into()
    }

    #[test]
    fn quarter_turns_are_exact_and_clockwise() {
        let turned = turn(&source(), 90, Color::WHITE).unwrap();
        assert_eq!((turned.width(), turned.height()), (2, 4));
        // The lower left corner is now the upper left one.
        assert_eq!(turned.get_pixel(0, 0).0, [0, 10, 0, 255]);
        assert_eq!(turn(&source(), 180, Color::WHITE).unwrap().get_pixel(0, 0).0, [30, 10, 0, 255]);
        assert_eq!(turn(&source(), 270, Color::WHITE).unwrap().get_pixel(0, 0).0, [30, 0, 0, 255]);
        assert_eq!(turn(&source(), 0, Color::WHITE).unwrap(), source());
    }

    #[test]
    fn free_turns_go_the_same_way_as_quarter_turns() {
        let black = RgbImage::from_fn(41, 41, |x, y| if x > 20 && y < 20 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 0]) });
        let turned = turn(&black.into(), 45, Color::WHITE).unwrap();
        // What was at the upper right is at the right now.
        let (middle, edge) = (turned.height() / 2, turned.width() - 6);
        assert_eq!(turned.get_pixel(edge, middle).0, [255, 0, 0, 255]);
        assert_eq!(turned.get_pixel(5, middle).0, [0, 0, 0, 255]);
    }

    #[test]
    fn the_canvas_grows_and_its_corners_are_filled() {
        let square = DynamicImage::from(RgbImage::from_pixel(100, 100, Rgb([0, 0, 0])));
        let turned = turn(&square, 45, Color([0, 255, 0, 255])).unwrap();
        assert_eq!((turned.width(), turned.height()), (142, 142));
        assert!(!turned.color().has_alpha());
        assert_eq!(turned.get_pixel(0, 0).0, [0, 255, 0, 255]);
        assert_eq!(turned.get_pixel(71, 71).0, [0, 0, 0, 255]);
        let clear = turn(&square, 45, Color([0, 0, 0, 0])).unwrap();
        assert_eq!(clear.get_pixel(0, 0).0[3], 0);
    }
}
