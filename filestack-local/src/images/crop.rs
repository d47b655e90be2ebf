//! `crop`: a rectangle of the image.

use image::DynamicImage;

use super::input::Changed;
use super::picture::Picture;
use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;
use crate::tasks::value::Value;

/// Carries a `crop` task out.
pub(super) fn crop(picture: &mut Picture, task: &Task) -> Result<()> {
    let area = Crop::read(task)?;
    picture.change(|frame| area.apply(frame))
}

/// A `crop` task.
#[derive(Debug, Clone, Copy)]
struct Crop {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Crop {
    fn read(task: &Task) -> Result<Self> {
        let items = task.get("dim").and_then(Value::as_list).unwrap_or_default();
        let numbers: Vec<u32> = items.iter().filter_map(|item| item.as_text()?.parse().ok()).collect();
        match numbers.as_slice() {
            [x, y, width, height] if *width > 0 && *height > 0 => {
                Ok(Self { x: *x, y: *y, width: *width, height: *height })
            }
            _ => Err(ServiceError::invalid_value()),
        }
    }

    /// What lies outside of the image is left out; a rectangle that is wholly outside is refused.
    fn apply(&self, image: &DynamicImage) -> Changed {
        if self.x >= image.width() || self.y >= image.height() {
            return Err(ServiceError::invalid_value());
        }
        let width = self.width.min(image.width() - self.x);
        let height = self.height.min(image.height() - self.y);
        Ok(image.crop_imm(self.x, self.y, width, height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn pixels_come_from_the_rectangle() {
        let source = DynamicImage::from(RgbImage::from_fn(10, 8, |x, y| Rgb([x as u8, y as u8, 0])));
        let crop = Crop { x: 3, y: 2, width: 4, height: 5 }.apply(&source).unwrap().into_rgb8();
        assert_eq!(crop.dimensions(), (4, 5));
        assert_eq!(crop.get_pixel(0, 0).0, [3, 2, 0]);
        assert_eq!(crop.get_pixel(3, 4).0, [6, 6, 0]);
    }

    #[test]
    fn rectangles_are_cut_at_the_edge() {
        let source = DynamicImage::from(RgbImage::new(10, 8));
        let crop = Crop { x: 8, y: 7, width: 100, height: 100 }.apply(&source).unwrap();
        assert_eq!((crop.width(), crop.height()), (2, 1));
        assert!(Crop { x: 10, y: 0, width: 1, height: 1 }.apply(&source).is_err());
    }
}
