//! `polaroid`: an instant photograph, lying on the table.
//!
//! A frame of `color`, wider below, goes around the picture; the whole is turned clockwise by `rotate` degrees and
//! casts a shadow. Around it all is transparent, or has the color of `background`. Frame and shadow are sized by the
//! picture's longer side.

use image::DynamicImage;

use super::canvas::Canvas;
use super::input::Changed;
use super::parameters::{color, whole};
use super::picture::Picture;
use super::rotate::turn;
use super::shadow::Shadow;
use crate::errors::Result;
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// The color of the frame where none is given: snow.
const FRAME: Color = Color([255, 250, 250, 255]);
/// The longer side of the picture in widths of the frame.
const FRAMES_PER_SIDE: u32 = 18;
/// How much wider the frame is below.
const BOTTOM: u32 = 4;
/// The softest shadow, which is that of `shadow` too.
const MAX_SIGMA: f64 = 20.0;
/// How dark the shadow is.
const SHADOW_OPACITY: f64 = 0.5;

/// Carries a `polaroid` task out.
pub(super) fn polaroid(picture: &mut Picture, task: &Task) -> Result<()> {
    let frame_color = color(task, "color")?.unwrap_or(FRAME);
    let (degrees, background) = (whole(task, "rotate", 0)?, color(task, "background")?);
    picture.change(|frame| developed(frame, frame_color, degrees, background))?;
    picture.settle();
    Ok(())
}

fn developed(image: &DynamicImage, color: Color, degrees: u32, background: Option<Color>) -> Changed {
    let side = (image.width().max(image.height()) / FRAMES_PER_SIDE).max(2);
    let size = (image.width() + 2 * side, image.height() + side + BOTTOM * side);
    let mut canvas = Canvas::of(image).enlarge(size, (side, side), color)?;
    // The picture lies on the paper of the frame.
    canvas.put_behind(Some(color));
    let turned = turn(&canvas.finish(), degrees, Color::TRANSPARENT)?;
    let offset = (side / 4).max(1).cast_signed();
    let shadow = Shadow {
        sigma: (f64::from(side) / 4.0).min(MAX_SIGMA),
        opacity: SHADOW_OPACITY,
        vector: [offset, offset],
        color: Color::BLACK,
    };
    shadow.cast(Canvas::made_of(turned), background)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgb, RgbImage};

    fn red() -> DynamicImage {
        RgbImage::from_pixel(72, 36, Rgb([255, 0, 0])).into()
    }

    #[test]
    fn the_frame_is_wider_below() {
        let changed = developed(&red(), FRAME, 0, None).unwrap();
        // The frame is 4 wide, 16 below; the shadow lies 1 further and is 3 wide around it.
        assert_eq!((changed.width(), changed.height()), (72 + 8 + 2 + 4, 36 + 20 + 2 + 4));
        let column: Vec<[u8; 4]> = (0..changed.height()).map(|y| changed.get_pixel(40, y).0).collect();
        assert_eq!(column.iter().filter(|pixel| **pixel == [255, 0, 0, 255]).count(), 36);
        assert_eq!(column.iter().filter(|pixel| **pixel == FRAME.0).count(), 20);
        let picture = column.iter().position(|pixel| *pixel == [255, 0, 0, 255]).unwrap();
        assert_eq!(column[picture - 4..picture], [FRAME.0; 4]);
        assert_eq!(column[picture + 36..picture + 52], [FRAME.0; 16]);
        let below = column[picture + 53];
        assert!(below[..3] == [0; 3] && (1..=128).contains(&below[3]), "a shadow: {below:?}");
    }

    #[test]
    fn it_is_turned_and_lies_on_something() {
        let upright = developed(&red(), Color::BLACK, 90, Some(Color::WHITE)).unwrap();
        assert!(upright.height() > upright.width() && !upright.color().has_alpha());
        // Turned clockwise by a quarter, the wide part is at the left.
        let middle = upright.height() / 2;
        let frame = (0..upright.width()).skip_while(|x| upright.get_pixel(*x, middle).0 != [0, 0, 0, 255]);
        assert_eq!(frame.take_while(|x| upright.get_pixel(*x, middle).0 == [0, 0, 0, 255]).count(), 16);
        let tilted = developed(&red(), FRAME, 20, None).unwrap();
        assert!(tilted.get_pixel(0, 0).0[3] == 0 && tilted.width() > 86 && tilted.height() > 62);
    }
}
