//! Generations: what one process has running for its calls, from its first call until it forks or shuts down.

use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, FutureExt as _};

use crate::error::Result;
use crate::hashing::{Hashing, Sum, Summed};
use crate::operation::{Operation, WeakOperation};
use crate::pieces::Pieces;
use crate::threads::{HostThread, Job, Purpose, Spawn, Threads};

/// Names a generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    /// How many forks lie between the first process and this one.
    pub forks: u64,
    /// How often the library was shut down in this process.
    pub shutdowns: u64,
}

/// What is running in one epoch.
pub struct Generation {
    epoch: Epoch,
    threads: Threads,
    hashing: Hashing,
    pieces: Arc<Pieces>,
    /// The calls that run, or have ended since the last one began.
    running: Mutex<Vec<WeakOperation>>,
}

impl Generation {
    /// A generation with these threads.
    #[must_use]
    pub fn new(epoch: Epoch, threads: Threads) -> Self {
        Generation {
            epoch,
            threads,
            hashing: Hashing::default(),
            pieces: Arc::default(),
            running: Mutex::new(Vec::new()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Cancels every call that runs.
    pub fn cancel_all(&self) {
        self.running().iter().filter_map(WeakOperation::upgrade).for_each(|operation| operation.cancel());
    }

    /// Takes note of a call that begins.
    pub(crate) fn begin(&self, operation: &Operation) {
        let mut running = self.running();
        if running.len() == running.capacity() {
            running.retain(|known| known.upgrade().is_some());
        }
        running.push(operation.downgrade());
    }

    /// Drops what the host has lent on the thread for its functions, after what runs there now. At once; the future waits
    /// until it is done.
    pub(crate) fn give_back<T: Send + 'static>(
        self: &Arc<Self>,
        thread: Arc<HostThread>,
        lent: T,
    ) -> BoxFuture<'static, ()> {
        let parcel = Arc::new(Mutex::new(Some(lent)));
        let give_back = |parcel: Arc<Mutex<Option<T>>>| {
            move || {
                drop(parcel.lock().unwrap_or_else(PoisonError::into_inner).take());
                Ok(())
            }
        };
        let given_back = thread.run(give_back(Arc::clone(&parcel)));
        let generation = Arc::clone(self);
        async move {
            if given_back.await.is_err()
                && let Ok(other) = generation.threads().host_thread()
            {
                // The host's function has ended its thread.
                let _ = other.run(give_back(parcel)).await;
            }
            drop(thread);
        }
        .boxed()
    }

    /// Drops what the host has lent, one thing after the other, on a thread for its functions. Where there can be none,
    /// this one does it.
    pub fn drop_for_host<T: Send + 'static>(self: &Arc<Self>, lent: Vec<T>) -> BoxFuture<'static, ()> {
        let generation = Arc::clone(self);
        async move {
            if lent.is_empty() {
                return;
            }
            let Ok(thread) = generation.threads().host_thread().map(Arc::new) else { return };
            for one in lent {
                generation.give_back(Arc::clone(&thread), one).await;
            }
        }
        .boxed()
    }

    fn running(&self) -> MutexGuard<'_, Vec<WeakOperation>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to sum up what `content` reads.
    pub(crate) fn sum(&self, content: impl Summed) -> BoxFuture<'static, Result<Sum>> {
        self.hashing.sum(&self.threads, content)
    }

    /// Its buffers for content on its way.
    pub(crate) fn pieces(&self) -> &Arc<Pieces> {
        &self.pieces
    }

    /// Its threads.
    #[must_use]
    pub fn threads(&self) -> &Threads {
        &self.threads
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// Where calls find what they run on. A process that forks needs one that notices it, as the C library has.
pub trait Host: fmt::Debug + Send + Sync + 'static {
    /// The present epoch. Takes no lock, so that a forked child can ask at any time.
    fn epoch(&self) -> Epoch;

    /// The present generation, which is made when there is none.
    ///
    /// # Errors
    /// `Resources` when the system has no threads to give, `State` during a shutdown.
    fn generation(&self) -> Result<Arc<Generation>>;
}

/// The host of a Rust program that neither forks nor shuts down: threads of the standard library.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standalone;

/// How many threads do file work in a Rust program.
const WORKERS: usize = 4;

impl Host for Standalone {
    fn epoch(&self) -> Epoch {
        Epoch::default()
    }

    fn generation(&self) -> Result<Arc<Generation>> {
        static GENERATION: LazyLock<Arc<Generation>> =
            LazyLock::new(|| Arc::new(Generation::new(Epoch::default(), Threads::new(Arc::new(StdThreads), WORKERS))));
        Ok(Arc::clone(&GENERATION))
    }
}

/// Threads of the standard library.
pub(crate) struct StdThreads;

impl Spawn for StdThreads {
    fn spawn(&self, purpose: Purpose, body: Job) -> io::Result<()> {
        let name = match purpose {
            Purpose::Work => "filestack-work",
            Purpose::Lookup => "filestack-dns",
            Purpose::Host => "filestack-host",
        };
        std::thread::Builder::new().name(name.into()).spawn(body).map(drop)
    }
}
