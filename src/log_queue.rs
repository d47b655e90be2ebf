//! The queue between the library and the host's log function: events wait in it for a thread that calls the function.

use std::collections::VecDeque;
use std::ffi::CString;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use filestack_core::Epoch;

use crate::process;
use crate::threads::ThreadGroup;

/// How many events wait at most. Those that come when it is full are dropped, counted and reported.
const CAPACITY: usize = 1024;

/// Between two looks whether queues have ended.
const LOOK: Duration = Duration::from_millis(1);

/// An event as the host's function takes it.
pub(crate) struct LogEvent {
    pub(crate) level: i32,
    pub(crate) target: CString,
    pub(crate) message: CString,
    pub(crate) fields_json: CString,
}

/// Gets the events, one at a time, on a thread of the library, which drops it at the end.
pub(crate) trait LogSink: Send + Sync + 'static {
    /// Takes an event.
    fn write(&self, event: &LogEvent);

    /// The event that tells of dropped ones.
    fn dropped(&self, count: u64) -> LogEvent;
}

/// The queue of one sink.
pub(crate) struct LogQueue<S: LogSink>(Arc<Shared<S>>);

struct Shared<S> {
    epoch: Epoch,
    state: Mutex<State<S>>,
    changed: Condvar,
    threads: ThreadGroup,
}

struct State<S> {
    /// Taken away by the thread that ends the queue.
    sink: Option<Arc<S>>,
    events: VecDeque<LogEvent>,
    dropped: u64,
    has_thread: bool,
    is_closed: bool,
    /// Dropped after the sink.
    ending: Option<Ending>,
}

impl<S: LogSink> LogQueue<S> {
    /// Starts the thread.
    ///
    /// # Errors
    /// `Resources` when there is none to be had.
    pub(crate) fn start(sink: S) -> filestack_core::Result<Self> {
        let state = State {
            sink: Some(Arc::new(sink)),
            events: VecDeque::new(),
            dropped: 0,
            has_thread: false,
            is_closed: false,
            ending: None,
        };
        let shared = Arc::new(Shared {
            epoch: process::epoch(),
            state: Mutex::new(state),
            changed: Condvar::new(),
            threads: ThreadGroup::default(),
        });
        shared.start_thread(&mut shared.state())?;
        Ok(LogQueue(shared))
    }

    /// The epoch that it belongs to: a forked child has to make its own.
    pub(crate) fn epoch(&self) -> Epoch {
        self.0.epoch
    }

    /// Queues an event.
    pub(crate) fn push(&self, event: LogEvent) {
        let mut state = self.0.state();
        if state.is_closed {
            // Of a call that began to log before the log was taken away.
            return;
        }
        if state.events.len() == CAPACITY {
            state.dropped += 1;
            return;
        }
        state.events.push_back(event);
        if !state.has_thread {
            // Without a thread the events wait for the next try.
            let _ = self.0.start_thread(&mut state);
        }
        drop(state);
        self.0.changed.notify_one();
    }

    /// Lets the thread write what is there, drop the sink, and end.
    pub(crate) fn close(&self) {
        let mut state = self.0.state();
        state.is_closed = true;
        state.ending = Some(Ending::begin(self.0.epoch));
        if state.has_thread {
            drop(state);
            self.0.changed.notify_one();
        } else {
            self.0.go_on(state);
        }
    }
}

impl<S: LogSink> Shared<S> {
    fn state(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_thread(self: &Arc<Self>, state: &mut State<S>) -> filestack_core::Result<()> {
        let shared = Arc::clone(self);
        let failed = |cause| filestack_core::Error::resources("the log's thread cannot be started", &cause);
        self.threads.start(c"filestack-log", None, Box::new(move || shared.run())).map_err(failed)?;
        state.has_thread = true;
        Ok(())
    }

    /// Starts a thread for what is left when there is none. A closed queue that gets none ends here.
    fn go_on(self: &Arc<Self>, mut state: MutexGuard<'_, State<S>>) {
        let has_work = state.is_closed || !state.events.is_empty();
        if !has_work || self.start_thread(&mut state).is_ok() || !state.is_closed {
            return;
        }
        let _ending = state.ending.take();
        let sink = state.sink.take();
        drop(state);
        drop(sink);
    }

    /// The life of the thread. The host's function may end it, so nothing is held while that runs.
    fn run(self: Arc<Self>) {
        struct Gone<S: LogSink>(Arc<Shared<S>>);
        impl<S: LogSink> Drop for Gone<S> {
            fn drop(&mut self) {
                let mut state = self.0.state();
                state.has_thread = false;
                if state.sink.is_some() {
                    // The host's function has ended the thread: another one takes its place.
                    self.0.go_on(state);
                }
            }
        }
        let gone = Gone(self);
        while let Some((sink, event)) = gone.0.next() {
            sink.write(&event);
        }
        let mut state = gone.0.state();
        // Also counts when the sink ends the thread while it is dropped.
        let _ending = state.ending.take();
        let sink = state.sink.take();
        drop(state);
        drop(sink);
    }

    /// The next event, or `None` when the queue is closed and empty.
    fn next(&self) -> Option<(Arc<S>, LogEvent)> {
        let mut state = self.state();
        loop {
            let sink = Arc::clone(state.sink.as_ref()?);
            if let Some(event) = state.events.pop_front() {
                return Some((sink, event));
            }
            if state.dropped > 0 {
                let count = std::mem::take(&mut state.dropped);
                return Some((Arc::clone(&sink), sink.dropped(count)));
            }
            if state.is_closed {
                return None;
            }
            drop(sink);
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What is ending in this process: closed queues, and logs that take the place of others. In the upper half the number
/// of its forks, because a child has nothing of its parent's.
static ENDING: AtomicU64 = AtomicU64::new(0);

/// Something that [`wait_for_ending_queues`] waits for until it is dropped.
pub(crate) struct Ending(Epoch);

impl Ending {
    /// Counts it.
    pub(crate) fn begin(epoch: Epoch) -> Self {
        count_ending(epoch, 1);
        Ending(epoch)
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        count_ending(self.0, -1);
    }
}

fn ending_in(counted: u64, epoch: Epoch) -> u32 {
    let forks = epoch.forks & u64::from(u32::MAX);
    if counted >> 32 == forks { u32::try_from(counted & u64::from(u32::MAX)).unwrap_or(0) } else { 0 }
}

fn count_ending(epoch: Epoch, change: i32) {
    let changed = |counted| {
        let forks = epoch.forks & u64::from(u32::MAX);
        Some(forks << 32 | u64::from(ending_in(counted, epoch).saturating_add_signed(change)))
    };
    let _ = ENDING.fetch_update(Ordering::AcqRel, Ordering::Acquire, changed);
}

/// Waits until every closed queue has ended, and every log has taken its place.
pub(crate) fn wait_for_ending_queues() {
    while ending_in(ENDING.load(Ordering::Acquire), process::epoch()) > 0 {
        std::thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    struct Recorder {
        sender: Mutex<mpsc::Sender<String>>,
        gate: Arc<Mutex<()>>,
    }

    impl LogSink for Recorder {
        fn write(&self, event: &LogEvent) {
            let _open = self.gate.lock().unwrap();
            self.sender.lock().unwrap().send(event.message.to_str().unwrap().to_owned()).unwrap();
        }

        fn dropped(&self, count: u64) -> LogEvent {
            event(&format!("dropped {count}"))
        }
    }

    fn event(message: &str) -> LogEvent {
        LogEvent {
            level: 1,
            target: CString::default(),
            message: CString::new(message).unwrap(),
            fields_json: CString::default(),
        }
    }

    #[test]
    fn events_keep_their_order_and_lost_ones_are_reported() {
        let (sender, receiver) = mpsc::channel();
        let gate = Arc::new(Mutex::new(()));
        let shut = gate.lock().unwrap();
        let queue = LogQueue::start(Recorder { sender: Mutex::new(sender), gate: Arc::clone(&gate) }).unwrap();
        for number in 0..CAPACITY + 100 {
            queue.push(event(&number.to_string()));
        }
        drop(shut);
        queue.close();
        wait_for_ending_queues();
        let written: Vec<String> = receiver.iter().collect();
        let (last, events) = written.split_last().unwrap();
        assert!(events.iter().enumerate().all(|(number, event)| *event == number.to_string()));
        assert_eq!(*last, format!("dropped {}", CAPACITY + 100 - events.len()));
    }
}
