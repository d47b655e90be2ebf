//! `border`: a frame of one color around the picture, which grows by it.
//!
//! `background` is what is seen through the picture, and through the frame, where they are transparent.

use image::DynamicImage;

use super::canvas::Canvas;
use super::input::Changed;
use super::parameters::{color, whole};
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// The width where none is given, in pixels.
const DEFAULT_WIDTH: u32 = 2;

/// Carries a `border` task out.
pub(super) fn border(picture: &mut Picture, task: &Task) -> Result<()> {
    let width = whole(task, "width", DEFAULT_WIDTH)?;
    let frame_color = color(task, "color")?.unwrap_or(Color::BLACK);
    let background = color(task, "background")?;
    picture.change(|frame| framed(frame, width, frame_color, background))?;
    picture.settle();
    Ok(())
}

fn framed(image: &DynamicImage, width: u32, color: Color, background: Option<Color>) -> Changed {
    let size = (image.width() + 2 * width, image.height() + 2 * width);
    let mut canvas = Canvas::of(image).enlarge(size, (width, width), color)?;
    canvas.put_behind(background);
    Ok(canvas.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, GrayImage, Luma, Rgba, RgbaImage};

    #[test]
    fn the_picture_grows_and_stays_in_the_middle() {
        let source = RgbaImage::from_fn(7, 5, |x, y| Rgba([x as u8, y as u8, 9, 255]));
        let changed = framed(&source.clone().into(), 3, Color([0, 200, 0, 255]), None).unwrap();
        assert_eq!((changed.width(), changed.height()), (13, 11));
        for (x, y, pixel) in changed.pixels() {
            let inside = (3..10).contains(&x) && (3..8).contains(&y);
            let expected = if inside { source.get_pixel(x - 3, y - 3).0 } else { [0, 200, 0, 255] };
            assert_eq!(pixel.0, expected, "{x} {y}");
        }
        let none = framed(&source.clone().into(), 0, Color::BLACK, None).unwrap();
        assert_eq!(none.into_rgba8(), source);
    }

    #[test]
    fn the_background_shines_through() {
        let half = DynamicImage::from(RgbaImage::from_pixel(2, 2, Rgba([255, 0, 0, 0])));
        let (green, blue) = (Color([0, 255, 0, 0]), Color([0, 0, 255, 255]));
        let changed = framed(&half, 1, green, Some(blue)).unwrap();
        assert!(!changed.color().has_alpha() && changed.pixels().all(|(_, _, pixel)| pixel.0 == blue.0));
        assert!(framed(&half, 1, green, None).unwrap().color().has_alpha());
    }

    #[test]
    fn grey_pictures_stay_grey_until_a_color_comes() {
        let grey = DynamicImage::from(GrayImage::from_pixel(2, 2, Luma([7])));
        assert!(!framed(&grey, 1, Color::WHITE, None).unwrap().color().has_color());
        assert!(framed(&grey, 1, Color([1, 2, 3, 255]), None).unwrap().color().has_color());
    }
}
