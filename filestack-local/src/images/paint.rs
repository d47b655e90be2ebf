//! `oil_paint`: every pixel gets the color that is most frequent around it.
//!
//! The amount is how far a pixel looks around, in pixels to each side. Brightness is sorted into a few levels; the
//! fullest level gives the mean of its colors. Each column keeps a count of what is above and below, and the counts
//! of columns are added on one side and taken off on the other, so that a wide look costs what a narrow one does.

use image::{DynamicImage, Rgba, RgbaImage};

use super::canvas::Canvas;
use super::parameters::whole;
use super::picture::Picture;
use crate::errors::Result;
use crate::tasks::grammar::Task;

/// Levels of brightness: fewer make larger strokes.
const LEVELS: usize = 20;
/// Columns that are worked on together, so that their counts stay small.
const TILE: u32 = 1024;

/// Carries an `oil_paint` task out.
pub(super) fn oil_paint(picture: &mut Picture, task: &Task) -> Result<()> {
    let reach = whole(task, "amount", 2)?;
    picture.change(|frame| Ok(painted(frame, reach)))
}

fn painted(image: &DynamicImage, reach: u32) -> DynamicImage {
    let mut canvas = Canvas::of(image);
    let source = canvas.pixels.clone();
    for left in (0..source.width()).step_by(TILE as usize) {
        paint_tile(&source, &mut canvas.pixels, left, reach);
    }
    canvas.finish()
}

/// What a level holds: opacity, and red, green and blue weighted by it.
type Level = [u32; 4];

/// Counts of an area. A level's sum of 201 by 201 pixels of 255 times 255 fits.
#[derive(Debug, Clone)]
struct Counts([Level; LEVELS]);

impl Counts {
    const EMPTY: Self = Self([[0; 4]; LEVELS]);

    fn put(&mut self, pixel: Rgba<u8>) {
        let (level, values) = Self::sort(pixel);
        for (sum, value) in self.0[level].iter_mut().zip(values) {
            *sum += value;
        }
    }

    fn take(&mut self, pixel: Rgba<u8>) {
        let (level, values) = Self::sort(pixel);
        for (sum, value) in self.0[level].iter_mut().zip(values) {
            *sum -= value;
        }
    }

    fn sort(pixel: Rgba<u8>) -> (usize, Level) {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let brightness = (red * 299 + green * 587 + blue * 114) / 1000;
        (brightness as usize * LEVELS / 256, [alpha, red * alpha, green * alpha, blue * alpha])
    }

    fn add(&mut self, other: &Self) {
        for (sum, value) in self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()) {
            *sum += value;
        }
    }

    fn subtract(&mut self, other: &Self) {
        for (sum, value) in self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()) {
            *sum -= value;
        }
    }

    /// The mean color of the fullest level; `None` where nothing can be seen.
    fn winner(&self) -> Option<[u8; 3]> {
        let [weight, colors @ ..] = self.0.iter().copied().max_by_key(|level| level[0])?;
        (weight > 0).then(|| colors.map(|sum| ((sum + weight / 2) / weight) as u8))
    }
}

/// Paints the columns from `left` on.
fn paint_tile(source: &RgbaImage, target: &mut RgbaImage, left: u32, reach: u32) {
    let (width, height) = source.dimensions();
    let right = (left + TILE).min(width);
    // With those that the tile's own columns look at.
    let (first, end) = (left.saturating_sub(reach), right.saturating_add(reach).min(width));
    let mut columns = vec![Counts::EMPTY; (end - first) as usize];
    let column = |x: u32| (x - first) as usize;
    for y in 0..reach.min(height) {
        (first..end).for_each(|x| columns[column(x)].put(*source.get_pixel(x, y)));
    }
    for y in 0..height {
        if let Some(entering) = y.checked_add(reach).filter(|row| *row < height) {
            (first..end).for_each(|x| columns[column(x)].put(*source.get_pixel(x, entering)));
        }
        if let Some(leaving) = y.checked_sub(reach + 1) {
            (first..end).for_each(|x| columns[column(x)].take(*source.get_pixel(x, leaving)));
        }
        let mut area = Counts::EMPTY;
        (first..left.saturating_add(reach).min(end)).for_each(|x| area.add(&columns[column(x)]));
        for x in left..right {
            if let Some(entering) = x.checked_add(reach).filter(|x| *x < end) {
                area.add(&columns[column(entering)]);
            }
            if let Some(leaving) = x.checked_sub(reach + 1).filter(|x| *x >= first) {
                area.subtract(&columns[column(leaving)]);
            }
            if let Some([red, green, blue]) = area.winner() {
                let alpha = source.get_pixel(x, y).0[3];
                target.put_pixel(x, y, Rgba([red, green, blue, alpha]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    /// The same, slowly and plainly.
    fn slowly(source: &RgbaImage, reach: u32) -> RgbaImage {
        RgbaImage::from_fn(source.width(), source.height(), |x, y| {
            let mut counts = Counts::EMPTY;
            for down in y.saturating_sub(reach)..(y + reach + 1).min(source.height()) {
                for across in x.saturating_sub(reach)..(x + reach + 1).min(source.width()) {
                    counts.put(*source.get_pixel(across, down));
                }
            }
            let [red, green, blue] = counts.winner().unwrap();
            Rgba([red, green, blue, source.get_pixel(x, y).0[3]])
        })
    }

    fn noise(width: u32, height: u32) -> RgbaImage {
        let mut state = 1u32;
        RgbaImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, d] = state.to_be_bytes();
            Rgba([a, b, c, d | 1])
        })
    }

    #[test]
    fn counting_by_columns_is_counting() {
        for (size, reach) in [((40, 30), 2), ((40, 30), 7), ((5, 4), 100), ((1, 9), 3), ((TILE + 9, 3), 4)] {
            let source = noise(size.0, size.1);
            assert_eq!(painted(&source.clone().into(), reach).into_rgba8(), slowly(&source, reach), "{size:?} {reach}");
        }
    }

    #[test]
    fn specks_vanish_and_edges_stay() {
        let source = GrayImage::from_fn(30, 30, |x, y| match (x, y) {
            (8, 8) => Luma([255]),
            _ if x < 15 => Luma([40]),
            _ => Luma([200]),
        });
        let changed = painted(&source.into(), 3).into_luma8();
        for (x, _, pixel) in changed.enumerate_pixels() {
            assert_eq!(pixel.0[0], if x < 15 { 40 } else { 200 });
        }
    }
}
