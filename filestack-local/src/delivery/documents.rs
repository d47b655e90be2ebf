//! What PDF files say about themselves: page count and size, read from the file.

use std::io::{self, Read};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::content::blob::Blob;
use crate::delivery::page_tree::{self, Pages, size_between};
use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;

/// The service's limit for one conversion.
const MAX_SIZE: u64 = 256 * 1000 * 1000;
/// Bytes that are read at once.
const WINDOW: u64 = 256 * 1024;
/// Bytes that are searched together with the next ones, so that nothing is cut in two.
const OVERLAP: usize = 1024;

/// Whether this module answers a task.
pub(crate) fn is_served(task: &Task) -> bool {
    task.name == "pdfinfo" || (task.name == "output" && task.flag("docinfo"))
}

/// Page count and dimensions of a PDF. `conversions` bounds how many are in memory at a time.
pub(crate) async fn describe(conversions: &Semaphore, blob: Blob) -> Result<Value> {
    if blob.size > MAX_SIZE {
        return Err(refusal("the file is too large"));
    }
    let source = blob.open()?;
    let scanned = tokio::task::spawn_blocking(move || Scan::read(source));
    let Some(scan) = scanned.await.map_err(ServiceError::internal)?? else {
        return Err(refusal("conversions of this type are not supported"));
    };
    let mut pages = scan.pages;
    let is_told = pages.count > 0 && pages.size.is_some();
    if scan.is_compressed || (scan.has_cross_references && !is_told) {
        let _permit = conversions.acquire().await.map_err(ServiceError::internal)?;
        let source = blob.open()?;
        let read = tokio::task::spawn_blocking(move || page_tree::read(source));
        pages = read.await.map_err(ServiceError::internal)??.unwrap_or(pages);
    }
    let Some((width, height)) = pages.size.filter(|_| pages.count > 0) else {
        return Err(ServiceError::not_served("reading PDFs whose pages are encrypted or damaged"));
    };
    Ok(json!({ "dimensions": { "height": height, "width": width }, "numpages": pages.count }))
}

/// The service says so with status 200.
fn refusal(reason: &str) -> ServiceError {
    ServiceError::text(StatusCode::OK, format!("docs provider error: {reason} (idx 0)"))
}

/// What a search finds of a document, in little memory.
#[derive(Debug, Default)]
struct Scan {
    /// Those whose objects are not compressed.
    pages: Pages,
    /// Other objects are.
    is_compressed: bool,
    /// There is a table by which objects can be found.
    has_cross_references: bool,
}

impl Scan {
    /// Searches a file from its beginning to its end; `None` if it is not a PDF.
    fn read(mut source: impl Read) -> io::Result<Option<Self>> {
        let mut scan = Self::default();
        let mut window = Vec::new();
        let mut is_first = true;
        loop {
            let is_last = source.by_ref().take(WINDOW).read_to_end(&mut window)? == 0;
            if is_first && !window.starts_with(b"%PDF-") {
                return Ok(None);
            }
            is_first = false;
            let searched = if is_last { window.len() } else { window.len().saturating_sub(OVERLAP) };
            scan.look_at(&window, searched);
            if is_last {
                return Ok(Some(scan));
            }
            window.drain(..searched);
        }
    }

    fn look_at(&mut self, bytes: &[u8], searched: usize) {
        self.pages.count += count_pages(bytes, searched);
        self.pages.size = self.pages.size.or_else(|| media_box(bytes, searched));
        self.is_compressed |= after(bytes, searched, b"/ObjStm").next().is_some();
        self.has_cross_references |= after(bytes, searched, b"startxref").next().is_some();
    }
}

/// Occurrences of `/Type /Page`; `/Pages` is a node of the tree above them.
fn count_pages(bytes: &[u8], searched: usize) -> usize {
    after(bytes, searched, b"/Type")
        .filter(|rest| {
            let name = rest.trim_ascii_start().strip_prefix(b"/Page");
            name.is_some_and(|rest| rest.first().is_none_or(|next| !next.is_ascii_alphanumeric()))
        })
        .count()
}

/// Width and height of the first `/MediaBox [left bottom right top]`, in points.
fn media_box(bytes: &[u8], searched: usize) -> Option<(i64, i64)> {
    let inner = after(bytes, searched, b"/MediaBox").find_map(|rest| rest.trim_ascii_start().strip_prefix(b"["))?;
    let end = inner.iter().position(|byte| *byte == b']')?;
    let text = std::str::from_utf8(&inner[..end]).ok()?;
    let numbers: Vec<f64> = text.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect();
    size_between(&numbers)
}

/// What follows each occurrence of `needle` that begins among the first `searched` bytes.
fn after<'a>(bytes: &'a [u8], searched: usize, needle: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let starts = bytes.windows(needle.len()).take(searched).enumerate().filter(move |(_, window)| *window == needle);
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
        let blob = Blob::made(bytes.to_vec(), "a.pdf".to_owned(), "application/pdf".to_owned(), "v".to_owned());
        describe(&Semaphore::new(1), blob).await
    }

    #[tokio::test]
    async fn pages_and_size_are_read() {
        let expected = json!({ "dimensions": { "height": 792, "width": 612 }, "numpages": 2 });
        assert_eq!(ask(TWO_PAGES).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn nothing_is_lost_between_two_reads() {
        let page = b"/Type /Page /MediaBox [0 0 10 20] ";
        for place in (0..2 * page.len()).chain([OVERLAP - 1, OVERLAP, OVERLAP + 1]) {
            let mut bytes = b"%PDF-1.4 ".to_vec();
            bytes.resize(WINDOW as usize - place, b' ');
            bytes.extend_from_slice(page);
            bytes.resize(3 * WINDOW as usize, b' ');
            bytes.extend_from_slice(b"/Type/Page");
            let expected = json!({ "dimensions": { "height": 20, "width": 10 }, "numpages": 2 });
            assert_eq!(ask(&bytes).await.unwrap(), expected, "{place}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        assert_eq!(ask(b"plain text").await.unwrap_err().status(), 200);
        assert_eq!(ask(b"%PDF-1.7\n1 0 obj <</Type /ObjStm>> endobj").await.unwrap_err().status(), 501);
        assert_eq!(ask(b"%PDF-1.4 /Type /Page /MediaBox [0 0]").await.unwrap_err().status(), 501);
    }
}
