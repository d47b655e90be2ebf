//! The signal of a queue: a descriptor that is readable while something can be taken.
//!
//! The host only waits for it. The library reads and writes through duplicates of its own, so that a host that closes the
//! descriptor harms itself alone.

use crate::failure::Result;

#[cfg(unix)]
pub(crate) use pipe::Signal;
#[cfg(not(unix))]
pub(crate) use without::Signal;

#[cfg(unix)]
mod pipe {
    use std::fs::File;
    use std::io::{self, Read as _, Write as _};
    use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
    use std::os::unix::fs::MetadataExt as _;
    use std::sync::atomic::{AtomicBool, Ordering};

    use filestack_core::Error;

    use super::Result;

    /// A pipe that holds one byte while the signal is set.
    pub(crate) struct Signal {
        /// The number that the host knows, until it is closed.
        shown: RawFd,
        is_shown: AtomicBool,
        reading: File,
        writing: File,
    }

    impl Signal {
        /// # Errors
        /// `Resources` when the system has no descriptors to give.
        pub(crate) fn new() -> Result<Self> {
            let failed = |cause| Error::resources("the descriptor of a queue cannot be made", &cause);
            let [shown, writing] = pipe().map_err(failed)?;
            let reading = shown.try_clone().map_err(failed)?;
            let shown = std::os::fd::IntoRawFd::into_raw_fd(shown);
            Ok(Signal { shown, is_shown: AtomicBool::new(true), reading: reading.into(), writing: writing.into() })
        }

        pub(crate) fn fd(&self) -> i32 {
            self.shown
        }

        /// Sets it. It must not be set.
        pub(crate) fn set(&self) {
            // There is room for one byte.
            let _ = (&self.writing).write(&[1]);
        }

        /// Takes it back. It must be set.
        pub(crate) fn clear(&self) {
            let _ = (&self.reading).read(&mut [0]);
        }

        /// Closes what the host knows, unless the number is another file's by now.
        pub(crate) fn hide(&self) {
            if !self.is_shown.swap(false, Ordering::AcqRel) {
                return;
            }
            // SAFETY: the file is not dropped, so the number, whatever it is by now, is not closed by this.
            let shown = std::mem::ManuallyDrop::new(unsafe { File::from_raw_fd(self.shown) });
            let place = |file: &File| file.metadata().map(|found| (found.dev(), found.ino()));
            if let (Ok(shown_place), Ok(own_place)) = (place(&shown), place(&self.reading))
                && shown_place == own_place
            {
                drop(std::mem::ManuallyDrop::into_inner(shown));
            }
        }

        /// Closes everything in a forked child, where nobody uses it. The pipe stays the parent's.
        pub(crate) fn abandon(&self) {
            self.hide();
            for file in [&self.reading, &self.writing] {
                // SAFETY: the caller forgets this value, so that nobody closes the number again.
                drop(unsafe { OwnedFd::from_raw_fd(file.as_raw_fd()) });
            }
        }
    }

    impl Drop for Signal {
        fn drop(&mut self) {
            self.hide();
        }
    }

    /// The end to read from and the one to write to. Neither waits, and programs that the host starts inherit none.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn pipe() -> io::Result<[OwnedFd; 2]> {
        let mut ends = [-1; 2];
        // SAFETY: there is room for two numbers.
        if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both were just made, and nobody else knows them.
        Ok(ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) }))
    }

    /// Other systems set both afterwards. Compiled, not tested.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn pipe() -> io::Result<[OwnedFd; 2]> {
        let mut ends = [-1; 2];
        // SAFETY: there is room for two numbers.
        if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both were just made, and nobody else knows them.
        let ends = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
        for end in &ends {
            // SAFETY: the calls take numbers only.
            unsafe {
                libc::fcntl(end.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC);
                libc::fcntl(end.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK);
            }
        }
        Ok(ends)
    }
}

/// Where the system has no descriptors. Compiled, not tested.
#[cfg(not(unix))]
mod without {
    use super::Result;

    pub(crate) struct Signal;

    impl Signal {
        pub(crate) fn new() -> Result<Self> {
            Ok(Signal)
        }

        pub(crate) fn fd(&self) -> i32 {
            -1
        }

        pub(crate) fn set(&self) {}

        pub(crate) fn clear(&self) {}

        pub(crate) fn hide(&self) {}

        pub(crate) fn abandon(&self) {}
    }
}
