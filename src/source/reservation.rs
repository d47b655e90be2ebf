//! One upload at a time: who has a source, and when it is the caller's again.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};

use super::Source;

/// Lets one upload in at a time. It stands beside the source, not in it, so that the last one to leave can drop the
/// source before it says so.
#[derive(Default)]
pub(super) struct Turnstile {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    occupied: bool,
    /// How many uploads have entered so far.
    entered: u64,
}

/// The right to read a source. It ends when this goes.
pub(crate) struct Reservation {
    source: Source,
    // Behind the source, because fields go in their order: whoever waits at the exit finds the source unreferenced.
    _leave: Leave,
    exit: Exit,
}

/// Where the end of a reservation can be waited for.
#[derive(Clone)]
pub(crate) struct Exit {
    turnstile: Arc<Turnstile>,
    number: u64,
}

struct Leave(Arc<Turnstile>);

impl Reservation {
    pub(super) fn new(source: &Source) -> Result<Self> {
        let turnstile = Arc::clone(&source.0.turnstile);
        let number = {
            let mut state = turnstile.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.occupied {
                return Err(Error::new(ErrorKind::State, "the source is in use by another upload"));
            }
            state.occupied = true;
            state.entered += 1;
            state.entered
        };
        Ok(Reservation {
            source: source.clone(),
            _leave: Leave(Arc::clone(&turnstile)),
            exit: Exit { turnstile, number },
        })
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit.clone()
    }
}

impl Exit {
    /// Waits until the reservation has ended and nothing of it refers to the source.
    pub(crate) fn wait(&self) {
        let state = self.turnstile.state.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = |state: &mut State| state.occupied && state.entered == self.number;
        drop(self.turnstile.left.wait_while(state, inside));
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).occupied = false;
        self.0.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_finds_the_source_unreferenced() {
        let witness = Arc::new(());
        struct Owner {
            _alive: Arc<()>,
        }
        impl AsRef<[u8]> for Owner {
            fn as_ref(&self) -> &[u8] {
                b"content"
            }
        }
        let source = Source::from_bytes(bytes::Bytes::from_owner(Owner { _alive: Arc::clone(&witness) }));
        let reservation = source.reserve().unwrap();
        let exit = reservation.exit();
        drop(source);
        let reader = std::thread::spawn(move || drop(reservation));
        exit.wait();
        assert_eq!(Arc::strong_count(&witness), 1, "the memory is the caller's again");
        reader.join().unwrap();
    }

    #[test]
    fn a_later_reservation_is_not_waited_for() {
        let source = Source::from_bytes("content");
        let exit = source.reserve().unwrap().exit();
        let _later = source.reserve().unwrap();
        exit.wait();
    }
}
