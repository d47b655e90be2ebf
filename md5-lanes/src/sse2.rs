//! Four lanes with SSE2, which every x86-64 processor has.

use std::arch::x86_64::*;

use crate::compression::{Block, advance};

advance!(#[target_feature(enable = "sse2")] 4 of __m128i);

/// The words of a block of each lane.
#[inline]
#[target_feature(enable = "sse2")]
fn words(blocks: [&Block; 4]) -> [__m128i; 16] {
    let mut words = [_mm_setzero_si128(); 16];
    for (quarter, words) in words.as_chunks_mut().0.iter_mut().enumerate() {
        let [a, b, c, d] = blocks.map(|block| load(&block.as_chunks().0[quarter]));
        let (ab, cd) = (_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d));
        let (ab_high, cd_high) = (_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
        *words = [
            _mm_unpacklo_epi64(ab, cd),
            _mm_unpackhi_epi64(ab, cd),
            _mm_unpacklo_epi64(ab_high, cd_high),
            _mm_unpackhi_epi64(ab_high, cd_high),
        ];
    }
    words
}

#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: 16 bytes are read where 16 are, at any alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn from_lanes([a, b, c, d]: [u32; 4]) -> __m128i {
    _mm_setr_epi32(a as i32, b as i32, c as i32, d as i32)
}

#[inline]
#[target_feature(enable = "sse2")]
pub(crate) fn into_lanes(vector: __m128i) -> [u32; 4] {
    let mut lanes = [0; 4];
    // SAFETY: 16 bytes are written where 16 are, at any alignment.
    unsafe { _mm_storeu_si128(lanes.as_mut_ptr().cast(), vector) };
    lanes
}

#[inline]
#[target_feature(enable = "sse2")]
fn splat(word: u32) -> __m128i {
    _mm_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "sse2")]
fn add(left: __m128i, right: __m128i) -> __m128i {
    _mm_add_epi32(left, right)
}

#[inline]
#[target_feature(enable = "sse2")]
fn rotate<const LEFT: i32, const RIGHT: i32>(word: __m128i) -> __m128i {
    _mm_or_si128(_mm_slli_epi32::<LEFT>(word), _mm_srli_epi32::<RIGHT>(word))
}

#[inline]
#[target_feature(enable = "sse2")]
fn f(sum: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
    add(sum, _mm_xor_si128(d, _mm_and_si128(b, _mm_xor_si128(c, d))))
}

#[inline]
#[target_feature(enable = "sse2")]
fn g(sum: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
    add(add(sum, _mm_andnot_si128(d, c)), _mm_and_si128(b, d))
}

#[inline]
#[target_feature(enable = "sse2")]
fn h(sum: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
    add(sum, _mm_xor_si128(b, _mm_xor_si128(c, d)))
}

#[inline]
#[target_feature(enable = "sse2")]
fn i(sum: __m128i, b: __m128i, c: __m128i, d: __m128i) -> __m128i {
    let not_d = _mm_xor_si128(d, _mm_set1_epi32(-1));
    add(sum, _mm_xor_si128(c, _mm_or_si128(b, not_d)))
}
