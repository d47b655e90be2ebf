//! The limits of a client: how many requests run at a time, how many calls have files open, and how much memory buffers
//! take.

use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use memmap2::MmapMut;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, ErrorKind, Result};

/// Memory is counted in units of this many bytes, because a semaphore counts to some billions only.
const UNIT: u64 = 1024;

/// How many calls that need descriptors or threads run at a time. The others wait, with nothing of both.
const TURNS: usize = 64;
/// How many more of them may run, when they have run for long: a small file does not wait for large ones.
const LONG_TURNS: usize = 192;

/// How long the host may give nothing for a buffer before others can have the memory that it counts for.
const PATIENCE: Duration = Duration::from_millis(100);

/// What all calls of a client share. Who comes first is served first.
#[derive(Debug)]
pub(crate) struct Limits {
    requests: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    long_turns: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    memory_bytes: u64,
    /// How many wait for memory.
    waiting_for_memory: AtomicUsize,
    /// Buffers that were used and will be used again, as long as some are in use. Within the limit, with those.
    spare: Mutex<Vec<MmapMut>>,
}

/// The place of one request, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// The turn of one call, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// A buffer that counts against the memory limit until it is dropped. It is not of the allocator, which keeps what large
/// buffers leave, and takes memory only where something was written.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Option<MmapMut>,
    length: usize,
    claim: Claim,
}

/// What a buffer takes of the memory limit.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    limits: Arc<Limits>,
    permit: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Limits {
    pub(crate) fn new(max_requests: usize, memory_bytes: u64) -> Self {
        Limits {
            requests: Arc::new(Semaphore::new(max_requests)),
            turns: Arc::new(Semaphore::new(TURNS)),
            long_turns: Arc::new(Semaphore::new(LONG_TURNS)),
            memory: Arc::new(Semaphore::new(units(memory_bytes))),
            memory_bytes,
            waiting_for_memory: AtomicUsize::new(0),
            spare: Mutex::new(Vec::new()),
        }
    }

    /// The largest buffer that may be held; what is larger goes to a temporary file.
    pub(crate) fn largest_buffer(&self) -> u64 {
        self.memory_bytes / 2
    }

    /// Waits for the place of one request. A call that holds a buffer may wait here, but not the other way round.
    pub(crate) async fn request(&self) -> Result<Place> {
        Ok(Place { _permit: acquire(&self.requests, 1).await? })
    }

    /// The turn of a call, when there is one without waiting.
    pub(crate) fn turn_now(&self) -> Option<Turn> {
        Arc::clone(&self.turns).try_acquire_owned().ok().map(|permit| Turn { _permit: permit })
    }

    /// Waits for the turn of a call.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        Ok(Turn { _permit: acquire(&self.turns, 1).await? })
    }

    /// Waits for a turn that a call may have for long.
    pub(crate) async fn long_turn(&self) -> Result<Turn> {
        Ok(Turn { _permit: acquire(&self.long_turns, 1).await? })
    }

    /// Waits for a buffer of this size, at most the largest one.
    ///
    /// # Errors
    /// `Resources` when the system has no memory for it.
    pub(crate) async fn buffer(self: &Arc<Self>, length: usize) -> Result<Buffer> {
        let wanted = units((length as u64).min(self.largest_buffer()).next_multiple_of(UNIT));
        let permit = Arc::new(Mutex::new(Some(self.memory(wanted).await?)));
        let bytes = match self.take_spare(length) {
            Some(bytes) => bytes,
            None => MmapMut::map_anon(length.max(1)).map_err(|_| Error::out_of_memory(length as u64))?,
        };
        Ok(Buffer { bytes: Some(bytes), length, claim: Claim { limits: Arc::clone(self), permit } })
    }

    async fn memory(&self, wanted: usize) -> Result<OwnedSemaphorePermit> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        self.waiting_for_memory.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting_for_memory);
        acquire(&self.memory, wanted).await
    }

    /// A used buffer that is large enough, but not much larger, because it counts as what is asked for. Others make room,
    /// so that those that are kept and those in use stay within the limit.
    fn take_spare(&self, length: usize) -> Option<MmapMut> {
        let mut spare = self.spare();
        let fits = |bytes: &MmapMut| (length..=length + length / 8).contains(&bytes.len());
        let taken = spare.iter().position(fits).map(|index| spare.swap_remove(index));
        let free = self.memory.available_permits() as u64 * UNIT;
        while spare.iter().map(|bytes| bytes.len() as u64).sum::<u64>() > free {
            spare.pop();
        }
        taken
    }

    fn spare(&self) -> MutexGuard<'_, Vec<MmapMut>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffer {
    /// What it takes of the memory limit.
    pub(crate) fn claim(&self) -> Claim {
        self.claim.clone()
    }
}

impl Claim {
    /// Lets others have it when they wait for it and the host gives nothing, as `given` tells: what it has to give may
    /// depend on them.
    pub(crate) async fn give_way(self, given: Arc<AtomicU64>) -> Infallible {
        let mut before = given.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(PATIENCE).await;
            let now = given.load(Ordering::Relaxed);
            if now == before && self.limits.waiting_for_memory.load(Ordering::Relaxed) > 0 {
                self.give_up();
                pending::<()>().await;
            }
            before = now;
        }
    }

    fn give_up(&self) {
        drop(self.permit.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_deref().map_or(&[], |bytes| &bytes[..self.length])
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        self.bytes.as_deref_mut().map_or(&mut [], |bytes| &mut bytes[..self.length])
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let limits = &self.claim.limits;
        let mut spare = limits.spare();
        spare.extend(self.bytes.take());
        self.claim.give_up();
        if limits.memory.available_permits() == units(limits.memory_bytes) {
            // The last one in use: an idle client keeps none.
            spare.clear();
        }
    }
}

fn units(bytes: u64) -> usize {
    usize::try_from(bytes / UNIT).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS)
}

async fn acquire(limit: &Arc<Semaphore>, count: usize) -> Result<OwnedSemaphorePermit> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    // A semaphore that is never closed always answers.
    let closed = |_| Error::new(ErrorKind::Cancelled, "the client was closed");
    Arc::clone(limit).acquire_many_owned(count).await.map_err(closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn places_come_back() {
        let limits = Limits::new(1, 64 * UNIT);
        let held = limits.request().await.unwrap();
        assert!(limits.request().now_or_never().is_none());
        drop(held);
        assert!(limits.request().now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_buffer_that_is_not_filled_gives_way_when_others_wait() {
        let limits = Arc::new(Limits::new(1, 64 * UNIT));
        let first = limits.buffer(32 * 1024).await.unwrap();
        let (second, third) = (limits.buffer(32 * 1024).await.unwrap(), limits.buffer(32 * 1024));
        let given = Arc::new(AtomicU64::new(0));
        let giving_way = tokio::spawn(first.claim().give_way(Arc::clone(&given)));
        tokio::time::sleep(PATIENCE * 3).await;
        assert_eq!(limits.memory.available_permits(), 0, "nobody waits");
        let mut third = Box::pin(third);
        for _ in 0..30 {
            given.fetch_add(1, Ordering::Relaxed);
            assert!((&mut third).now_or_never().is_none(), "it is being filled");
            tokio::time::sleep(PATIENCE / 3).await;
        }
        drop(third.await.unwrap());
        drop((first, second));
        assert_eq!(limits.memory.available_permits(), 64);
        giving_way.abort();
    }

    #[tokio::test]
    async fn buffers_are_counted_and_used_again() {
        let limits = Arc::new(Limits::new(1, 64 * UNIT));
        let mut first = limits.buffer(20 * 1024).await.unwrap();
        first.as_mut().fill(7);
        let address = first.as_ref().as_ptr();
        let second = limits.buffer(32 * 1024).await.unwrap();
        assert!(limits.buffer(20 * 1024).now_or_never().is_none(), "52 of 64 are taken");
        drop(first);
        let again = limits.buffer(19 * 1024).await.unwrap();
        assert_eq!((again.as_ref().as_ptr(), again.as_ref().len()), (address, 19 * 1024));
        drop(again);
        let small = limits.buffer(10 * 1024).await.unwrap();
        assert_eq!(small.bytes.as_ref().unwrap().len(), 10 * 1024, "a large one would count as a small one");
        drop((second, small));
        assert!(limits.spare().is_empty(), "an idle client keeps none");
    }

    #[tokio::test]
    async fn what_is_kept_and_what_is_in_use_stay_within_the_limit() {
        let limits = Arc::new(Limits::new(1, 64 * UNIT));
        let held = limits.buffer(4 * 1024).await.unwrap();
        let (first, second) = (limits.buffer(30 * 1024).await.unwrap(), limits.buffer(30 * 1024).await.unwrap());
        drop((first, second));
        let other = limits.buffer(20 * 1024).await.unwrap();
        assert_eq!(limits.spare().len(), 1, "4 and 20 in use, 30 of 40 kept");
        drop((held, other));
    }
}
