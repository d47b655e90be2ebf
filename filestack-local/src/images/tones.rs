//! Tasks that give every pixel another color: `blackwhite`, `sepia`, `negative`, `modulate`.
//!
//! `blackwhite` paints white what is brighter than its threshold, in percent, and black what is not. `tone` is the
//! share of sepia, in percent, that is mixed into `sepia`. `modulate` turns the hue by degrees, and multiplies
//! lightness and saturation by percents; what would be more than full is full. Transparency stays.

use image::{DynamicImage, Pixel as _, Rgb};

use super::canvas::Canvas;
use super::parameters::{share, whole};
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::grammar::Task;

/// How much of red, green and blue goes into red, green and blue of a picture that has gone brown.
const SEPIA: [[f64; 3]; 3] = [[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]];

/// Carries a `blackwhite` task out.
pub(super) fn blackwhite(picture: &mut Picture, task: &Task) -> Result<()> {
    let threshold = whole(task, "threshold", 50)?;
    picture.change(|frame| Ok(black_or_white(frame, threshold)))?;
    picture.forget_color_profile();
    Ok(())
}

/// Carries a `sepia` task out.
pub(super) fn sepia(picture: &mut Picture, task: &Task) -> Result<()> {
    let tone = share(task, "tone", 80)?;
    picture.change(|frame| Ok(browned(frame, tone)))?;
    picture.settle();
    Ok(())
}

/// Carries a `negative` task out.
pub(super) fn negative(picture: &mut Picture, _: &Task) -> Result<()> {
    picture.change(|frame| Ok(inverted(frame)))
}

/// Carries a `modulate` task out.
pub(super) fn modulate(picture: &mut Picture, task: &Task) -> Result<()> {
    let factor = |name| whole(task, name, 100).map(|percent| f64::from(percent) / 100.0);
    let modulation =
        Modulation { lightness: factor("brightness")?, saturation: factor("saturation")?, hue: whole(task, "hue", 0)? };
    picture.change(|frame| Ok(modulation.apply(frame)))
}

fn black_or_white(image: &DynamicImage, threshold: u32) -> DynamicImage {
    let mut canvas = Canvas::of(image);
    canvas.recolor(|color| {
        let is_white = u32::from(Rgb(color).to_luma().0[0]) * 100 > threshold * 255;
        [if is_white { 255 } else { 0 }; 3]
    });
    canvas.is_grey = true;
    canvas.finish()
}

fn browned(image: &DynamicImage, tone: f64) -> DynamicImage {
    if tone == 0.0 {
        return image.clone();
    }
    let mut canvas = Canvas::of(image);
    canvas.recolor(|color| {
        let [red, green, blue] = color.map(f64::from);
        let mut browned = color;
        for (value, weights) in browned.iter_mut().zip(SEPIA) {
            let brown = (red * weights[0] + green * weights[1] + blue * weights[2]).min(255.0);
            *value = (brown * tone + f64::from(*value) * (1.0 - tone)).round() as u8;
        }
        browned
    });
    canvas.is_grey = false;
    canvas.finish()
}

fn inverted(image: &DynamicImage) -> DynamicImage {
    let mut inverted = image.clone();
    inverted.invert();
    inverted
}

/// What `modulate` does to hue, saturation and lightness.
#[derive(Debug, Clone, Copy)]
struct Modulation {
    lightness: f64,
    saturation: f64,
    hue: u32,
}

impl Modulation {
    fn apply(&self, image: &DynamicImage) -> DynamicImage {
        if self.lightness == 1.0 && self.saturation == 1.0 && self.hue == 0 {
            return image.clone();
        }
        let mut canvas = Canvas::of(image);
        canvas.recolor(|color| self.change(color));
        canvas.finish()
    }

    fn change(&self, color: [u8; 3]) -> [u8; 3] {
        let (hue, saturation, lightness) = to_hsl(color);
        from_hsl(
            (hue + f64::from(self.hue)) % 360.0,
            (saturation * self.saturation).min(1.0),
            (lightness * self.lightness).min(1.0),
        )
    }
}

/// Hue in degrees, saturation and lightness from 0 to 1.
fn to_hsl(color: [u8; 3]) -> (f64, f64, f64) {
    let [red, green, blue] = color.map(|value| f64::from(value) / 255.0);
    let (largest, smallest) = (red.max(green).max(blue), red.min(green).min(blue));
    let (sum, span) = (largest + smallest, largest - smallest);
    if span == 0.0 {
        return (0.0, 0.0, sum / 2.0);
    }
    let saturation = span / if sum > 1.0 { 2.0 - sum } else { sum };
    let sixth = if largest == red {
        (green - blue) / span
    } else if largest == green {
        (blue - red) / span + 2.0
    } else {
        (red - green) / span + 4.0
    };
    ((sixth * 60.0 + 360.0) % 360.0, saturation, sum / 2.0)
}

fn from_hsl(hue: f64, saturation: f64, lightness: f64) -> [u8; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    // Red, green and blue follow the same curve around the circle, a third of it apart from each other.
    [0.0, 8.0, 4.0].map(|offset| {
        let position = (offset + hue / 30.0) % 12.0;
        let value = lightness - reach * (position - 3.0).min(9.0 - position).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, GrayImage, ImageBuffer, Luma, Rgba, RgbaImage};

    fn colors() -> DynamicImage {
        RgbaImage::from_fn(32, 32, |x, y| Rgba([x as u8 * 8, y as u8 * 8, (x * y / 4) as u8, 255 - x as u8])).into()
    }

    #[test]
    fn black_or_white_and_nothing_else() {
        let changed = black_or_white(&colors(), 50);
        let mut counts = [0, 0];
        for ((_, _, before), (_, _, after)) in colors().pixels().zip(changed.pixels()) {
            assert!(after.0[..3] == [0; 3] || after.0[..3] == [255; 3]);
            assert_eq!(after.0[3], before.0[3]);
            counts[usize::from(after.0[0] == 255)] += 1;
        }
        assert!(!changed.color().has_color() && counts[0] > 100 && counts[1] > 100, "{counts:?}");
        let grey = DynamicImage::from(GrayImage::from_fn(101, 1, |x, _| Luma([(x * 255 / 100) as u8])));
        for (threshold, white) in [(0, 100), (25, 75), (50, 50), (100, 0)] {
            let changed = black_or_white(&grey, threshold).into_luma8();
            assert_eq!(changed.pixels().filter(|pixel| pixel.0 == [255]).count(), white, "{threshold}");
        }
    }

    #[test]
    fn sepia_is_brown_and_its_tone_counts() {
        let grey = DynamicImage::from(GrayImage::from_pixel(1, 1, Luma([120])));
        let [red, green, blue, _] = browned(&grey, 1.0).get_pixel(0, 0).0;
        assert!(red > green && green > blue);
        let [less_red, _, less_blue, _] = browned(&grey, 0.4).get_pixel(0, 0).0;
        assert!(less_red > 120 && less_red < red && less_blue < 120 && less_blue > blue);
        assert_eq!(browned(&grey, 0.0), grey);
        let green = DynamicImage::from(RgbaImage::from_pixel(1, 1, Rgba([0, 200, 0, 9])));
        let brown = browned(&green, 1.0).get_pixel(0, 0).0;
        assert!(brown[0] > brown[1] && brown[1] > brown[2] && brown[3] == 9, "no other hue is left: {brown:?}");
    }

    #[test]
    fn a_negative_of_a_negative_is_the_original() {
        let deep = DynamicImage::from(ImageBuffer::from_fn(9, 9, |x, y| Luma([x as u16 * 7000 + y as u16])));
        for original in [colors(), deep] {
            assert_ne!(inverted(&original), original);
            assert_eq!(inverted(&inverted(&original)), original);
        }
        assert_eq!(inverted(&colors()).get_pixel(0, 0).0, [255, 255, 255, 255], "opacity stays");
    }

    #[test]
    fn modulation_is_by_the_parts_of_the_color() {
        let neutral = Modulation { lightness: 1.0, saturation: 1.0, hue: 0 };
        assert_eq!(neutral.apply(&colors()), colors());
        for (_, _, pixel) in colors().pixels() {
            let color = [pixel.0[0], pixel.0[1], pixel.0[2]];
            assert_eq!(neutral.change(color), color, "nothing is lost on the way");
        }
        let red = [200, 40, 40];
        assert_eq!(Modulation { hue: 120, ..neutral }.change(red), [40, 200, 40]);
        assert_eq!(Modulation { hue: 240, ..neutral }.change(red), [40, 40, 200]);
        assert_eq!(Modulation { saturation: 0.0, ..neutral }.change(red), [120, 120, 120]);
        assert_eq!(Modulation { saturation: 100.0, ..neutral }.change(red), [240, 0, 0]);
        assert_eq!(Modulation { lightness: 0.5, ..neutral }.change(red), [100, 20, 20]);
        assert_eq!(Modulation { lightness: 0.0, ..neutral }.change(red), [0, 0, 0]);
        assert_eq!(Modulation { lightness: 100.0, ..neutral }.change(red), [255, 255, 255]);
        assert_eq!(Modulation { hue: 77, saturation: 3.0, ..neutral }.change([90, 90, 90]), [90, 90, 90]);
    }
}
