//! `animate`: several pictures, one after the other, in a GIF.

use image::codecs::gif::Repeat;
use image::imageops::overlay;
use image::{Delay, DynamicImage, Rgba, RgbaImage};

use super::align::Align;
use super::input::{Changed, Converted, Input, check_pixels, check_together};
use super::parameters::color;
use super::picture::Picture;
use super::resize::{Fit, Resize};
use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// Milliseconds.
const DELAY: u32 = 1000;

/// How pictures become frames.
#[derive(Debug, Clone, Copy)]
struct Frames {
    size: (u32, u32),
    fit: Fit,
    align: Align,
    background: Color,
}

/// Makes a GIF of the first frames of some pictures. Blocks, and needs memory for all of them.
pub(crate) fn animate(inputs: Vec<Input>, task: &Task) -> Result<Converted> {
    check_together(inputs.iter().map(Input::area))?;
    let decode = |input| {
        let mut picture = Picture::decode(input)?;
        picture.turn_upright()?;
        picture.into_still()
    };
    let images = inputs.into_iter().map(decode).collect::<Result<Vec<_>>>()?;
    let frames = Frames::read(task, &images)?;
    let (width, height) = frames.size;
    check_pixels(width, height.saturating_mul(u32::try_from(images.len()).unwrap_or(u32::MAX)))?;
    let delay = Delay::from_numer_denom_ms(task.number("delay").unwrap_or(DELAY), 1);
    let repeat = match task.number("loop") {
        None | Some(0) => Repeat::Infinite,
        Some(times) => Repeat::Finite(u16::try_from(times).unwrap_or(u16::MAX)),
    };
    let made = images.iter().map(|image| frames.make(image).map(|frame| (frame, delay))).collect::<Result<Vec<_>>>()?;
    Picture::animation(made, repeat).encode()
}

impl Frames {
    fn read(task: &Task, images: &[DynamicImage]) -> Result<Self> {
        let fit = match task.text("fit") {
            None | Some("clip") => Fit::Clip,
            Some("crop") => Fit::Crop,
            Some("scale") => Fit::Scale,
            Some(_) => return Err(ServiceError::invalid_value()),
        };
        let align = Align::read(task, "align")?;
        let background = color(task, "background")?.unwrap_or(Color::TRANSPARENT);
        Ok(Self { size: size(task, images)?, fit, align, background })
    }

    fn make(&self, image: &DynamicImage) -> Changed {
        let fitted = Resize::to_box(self.size, self.fit, self.align).apply(image)?.into_rgba8();
        let mut canvas = RgbaImage::from_pixel(self.size.0, self.size.1, Rgba(self.background.0));
        let (x, y) = self.align.corner(self.size, fitted.dimensions());
        overlay(&mut canvas, &fitted, x, y);
        Ok(canvas.into())
    }
}

/// The size of all frames: that of the first picture unless something else is said. `max` is the largest side among
/// all pictures.
fn size(task: &Task, images: &[DynamicImage]) -> Result<(u32, u32)> {
    let first = images.first().ok_or_else(ServiceError::invalid_value)?;
    let largest = |side: fn(&DynamicImage) -> u32| images.iter().map(side).max().unwrap_or(1);
    let side = |name: &str, side: fn(&DynamicImage) -> u32| match task.text(name) {
        Some("max") => Some(largest(side)),
        _ => task.number(name),
    };
    let follow = |given: u32, of: u32, other: u32| {
        ((f64::from(given) * f64::from(other) / f64::from(of.max(1))).round() as u32).max(1)
    };
    let (width, height) = (first.width(), first.height());
    Ok(match (side("width", DynamicImage::width), side("height", DynamicImage::height)) {
        (Some(to_width), Some(to_height)) => (to_width, to_height),
        (Some(to_width), None) => (to_width, follow(to_width, width, height)),
        (None, Some(to_height)) => (follow(to_height, height, width), to_height),
        (None, None) => (width, height),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::grammar;
    use image::RgbImage;

    #[test]
    fn sizes_follow_what_is_given() {
        let images = [(40, 20), (10, 60)].map(|(width, height)| DynamicImage::from(RgbImage::new(width, height)));
        for (text, expected) in [
            ("animate", (40, 20)),
            ("animate=width:20", (20, 10)),
            ("animate=height:60", (120, 60)),
            ("animate=width:max", (40, 20)),
            ("animate=height:max", (120, 60)),
            ("animate=width:max,height:max", (40, 60)),
            ("animate=width:7,height:9", (7, 9)),
        ] {
            let task = grammar::parse(&format!("/{text}/h"), None, |_| false).unwrap().tasks.remove(0);
            assert_eq!(size(&task, &images).unwrap(), expected, "{text}");
        }
    }
}
