//! What the calls of the upload protocol are answered.

use serde_json::{Map, Value, json};

/// Handles begin like this; the file's size follows, in so many digits that they have the 20 characters of real ones.
const PREFIX: &str = "Bench";
const DIGITS: usize = 15;

/// An upload that is called so, and the name of one of its calls, is let wait at that call.
const STALL: &str = "stall-";

/// The reply to a call of the upload API; `None` when there is no such call.
pub(crate) fn upload_call(path: &str, body: &[u8], scheme: &str, host: &str) -> Option<Value> {
    let body: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let filename = body.get("filename").and_then(Value::as_str).unwrap_or_default();
    let upload_id = body.get("upload_id").and_then(Value::as_str).unwrap_or_default();
    match path {
        "/multipart/start" => Some(json!({
            "uri": "/bench",
            "region": "bench",
            "upload_id": if filename.starts_with(STALL) { filename } else { "bench" },
            "location_url": if scheme == "https" { host.to_owned() } else { format!("{scheme}://{host}") },
        })),
        "/multipart/upload" => {
            let part = body.get("part").and_then(Value::as_u64).unwrap_or_default();
            let url = format!("{scheme}://{host}/part/{upload_id}?partNumber={part}&uploadId={upload_id}");
            Some(json!({ "url": url, "headers": {} }))
        }
        "/multipart/complete" => {
            let size = body.get("size").and_then(Value::as_u64).unwrap_or_default();
            let handle = format!("{PREFIX}{size:0DIGITS$}");
            Some(json!({
                "url": format!("{scheme}://{host}/{handle}"),
                "handle": handle,
                "filename": filename,
                "mimetype": body.get("mimetype"),
                "size": size,
                "status": "Stored",
            }))
        }
        _ => None,
    }
}

/// Whether a call is to be left without a reply: `start`, `upload`, `part` or `complete` of an upload that asks for it.
pub(crate) fn stalls(path: &str, body: &[u8]) -> bool {
    let call = path.trim_start_matches("/multipart/").trim_start_matches('/').split('/').next().unwrap_or_default();
    let wanted = format!("{STALL}{call}");
    let in_body = || body.windows(wanted.len()).any(|window| window == wanted.as_bytes());
    path.ends_with(&wanted) || in_body()
}

/// The size of the file that has this path.
pub(crate) fn size(path: &str) -> Option<u64> {
    path.strip_prefix('/')?.strip_prefix(PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_tells_the_size() {
        let reply = upload_call("/multipart/complete", br#"{"size": 1234}"#, "http", "a:1").unwrap();
        assert_eq!(reply["handle"], "Bench000000000001234");
        assert_eq!(size("/Bench000000000001234"), Some(1234));
        assert_eq!(size("/other"), None);
    }

    #[test]
    fn an_upload_waits_at_the_call_that_its_name_has() {
        let start = upload_call("/multipart/start", br#"{"filename": "stall-part"}"#, "http", "a:1").unwrap();
        assert!(!stalls("/multipart/start", br#"{"filename": "stall-part"}"#));
        let call = serde_json::to_vec(&start).unwrap();
        let part = upload_call("/multipart/upload", &call, "http", "a:1").unwrap();
        assert!(part["url"].as_str().unwrap().starts_with("http://a:1/part/stall-part?"));
        assert!(stalls("/part/stall-part", b""));
        assert!(stalls("/multipart/start", br#"{"filename": "stall-start"}"#));
        assert!(!stalls("/part/bench", b""));
    }
}
