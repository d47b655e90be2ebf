//! One TCP connection: its bytes, its end, and the request bodies that come over it.

pub(crate) mod bodies;
pub(crate) mod certificates;
pub(crate) mod cors;
pub(crate) mod hosts;

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body::{Body as _, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::recording::Record;

/// Bytes of a refused body that are still read, so that a client which sends first and listens later gets its answer.
const DRAIN_LIMIT: u64 = 64 * 1024 * 1024;

/// Time for a client to notice that the connection was closed.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// How a connection is to end before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    None,
    /// As if the process had gone: FIN.
    Close,
    /// RST.
    Reset,
}

/// A handle on a connection for those who answer its requests.
#[derive(Debug, Clone)]
pub(crate) struct Fate {
    ending: Arc<watch::Sender<Ending>>,
    /// The client's address.
    pub(crate) peer: SocketAddr,
}

impl Fate {
    pub(crate) fn new(peer: SocketAddr) -> Self {
        Self { ending: Arc::new(watch::Sender::new(Ending::None)), peer }
    }

    /// Closes the connection, whatever is still to be sent.
    pub(crate) fn close(&self) {
        self.ending.send_replace(Ending::Close);
    }

    /// Resets the connection.
    pub(crate) fn reset(&self) {
        self.ending.send_replace(Ending::Reset);
    }

    /// Returns when the connection is to end.
    pub(crate) async fn sealed(&self) {
        let mut ending = self.ending.subscribe();
        // The sender lives as long as `self`: waiting cannot fail.
        let _ = ending.wait_for(|ending| *ending != Ending::None).await;
    }

    fn ending(&self) -> Ending {
        *self.ending.borrow()
    }
}

/// A TCP stream that ends as its [`Fate`] says.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    fate: Fate,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, fate: Fate) -> Self {
        Self { stream, fate }
    }
}

impl Connection {
    /// Says that nothing more will be sent and reads until the client has closed too.
    ///
    /// Closing a socket on bytes that were not read resets the connection, and the client may lose what was sent
    /// before. Those bytes need not be the client's fault: HTTP/2 acknowledges in the background.
    fn close_gently(&self) -> io::Result<()> {
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        // The socket itself goes with `self`; a second descriptor keeps the connection.
        let copy = std::net::TcpStream::from(self.stream.as_fd().try_clone_to_owned()?);
        let mut copy = TcpStream::from_std(copy)?;
        runtime.spawn(async move {
            copy.shutdown().await?;
            let mut nowhere = tokio::io::sink();
            tokio::time::timeout(CLOSE_LIMIT, tokio::io::copy(&mut copy, &mut nowhere)).await?
        });
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // No closing alert of TLS is written in either case: the layers above were dropped and not shut down.
        // If the system refuses, the socket is closed in its own way, which is all that is left to do.
        let _ = match self.fate.ending() {
            Ending::None => Ok(()),
            Ending::Close => self.close_gently(),
            // A socket that does not linger discards what is unsent and resets the connection.
            Ending::Reset => self.stream.set_zero_linger(),
        };
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A request body that is lent to a handler, noted in the log, and read on when the handler does not want it.
#[derive(Debug, Clone)]
pub(crate) struct LentBody(Arc<Mutex<Lent>>);

#[derive(Debug)]
struct Lent {
    body: Body,
    record: Record,
    was_polled: bool,
    has_ended: bool,
}

impl LentBody {
    pub(crate) fn new(body: Body, record: Record) -> Self {
        let has_ended = body.is_end_stream();
        if has_ended {
            record.body_ended();
        }
        Self(Arc::new(Mutex::new(Lent { body, record, was_polled: false, has_ended })))
    }

    /// Reads on, beside the reply that is being sent, what the handler left.
    ///
    /// A client may send all of its body before it looks for an answer. If nobody read it, both sides would wait for
    /// each other, or the connection would be closed on unread bytes, and that resets it and takes the answer along.
    pub(crate) fn drain(self, expects_continue: bool) {
        {
            let lent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // A client that waits for 100 Continue has sent nothing, and reading now would ask it to begin.
            if lent.has_ended || (expects_continue && !lent.was_polled) {
                return;
            }
        }
        tokio::spawn(async move {
            let mut frames = Body::new(self).into_data_stream();
            let mut drained = 0;
            while let Some(Ok(bytes)) = frames.next().await {
                drained += bytes.len() as u64;
                if drained > DRAIN_LIMIT {
                    break;
                }
            }
        });
    }
}

impl http_body::Body for LentBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut lent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lent.was_polled = true;
        let polled = Pin::new(&mut lent.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(bytes) = frame.data_ref() {
                    lent.record.body(bytes);
                }
                if lent.body.is_end_stream() {
                    lent.has_ended = true;
                    lent.record.body_ended();
                }
            }
            Poll::Ready(None) => {
                lent.has_ended = true;
                lent.record.body_ended();
            }
            Poll::Ready(Some(Err(_))) => lent.has_ended = true,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).body.size_hint()
    }
}
