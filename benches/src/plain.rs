//! Connections without TLS.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

use crate::wire::{self, BUFFER_SIZE, Wire};

/// A connection and what has come on it.
pub(crate) struct Plain {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Plain {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; BUFFER_SIZE], start: 0, end: 0 })
    }
}

impl Wire for Plain {
    fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let read = self.stream.read(&mut self.buffer[self.end..])?;
        self.end += read;
        Ok(read > 0)
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
    }

    fn discard(&mut self, mut count: u64) -> io::Result<()> {
        loop {
            let known = wire::share(count, self.end - self.start);
            self.start += known;
            count -= known as u64;
            if count == 0 {
                return Ok(());
            }
            if !self.fill()? {
                return Err(wire::cut());
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }
}
