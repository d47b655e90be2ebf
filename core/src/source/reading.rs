//! A reader that is being read: where it is, and the first bytes that were read before they were asked for.
//!
//! Whatever is done with it is done in steps: one ends when it is done, or when the reader has nothing yet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::operation::Operation;
use crate::pieces::PIECE;

use super::file::changed;
use super::reader::{Given, Reader, Step};
use super::spool::Spool;

pub(super) struct Reading {
    reader: Arc<Mutex<Box<dyn Reader>>>,
    /// Of the next byte that is given on.
    position: u64,
    /// The first bytes, read before they are asked for, so that a reader that cannot go back need not.
    head: Bytes,
    /// How many bytes the reader has given.
    taken: u64,
    /// Of what was given on, when it is wanted.
    sha256: Option<Sha256>,
    /// What the reader has told; not known of one that is spooled.
    size: Option<u64>,
}

/// A buffer that is being filled.
pub(super) struct Filling<B> {
    pub(super) buffer: B,
    pub(super) filled: usize,
    /// How many bytes the reader has given for it so far.
    pub(super) given: Arc<AtomicU64>,
}

impl<B: AsMut<[u8]>> Filling<B> {
    pub(super) fn new(buffer: B) -> Self {
        Filling { buffer, filled: 0, given: Arc::default() }
    }

    fn rest(&mut self) -> &mut [u8] {
        &mut self.buffer.as_mut()[self.filled..]
    }

    /// What a reader is asked for at a time.
    fn next_piece(&mut self) -> &mut [u8] {
        let rest = self.rest();
        let length = rest.len().min(PIECE);
        &mut rest[..length]
    }
}

impl Reading {
    pub(super) fn of(reader: Arc<Mutex<Box<dyn Reader>>>) -> Self {
        Reading { reader, position: 0, head: Bytes::new(), taken: 0, sha256: None, size: None }
    }

    /// Asks for the size and goes to the first byte.
    pub(super) fn begin(&mut self) -> Result<Option<u64>> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // Asking for the size may move to the end, as it does in a FILE.
        let size = reader.size()?;
        reader.rewind()?;
        (self.position, self.taken, self.size) = (0, 0, size);
        self.head = Bytes::new();
        Ok(size)
    }

    /// Sums up what is given on from now on.
    pub(super) fn begin_sha256(&mut self) {
        self.sha256 = Some(Sha256::new());
    }

    /// The sum of what was given on.
    pub(super) fn take_sha256(&mut self) -> Sha256 {
        self.sha256.take().unwrap_or_default()
    }

    pub(super) fn rewind(&mut self) -> Result<()> {
        // What is kept needs no reader.
        if self.taken > self.head.len() as u64 {
            self.reader.lock().unwrap_or_else(PoisonError::into_inner).rewind()?;
            self.taken = 0;
            self.head = Bytes::new();
        }
        self.position = 0;
        Ok(())
    }

    /// Reads the first bytes, when nothing has been read: all that there is room for, or that there are.
    pub(super) fn read_head(&mut self, filling: &mut Filling<Vec<u8>>, operation: &Operation) -> Result<Step> {
        let step = self.take(filling, operation)?;
        if step == Step::Done {
            filling.buffer.truncate(filling.filled);
            self.head = Bytes::copy_from_slice(&filling.buffer);
        }
        Ok(step)
    }

    /// Fills a buffer with the next bytes; `SourceChanged` when the reader has fewer or more of them than its size.
    pub(super) fn read<B: AsMut<[u8]>>(&mut self, filling: &mut Filling<B>, operation: &Operation) -> Result<Step> {
        let size = self.size.unwrap_or_default();
        let before = filling.filled;
        let kept = self.head.get(usize::try_from(self.position).unwrap_or(usize::MAX)..).unwrap_or_default();
        let copied = kept.len().min(filling.rest().len());
        filling.rest()[..copied].copy_from_slice(&kept[..copied]);
        filling.filled += copied;
        let step = self.take(filling, operation)?;
        self.position += (filling.filled - before) as u64;
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(&filling.buffer.as_mut()[before..filling.filled]);
        }
        if step == Step::Waiting {
            return Ok(step);
        }
        if !filling.rest().is_empty() {
            return Err(changed(format!("the reader ended after {} of {size} bytes", self.position)));
        }
        if self.position < size {
            return Ok(Step::Done);
        }
        match self.reader.lock().unwrap_or_else(PoisonError::into_inner).read(&mut [0])? {
            Given::Bytes(0) => Ok(Step::Done),
            Given::Bytes(_) => Err(changed(format!("the reader goes on after the {size} bytes of its size"))),
            Given::WouldBlock => Ok(Step::Waiting),
        }
    }

    /// Copies everything to a temporary file.
    pub(super) fn spool(&mut self, spool: &mut Spool, operation: &Operation) -> Result<Step> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        spool.take(operation, |buffer| reader.read(buffer))
    }

    /// Fills a buffer with what the reader gives next, or with all that is left of it.
    fn take<B: AsMut<[u8]>>(&mut self, filling: &mut Filling<B>, operation: &Operation) -> Result<Step> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        while !filling.rest().is_empty() {
            operation.check()?;
            match reader.read(filling.next_piece())? {
                Given::Bytes(0) => break,
                Given::Bytes(read) => {
                    filling.filled += read;
                    filling.given.fetch_add(read as u64, Ordering::Relaxed);
                    self.taken += read as u64;
                }
                Given::WouldBlock => return Ok(Step::Waiting),
            }
        }
        Ok(Step::Done)
    }
}
