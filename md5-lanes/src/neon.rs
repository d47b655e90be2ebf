//! Four lanes with NEON, which every aarch64 processor has.

use std::arch::aarch64::*;

use crate::compression::{Block, advance};

advance!(#[target_feature(enable = "neon")] 4 of uint32x4_t);

/// The words of a block of each lane.
#[inline]
#[target_feature(enable = "neon")]
fn words(blocks: [&Block; 4]) -> [uint32x4_t; 16] {
    std::array::from_fn(|word| from_lanes(blocks.map(|block| u32::from_le_bytes(block.as_chunks().0[word]))))
}

#[inline]
#[target_feature(enable = "neon")]
fn from_lanes(words: [u32; 4]) -> uint32x4_t {
    // SAFETY: 16 bytes are read where 16 are.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn into_lanes(vector: uint32x4_t) -> [u32; 4] {
    let mut lanes = [0; 4];
    // SAFETY: 16 bytes are written where 16 are.
    unsafe { vst1q_u32(lanes.as_mut_ptr(), vector) };
    lanes
}

#[inline]
#[target_feature(enable = "neon")]
fn splat(word: u32) -> uint32x4_t {
    vdupq_n_u32(word)
}

#[inline]
#[target_feature(enable = "neon")]
fn add(left: uint32x4_t, right: uint32x4_t) -> uint32x4_t {
    vaddq_u32(left, right)
}

#[inline]
#[target_feature(enable = "neon")]
fn rotate<const LEFT: i32, const RIGHT: i32>(word: uint32x4_t) -> uint32x4_t {
    vsriq_n_u32::<RIGHT>(vshlq_n_u32::<LEFT>(word), word)
}

#[inline]
#[target_feature(enable = "neon")]
fn f(sum: uint32x4_t, b: uint32x4_t, c: uint32x4_t, d: uint32x4_t) -> uint32x4_t {
    add(sum, vbslq_u32(b, c, d))
}

#[inline]
#[target_feature(enable = "neon")]
fn g(sum: uint32x4_t, b: uint32x4_t, c: uint32x4_t, d: uint32x4_t) -> uint32x4_t {
    add(sum, vbslq_u32(d, b, c))
}

#[inline]
#[target_feature(enable = "neon")]
fn h(sum: uint32x4_t, b: uint32x4_t, c: uint32x4_t, d: uint32x4_t) -> uint32x4_t {
    add(sum, veorq_u32(b, veorq_u32(c, d)))
}

#[inline]
#[target_feature(enable = "neon")]
fn i(sum: uint32x4_t, b: uint32x4_t, c: uint32x4_t, d: uint32x4_t) -> uint32x4_t {
    add(sum, veorq_u32(c, vornq_u32(b, d)))
}
