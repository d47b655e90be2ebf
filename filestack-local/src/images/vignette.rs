//! `vignette`: a picture that fades towards its corners.
//!
//! The amount is how much of the corners goes, in percent. With `blurmode:gaussian` the middle of the picture stays
//! and the fall is steep, as that of an ellipse with a soft edge; with `linear` it is even, all the way from near
//! the middle. What has gone is transparent, or has the color of `background`.

use image::{DynamicImage, GrayImage, Luma};

use super::canvas::Canvas;
use super::parameters::{color, share};
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// Where, between the middle (0) and a corner (1), a linear fall begins.
const LINEAR_START: f64 = 0.25;
/// Where a Gaussian fall has come half the way.
const GAUSSIAN_MIDDLE: f64 = 0.7;
/// The standard deviation of a Gaussian fall.
const GAUSSIAN_WIDTH: f64 = 0.12;

/// How a vignette falls off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fall {
    Linear,
    Gaussian,
}

/// Carries a `vignette` task out.
pub(super) fn vignette(picture: &mut Picture, task: &Task) -> Result<()> {
    let (amount, background) = (share(task, "amount", 20)?, color(task, "background")?);
    let fall = if task.text("blurmode") == Some("linear") { Fall::Linear } else { Fall::Gaussian };
    picture.change(|frame| Ok(faded(frame, amount, fall, background)))?;
    picture.settle();
    Ok(())
}

fn faded(image: &DynamicImage, amount: f64, fall: Fall, background: Option<Color>) -> DynamicImage {
    let middle = |length: u32| f64::from(length) / 2.0;
    let (center_x, center_y) = (middle(image.width()), middle(image.height()));
    let mask = GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let across = (f64::from(x) + 0.5 - center_x) / center_x;
        let down = (f64::from(y) + 0.5 - center_y) / center_y;
        let distance = across.hypot(down) / std::f64::consts::SQRT_2;
        Luma([((1.0 - amount * fall.at(distance)) * 255.0).round() as u8])
    });
    let mut canvas = Canvas::of(image);
    canvas.cut(&mask);
    canvas.put_behind(background);
    canvas.finish()
}

impl Fall {
    /// How much has gone: 0 in the middle, 1 in the corners.
    fn at(self, distance: f64) -> f64 {
        match self {
            Self::Linear => ((distance - LINEAR_START) / (1.0 - LINEAR_START)).clamp(0.0, 1.0),
            Self::Gaussian => (step(distance) / step(1.0)).min(1.0),
        }
    }
}

/// The integral of the Gaussian, by its likeness to the logistic function.
fn step(distance: f64) -> f64 {
    1.0 / (1.0 + (-1.702 * (distance - GAUSSIAN_MIDDLE) / GAUSSIAN_WIDTH).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, Rgb, RgbImage};

    fn white() -> DynamicImage {
        RgbImage::from_pixel(90, 60, Rgb([255; 3])).into()
    }

    #[test]
    fn corners_go_and_the_middle_stays() {
        for fall in [Fall::Linear, Fall::Gaussian] {
            let faded = faded(&white(), 0.4, fall, Some(Color::BLACK));
            assert!(!faded.color().has_alpha());
            let shade = |x, y| faded.get_pixel(x, y).0[0];
            assert_eq!(shade(45, 30), 255);
            assert!(shade(0, 0).abs_diff(153) <= 4, "{fall:?} {}", shade(0, 0));
            assert!((45..89).all(|x| shade(x, 30) >= shade(x + 1, 30)));
            assert_eq!((shade(0, 0), shade(10, 7)), (shade(89, 59), shade(79, 52)));
        }
    }

    #[test]
    fn the_two_falls_differ() {
        let (linear, gaussian) = (Fall::Linear, Fall::Gaussian);
        assert!(gaussian.at(0.45) < linear.at(0.45) && gaussian.at(0.85) > linear.at(0.85));
    }

    #[test]
    fn nothing_behind_means_transparent() {
        let clear = faded(&white(), 1.0, Fall::Gaussian, None);
        assert!(clear.get_pixel(0, 0).0[3] < 10);
        assert_eq!(clear.get_pixel(45, 30).0, [255; 4]);
        assert_eq!(faded(&white(), 0.0, Fall::Gaussian, None), white());
    }
}
