//! The size of chunks in Intelligent Ingestion: what the network can carry.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Smaller chunks are not tried.
const SMALLEST_CHUNK: u64 = 32 * 1024;
/// So many chunks must arrive before larger ones are tried again.
const SUCCESSES_TO_GROW: u32 = 4;

/// The size of the next chunk of an upload.
pub(super) struct ChunkSize {
    largest: u64,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    size: u64,
    successes: u32,
}

impl ChunkSize {
    /// Begins with the largest size, that of a part.
    pub(super) fn new(largest: u64) -> Self {
        ChunkSize { largest, state: Mutex::new(State { size: largest, successes: 0 }) }
    }

    pub(super) fn get(&self) -> u64 {
        self.state().size
    }

    /// Halves the size because a chunk of `failed` bytes did not arrive. Whether a smaller one can be tried.
    pub(super) fn shrink(&self, failed: u64) -> bool {
        let mut state = self.state();
        state.successes = 0;
        // Another part may have halved it already.
        state.size = state.size.min((failed / 2).max(SMALLEST_CHUNK));
        state.size < failed
    }

    /// Notes that a chunk has arrived. Chunks that were made before the size changed say nothing about it.
    pub(super) fn grow(&self, arrived: u64) {
        let mut state = self.state();
        if arrived < state.size {
            return;
        }
        state.successes += 1;
        if state.successes == SUCCESSES_TO_GROW {
            *state = State { size: (state.size * 2).min(self.largest), successes: 0 };
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn chunks_halve_down_to_the_smallest_and_grow_back() {
        let size = ChunkSize::new(8 * MIB);
        let mut failed = size.get();
        while size.shrink(failed) {
            assert_eq!(size.get(), failed / 2);
            failed = size.get();
        }
        assert_eq!(failed, SMALLEST_CHUNK);
        for _ in 0..8 * SUCCESSES_TO_GROW {
            size.grow(size.get());
        }
        assert_eq!(size.get(), 8 * MIB);
        size.grow(8 * MIB);
        assert_eq!(size.get(), 8 * MIB, "never more than a part");
    }

    #[test]
    fn parts_side_by_side_shrink_it_once() {
        let size = ChunkSize::new(8 * MIB);
        assert!(size.shrink(8 * MIB) && size.shrink(8 * MIB));
        assert_eq!(size.get(), 4 * MIB);
        // Old news.
        size.grow(MIB);
        assert!(size.shrink(5 * MIB / 2));
        assert_eq!(size.get(), 5 * MIB / 4);
        // The rest of a part may be shorter than a chunk.
        assert!(!size.shrink(10_000));
        assert_eq!(size.get(), SMALLEST_CHUNK);
    }
}
