//! The part of a call's options that says who controls it and who is told of it.

use crate::operation::Operation;
use crate::progress::Reports;

/// How a call is seen from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Control<'a> {
    pub(crate) operation: Option<&'a Operation>,
    pub(crate) reports: &'a Reports,
}
