//! `shadow`: a drop shadow.
//!
//! The shadow has the shape of what can be seen of the picture. `blur` is the standard deviation of a Gaussian in
//! pixels, `opacity` a percentage, `vector` how far the shadow lies to the right and down. The canvas grows so that
//! all of the shadow fits; what lies under it is transparent, or has the color of `background`.

use image::{GrayImage, Luma};

use super::canvas::{Canvas, over};
use super::gaussian::{reach, soften_mask};
use super::input::Changed;
use super::input::check_pixels;
use super::parameters::{color, number, pair, share};
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// A shadow to be cast.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shadow {
    pub(super) sigma: f64,
    /// From 0 to 1.
    pub(super) opacity: f64,
    pub(super) vector: [i32; 2],
    pub(super) color: Color,
}

/// Carries a `shadow` task out.
pub(super) fn shadow(picture: &mut Picture, task: &Task) -> Result<()> {
    let shadow = Shadow {
        sigma: number(task, "blur", 4.0)?,
        opacity: share(task, "opacity", 60)?,
        vector: pair(task, "vector", [4, 4])?,
        color: color(task, "color")?.unwrap_or(Color::BLACK),
    };
    let background = color(task, "background")?;
    picture.change(|frame| shadow.cast(Canvas::of(frame), background))?;
    picture.settle();
    Ok(())
}

impl Shadow {
    /// A larger canvas with the shadow on it.
    pub(super) fn cast(&self, canvas: Canvas, background: Option<Color>) -> Changed {
        let blur = reach(self.sigma);
        let [across, down] = self.vector;
        let (width, height) = canvas.pixels.dimensions();
        let (before_x, size_x) = room(width, blur, across);
        let (before_y, size_y) = room(height, blur, down);
        check_pixels(size_x, size_y)?;
        let mut mask = GrayImage::new(size_x, size_y);
        for (x, y, pixel) in canvas.pixels.enumerate_pixels() {
            let (x, y) = ((before_x + x).checked_add_signed(across), (before_y + y).checked_add_signed(down));
            // There is room for all of it.
            if let (Some(x), Some(y)) = (x, y) {
                mask.put_pixel(x, y, Luma([pixel.0[3]]));
            }
        }
        soften_mask(&mut mask, self.sigma);
        let mut canvas = canvas.enlarge((size_x, size_y), (before_x, before_y), Color::TRANSPARENT)?;
        canvas.is_grey &= self.color.is_grey();
        let [red, green, blue, alpha] = self.color.0;
        let strength = self.opacity * f64::from(alpha) / 255.0;
        for (pixel, shade) in canvas.pixels.pixels_mut().zip(mask.pixels()) {
            let alpha = (f64::from(shade.0[0]) * strength).round() as u8;
            pixel.0 = over(pixel.0, [red, green, blue, alpha]);
        }
        canvas.put_behind(background);
        Ok(canvas.finish())
    }
}

/// What comes before the picture in one direction, and how long all of it is.
fn room(length: u32, blur: u32, offset: i32) -> (u32, u32) {
    let before = blur.saturating_add_signed(-offset);
    let after = blur.saturating_add_signed(offset);
    (before, before + length + after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, GenericImageView as _, Rgb, RgbImage};

    fn red() -> Canvas {
        Canvas::of(&RgbImage::from_pixel(20, 10, Rgb([255, 0, 0])).into())
    }

    fn cast(sigma: f64, opacity: f64, vector: [i32; 2], background: Option<Color>) -> DynamicImage {
        Shadow { sigma, opacity, vector, color: Color([0, 0, 255, 255]) }.cast(red(), background).unwrap()
    }

    #[test]
    fn a_hard_shadow_is_the_picture_again() {
        let changed = cast(0.0, 0.6, [5, -3], None);
        assert_eq!((changed.width(), changed.height()), (25, 13));
        for (x, y, pixel) in changed.pixels() {
            let is_picture = x < 20 && y >= 3;
            let is_shadow = x >= 5 && y < 10;
            let expected = match (is_picture, is_shadow) {
                (true, _) => [255, 0, 0, 255],
                (_, true) => [0, 0, 255, 153],
                _ => [0; 4],
            };
            assert_eq!(pixel.0, expected, "{x} {y}");
        }
    }

    #[test]
    fn a_soft_shadow_has_room_on_all_sides() {
        let changed = cast(2.0, 1.0, [4, 4], None);
        assert_eq!((changed.width(), changed.height()), (20 + 2 + 10, 10 + 2 + 10));
        assert_eq!(changed.get_pixel(2, 2).0, [255, 0, 0, 255]);
        let alpha = |x| changed.get_pixel(x, 11).0[3];
        assert!((22..31).all(|x| alpha(x) >= alpha(x + 1)) && alpha(22) > 200 && alpha(31) < 20);
    }

    #[test]
    fn the_shadow_falls_on_the_background() {
        let changed = cast(0.0, 0.5, [5, 5], Some(Color::WHITE));
        assert!(!changed.color().has_alpha());
        assert_eq!((changed.get_pixel(24, 0).0, changed.get_pixel(24, 14).0), ([255; 4], [127, 127, 255, 255]));
    }
}
