//! Eight lanes with AVX-512, in registers of 256 bits: a rotation and every function of a round are one instruction.

use std::arch::x86_64::*;

use crate::avx2::{from_lanes, into_lanes, words};
use crate::compression::advance;

advance!(#[target_feature(enable = "avx512f,avx512vl")] 8 of __m256i);

// The functions of the rounds as tables: bit `4 * b + 2 * c + d` is the result for these three bits.
const F: i32 = 0b1100_1010;
const G: i32 = 0b1110_0100;
const H: i32 = 0b1001_0110;
const I: i32 = 0b0011_1001;

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn splat(word: u32) -> __m256i {
    _mm256_set1_epi32(word as i32)
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn add(left: __m256i, right: __m256i) -> __m256i {
    _mm256_add_epi32(left, right)
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn rotate<const LEFT: i32, const RIGHT: i32>(word: __m256i) -> __m256i {
    _mm256_rol_epi32::<LEFT>(word)
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn f(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    add(sum, _mm256_ternarylogic_epi32::<F>(b, c, d))
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn g(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    add(sum, _mm256_ternarylogic_epi32::<G>(b, c, d))
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn h(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    add(sum, _mm256_ternarylogic_epi32::<H>(b, c, d))
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn i(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    add(sum, _mm256_ternarylogic_epi32::<I>(b, c, d))
}
