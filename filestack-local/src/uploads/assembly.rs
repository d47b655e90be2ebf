//! Putting chunks together to parts, and parts to files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use md5::{Digest as _, Md5};
use tempfile::NamedTempFile;

use crate::content::decoding;
use crate::database::{ChunkRecord, PartRecord};
use crate::errors::Result;
use crate::hex::hex;
use crate::storage::Storage;

/// Bytes that are read at once while hashing.
const BUFFER: usize = 256 * 1024;

/// The length of a part of which the first `base` bytes are there and to which `chunks` are added, in any order and
/// overlapping; `None` if bytes are missing somewhere before the end.
pub(super) fn covered(base: u64, chunks: &[ChunkRecord]) -> Option<u64> {
    let mut spans: Vec<(u64, u64)> = chunks.iter().map(|chunk| (chunk.start, chunk.start + chunk.size)).collect();
    spans.sort_unstable();
    spans.into_iter().try_fold(base, |reached, (start, end)| (start <= reached).then(|| reached.max(end)))
}

/// Writes `chunks` over what is there of a part, in the order in which they arrived: the last one wins.
/// Returns the merged part and the hex MD5 of it.
pub(super) fn merge(
    storage: &Storage,
    existing: Option<&PartRecord>,
    chunks: &[ChunkRecord],
) -> io::Result<(NamedTempFile, String)> {
    let merged = storage.temporary_file()?;
    let mut target = merged.as_file();
    let pieces =
        existing.map(|part| (0, &part.file)).into_iter().chain(chunks.iter().map(|chunk| (chunk.start, &chunk.file)));
    for (start, name) in pieces {
        target.seek(SeekFrom::Start(start))?;
        io::copy(&mut File::open(storage.part_path(name))?, &mut target)?;
    }
    target.rewind()?;
    let mut hash = Md5::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match target.read(&mut buffer)? {
            0 => break,
            length => hash.update(&buffer[..length]),
        }
    }
    Ok((merged, hex(&hash.finalize())))
}

/// Makes an object of the parts, or of what the base64 in them stands for, and returns its id and size.
pub(super) fn make_object(storage: &Storage, parts: &[PartRecord], base64decode: bool) -> Result<(String, u64)> {
    let mut object = concatenate(storage, parts)?;
    if base64decode {
        // Only now: four letters that belong together may be in two parts.
        let mut decoded = storage.temporary_file()?;
        decoding::decode(object.reopen()?, &mut decoded)?;
        object = decoded;
    }
    let size = object.as_file().metadata()?.len();
    Ok((storage.keep_object(object)?, size))
}

/// Writes parts one after the other into a file.
fn concatenate(storage: &Storage, parts: &[PartRecord]) -> io::Result<NamedTempFile> {
    let object = storage.temporary_file()?;
    let mut target = object.as_file();
    for part in parts {
        // Between two files this is copy_file_range: the bytes do not pass through this process.
        let copied = io::copy(&mut File::open(storage.part_path(&part.file))?, &mut target)?;
        if copied != part.size {
            return Err(io::Error::other(format!(
                "part {} has {copied} bytes on disk, {} in the records",
                part.number, part.size
            )));
        }
    }
    Ok(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn chunk(start: u64, size: u64) -> ChunkRecord {
        ChunkRecord { start, size, file: String::new() }
    }

    #[test]
    fn coverage_is_judged_whatever_the_order() {
        assert_eq!(covered(0, &[]), Some(0));
        assert_eq!(covered(0, &[chunk(0, 5)]), Some(5));
        assert_eq!(covered(0, &[chunk(5, 5), chunk(0, 5)]), Some(10));
        assert_eq!(covered(0, &[chunk(0, 8), chunk(4, 8), chunk(2, 3)]), Some(12));
        assert_eq!(covered(0, &[chunk(0, 5), chunk(0, 5)]), Some(5));
        assert_eq!(covered(0, &[chunk(1, 5)]), None);
        assert_eq!(covered(0, &[chunk(0, 5), chunk(6, 5)]), None);
        assert_eq!(covered(10, &[chunk(2, 3)]), Some(10));
        assert_eq!(covered(10, &[chunk(10, 3)]), Some(13));
        assert_eq!(covered(10, &[chunk(11, 3)]), None);
    }

    fn kept(storage: &Storage, bytes: &[u8]) -> String {
        let mut file = storage.temporary_file().unwrap();
        file.write_all(bytes).unwrap();
        storage.keep_part("u", file).unwrap()
    }

    #[test]
    fn later_chunks_overwrite_earlier_ones() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let chunks: Vec<_> = [(4, "4567"), (0, "abcdef"), (2, "23")]
            .map(|(start, text)| ChunkRecord { start, size: text.len() as u64, file: kept(&storage, text.as_bytes()) })
            .into();
        let (merged, md5) = merge(&storage, None, &chunks).unwrap();
        assert_eq!(std::fs::read(merged.path()).unwrap(), b"ab23ef67");
        assert_eq!(md5, hex(&Md5::digest(b"ab23ef67")));

        let part = PartRecord { number: 1, size: 8, md5, file: kept(&storage, b"ab23ef67"), intelligent: true };
        let late = [ChunkRecord { start: 7, size: 3, file: kept(&storage, b"XYZ") }];
        let (merged, _) = merge(&storage, Some(&part), &late).unwrap();
        assert_eq!(std::fs::read(merged.path()).unwrap(), b"ab23ef6XYZ");
    }

    #[test]
    fn parts_become_one_object() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).unwrap();
        let part = |number, text: &str| PartRecord {
            number,
            size: text.len() as u64,
            md5: String::new(),
            file: kept(&storage, text.as_bytes()),
            intelligent: false,
        };
        let (id, size) = make_object(&storage, &[part(1, "file"), part(2, "stack")], false).unwrap();
        assert_eq!((std::fs::read(storage.object_path(&id)).unwrap().as_slice(), size), (b"filestack".as_slice(), 9));
        let encoded = [part(1, "Zml"), part(2, "sZXN0Y\n"), part(3, "WNr")];
        let (id, size) = make_object(&storage, &encoded, true).unwrap();
        assert_eq!((std::fs::read(storage.object_path(&id)).unwrap().as_slice(), size), (b"filestack".as_slice(), 9));
        assert_eq!(make_object(&storage, &encoded[..2], true).unwrap_err().status(), 400);
        let wrong = PartRecord { size: 3, ..part(1, "file") };
        assert!(make_object(&storage, &[wrong], false).is_err());
    }
}
