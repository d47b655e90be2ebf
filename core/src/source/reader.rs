//! The reading side of a caller's object, such as a file object of another language.

use crate::error::Result;

/// What a reader has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// This many bytes; 0 only at the end.
    Bytes(usize),
    /// It has none yet: it is asked again after [`crate::Source::ready`].
    WouldBlock,
}

/// How a step of reading has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    /// The reader has nothing yet.
    Waiting,
}

/// Something that gives its bytes in order. An upload calls it on a thread that it makes for that.
pub trait Reader: Send {
    /// Fills the front of `buffer` and tells how much.
    ///
    /// # Errors
    /// Whatever stops the reading; the upload ends with it.
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given>;

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
