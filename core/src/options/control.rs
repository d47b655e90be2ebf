//! Control options of a call: its operation, and the observer of its progress.

use crate::operation::Operation;
use crate::progress::Reports;

/// How a call is seen from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control<'a> {
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) reports: &'a Reports,
}
