//! `partial_blur` and `partial_pixelate`: blurs or pixelates boxes of a picture.
//!
//! `amount` is what it is in `blur` and `pixelate`. `blur` is the width, in pixels, of the soft inner rim of each
//! box, but at most a quarter of the box; outside of the boxes no pixel changes. With `type:oval` a box holds
//! an ellipse. Boxes, or parts of them, that lie outside of the picture have nothing to change.

use image::{DynamicImage, GenericImageView as _, GrayImage, Luma, RgbaImage};

use super::canvas::{Canvas, mix};
use super::gaussian::{reach, soften};
use super::mosaic::tile;
use super::parameters::{number, numbers};
use super::picture::Picture;
use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;
use crate::tasks::value::Value;

const MAX_OBJECTS: usize = 50;
const MAX_POSITION: u32 = 10_000;

/// Carries a `partial_blur` task out.
pub(super) fn blur(picture: &mut Picture, task: &Task) -> Result<()> {
    let (parts, sigma) = (Parts::read(task)?, number(task, "amount", 10.0)?);
    picture.change(|frame| Ok(parts.change(frame, reach(sigma), |area| soften(area, sigma))))?;
    picture.settle();
    Ok(())
}

/// Carries a `partial_pixelate` task out.
pub(super) fn pixelate(picture: &mut Picture, task: &Task) -> Result<()> {
    let (parts, side) = (Parts::read(task)?, number(task, "amount", 10.0)?.round() as u32);
    picture.change(|frame| Ok(parts.change(frame, 0, |area| tile(area, side))))?;
    picture.settle();
    Ok(())
}

/// A rectangle, its right lower corner excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

/// Which parts of a picture change.
#[derive(Debug)]
struct Parts {
    areas: Vec<Area>,
    is_oval: bool,
    rim: f64,
}

impl Parts {
    fn read(task: &Task) -> Result<Self> {
        let objects = task.get("objects").and_then(Value::as_list).unwrap_or_default();
        if objects.is_empty() || objects.len() > MAX_OBJECTS {
            return Err(ServiceError::invalid_value());
        }
        Ok(Self {
            areas: objects.iter().map(Area::read).collect::<Result<_>>()?,
            is_oval: task.text("type") == Some("oval"),
            rim: number(task, "blur", 4.0)?,
        })
    }

    /// Applies `effect` to what holds all parts and `margin` pixels more, and takes over what lies in the parts.
    fn change(&self, image: &DynamicImage, margin: u32, effect: impl Fn(&mut RgbaImage)) -> DynamicImage {
        let visible: Vec<Area> = self.areas.iter().filter_map(|area| area.within(image.dimensions())).collect();
        let Some(all) = visible.iter().copied().reduce(Area::around) else { return image.clone() };
        let mut canvas = Canvas::of(image);
        let seen = all.grow(margin, image.dimensions());
        let mut changed = seen.cut_out(&canvas.pixels);
        effect(&mut changed);
        let mask = self.mask(all);
        for (x, y, weight) in mask.enumerate_pixels().filter(|(_, _, weight)| weight.0[0] > 0) {
            let (x, y) = (all.left + x, all.top + y);
            let new = changed.get_pixel(x - seen.left, y - seen.top).0;
            let pixel = canvas.pixels.get_pixel_mut(x, y);
            pixel.0 = mix(pixel.0, new, weight.0[0]);
        }
        canvas.finish()
    }

    /// How much of each pixel of `area` changes.
    fn mask(&self, area: Area) -> GrayImage {
        let mut mask = GrayImage::new(area.width(), area.height());
        for part in &self.areas {
            let Some(visible) = part.within((area.right, area.bottom)) else { continue };
            for y in visible.top..visible.bottom {
                for x in visible.left..visible.right {
                    let weight = (part.weight(x, y, self.is_oval, self.rim) * 255.0).round() as u8;
                    let Luma([value]) = mask.get_pixel_mut(x - area.left, y - area.top);
                    *value = weight.max(*value);
                }
            }
        }
        mask
    }
}

impl Area {
    fn read(value: &Value) -> Result<Self> {
        let [left, top, width, height] = numbers::<4>(value)?.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        if left.max(top).max(width).max(height) > MAX_POSITION || width == 0 || height == 0 {
            return Err(ServiceError::invalid_value());
        }
        Ok(Self { left, top, right: left + width, bottom: top + height })
    }

    fn width(self) -> u32 {
        self.right - self.left
    }

    fn height(self) -> u32 {
        self.bottom - self.top
    }

    /// What of it lies in a picture.
    fn within(self, (width, height): (u32, u32)) -> Option<Self> {
        let cut = Self { right: self.right.min(width), bottom: self.bottom.min(height), ..self };
        (cut.left < cut.right && cut.top < cut.bottom).then_some(cut)
    }

    /// The smallest area that holds both.
    fn around(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn grow(self, by: u32, (width, height): (u32, u32)) -> Self {
        Self {
            left: self.left.saturating_sub(by),
            top: self.top.saturating_sub(by),
            right: (self.right + by).min(width),
            bottom: (self.bottom + by).min(height),
        }
    }

    fn cut_out(self, pixels: &RgbaImage) -> RgbaImage {
        pixels.view(self.left, self.top, self.width(), self.height()).to_image()
    }

    /// 1 inside, 0 outside, and what is between on the rim.
    fn weight(self, x: u32, y: u32, is_oval: bool, rim: f64) -> f64 {
        let (half_width, half_height) = (f64::from(self.width()) / 2.0, f64::from(self.height()) / 2.0);
        let across = (f64::from(x - self.left) + 0.5 - half_width).abs();
        let down = (f64::from(y - self.top) + 0.5 - half_height).abs();
        let shorter = half_width.min(half_height);
        let depth = if is_oval {
            (1.0 - (across / half_width).hypot(down / half_height)) * shorter
        } else {
            (half_width - across).min(half_height - down)
        };
        match rim.min(shorter / 2.0) {
            rim if rim > 0.0 => (depth / rim).clamp(0.0, 1.0),
            _ if depth > 0.0 => 1.0,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters::tests::task;
    use super::*;
    use image::{Rgb, RgbImage};

    /// Stripes of black and white.
    fn stripes() -> DynamicImage {
        RgbImage::from_fn(60, 40, |x, _| Rgb([if x % 2 == 0 { 0 } else { 255 }; 3])).into()
    }

    fn blurred(text: &str) -> RgbImage {
        let parts = Parts::read(&task(&format!("partial_blur={text}"))).unwrap();
        parts.change(&stripes(), reach(6.0), |area| soften(area, 6.0)).into_rgb8()
    }

    fn is_touched(changed: &RgbImage, x: u32, y: u32) -> bool {
        changed.get_pixel(x, y) != stripes().into_rgb8().get_pixel(x, y)
    }

    #[test]
    fn only_what_lies_in_the_boxes_changes() {
        let changed = blurred("objects:[[10,5,20,12],[50,30,100,100]],blur:0");
        for (x, y, pixel) in changed.enumerate_pixels() {
            let inside = ((10..30).contains(&x) && (5..17).contains(&y)) || (x >= 50 && y >= 30);
            assert_eq!(is_touched(&changed, x, y), inside, "{x} {y} {pixel:?}");
            assert!(!inside || (40..=215).contains(&pixel.0[0]), "{x} {y} {pixel:?}");
        }
    }

    #[test]
    fn rims_are_soft_to_the_inside() {
        let changed = blurred("objects:[[10,5,40,30]],blur:5");
        let row: Vec<u8> = (0..60).map(|x| changed.get_pixel(x, 20).0[0]).collect();
        assert!(!is_touched(&changed, 9, 20) && !is_touched(&changed, 50, 20));
        assert!(row[10] > 0 && row[10] < row[12] && row[12] < row[14], "{row:?}");
        assert!(row[20].abs_diff(128) < 4 && row[21].abs_diff(128) < 4, "{row:?}");
    }

    #[test]
    fn ovals_leave_the_corners_of_their_box() {
        let changed = blurred("objects:[[10,5,40,30]],type:oval,blur:0");
        assert!(!is_touched(&changed, 10, 5) && !is_touched(&changed, 49, 34));
        assert!(is_touched(&changed, 10, 20) && is_touched(&changed, 30, 5) && is_touched(&changed, 30, 20));
    }

    #[test]
    fn squares_cover_the_boxes() {
        let parts = Parts::read(&task("partial_pixelate=objects:[[10,4,20,8]],blur:0")).unwrap();
        let changed = parts.change(&stripes(), 0, |area| tile(area, 4)).into_rgb8();
        for (x, y, pixel) in changed.enumerate_pixels() {
            let inside = (10..30).contains(&x) && (4..12).contains(&y);
            assert_eq!(is_touched(&changed, x, y), inside);
            assert!(!inside || pixel.0 == [128; 3]);
        }
    }

    #[test]
    fn boxes_outside_of_the_picture_change_nothing() {
        let parts = Parts::read(&task("partial_blur=objects:[[100,100,5,5]]")).unwrap();
        assert_eq!(parts.change(&stripes(), 9, |area| soften(area, 3.0)), stripes());
    }

    #[test]
    fn boxes_are_lists_of_four_numbers() {
        for bad in ["[]", "[1,2,3,4]", "[[1,2,3]]", "[[1,2,3,0]]", "[[-1,2,3,4]]", "[[1,2,10001,4]]", "[[1,2,3,x]]"] {
            let refused = Parts::read(&task(&format!("partial_blur=objects:{bad}"))).unwrap_err();
            assert_eq!(refused.message(), "invalid attr value", "{bad}");
        }
        let many = vec!["[1,1,1,1]"; MAX_OBJECTS + 1].join(",");
        assert!(Parts::read(&task(&format!("partial_blur=objects:[{many}]"))).is_err());
    }
}
