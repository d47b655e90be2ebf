//! Threads for work that blocks: file work and hashing, name look-ups, and functions of the host.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};

/// What a thread runs.
pub type Job = Box<dyn FnOnce() + Send>;

/// What a thread is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// File work and hashing.
    Work,
    /// Name look-ups.
    Lookup,
    /// Functions of the host, such as those of a reader.
    Host,
}

/// Starts threads. The C library has its own way, which keeps the host's signals away from them.
pub trait Spawn: Send + Sync + 'static {
    /// Starts a thread that runs `body` and ends.
    ///
    /// # Errors
    /// Those of the system, such as that it has no more threads to give.
    fn spawn(&self, purpose: Purpose, body: Job) -> io::Result<()>;
}

/// How many look-ups run at a time. One that hangs is given up by its call, but keeps its thread.
const MOST_LOOKUPS: usize = 4;
/// A thread that had no work for this long ends.
const IDLE_LIFE: Duration = Duration::from_secs(10);

/// The threads of one generation.
pub struct Threads {
    spawn: Arc<dyn Spawn>,
    workers: Pool,
    lookups: Pool,
}

impl Threads {
    /// Starts nothing yet: threads are made when there is work for them. At most `workers` of them do file work.
    #[must_use]
    pub fn new(spawn: Arc<dyn Spawn>, workers: usize) -> Self {
        Threads {
            workers: Pool::new(Arc::clone(&spawn), Purpose::Work, workers.max(1)),
            lookups: Pool::new(Arc::clone(&spawn), Purpose::Lookup, MOST_LOOKUPS),
            spawn,
        }
    }

    /// Begins file work or hashing at once and returns its result.
    pub(crate) fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        self.workers.submit(job)
    }

    /// Begins file work or hashing that tells its results in its own way.
    ///
    /// # Errors
    /// `Resources` when there is no thread for it.
    pub(crate) fn begin(&self, job: Job) -> Result<()> {
        self.workers.enqueue(job).map_err(|cause| no_thread(&cause))
    }

    /// Begins a name look-up at once and returns its result.
    pub(crate) fn look_up<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        self.lookups.submit(job)
    }

    /// A thread of its own for the functions of one object of the host.
    ///
    /// # Errors
    /// `Resources` when it cannot be made.
    pub(crate) fn host_thread(&self) -> Result<HostThread> {
        let (jobs, waiting) = mpsc::channel::<Job>();
        // No panic is caught here: a function of the host may end its thread, which looks like one.
        let body = move || waiting.iter().for_each(|job| job());
        self.spawn.spawn(Purpose::Host, Box::new(body)).map_err(|cause| no_thread(&cause))?;
        Ok(HostThread { jobs })
    }

    /// Lets every thread end once it has nothing more to do.
    pub fn close(&self) {
        self.workers.close();
        self.lookups.close();
    }
}

/// A thread for functions of the host. It ends after its last job when this is dropped.
#[derive(Debug)]
pub(crate) struct HostThread {
    jobs: mpsc::Sender<Job>,
}

impl HostThread {
    /// Begins `job` as soon as those before it have ended, and returns its result.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let (sender, receiver) = oneshot::channel();
        // When the thread has ended, the sender goes with the job, which the receiver notices.
        let _ = self.jobs.send(Box::new(move || {
            let _ = sender.send(job());
        }));
        let ended = || Error::new(ErrorKind::Callback, "the thread of a callback has ended inside the callback");
        async move { receiver.await.unwrap_or_else(|_| Err(ended())) }.boxed()
    }
}

/// Threads that take their jobs from one queue.
struct Pool {
    spawn: Arc<dyn Spawn>,
    purpose: Purpose,
    most: usize,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    is_closed: bool,
}

impl Pool {
    fn new(spawn: Arc<dyn Spawn>, purpose: Purpose, most: usize) -> Self {
        Pool { spawn, purpose, most, shared: Arc::default() }
    }

    fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let (sender, receiver) = oneshot::channel();
        let run = move || {
            // Nobody waits for a job that was given up before it began.
            if !sender.is_closed() {
                let _ = sender.send(catch_unwind(AssertUnwindSafe(job)));
            }
        };
        if let Err(cause) = self.enqueue(Box::new(run)) {
            return ready(Err(no_thread(&cause))).boxed();
        }
        async move {
            match receiver.await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(panic)) => resume_unwind(panic),
                Err(_) => Err(Error::new(ErrorKind::Cancelled, "the library was stopped while the operation ran")),
            }
        }
        .boxed()
    }

    /// Queues a job, and starts a thread for it when all are busy.
    fn enqueue(&self, job: Job) -> io::Result<()> {
        let mut state = self.shared.state();
        state.jobs.push_back(job);
        if state.jobs.len() > state.idle && state.threads < self.most && !state.is_closed {
            state.threads += 1;
            let shared = Arc::clone(&self.shared);
            if let Err(cause) = self.spawn.spawn(self.purpose, Box::new(move || shared.run())) {
                state.threads -= 1;
                // Where there is no thread at all, nobody would ever come.
                if state.threads == 0 {
                    state.jobs.pop_back();
                    return Err(cause);
                }
            }
        }
        drop(state);
        self.shared.changed.notify_one();
        Ok(())
    }

    fn close(&self) {
        self.shared.state().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a thread.
    fn run(&self) {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                job();
                state = self.state();
                continue;
            }
            if state.is_closed {
                break;
            }
            state.idle += 1;
            let (woken, waited) = self.changed.wait_timeout(state, IDLE_LIFE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.jobs.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }
}

fn no_thread(cause: &io::Error) -> Error {
    Error::resources("a thread cannot be started", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::StdThreads;
    use std::sync::atomic::{AtomicBool, Ordering};

    struct NoThreads;

    impl Spawn for NoThreads {
        fn spawn(&self, _purpose: Purpose, _body: Job) -> io::Result<()> {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }

    #[tokio::test]
    async fn work_waits_for_a_thread_and_panics_come_back() {
        let threads = Threads::new(Arc::new(StdThreads), 2);
        let results: Vec<_> = (0..20).map(|number| threads.work(move || Ok(number * 2))).collect();
        for (number, result) in results.into_iter().enumerate() {
            assert_eq!(result.await.unwrap(), number * 2);
        }
        let panic = AssertUnwindSafe(threads.work::<()>(|| panic!("broken"))).catch_unwind().await;
        assert!(panic.is_err());
        assert_eq!(threads.work(|| Ok(7)).await.unwrap(), 7, "the pool lives on");
    }

    #[tokio::test]
    async fn missing_threads_are_an_error_at_once() {
        let threads = Threads::new(Arc::new(NoThreads), 2);
        assert_eq!(threads.work(|| Ok(())).await.unwrap_err().kind(), ErrorKind::Resources);
        assert_eq!(threads.look_up(|| Ok(())).await.unwrap_err().kind(), ErrorKind::Resources);
        assert_eq!(threads.host_thread().unwrap_err().kind(), ErrorKind::Resources);
    }

    #[tokio::test]
    async fn a_job_that_was_given_up_is_not_begun() {
        let threads = Threads::new(Arc::new(StdThreads), 1);
        let (release, blocked) = mpsc::channel::<()>();
        let first = threads.work(move || Ok(blocked.recv().is_err()));
        let ran = Arc::new(AtomicBool::new(false));
        let witness = Arc::clone(&ran);
        drop(threads.work(move || Ok(witness.swap(true, Ordering::SeqCst))));
        release.send(()).unwrap();
        first.await.unwrap();
        threads.work(|| Ok(())).await.unwrap();
        assert!(!ran.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_host_thread_runs_its_jobs_in_order() {
        let threads = Threads::new(Arc::new(StdThreads), 1);
        let host = threads.host_thread().unwrap();
        let first = host.run(|| Ok(std::thread::current().id()));
        let second = host.run(|| Ok(std::thread::current().id()));
        assert_eq!(first.await.unwrap(), second.await.unwrap());
    }
}
