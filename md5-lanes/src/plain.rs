//! Plain integers, one lane: single sums, and processors without vectors that we know.

use crate::compression::{Block, Strand, advance};

advance!(1 of u32);

/// Adds blocks to one state.
pub(crate) fn add_blocks(state: &mut [u32; 4], blocks: &[Block]) {
    let count = blocks.len();
    if count > 0 {
        advance(&mut [Strand { state, blocks }], count);
    }
}

/// The words of a block.
#[inline]
fn words([block]: [&Block; 1]) -> [u32; 16] {
    std::array::from_fn(|word| u32::from_le_bytes(block.as_chunks().0[word]))
}

#[inline]
fn from_lanes([word]: [u32; 1]) -> u32 {
    word
}

#[inline]
fn into_lanes(word: u32) -> [u32; 1] {
    [word]
}

#[inline]
fn splat(word: u32) -> u32 {
    word
}

#[inline]
fn add(left: u32, right: u32) -> u32 {
    left.wrapping_add(right)
}

#[inline]
fn rotate<const LEFT: u32, const RIGHT: u32>(word: u32) -> u32 {
    word.rotate_left(LEFT)
}

#[inline]
fn f(sum: u32, b: u32, c: u32, d: u32) -> u32 {
    add(sum, d ^ (b & (c ^ d)))
}

#[inline]
fn g(sum: u32, b: u32, c: u32, d: u32) -> u32 {
    // The halves have no bit in common: a sum is as good, and only one of them waits for b.
    add(add(sum, c & !d), b & d)
}

#[inline]
fn h(sum: u32, b: u32, c: u32, d: u32) -> u32 {
    add(sum, b ^ (c ^ d))
}

#[inline]
fn i(sum: u32, b: u32, c: u32, d: u32) -> u32 {
    add(sum, c ^ (b | !d))
}
