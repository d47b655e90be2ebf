//! Sinks of downloads: a descriptor, or a writer of the caller.

#[cfg(unix)]
mod descriptor;
mod lease;
mod writer;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use crate::error::{Error, ErrorKind, Result};

#[cfg(unix)]
use descriptor::Descriptor;
pub(crate) use lease::Lease;
pub use writer::{Writer, Written};

/// What takes the bytes of a download. Clones share it; one download uses it at a time.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

struct Shared {
    outlet: Outlet,
    is_in_use: AtomicBool,
    /// The writer can be asked again. Remembered until it is.
    ready: Notify,
}

enum Outlet {
    #[cfg(unix)]
    Descriptor(Arc<Descriptor>),
    Writer(Arc<Mutex<Box<dyn Writer>>>),
}

impl Sink {
    /// An open descriptor: a regular file, a pipe, a stream socket or a terminal. Bytes go to its present position.
    /// Whether it blocks is looked at and never changed.
    ///
    /// # Errors
    /// `Argument` when nothing can be written to it.
    #[cfg(unix)]
    pub fn from_fd(descriptor: std::os::fd::OwnedFd) -> Result<Self> {
        Ok(Self::of(Outlet::Descriptor(Arc::new(Descriptor::new(descriptor)?))))
    }

    /// A writer of the caller.
    #[must_use]
    pub fn from_writer(writer: Box<dyn Writer>) -> Self {
        Self::of(Outlet::Writer(Arc::new(Mutex::new(writer))))
    }

    /// Says that a writer that could take nothing can be asked again. Remembered when it is asked already.
    pub fn ready(&self) {
        self.0.ready.notify_one();
    }

    /// Takes the sink for one call.
    fn reserve(&self) -> Result<Reservation> {
        if self.0.is_in_use.swap(true, Ordering::AcqRel) {
            return Err(Error::new(ErrorKind::State, "the sink is in use by another download"));
        }
        Ok(Reservation { sink: self.clone() })
    }

    fn of(outlet: Outlet) -> Self {
        Sink(Arc::new(Shared { outlet, is_in_use: AtomicBool::new(false), ready: Notify::new() }))
    }
}

/// The right of one call to write to a sink. It ends when this is dropped.
struct Reservation {
    sink: Sink,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.sink.0.is_in_use.store(false, Ordering::Release);
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0.outlet {
            #[cfg(unix)]
            Outlet::Descriptor(_) => "Sink(descriptor)",
            Outlet::Writer(_) => "Sink(writer)",
        })
    }
}
