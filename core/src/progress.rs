//! Progress: how far a call is, as it is counted and as it is told.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::error::ErrorKind;
use crate::statistics::Costs;

/// How long an observer hears nothing, unless it wants it otherwise.
const INTERVAL: Duration = Duration::from_millis(100);

/// What a call is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallState {
    /// It has not begun.
    #[default]
    Waiting,
    /// It runs.
    Running,
    /// It waits to be resumed.
    Paused,
    /// It has ended, whatever its outcome.
    Done,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub state: CallState,
    /// Bytes of content that the network has taken or given, each counted once. It never shrinks.
    pub bytes_done: u64,
    /// Bytes in all; 0 when that is not known.
    pub bytes_total: u64,
    /// Bytes that had to be moved again.
    pub bytes_resent: u64,
    /// Parts of an upload that are done.
    pub parts_done: u32,
    /// Parts of an upload in all.
    pub parts_total: u32,
    /// How often a request was tried again.
    pub retries: u32,
    /// What the caller calls the call; 0 by default.
    pub tag: u64,
}

/// Is told how far a call is, on a thread of its own.
pub trait Observer: Send + Sync + 'static {
    /// Takes a report, and returns whether the call may go on. The last one has the state `Done`.
    fn report(&self, progress: &Progress) -> bool;
}

/// Whom a call tells how far it is, and how often.
#[derive(Clone)]
pub struct Reports {
    /// Nobody by default.
    pub observer: Option<Arc<dyn Observer>>,
    /// The time from one report to the next.
    pub interval: Duration,
}

impl Default for Reports {
    fn default() -> Self {
        Reports { observer: None, interval: INTERVAL }
    }
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// The counters of a call. They are behind no lock.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    state: AtomicU8,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
    bytes_resent: AtomicU64,
    parts_done: AtomicU32,
    parts_total: AtomicU32,
    retries: AtomicU32,
    tag: AtomicU64,
    costs: Costs,
}

impl Counters {
    pub(crate) fn progress(&self) -> Progress {
        let states = [CallState::Waiting, CallState::Running, CallState::Paused, CallState::Done];
        Progress {
            state: states[usize::from(self.state.load(Ordering::Relaxed)) % states.len()],
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
            bytes_resent: self.bytes_resent.load(Ordering::Relaxed),
            parts_done: self.parts_done.load(Ordering::Relaxed),
            parts_total: self.parts_total.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            tag: self.tag.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn set_tag(&self, tag: u64) {
        self.tag.store(tag, Ordering::Relaxed);
    }

    pub(crate) fn set_state(&self, state: CallState) {
        self.state.store(state as u8, Ordering::Relaxed);
    }

    pub(crate) fn set_total(&self, bytes: u64, parts: u64) {
        self.bytes_total.store(bytes, Ordering::Relaxed);
        self.parts_total.store(u32::try_from(parts).unwrap_or(u32::MAX), Ordering::Relaxed);
        self.parts_done.store(0, Ordering::Relaxed);
    }

    pub(crate) fn count_part(&self) {
        self.parts_done.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_retry(&self, cause: ErrorKind) {
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.costs.count_retry(cause);
    }

    pub(crate) fn costs(&self) -> &Costs {
        &self.costs
    }
}

/// One content on its way, such as a part, through all the tries that it takes.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    moved: Arc<Moved>,
    /// Where in the content its bytes begin.
    offset: u64,
}

#[derive(Debug)]
struct Moved {
    counters: Arc<Counters>,
    /// How far the try came that came farthest.
    farthest: AtomicU64,
}

impl Transfer {
    pub(crate) fn new(counters: Arc<Counters>) -> Self {
        Transfer { moved: Arc::new(Moved { counters, farthest: AtomicU64::new(0) }), offset: 0 }
    }

    /// The same content from `offset` on.
    pub(crate) fn from(&self, offset: u64) -> Self {
        Transfer { offset, ..self.clone() }
    }

    /// Counts the last `length` of the first `end` bytes: as done, or as moved again when an earlier try came as far.
    pub(crate) fn count(&self, end: u64, length: u64) {
        let end = self.offset + end;
        let before = self.moved.farthest.fetch_max(end, Ordering::Relaxed);
        let new = end.saturating_sub(before).min(length);
        if self.moved.counters.bytes_done.fetch_add(new, Ordering::Relaxed) == 0 {
            self.moved.counters.costs.note_first_byte();
        }
        self.moved.counters.bytes_resent.fetch_add(length - new, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_again_is_not_done_twice() {
        let counters = Arc::new(Counters::default());
        let (first, second) = (Transfer::new(Arc::clone(&counters)), Transfer::new(Arc::clone(&counters)));
        first.count(4, 4);
        second.count(3, 3);
        first.count(10, 6);
        // Tried again, in other pieces.
        first.count(7, 7);
        assert_eq!((counters.progress().bytes_done, counters.progress().bytes_resent), (13, 7));
        first.count(12, 5);
        assert_eq!((counters.progress().bytes_done, counters.progress().bytes_resent), (15, 10));
    }
}
