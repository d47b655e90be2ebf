//! Calls: what a function of the header has prepared, to be waited for or to be started.

use std::future::Future;
use std::sync::mpsc;

use futures_util::future::{BoxFuture, FutureExt as _};

use filestack_core::{Error, ErrorKind, Operation, RequestOptions, UploadOptions};

use crate::callback;
use crate::failure::Result;
use crate::outcome::Outcome;
use crate::runtime;

/// A call that has all that it needs, and has not begun.
pub(crate) struct Call {
    /// Controls it.
    pub(crate) operation: Operation,
    /// Whether it can stand still on its way: uploads and downloads can.
    pub(crate) can_pause: bool,
    pub(crate) work: BoxFuture<'static, filestack_core::Result<Outcome>>,
}

/// Options of a call that can be controlled from outside.
pub(crate) trait Controlled {
    /// Lets `operation` control the call.
    fn control_by(&mut self, operation: Operation);
}

impl Controlled for UploadOptions {
    fn control_by(&mut self, operation: Operation) {
        self.operation = Some(operation);
    }
}

impl Controlled for RequestOptions {
    fn control_by(&mut self, operation: Operation) {
        self.operation = Some(operation);
    }
}

impl Call {
    /// An upload or a download.
    pub(crate) fn transfer<O: Controlled, F>(options: O, work: impl FnOnce(O) -> F) -> Self
    where
        F: Future<Output = filestack_core::Result<Outcome>> + Send + 'static,
    {
        Call { can_pause: true, ..Self::request(options, work) }
    }

    /// A request and its answer.
    pub(crate) fn request<O: Controlled, F>(mut options: O, work: impl FnOnce(O) -> F) -> Self
    where
        F: Future<Output = filestack_core::Result<Outcome>> + Send + 'static,
    {
        let operation = Operation::new();
        options.control_by(operation.clone());
        Call { operation, can_pause: false, work: work(options).boxed() }
    }

    /// Carries the call out on the library's threads and waits for it. The caller's thread does no network I/O: its
    /// signal mask is the host's, and a broken connection would raise SIGPIPE there.
    pub(crate) fn wait(self) -> Result<Outcome> {
        callback::refuse_blocking_call()?;
        let (sender, receiver) = mpsc::sync_channel(1);
        let tell = move |outcome| {
            // The receiver waits below until this very message arrives.
            let _ = sender.send(outcome);
        };
        runtime::enter()?.carry_out(self.work, tell);
        let stopped = || Error::new(ErrorKind::Cancelled, "the library was stopped while the operation ran");
        receiver.recv().unwrap_or_else(|_| Err(stopped().into()))
    }
}
