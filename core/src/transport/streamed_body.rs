//! A request body that is read while it is sent.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::error::{Error, Result};

use super::activity::Activity;

/// How much is read at a time.
const PIECE: u64 = 256 * 1024;
/// How many pieces wait to be sent. With the one being read and the one being sent that is all that is in memory.
const PIECES_WAITING: usize = 2;

/// Content that a request can be made of more than once. It may block.
pub(crate) trait Content: Send + 'static {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Goes back to the first byte, to read everything again.
    ///
    /// # Errors
    /// Whatever stops the content from being read again.
    fn rewind(&mut self) -> Result<()>;

    /// The `length` bytes from `offset`. Each byte is asked for once, in ascending order.
    ///
    /// # Errors
    /// Whatever stops the reading.
    fn read(&mut self, offset: u64, length: usize) -> Result<Bytes>;
}

/// Content that can be sent again when the request is.
#[derive(Clone)]
pub(super) struct Resendable {
    content: Arc<Mutex<dyn Content>>,
    size: u64,
}

impl Resendable {
    pub(super) fn new(content: impl Content) -> Self {
        Resendable { size: content.size(), content: Arc::new(Mutex::new(content)) }
    }

    /// A body that begins at the first byte.
    pub(super) fn body(&self, activity: Activity) -> StreamedBody {
        let (sender, pieces) = mpsc::channel(PIECES_WAITING);
        let content = Arc::clone(&self.content);
        let size = self.size;
        tokio::task::spawn_blocking(move || {
            let mut content = content.lock().unwrap_or_else(PoisonError::into_inner);
            // When nobody takes the pieces any more, the request is over and nothing is left to do.
            if let Err(error) = content.rewind().and_then(|()| send_all(&mut *content, size, &sender)) {
                let _ = sender.blocking_send(Err(error));
            }
        });
        StreamedBody { pieces, left: size, activity }
    }
}

fn send_all(content: &mut dyn Content, size: u64, sender: &mpsc::Sender<Result<Bytes>>) -> Result<()> {
    let mut offset = 0;
    while offset < size {
        let length = PIECE.min(size - offset);
        let piece = content.read(offset, usize::try_from(length).unwrap_or(usize::MAX))?;
        if sender.blocking_send(Ok(piece)).is_err() {
            return Ok(());
        }
        offset += length;
    }
    Ok(())
}

/// The body of one try.
pub(super) struct StreamedBody {
    pieces: mpsc::Receiver<Result<Bytes>>,
    left: u64,
    activity: Activity,
}

impl Body for StreamedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Error>>> {
        let next = self.pieces.poll_recv(context);
        next.map(|piece| {
            self.activity.touch();
            let piece = piece?;
            self.left -= piece.as_ref().map_or(0, |bytes| bytes.len() as u64);
            Some(piece.map(Frame::data))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
