//! `watermark`: another picture on top of this one.

use image::imageops::overlay;
use image::{DynamicImage, RgbaImage};

use super::align::Align;
use super::input::{Changed, Others, check_pixels, check_together};
use super::picture::Picture;
use super::resize;
use crate::errors::Result;
use crate::tasks::grammar::Task;

/// Carries a `watermark` task out. Both pictures are turned as EXIF data says, so that the place that was asked for is
/// the one that is seen; what does not fit is cut.
pub(super) fn watermark(picture: &mut Picture, task: &Task, others: &Others) -> Result<()> {
    let align = Align::read(task, "position")?;
    // Of the watermark's own size.
    let percent = task.number("size").unwrap_or(100);
    let input = others.find(task.text("file").unwrap_or_default())?;
    check_together([Some(picture.area()), input.area()])?;
    let mut mark = Picture::decode(input)?;
    if percent == 0 {
        return Ok(());
    }
    mark.turn_upright()?;
    let mark = enlarge(mark.into_still()?, percent)?;
    picture.turn_upright()?;
    if picture.is_grey() {
        picture.forget_color_profile();
    }
    picture.change(|frame| put(frame, &mark, align))
}

fn enlarge(mark: DynamicImage, percent: u32) -> Result<RgbaImage> {
    if percent == 100 {
        return Ok(mark.into_rgba8());
    }
    let side =
        |length: u32| u32::try_from((u64::from(length) * u64::from(percent) + 50) / 100).unwrap_or(u32::MAX).max(1);
    let (width, height) = (side(mark.width()), side(mark.height()));
    check_pixels(width, height)?;
    Ok(resize::scale(&mark, width, height, resize::FILTER).into_rgba8())
}

fn put(frame: &DynamicImage, mark: &RgbaImage, align: Align) -> Changed {
    let mut canvas = frame.to_rgba8();
    let (x, y) = align.corner(canvas.dimensions(), mark.dimensions());
    overlay(&mut canvas, mark, x, y);
    let canvas = DynamicImage::from(canvas);
    // Where nothing was transparent the format need not say how much.
    Ok(if frame.color().has_alpha() { canvas } else { canvas.into_rgb8().into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgb, RgbImage, Rgba};

    #[test]
    fn marks_lie_where_they_should_and_are_cut() {
        let frame = DynamicImage::from(RgbImage::from_pixel(20, 10, Rgb([255, 255, 255])));
        let mark = RgbaImage::from_pixel(4, 4, Rgba([255, 0, 0, 255]));
        let marked = put(&frame, &mark, Align { horizontal: 2, vertical: 2 }).unwrap();
        assert!(!marked.color().has_alpha());
        for (x, y, expected) in [(16, 6, 0), (19, 9, 0), (15, 6, 255), (16, 5, 255)] {
            assert_eq!(marked.get_pixel(x, y).0[1], expected, "{x} {y}");
        }
        let large = RgbaImage::from_fn(40, 10, |x, _| Rgba([if x < 20 { 10 } else { 20 }, 0, 0, 255]));
        let marked = put(&frame, &large, Align::CENTER).unwrap();
        assert_eq!((marked.get_pixel(9, 0).0[0], marked.get_pixel(10, 9).0[0]), (10, 20));
    }

    #[test]
    fn what_shines_through_is_mixed() {
        let frame = DynamicImage::from(RgbImage::from_pixel(2, 2, Rgb([255, 255, 255])));
        let mark = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 51]));
        assert_eq!(put(&frame, &mark, Align::CENTER).unwrap().get_pixel(0, 0).0[0], 204);
    }

    #[test]
    fn sizes_are_shares_of_the_mark() {
        let mark = || DynamicImage::from(RgbImage::new(10, 4));
        assert_eq!(enlarge(mark(), 50).unwrap().dimensions(), (5, 2));
        assert_eq!(enlarge(mark(), 250).unwrap().dimensions(), (25, 10));
        assert_eq!(enlarge(mark(), 1).unwrap().dimensions(), (1, 1));
        assert!(enlarge(RgbImage::new(10_000, 5_000).into(), 500).is_err());
    }
}
