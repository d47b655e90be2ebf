//! What requests come from and replies go to, with TLS or without.

use std::io;

/// What is read or written at once: enough for few system calls, little enough for the processor's caches.
pub(crate) const BUFFER_SIZE: usize = 256 * 1024;

/// One connection.
pub(crate) trait Wire: 'static {
    /// What has come and was not consumed yet.
    fn buffered(&self) -> &[u8];

    /// Waits until more has come. Returns whether that was so: otherwise the client has ended the connection.
    fn fill(&mut self) -> io::Result<bool>;

    /// Removes `count` bytes of what has come.
    fn consume(&mut self, count: usize);

    /// Throws away the next `count` bytes, whether they have come or not.
    fn discard(&mut self, count: u64) -> io::Result<()>;

    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// How much of `count` bytes to throw away `available` bytes are.
pub(crate) fn share(count: u64, available: usize) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX).min(available)
}

/// The error for a client that goes away in the middle.
pub(crate) fn cut() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}
