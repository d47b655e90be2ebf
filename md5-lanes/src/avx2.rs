//! Eight lanes with AVX2.

use std::arch::x86_64::*;

use crate::compression::{Block, advance};
use crate::sse2;

advance!(#[target_feature(enable = "avx2")] 8 of __m256i);

/// The words of a block of each lane.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn words(blocks: [&Block; 8]) -> [__m256i; 16] {
    let mut words = [_mm256_setzero_si256(); 16];
    for (quarter, words) in words.as_chunks_mut().0.iter_mut().enumerate() {
        // Half a register each from a lane and from that which is four further: no instruction then has to cross the
        // halves.
        let load = |lane: usize| {
            let low = sse2::load(&blocks[lane].as_chunks().0[quarter]);
            let high = sse2::load(&blocks[lane + 4].as_chunks().0[quarter]);
            _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
        };
        let (a, b, c, d) = (load(0), load(1), load(2), load(3));
        let (ab, cd) = (_mm256_unpacklo_epi32(a, b), _mm256_unpacklo_epi32(c, d));
        let (ab_high, cd_high) = (_mm256_unpackhi_epi32(a, b), _mm256_unpackhi_epi32(c, d));
        *words = [
            _mm256_unpacklo_epi64(ab, cd),
            _mm256_unpackhi_epi64(ab, cd),
            _mm256_unpacklo_epi64(ab_high, cd_high),
            _mm256_unpackhi_epi64(ab_high, cd_high),
        ];
    }
    words
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn from_lanes([a, b, c, d, e, f, g, h]: [u32; 8]) -> __m256i {
    _mm256_setr_m128i(sse2::from_lanes([a, b, c, d]), sse2::from_lanes([e, f, g, h]))
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn into_lanes(vector: __m256i) -> [u32; 8] {
    let mut lanes = [0; 8];
    // SAFETY: 32 bytes are written where 32 are, at any alignment.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), vector) };
    lanes
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(word: u32) -> __m256i {
    _mm256_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(left: __m256i, right: __m256i) -> __m256i {
    _mm256_add_epi32(left, right)
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const LEFT: i32, const RIGHT: i32>(word: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_slli_epi32::<LEFT>(word), _mm256_srli_epi32::<RIGHT>(word))
}

#[inline]
#[target_feature(enable = "avx2")]
fn f(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    add(sum, _mm256_xor_si256(d, _mm256_and_si256(b, _mm256_xor_si256(c, d))))
}

#[inline]
#[target_feature(enable = "avx2")]
fn g(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    // The halves have no bit in common: a sum is as good, and only one of them waits for b.
    add(add(sum, _mm256_andnot_si256(d, c)), _mm256_and_si256(b, d))
}

#[inline]
#[target_feature(enable = "avx2")]
fn h(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    add(sum, _mm256_xor_si256(b, _mm256_xor_si256(c, d)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn i(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    let not_d = _mm256_xor_si256(d, _mm256_set1_epi32(-1));
    add(sum, _mm256_xor_si256(c, _mm256_or_si256(b, not_d)))
}
