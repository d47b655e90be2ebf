//! Authorization: credentials of requests, and the policies that they hold.

pub(crate) mod credentials;
pub(crate) mod policy;
