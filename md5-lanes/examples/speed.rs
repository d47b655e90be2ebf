//! How many MB/s each backend sums up: one to eight lanes, in pieces of 64 and of 256 KiB.

use std::hint::black_box;
use std::time::Instant;

use filestack_md5_lanes::{Backend, Lane, Md5, update_with};

const BYTES: usize = 512 * 1024 * 1024;

fn main() {
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_here()) {
        for piece in [64 * 1024, 256 * 1024] {
            let speeds: Vec<_> = (1..=8).map(|width| format!("{:5.0}", speed(backend, width, piece))).collect();
            println!("{backend:?}, pieces of {} KiB, 1 to 8 lanes: {} MB/s", piece / 1024, speeds.join(" "));
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
