//! Time limits of a request: bytes that should move, a source that is being read, the service's answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::Limit;
use crate::progress::Transfer;

/// How much of a body is handed over at a time; each piece counts as a sign of life.
const PIECE: usize = 64 * 1024;

/// The limits of a request's phases. A limit of `None` does not exist.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    /// For bytes that should move.
    pub(super) idle: Option<Duration>,
    /// From the last byte sent to the first byte received, and the limit that this is.
    pub(super) response: Option<(Limit, Duration)>,
}

/// What is being waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The network takes the body.
    Sending,
    /// The source has the next piece to give: no time of the network's.
    Reading,
    /// The service has everything.
    Responding,
    /// The try has failed.
    Over,
}

/// What a request is doing, and since when.
#[derive(Clone)]
pub(super) struct Activity(Arc<Shared>);

struct Shared {
    /// What is counted, and how much of it this try has moved.
    counted: Option<(Transfer, AtomicU64)>,
    state: Mutex<(Phase, Instant)>,
    changed: Notify,
}

impl Activity {
    /// The bytes of `transfer` are counted. `has_body` tells whether there is something to send before the service can think.
    pub(super) fn new(has_body: bool, transfer: Option<Transfer>) -> Self {
        let counted = transfer.map(|transfer| (transfer, AtomicU64::new(0)));
        let phase = if has_body { Phase::Sending } else { Phase::Responding };
        Activity(Arc::new(Shared { counted, state: Mutex::new((phase, Instant::now())), changed: Notify::new() }))
    }

    /// Counts a piece that the network takes.
    pub(super) fn count(&self, length: usize) {
        if let Some((transfer, moved)) = &self.0.counted {
            let length = length as u64;
            transfer.count(moved.fetch_add(length, Ordering::Relaxed) + length, length);
        }
    }

    /// Whether the network has taken everything, so that the service may have carried the request out.
    pub(super) fn is_sent(&self) -> bool {
        self.state().0 == Phase::Responding
    }

    /// The network has taken a piece.
    pub(super) fn touch(&self) {
        self.enter(Phase::Sending);
    }

    /// The network could take a piece, but the source has none yet.
    pub(super) fn wait_for_source(&self) {
        self.enter(Phase::Reading);
    }

    /// The network has taken the last piece.
    pub(super) fn wait_for_response(&self) {
        self.enter(Phase::Responding);
    }

    /// The try has failed: its body must not go on, because the next one reads the same source.
    pub(super) fn end(&self) {
        self.enter(Phase::Over);
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().0 == Phase::Over
    }

    fn enter(&self, phase: Phase) {
        let mut state = self.state();
        if state.0 == Phase::Over {
            return;
        }
        let before = std::mem::replace(&mut *state, (phase, Instant::now()));
        drop(state);
        if before.0 != phase {
            self.0.changed.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limit that runs now, and when it is reached.
    fn alarm(&self, clocks: Clocks) -> Option<(Limit, Instant)> {
        let (phase, since) = *self.state();
        let (limit, duration) = match phase {
            Phase::Sending => (Limit::Idle, clocks.idle?),
            Phase::Reading | Phase::Over => return None,
            Phase::Responding => clocks.response?,
        };
        Some((limit, since.checked_add(duration)?))
    }

    /// The result of `work`, or the limit that was reached before.
    pub(super) async fn watch<T>(
        &self,
        clocks: Clocks,
        work: impl Future<Output = T>,
    ) -> std::result::Result<T, Limit> {
        tokio::pin!(work);
        loop {
            let alarm = self.alarm(clocks);
            let sleep = async {
                match alarm {
                    Some((_, at)) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                result = &mut work => return Ok(result),
                () = self.0.changed.notified() => {}
                () = sleep => {
                    if let Some((limit, at)) = self.alarm(clocks) && at <= Instant::now() {
                        return Err(limit);
                    }
                }
            }
        }
    }
}

/// A body in memory that is handed over piece by piece and tells when a piece was taken.
pub(super) struct WatchedBody {
    left: Bytes,
    activity: Activity,
}

impl WatchedBody {
    pub(super) fn new(bytes: Bytes, activity: Activity) -> Self {
        WatchedBody { left: bytes, activity }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Self::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.left.len().min(PIECE);
        let piece = self.left.split_to(length);
        self.activity.count(length);
        if self.left.is_empty() {
            self.activity.wait_for_response();
        } else {
            self.activity.touch();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    const CLOCKS: Clocks =
        Clocks { idle: Some(Duration::from_secs(10)), response: Some((Limit::Response, Duration::from_secs(100))) };

    async fn silence(activity: &Activity, clocks: Clocks) -> (Limit, u64) {
        let started = Instant::now();
        let limit = activity.watch(clocks, pending::<()>()).await.unwrap_err();
        (limit, started.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_the_wait_and_activity_prolongs_it() {
        assert_eq!(silence(&Activity::new(true, None), CLOCKS).await, (Limit::Idle, 10));
        let activity = Activity::new(true, None);
        let busy = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                activity.touch();
            }
            7
        };
        assert_eq!(activity.watch(CLOCKS, busy).await, Ok(7));
        let no_limits = Clocks { idle: None, response: None };
        assert_eq!(activity.watch(no_limits, async { 8 }).await, Ok(8));
    }

    #[tokio::test(start_paused = true)]
    async fn a_thinking_service_has_a_limit_of_its_own() {
        assert_eq!(silence(&Activity::new(false, None), CLOCKS).await, (Limit::Response, 100));
        let activity = Activity::new(true, None);
        let sending = activity.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(9)).await;
            sending.wait_for_response();
        });
        assert_eq!(silence(&activity, CLOCKS).await, (Limit::Response, 109));
    }

    #[tokio::test(start_paused = true)]
    async fn time_of_the_source_is_not_silence_of_the_network() {
        let activity = Activity::new(true, None);
        activity.wait_for_source();
        let slow = async {
            tokio::time::sleep(Duration::from_secs(1000)).await;
            activity.touch();
            tokio::time::sleep(Duration::from_secs(1000)).await;
        };
        let started = Instant::now();
        assert_eq!(activity.watch(CLOCKS, slow).await, Err(Limit::Idle));
        assert_eq!(started.elapsed().as_secs(), 1010);
    }
}
