//! Statistics: what a call has cost so far, for those who ask why it takes its time.

use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::ErrorKind;

/// What a call has cost so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// How often a request was tried again, by what had failed before.
    pub retries: Vec<(ErrorKind, u32)>,
    /// Requests that were sent over a new connection.
    pub connections_opened: u32,
    /// Requests that were sent over one that was there.
    pub connections_reused: u32,
    /// The time until the first byte of content moved.
    pub first_byte: Option<Duration>,
    /// The time until now, or until the end. `None` when the call has not begun.
    pub elapsed: Option<Duration>,
    /// The sizes of the smallest and the largest chunk of Intelligent Ingestion that has arrived.
    pub chunk_sizes: Option<RangeInclusive<u64>>,
}

/// Collects what a call costs.
#[derive(Debug, Default)]
pub(crate) struct Costs(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    begun: Option<Instant>,
    ended: Option<Instant>,
    first_byte: Option<Instant>,
    so_far: Statistics,
}

impl Costs {
    pub(crate) fn statistics(&self) -> Statistics {
        let state = self.state();
        let since_begin = |at: Instant| state.begun.map(|begun| at.saturating_duration_since(begun));
        Statistics {
            first_byte: state.first_byte.and_then(since_begin),
            elapsed: since_begin(state.ended.unwrap_or_else(Instant::now)),
            ..state.so_far.clone()
        }
    }

    pub(crate) fn begin(&self) {
        let mut state = self.state();
        (state.begun, state.ended) = (Some(Instant::now()), None);
    }

    pub(crate) fn end(&self) {
        self.state().ended.get_or_insert_with(Instant::now);
    }

    /// Notes that content has begun to move.
    pub(crate) fn note_first_byte(&self) {
        self.state().first_byte.get_or_insert_with(Instant::now);
    }

    pub(crate) fn count_retry(&self, cause: ErrorKind) {
        let retries = &mut self.state().so_far.retries;
        match retries.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => retries.push((cause, 1)),
        }
    }

    /// Counts a request that was sent.
    pub(crate) fn count_request(&self, has_opened: bool) {
        let costs = &mut self.state().so_far;
        match has_opened {
            true => costs.connections_opened += 1,
            false => costs.connections_reused += 1,
        }
    }

    /// Notes a chunk that has arrived.
    pub(crate) fn note_chunk(&self, size: u64) {
        let sizes = &mut self.state().so_far.chunk_sizes;
        let (smallest, largest) = sizes.take().map_or((size, size), RangeInclusive::into_inner);
        *sizes = Some(smallest.min(size)..=largest.max(size));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn times_count_from_the_beginning_to_the_end() {
        let costs = Costs::default();
        assert_eq!(costs.statistics(), Statistics::default());
        costs.begin();
        let pause = || tokio::time::sleep(Duration::from_secs(1));
        pause().await;
        costs.note_first_byte();
        pause().await;
        costs.note_first_byte();
        costs.end();
        pause().await;
        costs.end();
        let statistics = costs.statistics();
        assert_eq!(statistics.first_byte, Some(Duration::from_secs(1)));
        assert_eq!(statistics.elapsed, Some(Duration::from_secs(2)));
    }

    #[test]
    fn retries_are_counted_by_their_causes_and_chunks_by_their_extremes() {
        let costs = Costs::default();
        [ErrorKind::Network, ErrorKind::Http, ErrorKind::Network]
            .into_iter()
            .for_each(|cause| costs.count_retry(cause));
        [5, 3, 9].into_iter().for_each(|size| costs.note_chunk(size));
        let statistics = costs.statistics();
        assert_eq!(statistics.retries, [(ErrorKind::Network, 2), (ErrorKind::Http, 1)]);
        assert_eq!(statistics.chunk_sizes, Some(3..=9));
    }
}
