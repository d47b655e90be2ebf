//! The pools that requests use at present. When a connection has gone silent or broken, the others of its age may have
//! too: after a change of address, or behind a router that forgot them. So all are left, and the retry makes a new one.

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::error::{Error, ErrorKind, Limit, Result};

use super::identity::Introduction;
use super::pools::{Blueprint, Pools};

/// The present pools of one epoch.
pub(super) struct PresentPools {
    blueprint: Arc<Blueprint>,
    pools: ArcSwap<Pools>,
}

/// The pools that one request uses.
pub(super) struct UsedPools {
    present: Arc<PresentPools>,
    used: Arc<Pools>,
}

impl PresentPools {
    pub(super) fn new(blueprint: Arc<Blueprint>) -> Result<Arc<Self>> {
        let introduction = Arc::new(Introduction::new(blueprint.settings().identity.clone()));
        let pools = ArcSwap::from_pointee(blueprint.pools(introduction)?);
        Ok(Arc::new(PresentPools { blueprint, pools }))
    }

    /// Pools for one request.
    pub(super) fn take(self: &Arc<Self>) -> UsedPools {
        UsedPools { present: Arc::clone(self), used: self.pools.load_full() }
    }
}

impl UsedPools {
    /// Leaves the pools when `error` says that a connection of theirs has failed, unless another request has done so.
    /// Requests under way go on over the connections that they have.
    pub(super) fn note_failure(&self, error: &Error) {
        let present = &self.present;
        if !is_of_connection(error) || !Arc::ptr_eq(&present.pools.load(), &self.used) {
            return;
        }
        if let Ok(fresh) = present.blueprint.pools(Arc::clone(&self.used.introduction)) {
            present.pools.compare_and_swap(&self.used, Arc::new(fresh));
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
