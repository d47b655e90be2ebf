//! Random names: file handles, upload ids, object ids.

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
    let mut name = String::with_capacity(length);
    let mut pool = [0u8; 64];
    while name.len() < length {
        fill_random(&mut pool);
        // 248 is the largest multiple of 62 below 256: what lies above would favour the first letters.
        let letters = pool.iter().filter(|byte| **byte < 248).map(|byte| char::from(LETTERS[usize::from(byte % 62)]));
        name.extend(letters.take(length - name.len()));
    }
    name
}

/// A fresh file handle.
pub(crate) fn handle() -> String {
    random_name(HANDLE_LENGTH)
}

/// A fresh id for an upload; as long as those of S3, so that clients meet realistic sizes.
pub(crate) fn upload_id() -> String {
    random_name(96)
}

/// 32 hex digits, which name jobs.
pub(crate) fn uuid() -> String {
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    crate::storage::hex(&bytes)
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
        assert_ne!(handle(), handle());
        assert!(is_handle(&handle()));
    }

    #[test]
    fn paths_and_blanks_are_no_handles() {
        for text in ["", "..", "a/b", "a b", "a.b", "é", &"x".repeat(65)] {
            assert!(!is_handle(text), "{text}");
        }
    }
}
