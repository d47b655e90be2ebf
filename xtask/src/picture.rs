//! Draws the picture that the examples upload: a lake between mountains, in flat colours that compress well.

use std::f64::consts::TAU;
use std::path::Path;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{Rgb, RgbImage};

use crate::workspace::{Result, write_if_changed};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 800;

/// Where the water begins; what stands above is mirrored in it.
const SHORE: f64 = 560.0;

type Colour = [f64; 3];

/// A mountain range: a sum of waves.
struct Range {
    /// The middle of its ridge, from the top.
    height: f64,
    /// Amplitude, wavelength and phase of each wave.
    waves: [(f64, f64, f64); 4],
    colour: Colour,
}

const RANGES: [Range; 3] = [
    Range {
        height: 340.0,
        waves: [(70.0, 760.0, 0.10), (34.0, 290.0, 0.55), (14.0, 97.0, 0.20), (5.0, 41.0, 0.70)],
        colour: [126.0, 140.0, 186.0],
    },
    Range {
        height: 430.0,
        waves: [(56.0, 610.0, 0.62), (26.0, 230.0, 0.15), (10.0, 83.0, 0.80), (4.0, 31.0, 0.30)],
        colour: [82.0, 104.0, 152.0],
    },
    Range {
        height: 505.0,
        waves: [(34.0, 520.0, 0.35), (16.0, 190.0, 0.90), (7.0, 61.0, 0.45), (3.0, 23.0, 0.05)],
        colour: [44.0, 74.0, 104.0],
    },
];

/// Centre and radius.
const SUN: (f64, f64, f64) = (860.0, 210.0, 62.0);

/// Writes the picture as PNG.
pub(crate) fn write(out: &Path) -> Result<()> {
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| Rgb(smooth(x, y)));
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    picture.write_with_encoder(encoder).map_err(|cause| format!("{}: {cause}", out.display()))?;
    write_if_changed(out, &png)
}

/// The colour of a pixel: the mean of nine points in it, so that edges are not jagged.
fn smooth(x: u32, y: u32) -> [u8; 3] {
    let mut sum = [0.0; 3];
    for point in 0..9_u32 {
        let (right, down) = (f64::from(point % 3) / 3.0, f64::from(point / 3) / 3.0);
        let colour = colour_at(f64::from(x) + right, f64::from(y) + down);
        for (channel, value) in sum.iter_mut().zip(colour) {
            *channel += value / 9.0;
        }
    }
    // The colours lie between 0 and 255.
    sum.map(|channel| channel.round() as u8)
}

fn colour_at(x: f64, y: f64) -> Colour {
    if y < SHORE {
        return land_at(x, y);
    }
    // Ripples shift the mirror image sideways, more towards the viewer.
    let depth = y - SHORE;
    let ripple = (depth * depth / 900.0 + depth / 5.0).sin() * (2.0 + depth / 24.0);
    mix(land_at(x + ripple, SHORE - depth * 1.6), [24.0, 52.0, 92.0], 0.30 + depth / 800.0)
}

fn land_at(x: f64, y: f64) -> Colour {
    if let Some(range) = RANGES.iter().rev().find(|range| y > range.ridge_at(x)) {
        // Haze at its foot; the same all along, as it compresses best.
        let haze = ((y - range.height) / 130.0).clamp(0.0, 1.0) * 0.35;
        return mix(range.colour, [214.0, 196.0, 200.0], haze);
    }
    let (centre_x, centre_y, radius) = SUN;
    if (x - centre_x).hypot(y - centre_y) < radius {
        return [255.0, 244.0, 214.0];
    }
    mix([84.0, 142.0, 214.0], [255.0, 206.0, 160.0], (y / 430.0).clamp(0.0, 1.0))
}

impl Range {
    fn ridge_at(&self, x: f64) -> f64 {
        let waves = self.waves.iter().map(|(amplitude, length, phase)| amplitude * ((x / length + phase) * TAU).sin());
        self.height + waves.sum::<f64>()
    }
}

/// `first` with a part of `second`, 0 to 1.
fn mix(first: Colour, second: Colour, part: f64) -> Colour {
    [0, 1, 2].map(|channel| first[channel] + (second[channel] - first[channel]) * part)
}
