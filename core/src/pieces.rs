//! Buffers for pieces of content on their way: few, of one size, used again and again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};

/// The size of a piece.
pub(crate) const PIECE: usize = 256 * 1024;

/// The buffers of one generation.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    spare: Vec<Vec<u8>>,
    in_use: usize,
}

/// A buffer of at most [`PIECE`] bytes.
#[derive(Debug)]
pub(crate) struct Piece {
    bytes: Vec<u8>,
    length: usize,
    pieces: Arc<Pieces>,
}

impl Pieces {
    /// A buffer of this length, which must not be more than [`PIECE`]. Its content is what was in it before.
    ///
    /// # Errors
    /// `Resources` when there is no memory for it.
    pub(crate) fn take(self: &Arc<Self>, length: usize) -> Result<Piece> {
        let spare = self.state().spare.pop();
        let bytes = spare.map_or_else(|| zeros(PIECE), Ok)?;
        self.state().in_use += 1;
        Ok(Piece { bytes, length: length.min(PIECE), pieces: Arc::clone(self) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer of zeros.
///
/// # Errors
/// `Resources` when there is no memory for it.
pub(crate) fn zeros(length: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| Error::out_of_memory(length as u64))?;
    bytes.resize(length, 0);
    Ok(bytes)
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl AsMut<[u8]> for Piece {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let mut state = self.pieces.state();
        state.spare.push(std::mem::take(&mut self.bytes));
        state.in_use -= 1;
        if state.in_use == 0 {
            // The last one in use: an idle process keeps none.
            state.spare.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_used_again_while_one_is_in_use() {
        let pieces = Arc::new(Pieces::default());
        let held = pieces.take(10).unwrap();
        let mut used = pieces.take(PIECE).unwrap();
        used.as_mut().fill(7);
        let address = used.as_ref().as_ptr();
        drop(used);
        let again = pieces.take(5).unwrap();
        assert_eq!((again.as_ref().as_ptr(), again.as_ref().len(), held.as_ref().len()), (address, 5, 10));
        drop((held, again));
        assert!(pieces.state().spare.is_empty(), "an idle process keeps none");
    }
}
