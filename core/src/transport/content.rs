//! The content of a request: bytes that are read while they are sent, a piece at a time and only when one is wanted.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http_body::{Body, Frame, SizeHint};

use crate::error::{Error, ErrorKind, Result};
use crate::pieces::PIECE;

use super::activity::Activity;

/// Content that a request can be made of more than once.
///
/// Its bytes are copies: nothing that a caller has lent reaches a request, which may outlive the call.
pub(crate) trait Content: Send + Sync + 'static {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Goes back to the first byte, to read everything again.
    ///
    /// # Errors
    /// Whatever stops the content from being read again.
    fn rewind(&self) -> BoxFuture<'static, Result<()>>;

    /// Begins to read the `length` bytes from `offset`. Each byte is asked for once, in ascending order.
    ///
    /// # Errors
    /// Whatever stops the reading.
    fn read(&self, offset: u64, length: usize) -> BoxFuture<'static, Result<Bytes>>;
}

/// The body of one try.
pub(super) struct ContentBody {
    content: Arc<dyn Content>,
    offset: u64,
    /// In a mutex that is never locked: a body must be shareable, although nobody shares it.
    reading: Option<Mutex<BoxFuture<'static, Result<Bytes>>>>,
    activity: Activity,
}

impl ContentBody {
    /// A body that begins at the first byte.
    pub(super) fn new(content: Arc<dyn Content>, activity: Activity) -> Self {
        let rewound = content.rewind();
        let first = Arc::clone(&content);
        let reading = async move {
            rewound.await?;
            first.read(0, piece(0, first.size())).await
        };
        ContentBody { content, offset: 0, reading: Some(Mutex::new(reading.boxed())), activity }
    }

    fn left(&self) -> u64 {
        self.content.size() - self.offset
    }
}

/// How long the piece at `offset` is. One is sent while the next one is read: that is all that is in memory.
fn piece(offset: u64, size: u64) -> usize {
    usize::try_from((PIECE as u64).min(size - offset)).unwrap_or(usize::MAX)
}

impl Body for ContentBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Error>>> {
        if self.activity.is_over() {
            self.reading = None;
            return Poll::Ready(Some(Err(Error::new(ErrorKind::Cancelled, "the request has failed"))));
        }
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let reading = reading.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Poll::Ready(read) = reading.poll_unpin(context) else {
            self.activity.wait_for_source();
            return Poll::Pending;
        };
        self.activity.touch();
        self.reading = None;
        Poll::Ready(Some(read.map(|bytes| {
            self.offset += bytes.len() as u64;
            self.activity.count(bytes.len());
            if self.left() > 0 {
                // Begun now, so that it is there when it is wanted.
                let next = self.content.read(self.offset, piece(self.offset, self.content.size()));
                self.reading = Some(Mutex::new(next));
            } else {
                self.activity.wait_for_response();
            }
            Frame::data(bytes)
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    /// Ones.
    struct Ones(u64);

    impl Content for Ones {
        fn size(&self) -> u64 {
            self.0
        }

        fn rewind(&self) -> BoxFuture<'static, Result<()>> {
            std::future::ready(Ok(())).boxed()
        }

        fn read(&self, _offset: u64, length: usize) -> BoxFuture<'static, Result<Bytes>> {
            std::future::ready(Ok(vec![1; length].into())).boxed()
        }
    }

    async fn next(body: &mut ContentBody) -> Option<Result<Bytes>> {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        Some(frame.map(|frame| frame.into_data().unwrap()))
    }

    #[tokio::test]
    async fn pieces_come_until_the_end() {
        let activity = Activity::new(true, None);
        let mut body = ContentBody::new(Arc::new(Ones(PIECE as u64 + 5)), activity.clone());
        assert_eq!(next(&mut body).await.unwrap().unwrap().len(), PIECE);
        assert!(!activity.is_sent() && !body.is_end_stream());
        assert_eq!(next(&mut body).await.unwrap().unwrap().len(), 5);
        assert!(activity.is_sent() && body.is_end_stream());
        assert!(next(&mut body).await.is_none());
    }

    #[tokio::test]
    async fn a_body_of_a_failed_try_does_not_go_on() {
        let activity = Activity::new(true, None);
        let mut body = ContentBody::new(Arc::new(Ones(3 * PIECE as u64)), activity.clone());
        assert!(next(&mut body).await.unwrap().is_ok());
        activity.end();
        assert_eq!(next(&mut body).await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
