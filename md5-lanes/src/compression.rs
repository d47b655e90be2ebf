//! The compression function of RFC 1321, written once for every kind of vector.

/// What MD5 compresses at a time.
pub(crate) type Block = [u8; 64];

/// The state of a sum of nothing.
pub(crate) const INITIAL: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The constants of the steps: the first 32 bits after the point of `abs(sin(step + 1))`.
#[rustfmt::skip]
pub(crate) const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

/// A sum's state and the whole blocks that are still to be added to it.
pub(crate) struct Strand<'a> {
    pub(crate) state: &'a mut [u32; 4],
    pub(crate) blocks: &'a [Block],
}

/// Makes the function `advance`, which adds the next `count` blocks of each strand to its state: there are 1 to `$lanes`
/// strands, and each has that many blocks.
///
/// Where it is used there are, with the same attributes: `words` (the words of a block of each lane), `splat`,
/// `from_lanes`, `into_lanes`, `add`, `rotate`, and `f`, `g`, `h` and `i`, which add the functions of the four rounds.
macro_rules! advance {
    ($(#[$attribute:meta])* $lanes:literal of $vector:ty) => {
        /// Adds the next `count` blocks of each strand to its state.
        $(#[$attribute])*
        pub(crate) fn advance(strands: &mut [$crate::compression::Strand<'_>], count: usize) {
            // Lanes without a strand of their own repeat the first one's blocks, for nothing.
            let mut states = [[0; $lanes]; 4];
            let mut blocks = [&strands[0].blocks[..count]; $lanes];
            for (lane, strand) in strands.iter_mut().enumerate() {
                for (word, lanes) in states.iter_mut().enumerate() {
                    lanes[lane] = strand.state[word];
                }
                (blocks[lane], strand.blocks) = strand.blocks.split_at(count);
            }
            let mut state = [from_lanes(states[0]), from_lanes(states[1]), from_lanes(states[2]), from_lanes(states[3])];
            for at in 0..count {
                let mut row = [&blocks[0][at]; $lanes];
                for (block, blocks) in row.iter_mut().zip(&blocks) {
                    *block = &blocks[at];
                }
                compress(&mut state, &words(row));
            }
            states = [into_lanes(state[0]), into_lanes(state[1]), into_lanes(state[2]), into_lanes(state[3])];
            for (lane, strand) in strands.iter_mut().enumerate() {
                for (word, lanes) in states.iter().enumerate() {
                    strand.state[word] = lanes[lane];
                }
            }
        }

        /// Adds a block of each lane to the states.
        #[inline]
        $(#[$attribute])*
        fn compress(state: &mut [$vector; 4], words: &[$vector; 16]) {
            let [mut a, mut b, mut c, mut d] = *state;

            // Four steps, after which a, b, c and d are in their places again.
            macro_rules! steps {
                ($first:literal: $round:ident, $s0:literal $s1:literal $s2:literal $s3:literal, $w0:literal $w1:literal $w2:literal $w3:literal) => {
                    steps!(@ $round, $s0, a b c d, words[$w0], $first);
                    steps!(@ $round, $s1, d a b c, words[$w1], $first + 1);
                    steps!(@ $round, $s2, c d a b, words[$w2], $first + 2);
                    steps!(@ $round, $s3, b c d a, words[$w3], $first + 3);
                };
                (@ $round:ident, $left:literal, $a:ident $b:ident $c:ident $d:ident, $word:expr, $step:expr) => {
                    // The newest word, b, enters last: all else is done while it is still being computed.
                    let sum = add($a, add($word, splat($crate::compression::SINES[$step])));
                    $a = add(rotate::<$left, { 32 - $left }>($round(sum, $b, $c, $d)), $b);
                };
            }

            steps!(0: f, 7 12 17 22, 0 1 2 3);
            steps!(4: f, 7 12 17 22, 4 5 6 7);
            steps!(8: f, 7 12 17 22, 8 9 10 11);
            steps!(12: f, 7 12 17 22, 12 13 14 15);

            steps!(16: g, 5 9 14 20, 1 6 11 0);
            steps!(20: g, 5 9 14 20, 5 10 15 4);
            steps!(24: g, 5 9 14 20, 9 14 3 8);
            steps!(28: g, 5 9 14 20, 13 2 7 12);

            steps!(32: h, 4 11 16 23, 5 8 11 14);
            steps!(36: h, 4 11 16 23, 1 4 7 10);
            steps!(40: h, 4 11 16 23, 13 0 3 6);
            steps!(44: h, 4 11 16 23, 9 12 15 2);

            steps!(48: i, 6 10 15 21, 0 7 14 5);
            steps!(52: i, 6 10 15 21, 12 3 10 1);
            steps!(56: i, 6 10 15 21, 8 15 6 13);
            steps!(60: i, 6 10 15 21, 4 11 2 9);

            *state = [add(state[0], a), add(state[1], b), add(state[2], c), add(state[3], d)];
        }
    };
}

pub(crate) use advance;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_those_of_the_sine() {
        for (step, sine) in SINES.iter().enumerate() {
            let expected = ((step + 1) as f64).sin().abs() * 2f64.powi(32);
            assert_eq!(*sine, expected as u32, "{step}");
        }
    }
}
