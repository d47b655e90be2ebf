//! `resize`: width, height, fit and align.

use image::DynamicImage;
use image::imageops::FilterType;

use super::parameters::not_served;
use super::picture::Picture;
use super::{Changed, check_pixels};
use crate::errors::{Result, ServiceError};
use crate::grammar::{Task, Value};

/// Carries a `resize` task out.
pub(super) fn resize(picture: &mut Picture, task: &Task) -> Result<()> {
    let resize = Resize::read(task)?;
    picture.change(|frame| resize.apply(frame))
}

/// How an image is brought to its new size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Within the box, the whole image, larger or smaller.
    Clip,
    /// Fills the box; what does not fit is cut.
    Crop,
    /// Exactly the box, distorted.
    Scale,
    /// As clip, but never larger than it is.
    Max,
}

/// Which part stays when an image is cut: 0 is the left or upper end, 1 the middle, 2 the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Align {
    horizontal: u32,
    vertical: u32,
}

/// A `resize` task.
#[derive(Debug, Clone, Copy)]
struct Resize {
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
        Ok(Self { width, height, fit, align: Align::read(task.get("align"))?, filter: filter(task)? })
    }

    fn apply(&self, image: &DynamicImage) -> Changed {
        let plan = self.plan(image.width(), image.height());
        let (width, height) = plan.to;
        check_pixels(width, height)?;
        let is_whole = (plan.width, plan.height) == (image.width(), image.height());
        if is_whole && plan.to == (plan.width, plan.height) {
            return Ok(image.clone());
        }
        if is_whole {
            return Ok(image.resize_exact(width, height, self.filter));
        }
        let area = image.crop_imm(plan.x, plan.y, plan.width, plan.height);
        Ok(area.resize_exact(width, height, self.filter))
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
                Plan {
                    x: place(width - area_width, self.align.horizontal),
                    y: place(height - area_height, self.align.vertical),
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
    let Some(name) = task.text("filter") else { return Ok(FilterType::Lanczos3) };
    match name.to_ascii_lowercase().as_str() {
        "point" | "nearest" => Ok(FilterType::Nearest),
        "triangle" | "bilinear" => Ok(FilterType::Triangle),
        "catrom" | "catmullrom" => Ok(FilterType::CatmullRom),
        "gaussian" => Ok(FilterType::Gaussian),
        "lanczos" | "lanczos3" => Ok(FilterType::Lanczos3),
        _ => Err(not_served(task, "filter", name)),
    }
}

fn scale_side(side: u32, factor: f64) -> u32 {
    // Converting saturates, and the number of pixels is checked before anything of that size is made.
    ((f64::from(side) * factor).round() as u32).max(1)
}

fn place(room: u32, align: u32) -> u32 {
    match align {
        0 => 0,
        1 => room / 2,
        _ => room,
    }
}

impl Align {
    const CENTER: Self = Self { horizontal: 1, vertical: 1 };

    fn read(value: Option<&Value>) -> Result<Self> {
        let words: Vec<&str> = match value {
            None => return Ok(Self::CENTER),
            Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
            Some(other) => other.as_text().into_iter().collect(),
        };
        let mut align = Self::CENTER;
        for word in words {
            match word {
                "left" => align.horizontal = 0,
                "right" => align.horizontal = 2,
                "top" => align.vertical = 0,
                "bottom" => align.vertical = 2,
                "center" | "middle" => {}
                "faces" => return Err(ServiceError::not_served("the task resize with align:faces")),
                _ => return Err(ServiceError::invalid_value()),
            }
        }
        Ok(align)
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters::tests::task;
    use super::*;
    use image::{Rgb, RgbImage};

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
    fn alignments_are_read() {
        let text = |text: &str| Value::Text(text.to_owned());
        let pair = Value::List(vec![text("bottom"), text("left")]);
        assert_eq!(Align::read(Some(&pair)).unwrap(), Align { horizontal: 0, vertical: 2 });
        assert_eq!(Align::read(Some(&text("top"))).unwrap(), Align { horizontal: 1, vertical: 0 });
        assert!(Align::read(Some(&text("faces"))).is_err());
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
