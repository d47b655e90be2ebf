//! Request options: how one call to the service is made.

use std::time::Duration;

use crate::operation::Operation;
use crate::progress::Reports;
use crate::security::Security;

use super::control::Control;

/// What to do when the destination of a download exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfExists {
    /// It is replaced, in one step, when the download is whole.
    #[default]
    Replace,
    /// The download fails and leaves it as it is.
    Fail,
    /// It is replaced as by `Replace`. A download to a path that fails keeps what it has, and the next one with the same
    /// choice goes on with it, also in another process; it begins anew when the content has changed.
    Resume,
}

/// How one call to the service is made.
#[derive(Clone, Debug, Default)]
pub struct RequestOptions {
    /// Credentials of this call, instead of the object's.
    pub security: Option<Security>,
    /// Time for the whole call, instead of the client's.
    pub total_timeout: Option<Duration>,
    /// The most bytes to take. For content in memory 1 GiB when unset; for files no limit.
    pub max_size: Option<u64>,
    /// What to do when the destination exists.
    pub if_exists: IfExists,
    /// Controls the call from outside.
    pub operation: Option<Operation>,
    /// Whom the call tells how far it is.
    pub reports: Reports,
}

impl RequestOptions {
    pub(crate) fn control(&self) -> Control<'_> {
        Control { operation: self.operation.as_ref(), reports: &self.reports }
    }
}
