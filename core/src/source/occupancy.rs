//! One upload at a time: which one has a source, and when the source is free for its caller again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind, Result};

/// Lets one upload in at a time. It stands beside the source, not in it, so that the last upload can drop the source
/// before it says that it has ended.
#[derive(Debug, Default)]
pub(super) struct Occupancy {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    occupied: bool,
    /// How many uploads have entered so far.
    entered: u64,
}

/// One upload is in; dropping this lets the next one in.
#[derive(Debug)]
pub(super) struct Occupied(Arc<Occupancy>);

/// Where the end of a reservation can be waited for.
#[derive(Clone, Debug)]
pub struct ReservationEnd {
    occupancy: Arc<Occupancy>,
    number: u64,
}

impl Occupancy {
    /// Lets an upload in.
    ///
    /// # Errors
    /// `State` while another upload is in.
    pub(super) fn enter(this: &Arc<Self>) -> Result<(Occupied, ReservationEnd)> {
        let mut state = this.state();
        if state.occupied {
            return Err(Error::new(ErrorKind::State, "the source is in use by another upload"));
        }
        state.occupied = true;
        state.entered += 1;
        let end = ReservationEnd { occupancy: Arc::clone(this), number: state.entered };
        Ok((Occupied(Arc::clone(this)), end))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReservationEnd {
    /// Waits until the reservation has ended and nothing of it refers to the source.
    pub fn wait(&self) {
        let is_inside = |state: &mut State| state.occupied && state.entered == self.number;
        drop(self.occupancy.ended.wait_while(self.occupancy.state(), is_inside));
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.0.state().occupied = false;
        self.0.ended.notify_all();
    }
}
