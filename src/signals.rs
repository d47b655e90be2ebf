//! Keeps the host's signals away from the library's threads.
//!
//! A Rust `main` ignores SIGPIPE; a C host does not. Without the mask a write to a connection that the peer
//! has reset would end the whole process, and the host's handlers could run on threads that it does not know.

#![allow(unsafe_code)]

/// The signals that report a fault of the running thread itself. A host's crash handler must see them.
#[cfg(unix)]
const SYNCHRONOUS: [libc::c_int; 7] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGSYS, libc::SIGABRT];

/// Runs `start_threads` with the signals blocked, so that the threads it starts never see one: they inherit
/// the mask, which they could otherwise only set a moment after they began to run.
#[cfg(unix)]
pub(crate) fn blocked_while<T>(start_threads: impl FnOnce() -> T) -> T {
    struct Restore(libc::sigset_t);
    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: the set is the one that this thread had before, and the call only reads it.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
        }
    }
    let _restore = Restore(block());
    start_threads()
}

/// Blocks the asynchronous signals and returns the mask that the thread had before.
#[cfg(unix)]
fn block() -> libc::sigset_t {
    let mut blocked = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset initialises the set that the later calls read, pthread_sigmask initialises `before`, and
    // a thread may change its own mask at any time. The calls fail only for signal numbers that do not exist.
    unsafe {
        libc::sigfillset(blocked.as_mut_ptr());
        for signal in SYNCHRONOUS {
            libc::sigdelset(blocked.as_mut_ptr(), signal);
        }
        libc::sigemptyset(before.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, blocked.as_ptr(), before.as_mut_ptr());
        before.assume_init()
    }
}

/// Other systems send no signals to threads. Compiled, not tested.
#[cfg(not(unix))]
pub(crate) fn blocked_while<T>(start_threads: impl FnOnce() -> T) -> T {
    start_threads()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn is_blocked(signal: libc::c_int) -> bool {
        let mut set = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: with a NULL new set the call only writes the current mask to `set`, which sigismember then reads.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), set.as_mut_ptr());
            libc::sigismember(set.as_ptr(), signal) == 1
        }
    }

    fn check_mask() {
        for signal in [libc::SIGPIPE, libc::SIGINT, libc::SIGTERM, libc::SIGCHLD, libc::SIGPROF, libc::SIGUSR1] {
            assert!(is_blocked(signal), "{signal}");
        }
        for signal in SYNCHRONOUS {
            assert!(!is_blocked(signal), "{signal}");
        }
    }

    #[test]
    fn only_synchronous_signals_get_through() {
        std::thread::spawn(|| {
            block();
            check_mask();
        })
        .join()
        .unwrap();
    }

    #[test]
    fn threads_inherit_the_mask_and_the_caller_gets_its_own_back() {
        std::thread::spawn(|| {
            assert!(!is_blocked(libc::SIGUSR1));
            blocked_while(|| std::thread::spawn(check_mask)).join().unwrap();
            assert!(!is_blocked(libc::SIGUSR1));
        })
        .join()
        .unwrap();
    }
}
