//! Sixteen lanes with AVX-512: a rotation and every function of a round are one instruction.

use std::arch::x86_64::*;

use crate::compression::{Block, advance};
use crate::sse2;

advance!(#[target_feature(enable = "avx512f")] 16 of __m512i);

/// The words of a block of each lane.
#[inline]
#[target_feature(enable = "avx512f")]
fn words(blocks: [&Block; 16]) -> [__m512i; 16] {
    let mut words = [_mm512_setzero_si512(); 16];
    for (quarter, words) in words.as_chunks_mut().0.iter_mut().enumerate() {
        // A quarter of a register each from every fourth lane: no instruction then has to cross the quarters.
        let load = |lane: usize| {
            let part = |lane: usize| sse2::load(&blocks[lane].as_chunks().0[quarter]);
            let vector = _mm512_castsi128_si512(part(lane));
            let vector = _mm512_inserti32x4::<1>(vector, part(lane + 4));
            let vector = _mm512_inserti32x4::<2>(vector, part(lane + 8));
            _mm512_inserti32x4::<3>(vector, part(lane + 12))
        };
        let (a, b, c, d) = (load(0), load(1), load(2), load(3));
        let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
        let (ab_high, cd_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
        *words = [
            _mm512_unpacklo_epi64(ab, cd),
            _mm512_unpackhi_epi64(ab, cd),
            _mm512_unpacklo_epi64(ab_high, cd_high),
            _mm512_unpackhi_epi64(ab_high, cd_high),
        ];
    }
    words
}

#[inline]
#[target_feature(enable = "avx512f")]
fn from_lanes(lanes: [u32; 16]) -> __m512i {
    // SAFETY: 64 bytes are read where 64 are, at any alignment.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn into_lanes(vector: __m512i) -> [u32; 16] {
    let mut lanes = [0; 16];
    // SAFETY: 64 bytes are written where 64 are, at any alignment.
    unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), vector) };
    lanes
}

// The functions of the rounds as tables: bit `4 * b + 2 * c + d` is the result for these three bits.
const F: i32 = 0b1100_1010;
const G: i32 = 0b1110_0100;
const H: i32 = 0b1001_0110;
const I: i32 = 0b0011_1001;

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u32) -> __m512i {
    _mm512_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add(left: __m512i, right: __m512i) -> __m512i {
    _mm512_add_epi32(left, right)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn rotate<const LEFT: i32, const RIGHT: i32>(word: __m512i) -> __m512i {
    _mm512_rol_epi32::<LEFT>(word)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn f(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
    add(sum, _mm512_ternarylogic_epi32::<F>(b, c, d))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn g(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
    add(sum, _mm512_ternarylogic_epi32::<G>(b, c, d))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn h(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
    add(sum, _mm512_ternarylogic_epi32::<H>(b, c, d))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn i(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
    add(sum, _mm512_ternarylogic_epi32::<I>(b, c, d))
}
