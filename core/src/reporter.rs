//! The reporter of a running call: a thread that tells its observer how far it is.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::error::{Error, Result};
use crate::generation::Generation;
use crate::operation::Operation;
use crate::progress::{CallState, Observer, Reports};

/// Reports at intervals until it is ended, and then once more. One that is slow holds up its own call's end only.
pub(crate) struct Reporter {
    generation: Arc<Generation>,
    operation: Operation,
    observer: Arc<dyn Observer>,
    /// Dropped to end the reports at intervals.
    going: Option<mpsc::Sender<()>>,
    reporting: BoxFuture<'static, Result<()>>,
}

impl Reporter {
    /// Starts the thread, when there is somebody to tell.
    ///
    /// # Errors
    /// `Resources` when it cannot be made.
    pub(crate) fn start(
        reports: &Reports,
        operation: &Operation,
        generation: &Arc<Generation>,
    ) -> Result<Option<Reporter>> {
        let Some(observer) = &reports.observer else { return Ok(None) };
        let (going, ended) = mpsc::channel();
        let thread = generation.threads().host_thread()?;
        let job = report_at_intervals(Arc::clone(observer), operation.clone(), reports.interval, ended);
        Ok(Some(Reporter {
            generation: Arc::clone(generation),
            operation: operation.clone(),
            observer: Arc::clone(observer),
            going: Some(going),
            reporting: thread.run(job),
        }))
    }

    /// The failure of the observer, which may end its thread. A future that waits for nothing else never ends.
    pub(crate) async fn failure(&mut self) -> Error {
        match (&mut self.reporting).await {
            Err(failure) => {
                self.reporting = std::future::pending().boxed();
                self.going = None;
                failure
            }
            Ok(()) => std::future::pending().await,
        }
    }

    /// Makes the last report and waits until the observer has taken it. Nothing is reported after that.
    pub(crate) async fn end(mut self) {
        let was_going = self.going.take().is_some();
        if was_going && self.reporting.await.is_ok() {
            return;
        }
        // The observer has ended its thread: what it must hear comes from another one.
        let (observer, operation) = (self.observer, self.operation);
        if let Ok(thread) = self.generation.threads().host_thread() {
            let _ = thread.run(last_report(observer, operation)).await;
        }
    }
}

/// What the thread does. The observer is kept until its last report, and by nothing that drops it elsewhere.
fn report_at_intervals(
    observer: Arc<dyn Observer>,
    operation: Operation,
    interval: Duration,
    ended: mpsc::Receiver<()>,
) -> impl FnOnce() -> Result<()> + Send {
    move || {
        while ended.recv_timeout(interval) == Err(mpsc::RecvTimeoutError::Timeout) {
            let progress = operation.progress();
            // Between the end of the call and that of the intervals, which makes the last report.
            if progress.state != CallState::Done && !observer.report(&progress) {
                operation.cancel();
            }
        }
        last_report(observer, operation)()
    }
}

fn last_report(observer: Arc<dyn Observer>, operation: Operation) -> impl FnOnce() -> Result<()> + Send {
    move || {
        // The call has ended: it cannot be cancelled any more.
        let _ = observer.report(&operation.progress());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::{Epoch, StdThreads};
    use crate::progress::Progress;
    use crate::threads::Threads;
    use std::sync::Mutex;

    #[derive(Default)]
    struct States(Mutex<Vec<CallState>>);

    impl Observer for States {
        fn report(&self, progress: &Progress) -> bool {
            self.0.lock().unwrap().push(progress.state);
            true
        }
    }

    #[tokio::test]
    async fn the_end_is_told_once_however_late_the_intervals_end() {
        let generation = Arc::new(Generation::new(Epoch::default(), Threads::new(Arc::new(StdThreads), 1)));
        let states = Arc::new(States::default());
        let observer: Arc<dyn Observer> = Arc::<States>::clone(&states);
        let reports = Reports { observer: Some(observer), interval: Duration::from_millis(1) };
        let operation = Operation::new();
        operation.begin("the test", None);
        let reporter = Reporter::start(&reports, &operation, &generation).unwrap().unwrap();
        while states.0.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        operation.finish();
        std::thread::sleep(Duration::from_millis(20));
        reporter.end().await;
        let told = states.0.lock().unwrap();
        assert_eq!(told.iter().filter(|state| **state == CallState::Done).count(), 1, "{told:?}");
    }
}
