//! The runtime: the threads that calls run on. They are made when they are first needed.
//!
//! A generation of threads belongs to one process, because threads do not survive a fork. A child that finds its
//! parent's generation leaks it whole - it is not dropped, locked or woken - and makes its own.

use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use filestack_core::{Epoch, Error, ErrorKind, Generation, Host, Threads};

use crate::callback::{self, Ownership};
use crate::failure::{Failure, Result};
use crate::process;
use crate::threads::ThreadGroup;

/// Threads that drive the network, unless the host sets another number.
const IO_THREADS: u32 = 2;
/// The stack of such a thread.
const IO_STACK: usize = 2 * 1024 * 1024;

/// How many threads the host wants; 0 = the default.
static WANTED_IO_THREADS: AtomicU32 = AtomicU32::new(0);
static WANTED_WORKERS: AtomicU32 = AtomicU32::new(0);

/// The generation of the present epoch, or one of an earlier epoch. Behind no lock: one that another thread holds
/// during a fork would stay locked in the child.
static CURRENT: ArcSwapOption<Running> = ArcSwapOption::const_empty();

/// What the core's clients run on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LibraryHost;

impl Host for LibraryHost {
    fn epoch(&self) -> Epoch {
        process::epoch()
    }

    fn generation(&self) -> filestack_core::Result<Arc<Generation>> {
        Ok(Arc::clone(&current()?.generation))
    }
}

/// A generation with the threads that drive its network.
struct Running {
    generation: Arc<Generation>,
    threads: Arc<ThreadGroup>,
    io: Vec<IoThread>,
    is_stopping: AtomicBool,
    calls: Mutex<usize>,
    call_ended: Condvar,
}

struct IoThread {
    handle: Handle,
    /// The calls that run on it.
    load: Arc<AtomicUsize>,
    /// Ends the thread.
    stop: Mutex<Option<oneshot::Sender<()>>>,
}

/// Sets how many threads are made; 0 = the default.
///
/// # Errors
/// `State` when they were made already.
pub(crate) fn configure(io_threads: u32, workers: u32) -> Result<()> {
    if CURRENT.load().as_ref().is_some_and(|running| running.generation.epoch() == process::epoch()) {
        let message = "the library's threads run already: configure them before the first network call";
        return Err(Error::new(ErrorKind::State, message).into());
    }
    WANTED_IO_THREADS.store(io_threads, Ordering::Relaxed);
    WANTED_WORKERS.store(workers, Ordering::Relaxed);
    Ok(())
}

/// Counts a call, which is going to be carried out. Makes the threads when there are none.
///
/// # Errors
/// `Resources` when the system has no threads to give, `State` during a shutdown.
pub(crate) fn enter() -> Result<RunningCall> {
    current()?.enter()
}

/// Ends every call as cancelled, and every thread. Whether all have ended by `deadline`; otherwise it may be called
/// again. Calls that are made meanwhile are refused, later ones make new threads.
pub(crate) fn shut_down(deadline: Option<Instant>) -> Result<()> {
    callback::refuse_blocking_call()?;
    let Some(running) = CURRENT.load_full().filter(|running| running.generation.epoch() == process::epoch()) else {
        return Ok(());
    };
    running.is_stopping.store(true, Ordering::Release);
    let late = || Failure::from(Error::new(ErrorKind::Timeout, "the library did not stop within the time limit"));
    if !running.wait_for_calls(deadline) {
        return Err(late());
    }
    running.generation.threads().close();
    running.io.iter().for_each(|thread| drop(lock(&thread.stop).take()));
    if !running.threads.join_until(deadline) {
        return Err(late());
    }
    if CURRENT.swap(None).is_some() {
        process::count_shutdown();
    }
    Ok(())
}

/// The running generation of the present epoch, made when there is none.
fn current() -> filestack_core::Result<Arc<Running>> {
    let epoch = process::epoch();
    loop {
        let found = CURRENT.load_full();
        if let Some(running) = &found
            && running.generation.epoch() == epoch
        {
            return Ok(Arc::clone(running));
        }
        let fresh = Arc::new(Running::start(epoch)?);
        let before = CURRENT.compare_and_swap(&found, Some(Arc::clone(&fresh)));
        let is_swapped = match (&*before, &found) {
            (Some(before), Some(found)) => Arc::ptr_eq(before, found),
            (before, found) => before.is_none() && found.is_none(),
        };
        if is_swapped {
            // That of a parent: what it has belongs to the parent.
            std::mem::forget(found);
            return Ok(fresh);
        }
        // Another thread was faster.
        fresh.io.iter().for_each(|thread| drop(lock(&thread.stop).take()));
    }
}

impl Running {
    fn start(epoch: Epoch) -> filestack_core::Result<Self> {
        let threads = Arc::new(ThreadGroup::default());
        let wanted = |number: &AtomicU32, default: u32| match number.load(Ordering::Relaxed) {
            0 => default,
            set => set,
        };
        let io = (0..wanted(&WANTED_IO_THREADS, IO_THREADS)).map(|_| IoThread::start(&threads));
        let io = io.collect::<filestack_core::Result<Vec<_>>>()?;
        let workers = wanted(&WANTED_WORKERS, default_workers()) as usize;
        let generation = Generation::new(epoch, Threads::new(Arc::<ThreadGroup>::clone(&threads), workers));
        Ok(Running {
            generation: Arc::new(generation),
            threads,
            io,
            is_stopping: AtomicBool::new(false),
            calls: Mutex::new(0),
            call_ended: Condvar::new(),
        })
    }

    /// The thread with the fewest calls, the first of them: calls one after the other use the same connection.
    fn least_loaded(&self) -> &IoThread {
        let load = |&index: &usize| self.io[index].load.load(Ordering::Relaxed);
        &self.io[(0..self.io.len()).min_by_key(load).unwrap_or(0)]
    }

    /// Counts a call until what is returned is dropped.
    fn enter(self: &Arc<Self>) -> Result<RunningCall> {
        let mut calls = lock(&self.calls);
        if self.is_stopping.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::State, "the library is being shut down").into());
        }
        *calls += 1;
        Ok(RunningCall(Arc::clone(self)))
    }

    fn wait_for_calls(&self, deadline: Option<Instant>) -> bool {
        let mut calls = lock(&self.calls);
        while *calls > 0 {
            // Each time, because a call may have begun just before the shutdown did.
            self.generation.cancel_all();
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return false;
            }
            let step = LOOK.min(left.unwrap_or(LOOK));
            (calls, _) = self.call_ended.wait_timeout(calls, step).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}

/// Between two looks whether calls have ended.
const LOOK: std::time::Duration = std::time::Duration::from_millis(20);

/// A call that is counted until this is dropped.
pub(crate) struct RunningCall(Arc<Running>);

impl RunningCall {
    /// Carries out `work` on the library's threads, and tells `end` its result, when what the host has lent for it was
    /// given back.
    pub(crate) fn carry_out<T: Send + 'static>(
        self,
        work: BoxFuture<'static, filestack_core::Result<T>>,
        end: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let thread = self.0.least_loaded();
        let (handle, place) = (thread.handle.clone(), thread.place());
        handle.spawn(async move {
            let (outcome, lent) = collected(AssertUnwindSafe(work).catch_unwind()).await;
            self.0.generation.drop_for_host(lent).await;
            // Before the host hears of it and makes the next call.
            drop(place);
            end(match outcome {
                Ok(result) => result.map_err(Failure::from),
                Err(payload) => Err(Failure::panic(&*payload)),
            });
        });
    }
}

/// The result of `work`, and what it would have destroyed of the host's: not on a thread of the network.
async fn collected<T>(work: impl Future<Output = T> + Send + 'static) -> (T, Vec<Ownership>) {
    let (mut work, mut lent) = (Box::pin(work), Vec::new());
    let result = poll_fn(|context| {
        let (polled, dropped) = callback::collect(|| work.as_mut().poll(context));
        lent.extend(dropped);
        polled
    });
    let result = result.await;
    lent.extend(callback::collect(|| drop(work)).1);
    (result, lent)
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        *lock(&self.0.calls) -= 1;
        self.0.call_ended.notify_all();
    }
}

impl IoThread {
    fn start(threads: &ThreadGroup) -> filestack_core::Result<Self> {
        let failed = |cause| Error::resources("the library's threads cannot be started", &cause);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let body = move || {
            let _ = runtime.block_on(stopped);
        };
        threads.start(c"filestack-io", Some(IO_STACK), Box::new(body)).map_err(failed)?;
        Ok(IoThread { handle, load: Arc::default(), stop: Mutex::new(Some(stop)) })
    }

    /// Counts a call until what is returned is dropped.
    fn place(&self) -> Place {
        self.load.fetch_add(1, Ordering::Relaxed);
        Place(Arc::clone(&self.load))
    }
}

/// That of a call among those of its thread.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// As many as there are processors, 2 to 4.
fn default_workers() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    u32::try_from(processors).unwrap_or(4).clamp(2, 4)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads;

    fn carry_out<T: Send + 'static>(
        work: impl Future<Output = filestack_core::Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = std::sync::mpsc::channel();
        enter().unwrap().carry_out(work.boxed(), move |outcome| sender.send(outcome).unwrap_or_default());
        receiver.recv().unwrap()
    }

    #[test]
    fn work_runs_on_the_librarys_threads() {
        assert!(carry_out(async { Ok(threads::is_own()) }).unwrap());
        assert!(!threads::is_own());
    }

    #[test]
    fn a_call_goes_to_the_thread_with_the_fewest() {
        let running = Running::start(process::epoch()).unwrap();
        let number = |thread: &IoThread| running.io.iter().position(|known| std::ptr::eq(known, thread)).unwrap();
        for _ in 0..3 {
            let place = running.least_loaded().place();
            assert_eq!(number(running.least_loaded()), 1);
            drop(place);
            assert_eq!(number(running.least_loaded()), 0);
        }
        let _places = [(); 2].map(|()| running.least_loaded().place());
        assert!(running.io.iter().all(|thread| thread.load.load(Ordering::Relaxed) == 1));
        running.io.iter().for_each(|thread| drop(lock(&thread.stop).take()));
    }

    #[test]
    fn a_panic_on_the_librarys_threads_is_an_error() {
        let error = carry_out::<()>(async { panic!("broken") }).unwrap_err();
        assert_eq!(error.status(), crate::status_code::FILESTACK_E_PANIC);
    }

    #[test]
    fn what_the_host_has_lent_is_given_back_before_the_end_is_told_and_not_by_the_network() {
        unsafe extern "C-unwind" fn note_thread(user: *mut std::ffi::c_void) {
            // SAFETY: `user` is the flag below, which outlives the call.
            unsafe { &*user.cast::<AtomicUsize>() }.store(1 + usize::from(NETWORK.get()), Ordering::SeqCst);
        }
        thread_local! { static NETWORK: std::cell::Cell<bool> = const { std::cell::Cell::new(false) }; }
        static FLAG: AtomicUsize = AtomicUsize::new(0);
        let lent = Ownership { destroy: Some(note_thread), user: (&raw const FLAG).cast_mut().cast() };
        let work = async move {
            NETWORK.set(true);
            tokio::task::yield_now().await;
            drop(lent);
            Ok(FLAG.load(Ordering::SeqCst))
        };
        assert_eq!(carry_out(work).unwrap(), 0);
        assert_eq!(FLAG.load(Ordering::SeqCst), 1);
    }
}
