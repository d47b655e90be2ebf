//! Several MD5 sums in lockstep, with the widest vectors that the processor has.
//!
//! One sum alone cannot be made faster: each of its steps waits for the one before. Several sums can be made side by
//! side, a word of each in the lanes of one register, in the time of one. [`update`] does that for any number of sums of
//! any lengths: lanes run side by side for as long as they have whole blocks of 64 bytes, and those that have more go on
//! with fewer.
//!
//! | [`Backend`] | lanes | where |
//! |---|---|---|
//! | `Avx512` | 16 | x86-64 with AVX-512F, at run time |
//! | `Avx2` | 8 | x86-64 with AVX2, at run time |
//! | `Sse2` | 4 | every other x86-64 |
//! | `Neon` | 4 | aarch64 |
//! | `Plain` | 1 | everywhere else, and for single sums |
//!
//! MD5 is not secure: this crate is for storages that ask for it as a checksum.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod compression;
#[cfg(target_arch = "aarch64")]
mod neon;
mod plain;
#[cfg(target_arch = "x86_64")]
mod sse2;

use std::fmt;

use compression::{Block, INITIAL, Strand};

/// A running sum.
#[derive(Clone)]
pub struct Md5 {
    state: [u32; 4],
    /// In bytes.
    length: u64,
    /// Bytes that do not make a block yet: as many as `length` has more than whole blocks.
    begun: Block,
}

/// A sum and the bytes that are added to it.
#[derive(Debug)]
pub struct Lane<'a> {
    /// What is added to.
    pub sum: &'a mut Md5,
    /// What is added.
    pub bytes: &'a [u8],
}

/// What sums are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Registers of 512 bits.
    Avx512,
    /// Registers of 256 bits.
    Avx2,
    /// Registers of 128 bits on x86-64.
    Sse2,
    /// Registers of 128 bits on aarch64.
    Neon,
    /// Integers.
    Plain,
}

impl Md5 {
    /// The sum of nothing.
    #[must_use]
    pub fn new() -> Self {
        Md5 { state: INITIAL, length: 0, begun: [0; 64] }
    }

    /// Adds bytes to the sum.
    pub fn update(&mut self, bytes: &[u8]) {
        let strand = self.begin(bytes);
        plain::add_blocks(strand.state, strand.blocks);
    }

    /// The sum of all that was added.
    #[must_use]
    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8).to_le_bytes();
        let filled = self.filled();
        let padding = if filled < 56 { 56 - filled } else { 120 - filled };
        let mut end = [0; 72];
        end[0] = 0x80;
        end[padding..padding + 8].copy_from_slice(&bits);
        self.update(&end[..padding + 8]);
        let mut sum = [0; 16];
        for (bytes, word) in sum.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        sum
    }

    /// How much of a block has come.
    fn filled(&self) -> usize {
        // Less than 64.
        (self.length % 64) as usize
    }

    /// Takes note of all of `bytes`, and leaves the whole blocks in them to be added to the state.
    fn begin<'a>(&'a mut self, mut bytes: &'a [u8]) -> Strand<'a> {
        let filled = self.filled();
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if filled > 0 {
            let (first, rest) = bytes.split_at(bytes.len().min(64 - filled));
            self.begun[filled..filled + first.len()].copy_from_slice(first);
            bytes = rest;
            if filled + first.len() < 64 {
                return Strand { state: &mut self.state, blocks: &[] };
            }
            plain::add_blocks(&mut self.state, &[self.begun]);
        }
        let (blocks, rest) = bytes.as_chunks();
        self.begun[..rest.len()].copy_from_slice(rest);
        Strand { state: &mut self.state, blocks }
    }
}

impl Default for Md5 {
    fn default() -> Self {
        Md5::new()
    }
}

impl fmt::Debug for Md5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Md5").field("length", &self.length).finish_non_exhaustive()
    }
}

/// How many sums this machine makes side by side.
#[must_use]
pub fn lanes() -> usize {
    Backend::of_this_machine().most()
}

/// Adds to each sum the bytes of its lane.
pub fn update(lanes: &mut [Lane<'_>]) {
    update_with(Backend::of_this_machine(), lanes);
}

/// As [`update`], with a backend that the machine has, so that each can be tested and measured.
///
/// # Panics
///
/// When the machine does not have it.
#[doc(hidden)]
pub fn update_with(backend: Backend, lanes: &mut [Lane<'_>]) {
    assert!(backend.is_here(), "this machine has no {backend:?}");
    let mut strands: Vec<_> = lanes.iter_mut().map(|lane| lane.sum.begin(lane.bytes)).collect();
    loop {
        strands.retain(|strand| !strand.blocks.is_empty());
        if strands.len() < backend.fewest() {
            break;
        }
        let most = strands.len().min(backend.most());
        let group = &mut strands[..most];
        let count = group.iter().map(|strand| strand.blocks.len()).min().unwrap_or_default();
        backend.advance(group, count);
    }
    for strand in strands {
        plain::add_blocks(strand.state, strand.blocks);
    }
}

impl Backend {
    /// All that there are, the fastest first.
    pub const ALL: [Backend; 5] = [Backend::Avx512, Backend::Avx2, Backend::Sse2, Backend::Neon, Backend::Plain];

    /// The fastest one of this machine.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self::ALL.into_iter().find(|backend| backend.is_here()).unwrap_or(Backend::Plain)
    }

    /// Whether this machine has it. The processor is asked once only.
    #[must_use]
    pub fn is_here(self) -> bool {
        match self {
            // `make bench` also measures a library for which no machine has it.
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 => !cfg!(filestack_md5_lanes_avx2) && is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(not(target_arch = "x86_64"))]
            Backend::Avx512 | Backend::Avx2 => false,
            Backend::Sse2 => cfg!(target_arch = "x86_64"),
            Backend::Neon => cfg!(target_arch = "aarch64"),
            Backend::Plain => true,
        }
    }

    /// From how many lanes on it is faster than one lane after the other.
    fn fewest(self) -> usize {
        match self {
            Backend::Avx512 | Backend::Avx2 => 2,
            Backend::Sse2 | Backend::Neon => 3,
            Backend::Plain => usize::MAX,
        }
    }

    /// How many lanes it has.
    fn most(self) -> usize {
        match self {
            Backend::Avx512 => 16,
            Backend::Avx2 => 8,
            Backend::Sse2 | Backend::Neon => 4,
            Backend::Plain => 1,
        }
    }

    /// Adds the next `count` blocks of each of its lanes. The machine must have it.
    fn advance(self, strands: &mut [Strand<'_>], count: usize) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has it.
            Backend::Avx512 => unsafe { avx512::advance(strands, count) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has it.
            Backend::Avx2 => unsafe { avx2::advance(strands, count) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the machine has it.
            Backend::Sse2 => unsafe { sse2::advance(strands, count) },
            #[cfg(target_arch = "aarch64")]
            // SAFETY: the machine has it.
            Backend::Neon => unsafe { neon::advance(strands, count) },
            _ => strands.iter_mut().for_each(|strand| plain::advance(std::slice::from_mut(strand), count)),
        }
    }
}
