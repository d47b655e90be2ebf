//! A lease: the right of one call to write to a sink, until the call ends.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(unix)]
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use futures_util::future::{BoxFuture, FutureExt as _, ready};
#[cfg(unix)]
use tokio::io::Interest;
#[cfg(unix)]
use tokio::io::unix::AsyncFd;

use crate::context::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::generation::Generation;
use crate::operation::Operation;
use crate::threads::HostThread;

#[cfg(unix)]
use super::descriptor::Descriptor;
use super::writer::{Writer, Written};
use super::{Outlet, Reservation, Sink};

/// How long a thread waits for a descriptor before others get their turn.
#[cfg(unix)]
const SLICE: Duration = Duration::from_millis(50);

/// The right to write to a sink. It ends with [`Lease::end`]; dropping it ends it, too, but waits for nothing.
pub(crate) struct Lease {
    generation: Arc<Generation>,
    operation: Operation,
    /// Before the next, so that it is dropped before the right to the sink is given back.
    tap: Option<Tap>,
    reserved: Option<Reservation>,
    /// What a thread does with the sink now. Kept here, so that the end can wait for it.
    running: Option<BoxFuture<'static, Result<Written>>>,
    taken: u64,
}

/// How bytes get into the sink.
enum Tap {
    /// The system tells when there is room: no thread is needed.
    #[cfg(unix)]
    Polled(AsyncFd<Arc<Descriptor>>),
    /// Worker threads wait for it, as for a file.
    #[cfg(unix)]
    Blocking(Arc<Descriptor>),
    Writer {
        thread: Arc<HostThread>,
        writer: Arc<Mutex<Box<dyn Writer>>>,
    },
}

impl Tap {
    #[cfg(unix)]
    #[expect(deprecated, reason = "its successor is unsafe, because a type could give away what it has registered")]
    fn of_descriptor(descriptor: &Arc<Descriptor>) -> Self {
        // What cannot be polled, such as a regular file, is refused here.
        match AsyncFd::with_interest(Arc::clone(descriptor), Interest::WRITABLE) {
            Ok(polled) => Tap::Polled(polled),
            Err(_) => Tap::Blocking(Arc::clone(descriptor)),
        }
    }
}

impl Lease {
    /// Takes the sink for one call.
    ///
    /// # Errors
    /// `State` while another call has it, `Resources` when a writer's thread cannot be started.
    pub(crate) fn of(sink: &Sink, call: &Call) -> Result<Self> {
        let reserved = sink.reserve()?;
        let tap = match &sink.0.outlet {
            #[cfg(unix)]
            Outlet::Descriptor(descriptor) => Tap::of_descriptor(descriptor),
            Outlet::Writer(writer) => {
                Tap::Writer { thread: Arc::new(call.threads().host_thread()?), writer: Arc::clone(writer) }
            }
        };
        Ok(Lease {
            generation: Arc::clone(call.generation()),
            operation: call.operation().clone(),
            tap: Some(tap),
            reserved: Some(reserved),
            running: None,
            taken: 0,
        })
    }

    /// How many bytes the sink has taken in this call.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Hands bytes to the sink and returns when it has taken them all. Given up, it may go on until the end.
    ///
    /// # Errors
    /// `Callback` when a writer fails, `Io` when a descriptor does.
    pub(crate) async fn take(&mut self, mut bytes: Bytes) -> Result<()> {
        while !bytes.is_empty() {
            let written = match &self.tap {
                #[cfg(unix)]
                Some(Tap::Polled(descriptor)) => {
                    let written = descriptor.async_io(Interest::WRITABLE, |descriptor| descriptor.write(&bytes));
                    Written::Taken(written.await.map_err(|cause| not_written(&cause))?)
                }
                _ => self.run(bytes.clone()).await?,
            };
            match written {
                Written::Taken(size) if size == 0 || size > bytes.len() => return Err(impossible(size, bytes.len())),
                Written::Taken(size) => {
                    bytes.advance(size);
                    self.taken += size as u64;
                }
                Written::WouldBlock => self.until_ready().await,
            }
        }
        Ok(())
    }

    /// Lets a thread write once.
    async fn run(&mut self, bytes: Bytes) -> Result<Written> {
        let write = match &self.tap {
            #[cfg(unix)]
            Some(Tap::Blocking(descriptor)) => {
                let descriptor = Arc::clone(descriptor);
                self.generation.threads().work(move || write_after_wait(&descriptor, &bytes))
            }
            Some(Tap::Writer { thread, writer }) => {
                let writer = Arc::clone(writer);
                thread.run(move || writer.lock().unwrap_or_else(PoisonError::into_inner).write(&bytes))
            }
            _ => ready(Err(Error::new(ErrorKind::Cancelled, "the call has ended"))).boxed(),
        };
        let written = self.running.insert(write).await;
        self.running = None;
        written
    }

    /// Waits until a writer that could take nothing can be asked again. A descriptor has waited already.
    async fn until_ready(&mut self) {
        if let (Some(Tap::Writer { .. }), Some(reserved)) = (&self.tap, &self.reserved) {
            self.operation.wait_for_host(reserved.sink.0.ready.notified()).await;
        }
    }

    /// Ends the lease: waits for at most one running write, and gives the sink back.
    pub(crate) async fn end(mut self) {
        self.give_back().await;
    }

    /// Takes everything away at once; the future waits for what is running with it.
    fn give_back(&mut self) -> BoxFuture<'static, ()> {
        let (reserved, running) = (self.reserved.take(), self.running.take());
        match self.tap.take() {
            // The writer is the host's: its last reference goes on a thread for that, after what runs there now.
            Some(Tap::Writer { thread, writer }) => self.generation.give_back(thread, (writer, reserved)),
            other => async move {
                if let Some(running) = running {
                    let _ = running.await;
                }
                drop((other, reserved));
            }
            .boxed(),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.give_back());
    }
}

#[cfg(unix)]
fn write_after_wait(descriptor: &Descriptor, bytes: &[u8]) -> Result<Written> {
    match descriptor.wait(SLICE).and_then(|has_room| if has_room { descriptor.write(bytes) } else { Ok(0) }) {
        Ok(0) => Ok(Written::WouldBlock),
        Ok(size) => Ok(Written::Taken(size)),
        Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => Ok(Written::WouldBlock),
        Err(cause) => Err(not_written(&cause)),
    }
}

#[cfg(unix)]
fn not_written(cause: &io::Error) -> Error {
    Error::io("cannot write the download to the descriptor of the sink", cause)
}

fn impossible(size: usize, given: usize) -> Error {
    Error::new(ErrorKind::Callback, format!("the sink says that it took {size} of {given} bytes"))
}
