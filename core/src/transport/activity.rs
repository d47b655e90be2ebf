//! The idle limit: notices when no byte of a request has moved for a while in either direction.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// How much of a body is handed over at a time; each piece counts as a sign of life.
const PIECE: usize = 64 * 1024;

/// When the last byte moved.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<Instant>>);

impl Activity {
    pub(super) fn new() -> Self {
        Activity(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn touch(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result of `work`, or `None` once nothing has moved for `limit`.
    pub(super) async fn watch<T>(&self, limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
        let Some(limit) = limit else {
            return Some(work.await);
        };
        tokio::pin!(work);
        loop {
            tokio::select! {
                result = &mut work => return Some(result),
                () = tokio::time::sleep_until(self.last() + limit) => {
                    if self.last().elapsed() >= limit {
                        return None;
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
        self.activity.touch();
        let length = self.left.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(length)))))
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

    #[tokio::test(start_paused = true)]
    async fn silence_ends_the_wait_and_activity_prolongs_it() {
        let limit = Some(Duration::from_secs(10));
        let activity = Activity::new();
        assert_eq!(activity.watch(limit, std::future::pending::<()>()).await, None);

        let activity = Activity::new();
        let busy = async {
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                activity.touch();
            }
            7
        };
        assert_eq!(activity.watch(limit, busy).await, Some(7));
        assert_eq!(activity.watch(None, async { 8 }).await, Some(8));
    }
}
