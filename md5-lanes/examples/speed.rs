//! How many MB/s each backend sums up: one to sixteen lanes, in pieces of 32 and of 64 KiB.

use std::hint::black_box;
use std::time::Instant;

use filestack_md5_lanes::{Backend, Lane, Md5, update_with};

const WIDTHS: [usize; 8] = [1, 2, 3, 4, 6, 8, 12, 16];
const BYTES: usize = 512 * 1024 * 1024;

fn main() {
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_here()) {
        for piece in [32 * 1024, 64 * 1024] {
            let speeds: Vec<_> = WIDTHS.map(|width| format!("{:5.0}", speed(backend, width, piece))).into();
            println!("{backend:?}, pieces of {} KiB, {WIDTHS:?} lanes: {} MB/s", piece / 1024, speeds.join(" "));
        }
    }
}

fn speed(backend: Backend, width: usize, piece: usize) -> f64 {
    let pieces = vec![vec![7; piece]; width];
    let mut sums = vec![Md5::new(); width];
    let rounds = BYTES / piece / width;
    let started = Instant::now();
    for _ in 0..rounds {
        let mut lanes: Vec<_> = sums.iter_mut().zip(&pieces).map(|(sum, bytes)| Lane { sum, bytes }).collect();
        update_with(backend, black_box(&mut lanes));
    }
    (rounds * piece * width) as f64 / started.elapsed().as_secs_f64() / 1e6
}
