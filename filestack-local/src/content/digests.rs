//! SHA-256 of stored bytes, computed beside the requests that want to know them.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::storage::Storage;

/// Bytes that are read at once.
const BUFFER: usize = 256 * 1024;

/// What is known of objects, by their ids. Objects do not change, so nothing is computed twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Digests(Arc<Mutex<HashMap<String, Option<String>>>>);

impl Digests {
    /// The digests of objects as far as they are known; the others are begun with.
    pub(crate) fn of(&self, storage: &Storage, objects: &[String]) -> Vec<Option<String>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing: Vec<String> = objects.iter().filter(|object| !known.contains_key(*object)).cloned().collect();
        known.extend(missing.iter().map(|object| (object.clone(), None)));
        if !missing.is_empty() {
            let (digests, storage) = (self.clone(), storage.clone());
            tokio::task::spawn_blocking(move || missing.iter().for_each(|object| digests.compute(&storage, object)));
        }
        objects.iter().map(|object| known.get(object).cloned().flatten()).collect()
    }

    fn compute(&self, storage: &Storage, object: &str) {
        let digest = File::open(storage.object_path(object)).and_then(digest);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match digest {
            Ok(digest) => known.insert(object.to_owned(), Some(digest)),
            // It was removed meanwhile, or can be read the next time.
            Err(_) => known.remove(object),
        };
    }
}

fn digest(mut file: File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            length => hash.update(&buffer[..length]),
        }
    }
}
