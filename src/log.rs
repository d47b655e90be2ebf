//! The log: events of the library, given to one function of the host. Silent until one is set.

use std::ffi::{c_char, c_void};
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use arc_swap::ArcSwapOption;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use filestack_core::redaction::{redact, redact_member};

use crate::arguments::{c_string, filestack_destroy, null};
use crate::callback;
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard;
use crate::log_queue::{self, Ending, LogEvent, LogQueue, LogSink};
use crate::process;
use crate::status_code::filestack_status;

/// Log level: an operation failed in a way that the caller may not see otherwise.
pub const FILESTACK_LOG_ERROR: i32 = 1;
/// Log level: something went wrong and was mended, such as a retry.
pub const FILESTACK_LOG_WARN: i32 = 2;
/// Log level: milestones.
pub const FILESTACK_LOG_INFO: i32 = 3;
/// Log level: each request.
pub const FILESTACK_LOG_DEBUG: i32 = 4;
/// Log level: everything.
pub const FILESTACK_LOG_TRACE: i32 = 5;

/// Where log events go. Start from FILESTACK_LOG_INIT, which sets struct_size.
///
/// `write` is called on a thread of the library that does nothing else, one event after the other; its strings are
/// valid during the call only, and `fields_json` is a JSON object with the event's further members. It must not throw
/// and may not call a blocking function. When it is so slow that events pile up, some are dropped, and an event says
/// how many. `destroy`, when set, is called with `user` exactly once, after the last call of `write`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct filestack_log {
    /// sizeof(filestack_log), set by FILESTACK_LOG_INIT.
    pub struct_size: u32,
    /// The most detailed level that is wanted: FILESTACK_LOG_ERROR to FILESTACK_LOG_TRACE.
    pub level: i32,
    /// Receives an event.
    pub write: Option<
        unsafe extern "C-unwind" fn(
            user: *mut c_void,
            level: i32,
            target: *const c_char,
            message: *const c_char,
            fields_json: *const c_char,
        ),
    >,
    /// Frees `user`; may be NULL.
    pub destroy: filestack_destroy,
    /// Given to both functions.
    pub user: *mut c_void,
}

/// Sends the library's log events to `log`, or nowhere when `log` is NULL. It takes the place of the one before. Waits.
///
/// The struct is copied. Pending events still go to the log before, which is destroyed before this call returns, except
/// in a callback. When the call fails, the log before stays and `log->destroy` is called, unless `struct_size` is too
/// small to tell that there is one.
/// Errors: FILESTACK_E_ARGUMENT for an unknown level or a struct_size that is too small, FILESTACK_E_NULL without
/// `write`, FILESTACK_E_RESOURCES when the log's thread cannot be started.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn filestack_set_log(
    log: *const filestack_log,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: `error` is NULL or may be written, by the caller's promise.
    unsafe {
        guard(error, || {
            let sink = if log.is_null() { None } else { Some(Sink::new(log)?) };
            replace_sink(sink)
        })
    }
}

/// The queue of the present log. Behind no lock: one that another thread holds during a fork would stay locked in the
/// child.
static CURRENT: ArcSwapOption<Log> = ArcSwapOption::const_empty();

/// The present log. It does not hold the sink, because the thread that drops it last, such as one that does I/O, would
/// call `destroy`.
struct Log {
    table: Table,
    /// That of the sink.
    is_owner: Arc<AtomicBool>,
    queue: LogQueue<Sink>,
}

/// A registered log. It calls `destroy` when it is dropped.
struct Sink {
    table: Table,
    /// Whether it is the one that calls `destroy`.
    is_owner: Arc<AtomicBool>,
}

/// What the host has given.
#[derive(Clone, Copy)]
struct Table(filestack_log);

// SAFETY: the contract of filestack_log says that its functions are called with `user` from any thread.
unsafe impl Send for Table {}
// SAFETY: as above, several at a time.
unsafe impl Sync for Table {}

impl Sink {
    /// # Safety
    /// `log` points to a `filestack_log` of at least `struct_size` bytes.
    unsafe fn new(log: *const filestack_log) -> Result<Self> {
        // SAFETY: `struct_size` is the first member of every version of the struct.
        let struct_size = unsafe { (*log).struct_size };
        if (struct_size as usize) < size_of::<filestack_log>() {
            return Err(Failure::argument(format!("log.struct_size is {struct_size}: begin with FILESTACK_LOG_INIT")));
        }
        // SAFETY: the struct has all the members that this version knows.
        let sink = Sink { table: Table(unsafe { *log }), is_owner: Arc::new(AtomicBool::new(true)) };
        let filestack_log { write, level, .. } = sink.table.0;
        if write.is_none() {
            return Err(null("log.write"));
        }
        if !(FILESTACK_LOG_ERROR..=FILESTACK_LOG_TRACE).contains(&level) {
            return Err(Failure::argument(format!(
                "log.level is {level}: it must be FILESTACK_LOG_ERROR to FILESTACK_LOG_TRACE"
            )));
        }
        Ok(sink)
    }
}

impl LogSink for Sink {
    fn write(&self, event: &LogEvent) {
        let filestack_log { write: Some(write), user, .. } = self.table.0 else { return };
        let (target, message, fields) = (event.target.as_ptr(), event.message.as_ptr(), event.fields_json.as_ptr());
        callback::call(|| {
            // SAFETY: the function came with `user`, which is alive until `destroy`; the strings outlive the call.
            unsafe { write(user, event.level, target, message, fields) }
        });
    }

    fn dropped(&self, count: u64) -> LogEvent {
        let message = format!("{count} events were dropped, because the log function is slow");
        log_event(FILESTACK_LOG_WARN, "filestack::log", &message, Map::new())
    }
}

fn log_event(level: i32, target: &str, message: &str, mut fields: Map<String, Value>) -> LogEvent {
    for (name, value) in &mut fields {
        if let Value::String(text) = value {
            *text = redact_member(name, text);
        }
    }
    LogEvent {
        level,
        target: c_string(target),
        message: c_string(&redact(message)),
        fields_json: c_string(&Value::Object(fields).to_string()),
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let filestack_log { destroy, user, .. } = self.table.0;
        if let (Some(destroy), true) = (destroy, self.is_owner.load(Ordering::Acquire)) {
            // SAFETY: the function came with `user`, and no other call of either function can follow.
            unsafe { callback::destroy(destroy, user) };
        }
    }
}

fn replace_sink(sink: Option<Sink>) -> Result<()> {
    let log = match sink {
        Some(sink) => {
            install_subscriber();
            Some(Log::start(sink)?)
        }
        None => None,
    };
    // Another thread that takes the log away meanwhile finds none, and has to wait for this one's end all the same.
    let replacing = Ending::begin(process::epoch());
    let previous = CURRENT.swap(log);
    tracing::callsite::rebuild_interest_cache();
    if let Some(previous) = previous {
        if previous.queue.epoch().forks == process::epoch().forks {
            previous.queue.close();
        } else {
            // That of a parent, whose thread does not exist in this process.
            std::mem::forget(previous);
        }
    }
    drop(replacing);
    if callback::refuse_blocking_call().is_ok() {
        log_queue::wait_for_ending_queues();
    }
    Ok(())
}

impl Log {
    fn start(sink: Sink) -> Result<Arc<Self>> {
        let (table, is_owner) = (sink.table, Arc::clone(&sink.is_owner));
        Ok(Arc::new(Log { table, is_owner, queue: LogQueue::start(sink)? }))
    }
}

fn install_subscriber() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        // Nobody else can have set one: the library's copy of `tracing` is its own.
        let _ = tracing::subscriber::set_global_default(Forwarder);
    });
}

/// The present log. In a forked child it is that of the parent, which gets a thread of its own here.
fn current_log() -> Option<Arc<Log>> {
    let found = CURRENT.load_full()?;
    if found.queue.epoch().forks == process::epoch().forks {
        return Some(found);
    }
    // The child has a copy of what the parent has lent, and destroys that copy: not before its log is in place, because
    // this may be a thread that does I/O, and another thread may be faster.
    let fresh = Log::start(Sink { table: found.table, is_owner: Arc::default() }).ok()?;
    let before = CURRENT.compare_and_swap(&found, Some(Arc::clone(&fresh)));
    let is_swapped = before.as_ref().is_some_and(|before| Arc::ptr_eq(before, &found));
    fresh.is_owner.store(is_swapped, Ordering::Release);
    if !is_swapped {
        fresh.queue.close();
    }
    std::mem::forget(found);
    if is_swapped { Some(fresh) } else { CURRENT.load_full() }
}

/// Gives the library's own events to the sink. Spans and other crates' events are of no use to the host.
struct Forwarder;

impl Subscriber for Forwarder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let wanted = || CURRENT.load().as_ref().is_some_and(|log| number(*metadata.level()) <= log.table.0.level);
        metadata.is_event() && metadata.target().starts_with("filestack::") && wanted()
    }

    fn event(&self, event: &Event<'_>) {
        let Some(log) = current_log() else { return };
        let mut collected = Collected::default();
        event.record(&mut collected);
        let metadata = event.metadata();
        log.queue.push(log_event(number(*metadata.level()), metadata.target(), &collected.message, collected.fields));
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

fn number(level: Level) -> i32 {
    match level {
        Level::ERROR => FILESTACK_LOG_ERROR,
        Level::WARN => FILESTACK_LOG_WARN,
        Level::INFO => FILESTACK_LOG_INFO,
        Level::DEBUG => FILESTACK_LOG_DEBUG,
        Level::TRACE => FILESTACK_LOG_TRACE,
    }
}

/// The message and the other members of an event.
#[derive(Default)]
struct Collected {
    message: String,
    fields: Map<String, Value>,
}

impl Visit for Collected {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string cannot fail.
            let _ = write!(self.message, "{value:?}");
        } else {
            self.fields.insert(field.name().into(), format!("{value:?}").into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().into(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.insert(field.name().into(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.insert(field.name().into(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.insert(field.name().into(), value.into());
    }
}
