//! Random names: file handles, upload ids, object ids.

use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// Length of a Filestack handle.
pub(crate) const HANDLE_LENGTH: usize = 20;

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Fills `bytes` from the operating system.
///
/// # Panics
///
/// When the operating system has no randomness to give: nothing that the service could do then would be right.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

/// `length` letters and digits, each equally likely.
pub(crate) fn random_name(length: usize) -> String {
    letters(length, fill_random)
}

fn letters(length: usize, mut fill: impl FnMut(&mut [u8])) -> String {
    let mut name = String::with_capacity(length);
    let mut pool = [0u8; 64];
    while name.len() < length {
        fill(&mut pool);
        // 248 is the largest multiple of 62 below 256: what lies above would favour the first letters.
        let letters = pool.iter().filter(|byte| **byte < 248).map(|byte| char::from(LETTERS[usize::from(byte % 62)]));
        name.extend(letters.take(length - name.len()));
    }
    name
}

/// Where the names come from that clients get to see.
#[derive(Debug)]
pub(crate) struct Names(Option<Mutex<Sequence>>);

/// Bytes that depend on nothing but where they begin.
#[derive(Debug)]
struct Sequence {
    start: Sha256,
    count: u64,
}

impl Names {
    /// Names that are the same for the same `seed` and `run`, in the order in which they are asked for; without a seed
    /// nobody can guess them.
    pub(crate) fn new(seed: Option<u64>, run: u64) -> Self {
        let begin = |seed: u64| {
            let start = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(run.to_le_bytes());
            Mutex::new(Sequence { start, count: 0 })
        };
        Self(seed.map(begin))
    }

    /// `length` letters and digits, each equally likely.
    pub(crate) fn name(&self, length: usize) -> String {
        letters(length, |bytes| self.fill(bytes))
    }

    /// A fresh file handle.
    pub(crate) fn handle(&self) -> String {
        self.name(HANDLE_LENGTH)
    }

    /// A fresh id for an upload; as long as those of S3, so that clients meet realistic sizes.
    pub(crate) fn upload_id(&self) -> String {
        self.name(96)
    }

    /// 32 hex digits, which name jobs.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        crate::hex::hex(&bytes)
    }

    fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            None => fill_random(bytes),
            Some(sequence) => sequence.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes),
        }
    }
}

impl Sequence {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let digest = self.start.clone().chain_update(self.count.to_le_bytes()).finalize();
            chunk.copy_from_slice(&digest[..chunk.len()]);
            self.count += 1;
        }
    }
}

/// Whether `text` can be a handle at all: anything else is "not found" without asking the database.
pub(crate) fn is_handle(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_asked_length_and_differ() {
        for length in [1, 20, 63, 64, 65, 300] {
            assert_eq!(random_name(length).len(), length);
        }
        let names = Names::new(None, 0);
        assert_ne!(names.handle(), names.handle());
        assert!(is_handle(&names.handle()));
    }

    #[test]
    fn seeded_names_come_again_in_their_order() {
        let some = |seed, run| {
            let names = Names::new(Some(seed), run);
            [names.handle(), names.upload_id(), names.uuid(), names.handle()]
        };
        let first = some(7, 1);
        assert_eq!(some(7, 1), first);
        assert_eq!(first.each_ref().map(String::len), [20, 96, 32, 20]);
        for other in [some(8, 1), some(7, 2)] {
            assert!(first.iter().zip(&other).all(|(one, another)| one != another));
        }
        assert_ne!(first[0], first[3]);
    }

    #[test]
    fn paths_and_blanks_are_not_handles() {
        for text in ["", "..", "a/b", "a b", "a.b", "é", &"x".repeat(65)] {
            assert!(!is_handle(text), "{text}");
        }
    }
}
