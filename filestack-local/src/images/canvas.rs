//! Pixels to paint on: eight bits a channel, with opacity.

use image::{DynamicImage, GrayAlphaImage, GrayImage, LumaA, Rgba, RgbaImage};

use super::input::check_pixels;
use crate::errors::Result;
use crate::tasks::color::Color;

/// A frame while a task works on it.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub(super) pixels: RgbaImage,
    /// Nothing on it has a hue: it becomes a picture in shades of grey.
    pub(super) is_grey: bool,
}

impl Canvas {
    /// A copy of a frame.
    pub(super) fn of(image: &DynamicImage) -> Self {
        Self { pixels: image.to_rgba8(), is_grey: !image.color().has_color() }
    }

    /// A frame that is needed no more.
    pub(super) fn made_of(image: DynamicImage) -> Self {
        let is_grey = !image.color().has_color();
        Self { pixels: image.into_rgba8(), is_grey }
    }

    /// The same pixels on a larger area of one color, their left upper corner at `x` and `y`.
    pub(super) fn enlarge(self, (width, height): (u32, u32), (x, y): (u32, u32), color: Color) -> Result<Self> {
        check_pixels(width, height)?;
        let mut pixels = RgbaImage::from_pixel(width, height, Rgba(color.0));
        let row = |image: &RgbaImage| image.width() as usize * 4;
        let (from, to, left) = (row(&self.pixels), row(&pixels), x as usize * 4);
        for (source, target) in self.pixels.chunks_exact(from).zip(pixels.chunks_exact_mut(to).skip(y as usize)) {
            target[left..left + from].copy_from_slice(source);
        }
        Ok(Self { pixels, is_grey: self.is_grey && color.is_grey() })
    }

    /// Changes the color of every pixel and leaves its opacity.
    pub(super) fn recolor(&mut self, change: impl Fn([u8; 3]) -> [u8; 3]) {
        for pixel in self.pixels.pixels_mut() {
            let [red, green, blue, alpha] = pixel.0;
            let [red, green, blue] = change([red, green, blue]);
            pixel.0 = [red, green, blue, alpha];
        }
    }

    /// Makes pixels as transparent as a mask says, which is 0 where nothing is to stay.
    pub(super) fn cut(&mut self, mask: &GrayImage) {
        for (pixel, kept) in self.pixels.pixels_mut().zip(mask.pixels()) {
            pixel.0[3] = scale(pixel.0[3], kept.0[0]);
        }
    }

    /// Puts a color behind everything, where one is given.
    pub(super) fn put_behind(&mut self, background: Option<Color>) {
        let Some(background) = background else { return };
        if self.is_opaque() || background.alpha() == 0 {
            return;
        }
        self.is_grey &= background.is_grey();
        for pixel in self.pixels.pixels_mut() {
            pixel.0 = over(pixel.0, background.0);
        }
    }

    /// Whether nothing shines through.
    fn is_opaque(&self) -> bool {
        self.pixels.pixels().all(|pixel| pixel.0[3] == 255)
    }

    /// A frame with the channels that are needed and no others.
    pub(super) fn finish(self) -> DynamicImage {
        let (width, height) = self.pixels.dimensions();
        match (self.is_grey, self.is_opaque()) {
            (true, true) => GrayImage::from_fn(width, height, |x, y| [self.pixels.get_pixel(x, y).0[0]].into()).into(),
            (true, false) => GrayAlphaImage::from_fn(width, height, |x, y| {
                let [shade, _, _, alpha] = self.pixels.get_pixel(x, y).0;
                LumaA([shade, alpha])
            })
            .into(),
            (false, true) => DynamicImage::from(self.pixels).into_rgb8().into(),
            (false, false) => self.pixels.into(),
        }
    }
}

/// `value` parts of `of`, both out of 255.
pub(super) fn scale(value: u8, of: u8) -> u8 {
    // At most 255 * 255, and with that at most 255.
    ((u32::from(value) * u32::from(of) + 127) / 255) as u8
}

/// What is seen where one color lies over another.
pub(super) fn over(top: [u8; 4], bottom: [u8; 4]) -> [u8; 4] {
    match (top[3], bottom[3]) {
        (255, _) | (_, 0) => return top,
        (0, _) => return bottom,
        _ => {}
    }
    let upper = u32::from(top[3]) * 255;
    let lower = (255 - u32::from(top[3])) * u32::from(bottom[3]);
    let whole = upper + lower;
    let blend = |a: u8, b: u8| ((u32::from(a) * upper + u32::from(b) * lower + whole / 2) / whole) as u8;
    [blend(top[0], bottom[0]), blend(top[1], bottom[1]), blend(top[2], bottom[2]), ((whole + 127) / 255) as u8]
}

/// A color between two: all of `from` at 0, all of `to` at 255, weighted by opacity.
pub(super) fn mix(from: [u8; 4], to: [u8; 4], weight: u8) -> [u8; 4] {
    match weight {
        0 => return from,
        255 => return to,
        _ => {}
    }
    let (first, second) = (u32::from(from[3]) * (255 - u32::from(weight)), u32::from(to[3]) * u32::from(weight));
    let whole = first + second;
    if whole == 0 {
        return from;
    }
    let blend = |a: u8, b: u8| ((u32::from(a) * first + u32::from(b) * second + whole / 2) / whole) as u8;
    [blend(from[0], to[0]), blend(from[1], to[1]), blend(from[2], to[2]), ((whole + 127) / 255) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Luma, Rgb, RgbImage};

    #[test]
    fn colors_lie_over_each_other() {
        assert_eq!(over([1, 2, 3, 255], [9, 9, 9, 9]), [1, 2, 3, 255]);
        assert_eq!(over([1, 2, 3, 0], [9, 8, 7, 6]), [9, 8, 7, 6]);
        assert_eq!(over([255, 0, 0, 128], [0, 0, 255, 255]), [128, 0, 127, 255]);
        assert_eq!(over([255, 0, 0, 128], [0, 0, 255, 128]), [170, 0, 85, 192]);
    }

    #[test]
    fn colors_are_mixed_by_opacity() {
        let (red, clear) = ([255, 0, 0, 255], [0, 0, 255, 0]);
        assert_eq!(mix(red, clear, 0), red);
        assert_eq!(mix(red, clear, 255), clear);
        assert_eq!(mix(red, clear, 128), [255, 0, 0, 127], "what cannot be seen does not shine through");
    }

    #[test]
    fn frames_keep_the_channels_that_they_need() {
        let color = DynamicImage::from(RgbImage::from_pixel(3, 2, Rgb([1, 2, 3])));
        let deep = DynamicImage::from(ImageBuffer::from_pixel(3, 2, Luma([0x8080u16])));
        assert_eq!(Canvas::of(&color).finish(), color);
        assert_eq!(Canvas::of(&deep).finish(), GrayImage::from_pixel(3, 2, Luma([128])).into());

        let mut cut = Canvas::of(&deep);
        cut.cut(&GrayImage::from_pixel(3, 2, Luma([51])));
        assert_eq!(cut.clone().finish(), GrayAlphaImage::from_pixel(3, 2, LumaA([128, 51])).into());
        cut.put_behind(Some(Color([255, 0, 0, 255])));
        assert_eq!(cut.finish(), RgbImage::from_pixel(3, 2, Rgb([230, 26, 26])).into());
    }

    #[test]
    fn canvases_are_enlarged() {
        let picture = DynamicImage::from(RgbImage::from_pixel(2, 1, Rgb([1, 2, 3])));
        let larger = Canvas::of(&picture).enlarge((5, 4), (2, 1), Color::WHITE).unwrap();
        for (x, y, pixel) in larger.pixels.enumerate_pixels() {
            let inside = (2..4).contains(&x) && y == 1;
            assert_eq!(pixel.0, if inside { [1, 2, 3, 255] } else { [255; 4] }, "{x} {y}");
        }
        assert!(Canvas::of(&picture).enlarge((100_000, 100_000), (0, 0), Color::WHITE).is_err());
    }
}
