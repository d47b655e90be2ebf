//! MD5 sums of parts, several in lockstep: a processor sums up eight or sixteen of them in little more time than one.
//!
//! There is one list of jobs for all uploads. A thread takes as many of them as the processor has
//! lanes, and reads a piece of each in turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use filestack_md5_lanes::{Md5, lanes, update};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};
use crate::pieces::zeros;
use crate::threads::Threads;

/// How much of each is read at a time: so the pieces of all lanes stay in the processor's cache.
const PIECE: usize = 64 * 1024;
/// Up to this size, what is in memory is summed up at once: that takes less time than a change of threads and back.
const SHORT: usize = 64 * 1024;
/// How many sums one upload needs under way at least, so that no processor waits for it.
const FEWEST_AHEAD: usize = 8;

/// What is summed up.
pub(crate) trait Summed: Send + 'static {
    /// Fills the front of `buffer` with what comes next and returns how much that is; 0 only at the end.
    ///
    /// # Errors
    /// Whatever stops the reading, the end of the call too.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize>;
}

/// The MD5 of a part.
pub(crate) type Sum = [u8; 16];

/// How many sums of one upload are best made at the same time.
pub(crate) fn best_ahead() -> usize {
    lanes().max(FEWEST_AHEAD)
}

/// The sum of bytes in memory, when they are so few that no other thread is worth it.
pub(crate) fn sum_of_short(bytes: &[u8]) -> Option<Sum> {
    (bytes.len() <= SHORT).then(|| {
        let mut sum = Md5::new();
        sum.update(bytes);
        sum.finish()
    })
}

/// The list of jobs.
#[derive(Default)]
pub(crate) struct Hashing(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Lanes of running threads that have nothing to do.
    free_lanes: usize,
}

struct Job {
    content: Box<dyn Summed>,
    result: oneshot::Sender<Result<Sum>>,
}

/// A job that is being done.
struct Lane {
    job: Job,
    sum: Md5,
    piece: Vec<u8>,
    filled: usize,
    /// What stopped it.
    failure: Option<Error>,
}

impl Hashing {
    /// Begins to sum up what `content` reads, on one of `threads`.
    pub(crate) fn sum(&self, threads: &Threads, content: impl Summed) -> BoxFuture<'static, Result<Sum>> {
        let (result, outcome) = oneshot::channel();
        let mut state = self.0.state();
        state.waiting.push_back(Job { content: Box::new(content), result });
        if state.waiting.len() > state.free_lanes {
            let shared = Arc::clone(&self.0);
            if let Err(failure) = threads.begin(Box::new(move || shared.run())) {
                state.waiting.pop_back();
                return ready(Err(failure)).boxed();
            }
            state.free_lanes += lanes();
        }
        drop(state);
        let stopped = || Error::new(ErrorKind::Cancelled, "the library was stopped while a part was summed up");
        async move { outcome.await.unwrap_or_else(|_| Err(stopped())) }.boxed()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does jobs until none is left.
    fn run(&self) {
        let mut running = Vec::with_capacity(lanes());
        let mut pieces = Vec::new();
        while self.take_jobs(&mut running, &mut pieces) {
            running.iter_mut().for_each(Lane::read);
            update(&mut running.iter_mut().map(Lane::piece).collect::<Vec<_>>());
            for lane in running.extract_if(.., |lane| lane.has_ended()) {
                pieces.extend(lane.end());
                self.state().free_lanes += 1;
            }
        }
    }

    /// Fills the lanes. Without anything to do, the thread leaves.
    fn take_jobs(&self, running: &mut Vec<Lane>, pieces: &mut Vec<Vec<u8>>) -> bool {
        let mut state = self.state();
        while running.len() < lanes()
            && let Some(job) = state.waiting.pop_front()
        {
            state.free_lanes -= 1;
            running.push(Lane::new(job, pieces.pop()));
        }
        if running.is_empty() {
            state.free_lanes -= lanes();
        }
        !running.is_empty()
    }
}

impl Lane {
    fn new(job: Job, used_piece: Option<Vec<u8>>) -> Self {
        let (piece, failure) = match used_piece.map_or_else(|| zeros(PIECE), Ok) {
            Ok(piece) => (piece, None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        Lane { job, sum: Md5::new(), piece, filled: 0, failure }
    }

    /// Reads the next piece, or nothing at the end.
    fn read(&mut self) {
        self.filled = 0;
        while self.filled < self.piece.len() && self.failure.is_none() && !self.job.result.is_closed() {
            match self.job.content.read(&mut self.piece[self.filled..]) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(failure) => self.failure = Some(failure),
            }
        }
    }

    /// What was read, to be added to the sum.
    fn piece(&mut self) -> filestack_md5_lanes::Lane<'_> {
        filestack_md5_lanes::Lane { sum: &mut self.sum, bytes: &self.piece[..self.filled] }
    }

    /// Whether the last piece was read: only then it is not full.
    fn has_ended(&self) -> bool {
        self.filled < PIECE
    }

    /// Tells the result, and gives the buffer back, when there was memory for one.
    fn end(self) -> Option<Vec<u8>> {
        let outcome = self.failure.map_or_else(|| Ok(self.sum.finish()), Err);
        // Nobody waits when the call is over.
        let _ = self.job.result.send(outcome);
        Some(self.piece).filter(|piece| !piece.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::StdThreads;
    use md5::Digest as _;

    fn md5_of(bytes: &[u8]) -> Sum {
        md5::Md5::digest(bytes).into()
    }

    /// Bytes that come `step` at a time, with a failure after them or not.
    struct Bytes {
        left: Vec<u8>,
        step: usize,
        failure: Option<Error>,
    }

    impl Summed for Bytes {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let size = self.step.min(self.left.len()).min(buffer.len());
            if size == 0 {
                return self.failure.take().map_or(Ok(0), Err);
            }
            buffer[..size].copy_from_slice(&self.left[..size]);
            self.left.drain(..size);
            Ok(size)
        }
    }

    fn bytes(length: usize, step: usize) -> Bytes {
        Bytes { left: (0..length).map(|at| (at * at / 7) as u8).collect(), step, failure: None }
    }

    #[tokio::test]
    async fn sums_of_all_lengths_are_those_of_md5() {
        let threads = Threads::new(Arc::new(StdThreads), 2);
        let hashing = Hashing::default();
        let lengths = [0, 1, 63, 64, 65, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 77, 10, 1 << 20];
        let jobs: Vec<_> = (lengths.iter().enumerate())
            .map(|(index, length)| (bytes(*length, 1), hashing.sum(&threads, bytes(*length, 1000 * index + 1))))
            .collect();
        for (whole, sum) in jobs {
            assert_eq!(sum.await.unwrap(), md5_of(&whole.left), "{} bytes", whole.left.len());
        }
        let state = hashing.0.state();
        assert!(state.waiting.is_empty());
    }

    #[tokio::test]
    async fn one_failure_or_end_is_that_of_one_job() {
        let threads = Threads::new(Arc::new(StdThreads), 1);
        let hashing = Hashing::default();
        let broken = Bytes { failure: Some(Error::argument("broken")), ..bytes(PIECE * 2, PIECE) };
        let (broken, given_up, whole) = (
            hashing.sum(&threads, broken),
            hashing.sum(&threads, bytes(PIECE * 9, PIECE)),
            hashing.sum(&threads, bytes(PIECE * 9, PIECE)),
        );
        drop(given_up);
        assert_eq!(broken.await.unwrap_err().message(), "broken");
        assert_eq!(whole.await.unwrap(), md5_of(&bytes(PIECE * 9, 1).left));
    }
}
