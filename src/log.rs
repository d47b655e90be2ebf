//! The log: events of the library, given to one function of the host. Silent until one is set.

use std::ffi::{c_char, c_void};
use std::fmt::{self, Write as _};
use std::sync::{Arc, Once, PoisonError, RwLock};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use filestack_core::redaction::redact;
use filestack_core::{Error, ErrorKind};

use crate::arguments::{c_string, filestack_destroy, null};
use crate::callback;
use crate::error_object::filestack_error;
use crate::failure::{Failure, Result};
use crate::guard::guard;
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
/// `write` is called on any thread, several at a time; its strings are valid during the call only, and
/// `fields_json` is a JSON object with the event's further members. It must not throw and may not call a
/// blocking function. `destroy`, when set, is called with `user` exactly once, after the last call of `write`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct filestack_log {
    /// sizeof(filestack_log), set by FILESTACK_LOG_INIT.
    pub struct_size: u32,
    /// The most detailed level that is wanted: FILESTACK_LOG_ERROR to FILESTACK_LOG_TRACE.
    pub level: i32,
    /// Receives an event.
    pub write: Option<
        unsafe extern "C" fn(
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

/// Sends the library's log events to `log`, or nowhere when `log` is NULL. It takes the place of the one before.
///
/// The struct is copied. When the call fails, `log->destroy` is called - unless `struct_size` is too small to tell that
/// there is one - and the log before stays.
/// Errors: FILESTACK_E_ARGUMENT for an unknown level or a struct_size that is too small, FILESTACK_E_NULL without `write`,
/// FILESTACK_E_STATE in a Rust program that has a tracing subscriber of its own.
/// Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_set_log(
    log: *const filestack_log,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: `error` is NULL or may be written, by the caller's promise.
    unsafe {
        guard(error, || {
            let sink = if log.is_null() { None } else { Some(Sink::new(log)?) };
            replace_sink(sink.map(Arc::new))
        })
    }
}

static SINK: RwLock<Option<Arc<Sink>>> = RwLock::new(None);

/// A registered log. Its last owner calls `destroy`.
struct Sink(filestack_log);

// SAFETY: the contract of filestack_log says that its functions are called with `user` from any thread.
unsafe impl Send for Sink {}
// SAFETY: as above, several at a time.
unsafe impl Sync for Sink {}

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
        let sink = Sink(unsafe { *log });
        if sink.0.write.is_none() {
            return Err(null("log.write"));
        }
        if !(FILESTACK_LOG_ERROR..=FILESTACK_LOG_TRACE).contains(&sink.0.level) {
            return Err(Failure::argument(format!(
                "log.level is {}: it must be FILESTACK_LOG_ERROR to FILESTACK_LOG_TRACE",
                sink.0.level
            )));
        }
        Ok(sink)
    }

    fn write(&self, level: i32, target: &str, message: &str, fields: Map<String, Value>) {
        let Some(write) = self.0.write else { return };
        let target = c_string(target);
        let message = c_string(&redact(message));
        let fields = c_string(&redact(&Value::Object(fields).to_string()));
        callback::call(|| {
            // SAFETY: the function came with `user`, which is alive until `destroy`; the strings outlive the call.
            unsafe { write(self.0.user, level, target.as_ptr(), message.as_ptr(), fields.as_ptr()) }
        });
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(destroy) = self.0.destroy {
            // SAFETY: the function came with `user`, and no other call of either function can follow.
            callback::call(|| unsafe { destroy(self.0.user) });
        }
    }
}

fn replace_sink(sink: Option<Arc<Sink>>) -> Result<()> {
    if sink.is_some() {
        install_subscriber()?;
    }
    let previous = std::mem::replace(&mut *SINK.write().unwrap_or_else(PoisonError::into_inner), sink);
    tracing::callsite::rebuild_interest_cache();
    // Outside the lock: its destroy function is the host's and may set another log.
    drop(previous);
    Ok(())
}

fn install_subscriber() -> Result<()> {
    static INSTALL: Once = Once::new();
    static FOREIGN: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    INSTALL.call_once(|| {
        let refused = tracing::subscriber::set_global_default(Forwarder).is_err();
        FOREIGN.store(refused, std::sync::atomic::Ordering::Release);
    });
    if FOREIGN.load(std::sync::atomic::Ordering::Acquire) {
        return Err(Error::new(ErrorKind::State, "this Rust program has a tracing subscriber: use that one").into());
    }
    Ok(())
}

fn current_sink() -> Option<Arc<Sink>> {
    SINK.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Gives the library's own events to the sink. Spans and other crates' events are of no use to the host.
struct Forwarder;

impl Subscriber for Forwarder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let wanted = || current_sink().is_some_and(|sink| number(*metadata.level()) <= sink.0.level);
        metadata.is_event() && metadata.target().starts_with("filestack::") && wanted()
    }

    fn event(&self, event: &Event<'_>) {
        let Some(sink) = current_sink() else { return };
        let mut collected = Collected::default();
        event.record(&mut collected);
        let metadata = event.metadata();
        sink.write(number(*metadata.level()), metadata.target(), &collected.message, collected.fields);
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
