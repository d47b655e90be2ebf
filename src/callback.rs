//! Callbacks: knows when the library is inside a function of the host, where a blocking call could wait for itself.

use std::cell::Cell;

use crate::failure::{Failure, Result};

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Calls a function of the host.
pub(crate) fn call<T>(host_function: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            DEPTH.with(|depth| depth.set(depth.get() - 1));
        }
    }
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let _leave = Leave;
    host_function()
}

/// Refuses a blocking call from within a callback.
pub(crate) fn refuse_blocking_call() -> Result<()> {
    if DEPTH.with(Cell::get) == 0 {
        return Ok(());
    }
    Err(Failure::WouldDeadlock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocking_is_refused_inside_and_allowed_after() {
        let inside = call(|| call(refuse_blocking_call).and(refuse_blocking_call()));
        assert!(matches!(inside.unwrap_err(), Failure::WouldDeadlock));
        assert!(refuse_blocking_call().is_ok());
    }
}
