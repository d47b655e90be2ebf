//! `zip`: several files in one.

use std::collections::HashSet;
use std::io::{self, Write};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::content::blob::Blob;
use crate::content::filename::plain_filename;
use crate::errors::{Result, ServiceError};
use crate::storage::Storage;

/// The service's limit.
pub(crate) const MAX_SOURCES: usize = 100;
pub(crate) const MIMETYPE: &str = "application/zip";
pub(crate) const FILENAME: &str = "filestack.zip";
/// Bytes that are handed over at once.
const CHUNK: usize = 64 * 1024;
/// Chunks that may wait for the client.
const QUEUE: usize = 8;
/// From here on an entry needs the larger headers; a little early, because what grows by compression counts too.
const LARGE: u64 = 0xF000_0000;

/// A zip that is not written yet.
#[derive(Debug)]
pub(crate) struct Archive {
    entries: Vec<(String, Blob)>,
}

impl Archive {
    /// Gives every file a name of its own.
    pub(crate) fn new(files: Vec<Blob>) -> Result<Self> {
        if files.is_empty() || files.len() > MAX_SOURCES {
            return Err(ServiceError::bad_request(format!("zip takes 1 to {MAX_SOURCES} sources")));
        }
        let mut taken = HashSet::new();
        let entries = files.into_iter().map(|blob| (unique(&blob.filename, &mut taken), blob)).collect();
        Ok(Self { entries })
    }

    /// The archive as the body of a reply; it is written while it is read.
    pub(crate) fn into_body(self) -> Body {
        let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(QUEUE);
        tokio::task::spawn_blocking(move || {
            let outcome = self.write(Pipe { sender: sender.clone(), pending: Vec::with_capacity(CHUNK) });
            if let Err(error) = outcome {
                // The client sees a body that breaks off, or is the one who has gone.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Body::from_stream(stream::unfold(receiver, async |mut receiver| {
            receiver.recv().await.map(|chunk| (chunk, receiver))
        }))
    }

    /// The archive as a file.
    pub(crate) async fn into_blob(self, storage: &Storage) -> Result<Blob> {
        storage
            .receive(self.into_body(), u64::MAX)
            .await
            .map(|received| Blob::received(received, FILENAME.to_owned(), MIMETYPE.to_owned()))
    }

    fn write(self, target: impl Write) -> io::Result<()> {
        let mut archive = ZipWriter::new_stream(target);
        for (name, blob) in self.entries {
            let options = SimpleFileOptions::default().large_file(blob.size >= LARGE);
            archive.start_file(name, options)?;
            io::copy(&mut blob.open()?, &mut archive)?;
        }
        archive.finish()?.into_inner().flush()
    }
}

/// `a.txt`, then `a (1).txt` and so on. Readers that do not care for case must find different names too.
fn unique(filename: &str, taken: &mut HashSet<String>) -> String {
    let name = match entry_name(filename) {
        "" | "." | ".." => "file",
        plain => plain,
    };
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let mut candidate = name.to_owned();
    for number in 1.. {
        if taken.insert(candidate.to_lowercase()) {
            break;
        }
        candidate = format!("{stem} ({number}){extension}");
    }
    candidate
}

/// The name of a file. Where that leads out of a folder for readers to which backslashes separate folders, it is the
/// last component.
fn entry_name(filename: &str) -> &str {
    let name = plain_filename(filename);
    let leads_out = |component: &str| component == ".." || component.ends_with(':');
    match name.starts_with('\\') || name.split('\\').any(leads_out) {
        true => name.rsplit('\\').next().unwrap_or(name),
        false => name,
    }
}

/// Hands bytes to the task that sends them.
struct Pipe {
    sender: mpsc::Sender<io::Result<Bytes>>,
    pending: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.pending, Vec::with_capacity(CHUNK));
        self.sender.blocking_send(Ok(chunk.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read as _};

    fn made(name: &str, bytes: Vec<u8>) -> Blob {
        Blob::made(bytes, name.to_owned(), "b/c".to_owned(), "v".to_owned())
    }

    #[test]
    fn names_are_made_unique() {
        let mut taken = HashSet::new();
        let names = ["a.txt", "A.txt", "x/a.txt", "a (1).txt", "", "..", "b", "b", ".c", ".c"];
        let unique: Vec<String> = names.iter().map(|name| unique(name, &mut taken)).collect();
        let expected =
            ["a.txt", "A (1).txt", "a (2).txt", "a (1) (1).txt", "file", "file (1)", "b", "b (1)", ".c", ".c (1)"];
        assert_eq!(unique, expected);
    }

    #[test]
    fn names_stay_unless_they_lead_out_of_the_archive() {
        for (filename, expected) in [
            ("back\\slash.png", "back\\slash.png"),
            ("a:b", "a:b"),
            ("..a\\b", "..a\\b"),
            ("..\\a", "a"),
            ("x\\..\\..\\a", "a"),
            ("\\\\server\\share\\a", "a"),
            ("C:\\a", "a"),
            ("x\\..", "file"),
            ("..\\", "file"),
        ] {
            assert_eq!(unique(filename, &mut HashSet::new()), expected, "{filename}");
        }
    }

    #[test]
    fn archives_are_read_back() {
        let large: Vec<u8> =
            (0..300_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let archive = Archive::new(vec![made("a.bin", large.clone()), made("a.bin", b"second".to_vec())]).unwrap();
        let mut bytes = Vec::new();
        archive.write(&mut bytes).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for (name, expected) in [("a.bin", large.as_slice()), ("a (1).bin", b"second")] {
            let mut content = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut content).unwrap();
            assert!(content == expected, "{name}");
        }
        assert!(Archive::new(Vec::new()).is_err());
        assert!(Archive::new((0..=MAX_SOURCES).map(|_| made("a", Vec::new())).collect()).is_err());
    }
}
