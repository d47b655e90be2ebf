//! `ascii`: a web page that shows a picture in characters.
//!
//! The page is about as large as the picture, or as many percent of it as `size` says: a character takes the place
//! of a few pixels, a dark one of many strokes. `reverse` gives the most strokes to what is bright, for dark
//! backgrounds. With `colored` every character has the color of its pixels, and `foreground` goes unused. Of an
//! animation it is the first frame.

use std::fmt::Write as _;

use image::{DynamicImage, Pixel as _, Rgb, RgbImage};

use super::canvas::over;
use super::input::{Converted, check_pixels};
use super::parameters::{color, whole};
use crate::errors::Result;
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// From many strokes to none. None of them means anything to HTML.
const CHARACTERS: &[u8] = b"@%#*+=-:. ";
/// The area of a character in the font of the page, in pixels.
const CELL: (u32, u32) = (6, 10);

/// Writes the page.
pub(super) fn page(image: &DynamicImage, task: &Task) -> Result<Converted> {
    let background = color(task, "background")?.unwrap_or(Color::WHITE);
    let foreground = color(task, "foreground")?.unwrap_or(Color::BLACK);
    let size = whole(task, "size", 100)?;
    let length = |side: u32, cell: u32| {
        let scaled = u64::from(side) * u64::from(size) / 100 / u64::from(cell);
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    let (columns, rows) = (length(image.width(), CELL.0), length(image.height(), CELL.1));
    check_pixels(columns, rows)?;
    let cells = shrink(image, columns, rows, background);
    let text = draw(&cells, task.flag("reverse"), task.flag("colored"));
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"zxx\">\n<head>\n<meta charset=\"utf-8\">\n<title>ASCII</title>\n<style>\n\
         body {{ margin: 0; background: {}; }}\npre {{ margin: 0; color: {}; font: {}px/{}px monospace; }}\n\
         </style>\n</head>\n<body>\n<pre>\n{text}</pre>\n</body>\n</html>\n",
        css(background),
        css(foreground),
        CELL.1,
        CELL.1,
    );
    Ok(Converted { bytes: page.into_bytes(), mimetype: "text/html; charset=utf-8", extension: Some("html") })
}

/// The mean color of what each character stands for, as it is seen on the background.
fn shrink(image: &DynamicImage, columns: u32, rows: u32, background: Color) -> RgbImage {
    let mut cells = image.thumbnail_exact(columns, rows).into_rgba8();
    for pixel in cells.pixels_mut() {
        // Where the background is clear too, the page is white.
        pixel.0 = over(over(pixel.0, background.0), Color::WHITE.0);
    }
    DynamicImage::from(cells).into_rgb8()
}

fn draw(cells: &RgbImage, is_reversed: bool, is_colored: bool) -> String {
    let mut text = String::new();
    for row in cells.rows() {
        let mut current = None;
        for pixel in row {
            let character = character(*pixel, is_reversed);
            // Blanks have no color.
            if is_colored && character != ' ' && current != Some(pixel) {
                let [red, green, blue] = pixel.0;
                if current.is_some() {
                    text.push_str("</span>");
                }
                // Writing to a string cannot fail.
                let _ = write!(text, "<span style=\"color:#{red:02x}{green:02x}{blue:02x}\">");
                current = Some(pixel);
            }
            text.push(character);
        }
        if current.is_some() {
            text.push_str("</span>");
        }
        text.push('\n');
    }
    text
}

fn character(pixel: Rgb<u8>, is_reversed: bool) -> char {
    let brightness = usize::from(pixel.to_luma().0[0]);
    let position = brightness * CHARACTERS.len() / 256;
    let position = if is_reversed { CHARACTERS.len() - 1 - position } else { position };
    char::from(CHARACTERS[position])
}

fn css(color: Color) -> String {
    let [red, green, blue, alpha] = color.0;
    format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
}

#[cfg(test)]
mod tests {
    use super::super::parameters::tests::task;
    use super::*;
    use image::{Rgba, RgbaImage};

    /// Black at the left, white at the right.
    fn ramp() -> DynamicImage {
        RgbImage::from_fn(600, 40, |x, _| Rgb([(x * 256 / 600) as u8; 3])).into()
    }

    fn written(image: &DynamicImage, text: &str) -> String {
        let page = page(image, &task(text)).unwrap();
        assert_eq!(page.mimetype, "text/html; charset=utf-8");
        String::from_utf8(page.bytes).unwrap()
    }

    fn lines(page: &str) -> Vec<&str> {
        page.split_once("<pre>\n").unwrap().1.split_once("</pre>").unwrap().0.lines().collect()
    }

    #[test]
    fn dark_places_get_many_strokes() {
        let page = written(&ramp(), "ascii");
        let lines = lines(&page);
        assert_eq!((lines.len(), lines[0].len()), (4, 100));
        assert!(lines[0].starts_with("@@@@@") && lines[0].ends_with("    "), "{}", lines[0]);
        assert!(page.contains("background: #ffffffff;") && page.contains("color: #000000ff;"));
        let order: Vec<usize> =
            lines[0].bytes().map(|byte| CHARACTERS.iter().position(|known| *known == byte).unwrap()).collect();
        assert!(order.is_sorted());
    }

    #[test]
    fn size_reverse_and_colors_have_their_effect() {
        let page = written(&ramp(), "ascii=size:50,reverse:true,background:black,foreground:0f0");
        assert!(page.contains("background: #000000ff;"));
        let lines = lines(&page);
        assert_eq!((lines.len(), lines[0].len()), (2, 50));
        assert!(lines[0].starts_with("  ") && lines[0].ends_with("@@"), "{}", lines[0]);
        assert!(written(&ramp(), "ascii=foreground:00ff0080").contains("color: #00ff0080;"));
        assert!(super::page(&ramp(), &task("ascii=background:fractal")).is_err());
    }

    #[test]
    fn characters_can_have_the_colors_of_the_picture() {
        let halves = RgbImage::from_fn(24, 10, |x, _| if x < 12 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) });
        let page = written(&halves.into(), "ascii=colored:true");
        let expected = "<span style=\"color:#c80000\">##</span><span style=\"color:#0000c8\">@@</span>";
        assert_eq!(lines(&page), [expected.replace("##", "%%").as_str()]);
    }

    #[test]
    fn what_is_transparent_shows_the_background() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(12, 10, Rgba([0, 0, 0, 0])));
        assert_eq!(lines(&written(&clear, "ascii")), ["  "]);
        assert_eq!(lines(&written(&clear, "ascii=background:black")), ["@@"]);
        assert_eq!(lines(&written(&clear, "ascii=background:transparent")), ["  "]);
    }

    #[test]
    fn no_character_needs_escaping() {
        assert!(CHARACTERS.iter().all(|byte| !b"<>&\"'".contains(byte)));
    }
}
