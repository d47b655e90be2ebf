//! The library's threads: how they are started and named, and how the library knows them as its own.
//!
//! They are made by `pthread_create`, because the standard library catches what unwinds through a thread: a host whose
//! callback calls `pthread_exit`, as Python does at its end, would be aborted.

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use filestack_core::{Job, Purpose, Spawn};

use crate::signals;

thread_local! {
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread belongs to the library.
pub(crate) fn is_own() -> bool {
    IS_OWN.get()
}

/// The stack of a thread that runs no function of the host. Those that do get what the system gives.
const STACK: usize = 2 * 1024 * 1024;

/// Between two looks whether threads have ended.
const LOOK: Duration = Duration::from_millis(1);

/// The threads of one generation, so that they can be joined.
#[derive(Default)]
pub(crate) struct ThreadGroup {
    started: Mutex<Vec<Started>>,
}

struct Started {
    thread: libc::pthread_t,
    has_ended: Arc<AtomicBool>,
}

/// What a new thread is told.
struct Start {
    name: &'static CStr,
    body: Job,
    has_ended: Arc<AtomicBool>,
}

unsafe extern "C" {
    /// As libc declares it, but for the function: it may be unwound by `pthread_exit`.
    #[allow(clashing_extern_declarations)]
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C-unwind" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}

impl ThreadGroup {
    /// Starts a thread with every signal but the synchronous ones blocked.
    ///
    /// # Errors
    /// Those of the system, such as that it has no more threads to give.
    pub(crate) fn start(&self, name: &'static CStr, stack: Option<usize>, body: Job) -> io::Result<()> {
        let has_ended = Arc::new(AtomicBool::new(false));
        let start = Box::new(Start { name, body, has_ended: Arc::clone(&has_ended) });
        let mut started = self.started();
        join_ended(&mut started);
        let thread = signals::blocked_while(|| create(stack, start))?;
        started.push(Started { thread, has_ended });
        Ok(())
    }

    /// Joins every thread; those that have not ended by `deadline` stay. Whether all have.
    pub(crate) fn join_until(&self, deadline: Option<Instant>) -> bool {
        loop {
            let mut started = self.started();
            join_ended(&mut started);
            if started.is_empty() {
                return true;
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return false;
            }
            drop(started);
            std::thread::sleep(LOOK);
        }
    }

    fn started(&self) -> MutexGuard<'_, Vec<Started>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ThreadGroup {
    fn drop(&mut self) {
        let mut started = self.started();
        join_ended(&mut started);
        for Started { thread, .. } in started.drain(..) {
            // SAFETY: the thread was made by `create` and is neither joined nor detached. It has nothing to do any more
            // but to end, or its owner has given it up.
            unsafe { libc::pthread_detach(thread) };
        }
    }
}

impl Spawn for ThreadGroup {
    fn spawn(&self, purpose: Purpose, body: Job) -> io::Result<()> {
        match purpose {
            Purpose::Work => self.start(c"filestack-work", Some(STACK), body),
            Purpose::Lookup => self.start(c"filestack-dns", Some(STACK), body),
            Purpose::Host => self.start(c"filestack-host", None, body),
        }
    }
}

fn join_ended(started: &mut Vec<Started>) {
    started.retain(|Started { thread, has_ended }| {
        let ended = has_ended.load(Ordering::Acquire);
        if ended {
            // SAFETY: the thread was made by `create`, is joined once, and has nothing more to do.
            unsafe { libc::pthread_join(*thread, std::ptr::null_mut()) };
        }
        !ended
    });
}

fn create(stack: Option<usize>, start: Box<Start>) -> io::Result<libc::pthread_t> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let mut thread = std::mem::MaybeUninit::<libc::pthread_t>::uninit();
    let argument = Box::into_raw(start);
    // SAFETY: the attributes are initialised before they are used and destroyed after that; the thread takes the box,
    // unless it was not made: then the box is still this function's.
    unsafe {
        libc::pthread_attr_init(attributes.as_mut_ptr());
        if let Some(size) = stack {
            libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), size);
        }
        let failure = pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run, argument.cast());
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if failure != 0 {
            drop(Box::from_raw(argument));
            return Err(io::Error::from_raw_os_error(failure));
        }
        Ok(thread.assume_init())
    }
}

/// The life of a thread. Nothing in it catches what unwinds: the job does where no function of the host runs.
extern "C-unwind" fn run(argument: *mut c_void) -> *mut c_void {
    struct Ended(Arc<AtomicBool>);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    // SAFETY: `create` has given the box to this thread alone.
    let Start { name, body, has_ended } = *unsafe { Box::from_raw(argument.cast::<Start>()) };
    let _ended = Ended(has_ended);
    IS_OWN.set(true);
    name_this_thread(name);
    body();
    std::ptr::null_mut()
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn name_this_thread(name: &CStr) {
    // SAFETY: the thread is the calling one, and the name ends with NUL. Linux shows 15 bytes of it.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) };
}

/// Other systems show no names. Compiled, not tested.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn name_this_thread(_name: &CStr) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_the_librarys_own_and_are_joined() {
        let group = ThreadGroup::default();
        let (sender, receiver) = std::sync::mpsc::channel();
        group.start(c"filestack-test", Some(STACK), Box::new(move || sender.send(is_own()).unwrap())).unwrap();
        assert!(receiver.recv().unwrap() && !is_own());
        assert!(group.join_until(None));
    }

    #[test]
    fn a_thread_that_goes_on_is_not_waited_for() {
        let group = ThreadGroup::default();
        let (release, blocked) = std::sync::mpsc::channel::<()>();
        group.start(c"filestack-test", None, Box::new(move || blocked.iter().for_each(drop))).unwrap();
        assert!(!group.join_until(Some(Instant::now())));
        drop(release);
        assert!(group.join_until(None));
    }
}
