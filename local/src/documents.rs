//! What PDF files say about themselves: page count and size, read from the file.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::content::Blob;
use crate::errors::{Result, ServiceError};
use crate::grammar::Task;

/// The service's limit for one conversion; the file is read into memory.
const MAX_SIZE: u64 = 256 * 1000 * 1000;

/// Whether this module answers a task.
pub(crate) fn is_served(task: &Task) -> bool {
    task.name == "pdfinfo" || (task.name == "output" && task.flag("docinfo"))
}

/// Page count and dimensions of a PDF.
pub(crate) async fn describe(blob: Blob) -> Result<Value> {
    if blob.size > MAX_SIZE {
        return Err(refusal("the file is too large"));
    }
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        blob.open()?.read_to_end(&mut bytes).map(|_| bytes)
    });
    let bytes = read.await.map_err(ServiceError::internal)??;
    if !bytes.starts_with(b"%PDF-") {
        return Err(refusal("conversions of this type are not supported"));
    }
    let pages = count_pages(&bytes);
    let Some((width, height)) = media_box(&bytes).filter(|_| pages > 0) else {
        return Err(ServiceError::not_served("reading PDFs whose page objects are compressed"));
    };
    Ok(json!({ "dimensions": { "height": height, "width": width }, "numpages": pages }))
}

fn refusal(reason: &str) -> ServiceError {
    ServiceError::bad_request(format!("docs provider error: {reason} (idx 0)"))
}

/// Occurrences of `/Type /Page`; `/Pages` is a node of the tree above them.
fn count_pages(bytes: &[u8]) -> usize {
    after(bytes, b"/Type")
        .filter(|rest| {
            let name = rest.trim_ascii_start().strip_prefix(b"/Page");
            name.is_some_and(|rest| rest.first().is_none_or(|next| !next.is_ascii_alphanumeric()))
        })
        .count()
}

/// Width and height of the first `/MediaBox [left bottom right top]`, in points.
fn media_box(bytes: &[u8]) -> Option<(i64, i64)> {
    let inner = after(bytes, b"/MediaBox").find_map(|rest| rest.trim_ascii_start().strip_prefix(b"["))?;
    let end = inner.iter().position(|byte| *byte == b']')?;
    let text = std::str::from_utf8(&inner[..end]).ok()?;
    let numbers: Vec<f64> = text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [left, bottom, right, top] => Some(((right - left).round() as i64, (top - bottom).round() as i64)),
        _ => None,
    }
}

/// What follows each occurrence of `needle`.
fn after<'a>(bytes: &'a [u8], needle: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let starts = bytes.windows(needle.len()).enumerate().filter(move |(_, window)| *window == needle);
    starts.map(move |(start, _)| &bytes[start + needle.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PAGES: &[u8] = b"%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 612.0 792]>> endobj
3 0 obj <</Type /Page /Parent 2 0 R>> endobj
4 0 obj <</Type
/Page/Parent 2 0 R>> endobj
%%EOF";

    async fn ask(bytes: &[u8]) -> Result<Value> {
        describe(Blob::made(bytes.to_vec(), "a.pdf".to_owned(), "application/pdf".to_owned(), "v".to_owned())).await
    }

    #[tokio::test]
    async fn pages_and_size_are_read() {
        let expected = json!({ "dimensions": { "height": 792, "width": 612 }, "numpages": 2 });
        assert_eq!(ask(TWO_PAGES).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        assert_eq!(ask(b"plain text").await.unwrap_err().status(), 400);
        assert_eq!(ask(b"%PDF-1.7\n1 0 obj <</Type /ObjStm>> endobj").await.unwrap_err().status(), 501);
        assert_eq!(ask(b"%PDF-1.4 /Type /Page /MediaBox [0 0]").await.unwrap_err().status(), 501);
    }
}
