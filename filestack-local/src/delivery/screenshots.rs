//! `urlscreenshot`: no browser is at work here. The picture is a stand-in: a real PNG of the asked size, drawn from
//! the hash of the URL and the parameters, so that the same request always gets the same picture.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};

use crate::content::blob::Blob;
use crate::errors::{Result, ServiceError};
use crate::hex::hex;
use crate::tasks::fingerprint::fingerprint;
use crate::tasks::grammar::Task;

const FILENAME: &str = "screenshot.png";
const MIMETYPE: &str = "image/png";
const WIDTH: u32 = 1024;
const HEIGHT: u32 = 768;
/// Columns and rows of the pattern.
const GRID: u32 = 8;
const PAPER: Rgb<u8> = Rgb([250, 250, 250]);

/// The picture of a page.
pub(crate) async fn take(url: &str, task: &Task) -> Result<Blob> {
    let parameters = fingerprint(std::slice::from_ref(task));
    let seed: [u8; 32] = Sha256::new().chain_update(url).chain_update(&parameters).finalize().into();
    let (width, height) = (task.number("width").unwrap_or(WIDTH), task.number("height").unwrap_or(HEIGHT));
    draw(seed, width, height).await.map(|bytes| Blob::made(bytes, FILENAME.to_owned(), MIMETYPE.to_owned(), hex(&seed)))
}

/// A PNG with a pattern that the seed decides.
pub(crate) async fn draw(seed: [u8; 32], width: u32, height: u32) -> Result<Vec<u8>> {
    let drawn = tokio::task::spawn_blocking(move || {
        let ink = Rgb([seed[0] / 2, seed[1] / 2, seed[2] / 2]);
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let (column, row) = (scale(x, width), scale(y, height));
            // Both halves are alike, as letters of an alphabet that nobody knows would be.
            let bit = row * GRID / 2 + column.min(GRID - 1 - column);
            let is_inked = seed[3 + (bit / 8) as usize] >> (bit % 8) & 1 == 1;
            if is_inked { ink } else { PAPER }
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).map(|()| bytes.into_inner())
    });
    drawn.await.map_err(ServiceError::internal)?.map_err(ServiceError::internal)
}

/// In which of the pattern's cells a pixel is.
fn scale(position: u32, length: u32) -> u32 {
    position * GRID / length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::value::Value;

    #[tokio::test]
    async fn pictures_have_the_asked_size_and_differ_by_url() {
        let size =
            [("width", "30"), ("height", "20")].map(|(name, value)| (name.to_owned(), Value::Text(value.into())));
        let task = Task { name: "urlscreenshot", parameters: size.to_vec() };
        let mut pictures = Vec::new();
        for url in ["https://a.io", "https://a.io", "https://b.io"] {
            let blob = take(url, &task).await.unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut blob.open().unwrap(), &mut bytes).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap();
            assert_eq!((picture.width(), picture.height()), (30, 20));
            pictures.push(bytes);
        }
        assert!(pictures[0] == pictures[1] && pictures[0] != pictures[2]);
    }
}
