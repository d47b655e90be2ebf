//! What operations have cost so far.

use std::ffi::c_char;

use filestack_core::{Progress, Statistics};
use serde_json::{Map, Value, json};

use crate::arguments::owned_c_string;
use crate::error_object::filestack_error;
use crate::guard::produce;
use crate::handle;
use crate::operation::filestack_operation;
use crate::status_code::{self, filestack_status};

/// What the operation has cost so far, as a JSON object, for logs and for those who ask why it takes its time.
///
/// Its members: "bytes", "bytes_total" and "bytes_resent"; "parts" and "parts_total"; "retries", an object of how often
/// a request was tried again, by the name of the status that had failed it; "first_byte_ms" and "elapsed_ms", from the
/// beginning to the first byte of content and to now or the end, null when that has not come; "connections_opened" and
/// "connections_reused", requests over a new connection and over one that was there; "smallest_chunk" and
/// "largest_chunk" of Intelligent Ingestion in bytes, null without any. Later versions may have more.
///
/// `*out_json` is freed with filestack_string_free. Errors: misuse only. Threads: any, also in a callback. Since: 0.1.0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn filestack_operation_stats_json(
    operation: *const filestack_operation,
    out_json: *mut *mut c_char,
    error: *mut *mut filestack_error,
) -> filestack_status {
    // SAFETY: the caller's pointers are NULL or valid.
    unsafe {
        produce(out_json, "out_json", error, || {
            let operation = handle::borrow(operation, "operation")?;
            Ok(owned_c_string(&text(&operation.progress(), &operation.statistics()?)))
        })
    }
}

fn text(progress: &Progress, statistics: &Statistics) -> String {
    let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let name = |status| status_code::name_of(status).unwrap_or(status_code::UNKNOWN).to_string_lossy().into_owned();
    let retries = statistics.retries.iter().map(|(cause, count)| (name(status_code::of_kind(*cause)), json!(count)));
    let chunks = statistics.chunk_sizes.as_ref();
    json!({
        "bytes": progress.bytes_done,
        "bytes_total": progress.bytes_total,
        "bytes_resent": progress.bytes_resent,
        "parts": progress.parts_done,
        "parts_total": progress.parts_total,
        "retries": Value::Object(retries.collect::<Map<_, _>>()),
        "first_byte_ms": statistics.first_byte.map(milliseconds),
        "elapsed_ms": statistics.elapsed.map(milliseconds),
        "connections_opened": statistics.connections_opened,
        "connections_reused": statistics.connections_reused,
        "smallest_chunk": chunks.map(|sizes| *sizes.start()),
        "largest_chunk": chunks.map(|sizes| *sizes.end()),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use filestack_core::ErrorKind;
    use std::time::Duration;

    #[test]
    fn all_members_are_there_also_without_values() {
        let nothing: Value = serde_json::from_str(&text(&Progress::default(), &Statistics::default())).unwrap();
        assert_eq!(nothing["retries"], json!({}));
        assert!(nothing["first_byte_ms"].is_null() && nothing["smallest_chunk"].is_null());
        let statistics = Statistics {
            retries: vec![(ErrorKind::Network, 2)],
            first_byte: Some(Duration::from_millis(7)),
            chunk_sizes: Some(3..=5),
            ..Statistics::default()
        };
        let some: Value = serde_json::from_str(&text(&Progress::default(), &statistics)).unwrap();
        assert_eq!(some["retries"], json!({ "FILESTACK_E_NETWORK": 2 }));
        assert_eq!((&some["first_byte_ms"], &some["largest_chunk"]), (&json!(7), &json!(5)));
        assert_eq!(nothing.as_object().unwrap().len(), some.as_object().unwrap().len());
    }
}
