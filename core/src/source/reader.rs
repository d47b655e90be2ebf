//! The reading side of a caller's object, such as a file object of another language.

use crate::error::Result;
use crate::operation::Operation;

/// Something that gives its bytes in order. An upload calls it on a thread that it makes for that.
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

/// Reads until `buffer` is full or the reader ends, and returns how much was read; stops when the call is over.
pub(super) fn read_full(reader: &mut dyn Reader, buffer: &mut [u8], operation: &Operation) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        operation.check()?;
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
