//! The writing side of a caller's object, such as a file object of another language.

use crate::error::Result;

/// What a writer has done with the bytes that it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It has taken this many, at least one and at most all.
    Taken(usize),
    /// It can take none yet: it is asked again after [`crate::Sink::ready`].
    WouldBlock,
}

/// Something that takes bytes in order. A download calls it on a thread that it makes for that.
pub trait Writer: Send {
    /// Takes the front of `bytes`, which are not empty.
    ///
    /// # Errors
    /// Whatever stops the writing; the download ends with it.
    fn write(&mut self, bytes: &[u8]) -> Result<Written>;
}
