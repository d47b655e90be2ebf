//! The process: which one it is among its forks, and how often the library was shut down in it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use filestack_core::Epoch;

static PROCESS: AtomicU32 = AtomicU32::new(0);
static FORKS: AtomicU64 = AtomicU64::new(0);
static SHUTDOWNS: AtomicU64 = AtomicU64::new(0);

/// The present epoch. Takes no lock: a forked child may ask whatever the threads of its parent were doing.
pub(crate) fn epoch() -> Epoch {
    watch_forks();
    // A process that was made without the handlers of `fork`, by `clone`, has another number all the same.
    let process = std::process::id();
    let known = PROCESS.swap(process, Ordering::AcqRel);
    if known != 0 && known != process {
        FORKS.fetch_add(1, Ordering::AcqRel);
    }
    Epoch { forks: FORKS.load(Ordering::Acquire), shutdowns: SHUTDOWNS.load(Ordering::Acquire) }
}

/// Begins the next epoch of this process.
pub(crate) fn count_shutdown() {
    SHUTDOWNS.fetch_add(1, Ordering::AcqRel);
}

#[cfg(unix)]
fn watch_forks() {
    extern "C" fn in_child() {
        PROCESS.store(std::process::id(), Ordering::Release);
        FORKS.fetch_add(1, Ordering::AcqRel);
    }
    static WATCHING: AtomicBool = AtomicBool::new(false);
    if !WATCHING.swap(true, Ordering::AcqRel) {
        // SAFETY: the handler only writes to two atomic numbers. It stays for the life of the process, as the library
        // does once it has threads. Where it cannot be registered, the process's number tells of a fork.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    }
}

/// Other systems do not fork.
#[cfg(not(unix))]
fn watch_forks() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_lasts() {
        assert_eq!(epoch().forks, epoch().forks);
    }
}
