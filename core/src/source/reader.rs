//! The reading side of a caller's object, such as a file object of another language.

use crate::error::Result;

/// Something that gives its bytes in order. Called from one thread at a time, never from the caller's own.
pub trait Reader: Send {
    /// Fills the front of `buffer` and returns how much; 0 only at the end.
    ///
    /// # Errors
    /// Whatever stops the reading; the upload ends with it.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize>;

    /// Goes to the first byte.
    ///
    /// # Errors
    /// `State` when bytes were already read and the reader cannot go back.
    fn rewind(&mut self) -> Result<()>;

    /// How many bytes there are from the first on, or `None` when only reading tells.
    ///
    /// # Errors
    /// Whatever stops the reader.
    fn size(&mut self) -> Result<Option<u64>>;
}

/// Reads until `buffer` is full or the reader ends; returns how much was read.
pub(super) fn read_full(reader: &mut dyn Reader, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
