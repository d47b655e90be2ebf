//! `collage`: several pictures in rows on one.

use image::imageops::overlay;
use image::{DynamicImage, Rgba, RgbaImage};

use super::align::Align;
use super::input::{Others, check_pixels, check_together};
use super::parameters::color;
use super::picture::Picture;
use super::resize::{Fit, Resize};
use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

const MARGIN: u32 = 10;

/// Where a picture goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// Carries a `collage` task out: the picture itself comes first, then those that the task names.
pub(super) fn collage(picture: &mut Picture, task: &Task, others: &Others) -> Result<()> {
    let side = |name: &str| task.number(name).filter(|side| *side > 0).ok_or_else(ServiceError::invalid_value);
    let (width, height) = (side("width")?, side("height")?);
    check_pixels(width, height)?;
    let color = color(task, "color")?.unwrap_or(Color::WHITE);
    let fit = if task.text("fit") == Some("crop") { Fit::Crop } else { Fit::Clip };
    let inputs = task.files().into_iter().map(|name| others.find(name)).collect::<Result<Vec<_>>>()?;
    check_together(inputs.iter().map(super::input::Input::area).chain([Some(picture.area())]))?;
    let cells = cells(width, height, task.number("margin").unwrap_or(MARGIN), inputs.len() + 1);
    let cells = cells.ok_or_else(ServiceError::invalid_value)?;

    let mut canvas = RgbaImage::from_pixel(width, height, Rgba(color.0));
    let mut put = |image: &DynamicImage, cell: &Cell| -> Result<()> {
        let size = (cell.width, cell.height);
        let fitted = Resize::to_box(size, fit, Align::CENTER).apply(image)?.into_rgba8();
        let (x, y) = Align::CENTER.corner(size, fitted.dimensions());
        overlay(&mut canvas, &fitted, i64::from(cell.x) + x, i64::from(cell.y) + y);
        Ok(())
    };
    let (first, rest) = cells.split_first().ok_or_else(ServiceError::invalid_value)?;
    let turns = task.flag("autorotate");
    if turns {
        picture.turn_upright()?;
    }
    put(picture.still()?, first)?;
    // One after the other: only what is drawn has to be in memory.
    for (input, cell) in inputs.into_iter().zip(rest) {
        let mut other = Picture::decode(input)?;
        if turns {
            other.turn_upright()?;
        }
        put(other.still()?, cell)?;
    }
    let canvas = DynamicImage::from(canvas);
    picture.replace(if color.alpha() == 255 { canvas.into_rgb8().into() } else { canvas });
    Ok(())
}

/// As many rows as make the cells about as wide as they are high; rows that have fewer cells have wider ones. `None`
/// where the margins leave no room.
fn cells(width: u32, height: u32, margin: u32, count: usize) -> Option<Vec<Cell>> {
    let count = u32::try_from(count).ok()?;
    let ideal = (f64::from(count) * f64::from(height) / f64::from(width)).sqrt().round() as u32;
    let rows = ideal.clamp(1, count.max(1));
    let mut cells = Vec::new();
    for row in 0..rows {
        let (y, cell_height) = part(height, margin, rows, row)?;
        let columns = count * (row + 1) / rows - count * row / rows;
        for column in 0..columns {
            let (x, cell_width) = part(width, margin, columns, column)?;
            cells.push(Cell { x, y, width: cell_width, height: cell_height });
        }
    }
    Some(cells)
}

/// Start and length of one of `count` parts of a side, with margins around each.
fn part(side: u32, margin: u32, count: u32, index: u32) -> Option<(u32, u32)> {
    let room = side.checked_sub(margin.checked_mul(count + 1)?)?;
    let (start, end) = (room * index / count, room * (index + 1) / count);
    (end > start).then(|| (margin * (index + 1) + start, end - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_whole() {
        let cell = |x, y, width, height| Cell { x, y, width, height };
        assert_eq!(cells(100, 50, 10, 1).unwrap(), [cell(10, 10, 80, 30)]);
        assert_eq!(cells(110, 50, 10, 2).unwrap(), [cell(10, 10, 40, 30), cell(60, 10, 40, 30)]);
        assert_eq!(cells(50, 110, 10, 2).unwrap(), [cell(10, 10, 30, 40), cell(10, 60, 30, 40)]);
        // One above two.
        assert_eq!(cells(110, 110, 10, 3).unwrap(), [cell(10, 10, 90, 40), cell(10, 60, 40, 40), cell(60, 60, 40, 40)]);
        assert_eq!(cells(5, 1, 1, 1), None);
        assert_eq!(cells(100, 100, 100, 2), None);
    }

    #[test]
    fn cells_neither_touch_nor_leave() {
        for count in 1..40 {
            let cells = cells(640, 480, 3, count).unwrap();
            assert_eq!(cells.len(), count);
            for (index, one) in cells.iter().enumerate() {
                assert!(one.x >= 3 && one.x + one.width + 3 <= 640 && one.y >= 3 && one.y + one.height + 3 <= 480);
                for other in &cells[index + 1..] {
                    let beside = one.x + one.width + 3 <= other.x || other.x + other.width + 3 <= one.x;
                    assert!(beside || one.y + one.height + 3 <= other.y, "{one:?} {other:?}");
                }
            }
        }
    }
}
