//! The pools that requests use at present. Each runtime has its own: where one thread drives a request and another its
//! connection, they wake each other twice for each request.
//!
//! When a connection has gone silent or broken, the others of its age may have too: after a change of address, or behind
//! a router that forgot them. So all are left, and the retry makes a new one.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::runtime::{Handle, Id};

use crate::error::{Error, ErrorKind, Limit, Result};

use super::identity::Introduction;
use super::pools::{Blueprint, Pools};

/// The present pools of one epoch.
pub(super) struct PresentPools {
    blueprint: Arc<Blueprint>,
    /// What the epoch's servers have asked for so far.
    introduction: Arc<Introduction>,
    age: ArcSwap<Age>,
}

/// The pools of one age: those of each runtime that has sent a request.
#[derive(Default)]
struct Age(Mutex<Vec<(Id, Arc<Pools>)>>);

/// The pools that one request uses.
pub(super) struct UsedPools {
    present: Arc<PresentPools>,
    age: Arc<Age>,
    used: Arc<Pools>,
}

impl PresentPools {
    pub(super) fn new(blueprint: Arc<Blueprint>) -> Arc<Self> {
        let introduction = Arc::new(Introduction::new(blueprint.settings().identity.clone()));
        Arc::new(PresentPools { blueprint, introduction, age: ArcSwap::default() })
    }

    /// Pools for one request, made when the runtime that this runs on has none.
    ///
    /// # Errors
    /// Those of [`Blueprint::pools`].
    pub(super) fn take(self: &Arc<Self>) -> Result<UsedPools> {
        let age = self.age.load_full();
        let used = age.pools_of(Handle::current().id(), || self.blueprint.pools(Arc::clone(&self.introduction)))?;
        Ok(UsedPools { present: Arc::clone(self), age, used })
    }
}

impl Age {
    fn pools_of(&self, runtime: Id, make: impl FnOnce() -> Result<Pools>) -> Result<Arc<Pools>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pools)) = known.iter().find(|(id, _)| *id == runtime) {
            return Ok(Arc::clone(pools));
        }
        let pools = Arc::new(make()?);
        known.push((runtime, Arc::clone(&pools)));
        Ok(pools)
    }
}

impl UsedPools {
    /// Leaves the pools when `error` says that a connection of theirs has failed, unless another request has done so.
    /// Requests under way go on over the connections that they have.
    pub(super) fn note_failure(&self, error: &Error) {
        if is_of_connection(error) {
            self.present.age.compare_and_swap(&self.age, Arc::default());
        }
    }
}

impl Deref for UsedPools {
    type Target = Pools;

    fn deref(&self) -> &Pools {
        &self.used
    }
}

/// Whether a connection that was there went silent or broke.
fn is_of_connection(error: &Error) -> bool {
    error.kind() == ErrorKind::Network || matches!(error.limit(), Some(Limit::Idle | Limit::Response))
}

#[cfg(test)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::super::settings::Settings;
    use super::*;
    use crate::generation::Standalone;

    fn present() -> Arc<PresentPools> {
        PresentPools::new(Arc::new(Blueprint::new(Settings::default(), Arc::new(Standalone)).unwrap()))
    }

    fn runtimes() -> [Runtime; 2] {
        [(); 2].map(|()| Builder::new_current_thread().build().unwrap())
    }

    fn taken(present: &Arc<PresentPools>, runtime: &Runtime) -> UsedPools {
        runtime.block_on(async { present.take().unwrap() })
    }

    fn are_the_same(one: &UsedPools, other: &UsedPools) -> bool {
        Arc::ptr_eq(&one.used, &other.used)
    }

    #[test]
    fn each_runtime_has_pools_of_its_own() {
        let (present, [one, other]) = (present(), runtimes());
        let pools = taken(&present, &one);
        assert!(are_the_same(&pools, &taken(&present, &one)));
        assert!(!are_the_same(&pools, &taken(&present, &other)));
        assert!(are_the_same(&pools, &taken(&present, &one)));
    }

    #[test]
    fn when_a_connection_breaks_all_runtimes_leave_those_of_its_age() {
        let (present, [one, other]) = (present(), runtimes());
        let broken = Error::new(ErrorKind::Network, "the connection broke");
        let before = [&one, &other].map(|runtime| taken(&present, runtime));
        before[0].note_failure(&broken);
        let after = [&one, &other].map(|runtime| taken(&present, runtime));
        assert!(before.iter().zip(&after).all(|(before, after)| !are_the_same(before, after)));

        // Of those that were left already.
        before[1].note_failure(&broken);
        // Of none.
        after[0].note_failure(&Error::argument("the option is out of range"));
        assert!(are_the_same(&after[0], &taken(&present, &one)));
        assert!(are_the_same(&after[1], &taken(&present, &other)));
    }
}
