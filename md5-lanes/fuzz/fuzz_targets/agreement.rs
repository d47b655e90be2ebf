//! Sums of any contents in any pieces, by every backend of the machine, against `md-5`.

#![no_main]

use filestack_md5_lanes::{Backend, Lane, Md5, update_with};
use libfuzzer_sys::fuzz_target;
use md5::Digest as _;

// The first byte says how many lanes there are; each then has a length, and bytes that say how it is cut.
fuzz_target!(|data: &[u8]| {
    let Some((&lanes, data)) = data.split_first() else { return };
    let contents: Vec<&[u8]> = data.chunks(data.len() / (usize::from(lanes % 17) + 1) + 1).collect();
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_here()) {
        let mut sums = vec![Md5::new(); contents.len()];
        let mut left = contents.clone();
        let mut cuts = data.iter().map(|byte| usize::from(*byte)).cycle();
        while left.iter().any(|left| !left.is_empty()) {
            let mut lanes = Vec::new();
            for (sum, left) in sums.iter_mut().zip(&mut left) {
                let cut = (cuts.next().unwrap_or(0) + 1).min(left.len());
                let (bytes, rest) = left.split_at(cut);
                *left = rest;
                lanes.push(Lane { sum, bytes });
            }
            update_with(backend, &mut lanes);
        }
        for (sum, content) in sums.into_iter().zip(&contents) {
            assert_eq!(sum.finish(), <[u8; 16]>::from(md5::Md5::digest(content)), "{backend:?}");
        }
    }
});
