//! `resize`: width, height, fit and align.

use image::imageops::{self, FilterType};
use image::{ColorType, DynamicImage, ImageBuffer, Rgba};

use super::align::Align;
use super::input::{Changed, check_pixels};
use super::parameters::not_served;
use super::picture::Picture;
use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;

/// Sixteen bits a channel, with opacity.
type Rgba16Image = ImageBuffer<Rgba<u16>, Vec<u16>>;

/// How pixels are made when nobody says anything.
pub(super) const FILTER: FilterType = FilterType::Lanczos3;

/// The largest value of such a channel.
const FULL: u32 = u16::MAX as u32;

/// Carries a `resize` task out.
pub(super) fn resize(picture: &mut Picture, task: &Task) -> Result<()> {
    let resize = Resize::read(task)?;
    picture.change(|frame| resize.apply(frame))
}

/// How an image is brought to its new size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Within the box, the whole image, larger or smaller.
    Clip,
    /// Fills the box; what does not fit is cut.
    Crop,
    /// Exactly the box, distorted.
    Scale,
    /// As clip, but never larger than it is.
    Max,
}

/// A `resize` task.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resize {
    width: Option<u32>,
    height: Option<u32>,
    fit: Fit,
    align: Align,
    filter: FilterType,
}

/// An area of the source and the size that it is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    to: (u32, u32),
}

impl Resize {
    fn read(task: &Task) -> Result<Self> {
        // 0 stands for "not given".
        let side = |name: &str| task.number(name).filter(|side| *side > 0);
        let (width, height) = (side("width"), side("height"));
        if width.is_none() && height.is_none() {
            return Err(ServiceError::invalid_value());
        }
        let fit = match task.text("fit") {
            None | Some("clip") => Fit::Clip,
            Some("crop") => Fit::Crop,
            Some("scale") => Fit::Scale,
            Some("max") => Fit::Max,
            Some(_) => return Err(ServiceError::invalid_value()),
        };
        Ok(Self { width, height, fit, align: Align::read(task, "align")?, filter: filter(task)? })
    }

    /// To a box of this size.
    pub(super) fn to_box((width, height): (u32, u32), fit: Fit, align: Align) -> Self {
        Self { width: Some(width), height: Some(height), fit, align, filter: FILTER }
    }

    pub(super) fn apply(&self, image: &DynamicImage) -> Changed {
        let plan = self.plan(image.width(), image.height());
        let (width, height) = plan.to;
        check_pixels(width, height)?;
        let is_whole = (plan.width, plan.height) == (image.width(), image.height());
        if is_whole && plan.to == (plan.width, plan.height) {
            return Ok(image.clone());
        }
        if is_whole {
            return Ok(scale(image, width, height, self.filter));
        }
        let area = image.crop_imm(plan.x, plan.y, plan.width, plan.height);
        Ok(scale(&area, width, height, self.filter))
    }

    fn plan(&self, width: u32, height: u32) -> Plan {
        let whole = |to| Plan { x: 0, y: 0, width, height, to };
        let scaled = |factor: f64| (scale_side(width, factor), scale_side(height, factor));
        let ratio = |to: u32, from: u32| f64::from(to) / f64::from(from);
        match (self.fit, self.width, self.height) {
            (Fit::Scale, Some(to_width), Some(to_height)) => whole((to_width, to_height)),
            (Fit::Crop, Some(to_width), Some(to_height)) => {
                // The area of the source that has the shape of the box; cutting it out first never makes anything
                // larger than the result.
                let factor = ratio(to_width, width).max(ratio(to_height, height));
                let area_width = scale_side(to_width, 1.0 / factor).min(width);
                let area_height = scale_side(to_height, 1.0 / factor).min(height);
                let (x, y) = self.align.corner((width, height), (area_width, area_height));
                Plan {
                    // The area is never larger than the image.
                    x: u32::try_from(x).unwrap_or(0),
                    y: u32::try_from(y).unwrap_or(0),
                    width: area_width,
                    height: area_height,
                    to: (to_width, to_height),
                }
            }
            (fit, to_width, to_height) => {
                let by_width = to_width.map_or(f64::INFINITY, |to| ratio(to, width));
                let by_height = to_height.map_or(f64::INFINITY, |to| ratio(to, height));
                let factor = by_width.min(by_height);
                whole(scaled(if fit == Fit::Max { factor.min(1.0) } else { factor }))
            }
        }
    }
}

/// How pixels are made of those of the source; the names are ImageMagick's and the customary ones.
fn filter(task: &Task) -> Result<FilterType> {
    let Some(name) = task.text("filter") else { return Ok(FILTER) };
    match name.to_ascii_lowercase().as_str() {
        "point" | "nearest" => Ok(FilterType::Nearest),
        "triangle" | "bilinear" => Ok(FilterType::Triangle),
        "catrom" | "catmullrom" => Ok(FilterType::CatmullRom),
        "gaussian" => Ok(FilterType::Gaussian),
        "lanczos" | "lanczos3" => Ok(FilterType::Lanczos3),
        _ => Err(not_served(task, "filter", name)),
    }
}

/// Brings an image to another size. Colors are weighted by their opacity, so that what cannot be seen does not shine
/// through.
pub(super) fn scale(image: &DynamicImage, width: u32, height: u32, filter: FilterType) -> DynamicImage {
    let plain = || image.resize_exact(width, height, filter);
    let color = image.color();
    if !color.has_alpha() || color == ColorType::Rgba32F {
        return plain();
    }
    let mut pixels = image.to_rgba16();
    if pixels.pixels().all(|pixel| pixel.0[3] == u16::MAX) {
        return plain();
    }
    change_colors(&mut pixels, |color, alpha| color * alpha / FULL);
    let mut scaled = imageops::resize(&pixels, width, height, filter);
    change_colors(&mut scaled, |color, alpha| (color * FULL).checked_div(alpha).unwrap_or(0));
    let scaled = DynamicImage::from(scaled);
    match color {
        ColorType::La8 => scaled.into_luma_alpha8().into(),
        ColorType::La16 => scaled.into_luma_alpha16().into(),
        ColorType::Rgba8 => scaled.into_rgba8().into(),
        _ => scaled,
    }
}

/// `change` gets a color and its opacity.
fn change_colors(pixels: &mut Rgba16Image, change: impl Fn(u32, u32) -> u32) {
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        let changed = |color: u16| u16::try_from(change(u32::from(color), u32::from(alpha))).unwrap_or(u16::MAX);
        pixel.0 = [changed(red), changed(green), changed(blue), alpha];
    }
}

fn scale_side(side: u32, factor: f64) -> u32 {
    // Converting saturates, and the number of pixels is checked before anything of that size is made.
    ((f64::from(side) * factor).round() as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::super::parameters::tests::task;
    use super::*;
    use image::{Rgb, RgbImage, RgbaImage};

    fn resize(width: u32, height: u32, fit: Fit, align: Align) -> Resize {
        let side = |side| Some(side).filter(|side| *side > 0);
        Resize { width: side(width), height: side(height), fit, align, filter: FilterType::Lanczos3 }
    }

    #[test]
    fn sizes() {
        for (fit, (width, height), source, expected) in [
            (Fit::Clip, (100, 100), (400, 200), (100, 50)),
            (Fit::Clip, (100, 100), (20, 10), (100, 50)),
            (Fit::Clip, (100, 0), (400, 200), (100, 50)),
            (Fit::Clip, (0, 100), (400, 200), (200, 100)),
            (Fit::Max, (100, 100), (400, 200), (100, 50)),
            (Fit::Max, (100, 100), (20, 10), (20, 10)),
            (Fit::Scale, (30, 70), (400, 200), (30, 70)),
            (Fit::Scale, (30, 0), (400, 200), (30, 15)),
            (Fit::Crop, (30, 70), (400, 200), (30, 70)),
            (Fit::Clip, (10, 10), (1000, 1), (10, 1)),
        ] {
            let plan = resize(width, height, fit, Align::CENTER).plan(source.0, source.1);
            assert_eq!(plan.to, expected, "{fit:?} {width}x{height} of {source:?}");
        }
    }

    #[test]
    fn the_crop_area_follows_the_alignment() {
        let area = |horizontal, vertical, source: (u32, u32)| {
            let plan = resize(50, 50, Fit::Crop, Align { horizontal, vertical }).plan(source.0, source.1);
            (plan.x, plan.y, plan.width, plan.height)
        };
        assert_eq!(area(0, 1, (400, 200)), (0, 0, 200, 200));
        assert_eq!(area(1, 1, (400, 200)), (100, 0, 200, 200));
        assert_eq!(area(2, 1, (400, 200)), (200, 0, 200, 200));
        assert_eq!(area(1, 0, (200, 400)), (0, 0, 200, 200));
        assert_eq!(area(1, 2, (200, 400)), (0, 200, 200, 200));
    }

    #[test]
    fn what_cannot_be_seen_does_not_shine_through() {
        // A red area next to nothing, which has black for a color.
        let source = RgbaImage::from_fn(40, 20, |x, _| if x < 20 { Rgba([255, 0, 0, 255]) } else { Rgba([0; 4]) });
        let scaled = scale(&source.clone().into(), 30, 14, FILTER).into_rgba8();
        assert!(scaled.pixels().all(|pixel| pixel.0[3] < 8 || pixel.0[0] > 245 && pixel.0[1] == 0), "{scaled:?}");
        assert!(scaled.pixels().any(|pixel| (1..255).contains(&pixel.0[3])));
        let grey = scale(&DynamicImage::from(source).grayscale(), 30, 14, FILTER);
        assert_eq!(grey.color(), ColorType::La8);
    }

    #[test]
    fn filters_are_chosen_by_name() {
        let source = DynamicImage::from(RgbImage::from_fn(2, 1, |x, _| Rgb([x as u8 * 200; 3])));
        let enlarged = |text: &str| {
            let resize = Resize::read(&task(&format!("resize=width:8,height:1,fit:scale,{text}"))).unwrap();
            resize.apply(&source).unwrap().into_rgb8()
        };
        let shades = |text: &str| enlarged(text).pixels().map(|pixel| pixel.0[0]).collect::<Vec<u8>>();
        assert_eq!(shades("filter:Point"), [0, 0, 0, 0, 200, 200, 200, 200]);
        assert!(shades("filter:triangle").is_sorted() && shades("filter:triangle")[3] > 0);
        assert_eq!(shades("filter:Lanczos"), shades(""));
        let refused = Resize::read(&task("resize=width:8,filter:Sinc")).unwrap_err();
        assert_eq!(refused.message(), "filestack-local does not implement the task resize with filter:Sinc");
    }

    #[test]
    fn cropping_keeps_the_right_pixels() {
        // Left half red, right half blue.
        let source = RgbImage::from_fn(40, 20, |x, _| if x < 20 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        let source = DynamicImage::from(source);
        let left = resize(10, 10, Fit::Crop, Align { horizontal: 0, vertical: 1 }).apply(&source).unwrap().into_rgb8();
        let right = resize(10, 10, Fit::Crop, Align { horizontal: 2, vertical: 1 }).apply(&source).unwrap().into_rgb8();
        assert!(left.pixels().all(|pixel| pixel.0 == [255, 0, 0]));
        assert!(right.pixels().all(|pixel| pixel.0 == [0, 0, 255]));
    }
}
