//! Every backend of this machine against `md-5`.

use filestack_md5_lanes::{Backend, Lane, Md5, update, update_with};
use md5::Digest as _;

fn backends() -> impl Iterator<Item = Backend> {
    Backend::ALL.into_iter().filter(|backend| backend.is_here())
}

fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(length).collect()
}

fn expected(bytes: &[u8]) -> [u8; 16] {
    md5::Md5::digest(bytes).into()
}

#[test]
fn the_vectors_of_the_standard_pass() {
    for (text, sum) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
        (&"1234567890".repeat(8), "57edf4a22be3c955ac49da2e2107b67a"),
    ] {
        let mut md5 = Md5::new();
        md5.update(text.as_bytes());
        let hex: String = md5.finish().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, sum, "{text}");
    }
}

#[test]
fn all_lengths_agree_alone_and_side_by_side() {
    let most = if cfg!(miri) { 200 } else { 4096 };
    let source = bytes(most, 1);
    let sums: Vec<_> = (0..=most).map(|length| expected(&source[..length])).collect();
    for length in 0..=most {
        let mut md5 = Md5::new();
        md5.update(&source[..length]);
        assert_eq!(md5.finish(), sums[length], "{length}");
    }
    for backend in backends() {
        for width in 1..=17 {
            // Neighbours of quite other lengths.
            let lengths: Vec<_> = (0..=most).map(|index| index * 2_654_435_761 % (most + 1)).collect();
            for lengths in lengths.chunks(width) {
                let mut md5s = vec![Md5::new(); lengths.len()];
                let mut lanes: Vec<_> = (md5s.iter_mut().zip(lengths))
                    .map(|(sum, length)| Lane { sum, bytes: &source[..*length] })
                    .collect();
                update_with(backend, &mut lanes);
                for (md5, length) in md5s.into_iter().zip(lengths) {
                    assert_eq!(md5.finish(), sums[*length], "{backend:?}, {width} lanes, {length} bytes");
                }
            }
        }
    }
}

#[test]
fn random_splits_agree() {
    let rounds = if cfg!(miri) { 3 } else { 300 };
    let mut random = fastrand::Rng::with_seed(2);
    for backend in backends() {
        for round in 0..rounds {
            let contents: Vec<_> =
                (0..random.usize(1..20)).map(|lane| bytes(random.usize(..20_000), lane as u64)).collect();
            let mut md5s = vec![Md5::new(); contents.len()];
            let mut done = vec![0; contents.len()];
            while done.iter().zip(&contents).any(|(done, content)| *done < content.len()) {
                let mut lanes = Vec::new();
                for ((sum, content), done) in md5s.iter_mut().zip(&contents).zip(&mut done) {
                    let end = (*done + random.usize(..3_000)).min(content.len());
                    lanes.push(Lane { sum, bytes: &content[*done..end] });
                    *done = end;
                }
                update_with(backend, &mut lanes);
            }
            for (md5, content) in md5s.into_iter().zip(&contents) {
                assert_eq!(md5.finish(), expected(content), "{backend:?}, round {round}");
            }
        }
    }
}

#[test]
fn more_than_a_word_of_bits_is_counted() {
    // 2^32 bits are 512 MiB: a sum of that many zeros and one more piece.
    if cfg!(debug_assertions) || cfg!(miri) {
        return;
    }
    let piece = vec![0; 1 << 20];
    let (mut ours, mut theirs) = (Md5::new(), md5::Md5::new());
    for _ in 0..513 {
        update(&mut [Lane { sum: &mut ours, bytes: &piece }]);
        theirs.update(&piece);
    }
    assert_eq!(ours.finish(), <[u8; 16]>::from(theirs.finalize()));
}

#[test]
fn nothing_is_shown_of_what_was_summed_up() {
    let mut md5 = Md5::default();
    md5.update(b"secret");
    assert_eq!(format!("{md5:?}"), "Md5 { length: 6, .. }");
}
