//! Checks and converts what C passes in, and writes what it gets out.

use std::ffi::{CStr, CString, OsStr, c_char, c_void};
#[cfg(unix)]
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use filestack_core::Error;

use crate::failure::{Failure, Result};

/// Frees what a caller gave to the library. Called exactly once, after the last use, on any thread.
pub type filestack_destroy = Option<unsafe extern "C-unwind" fn(user: *mut c_void)>;

/// The error for a NULL argument.
pub(crate) fn null(name: &str) -> Failure {
    Failure::Null(name.to_owned())
}

/// `bytes` as text.
pub(crate) fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str> {
    std::str::from_utf8(bytes)
        .map_err(|cause| Failure::Utf8 { name: name.to_owned(), valid_bytes: cause.valid_up_to() })
}

/// A required text.
///
/// # Safety
/// `pointer` is NULL or points to a NUL-terminated string that outlives `'a`.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the caller's promise is the same.
    unsafe { optional_text(pointer, name) }?.ok_or_else(|| null(name))
}

/// A required path: any bytes on Unix, UTF-8 elsewhere.
///
/// # Safety
/// As for [`text`].
#[cfg(unix)]
pub(crate) unsafe fn path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path> {
    // SAFETY: the caller's promise is the same.
    let path: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(unsafe { bytes(pointer, name) }?);
    Ok(Path::new(path))
}

/// A required path. Compiled, not tested.
///
/// # Safety
/// As for [`text`].
#[cfg(not(unix))]
pub(crate) unsafe fn path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path> {
    // SAFETY: the caller's promise is the same.
    unsafe { text(pointer, name) }.map(Path::new)
}

/// A required path, which means the same file when the process has gone to another folder.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn absolute_path(pointer: *const c_char, name: &str) -> Result<PathBuf> {
    // SAFETY: the caller's promise is the same.
    Ok(absolute(unsafe { path(pointer, name) }?))
}

/// The path from the root. One that has none, such as an empty one, stays: whoever opens it says so.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A duplicate of the caller's descriptor, which programs that it starts do not inherit.
#[cfg(unix)]
pub(crate) fn descriptor(fd: i32) -> Result<OwnedFd> {
    // SAFETY: the call takes numbers only, and answers -1 for those that are not descriptors.
    let duplicate = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
    if duplicate >= 0 {
        // SAFETY: the descriptor was just made, and nobody else knows it.
        return Ok(unsafe { OwnedFd::from_raw_fd(duplicate) });
    }
    let cause = std::io::Error::last_os_error();
    match cause.raw_os_error() {
        Some(libc::EBADF) => Err(Failure::argument(format!("fd is {fd}, which is not an open descriptor"))),
        _ => Err(Error::resources(format!("the descriptor {fd} cannot be duplicated"), &cause).into()),
    }
}

/// A count of bytes, or -1 for none.
pub(crate) fn optional_count(count: i64, name: &str) -> Result<Option<u64>> {
    match count {
        -1 => Ok(None),
        _ => u64::try_from(count).map(Some).map_err(|_| {
            Failure::argument(format!("{name} is {count}: it must be a number of bytes, or -1 when it is not set"))
        }),
    }
}

/// A required text of any encoding, without its NUL.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn bytes<'a>(pointer: *const c_char, name: &str) -> Result<&'a [u8]> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: it is not NULL, so it points to a NUL-terminated string that outlives 'a.
    Ok(unsafe { CStr::from_ptr(pointer) }.to_bytes())
}

/// A text that may be NULL.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn optional_text<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not NULL, so it points to a NUL-terminated string that outlives 'a.
    let bytes = unsafe { CStr::from_ptr(pointer) };
    utf8(bytes.to_bytes(), name).map(Some)
}

/// An array of `count` texts; NULL is allowed when there are none.
///
/// # Safety
/// `pointer` is NULL or points to `count` pointers, each as for [`text`].
pub(crate) unsafe fn texts<'a>(pointer: *const *const c_char, count: usize, name: &str) -> Result<Vec<&'a str>> {
    // SAFETY: the caller's promise covers both the array and its elements.
    unsafe {
        slice(pointer, count, name)?
            .iter()
            .enumerate()
            .map(|(index, text_pointer)| text(*text_pointer, &format!("{name}[{index}]")))
            .collect()
    }
}

/// As [`texts`], copied.
///
/// # Safety
/// As for [`texts`].
pub(crate) unsafe fn owned_texts(pointer: *const *const c_char, count: usize, name: &str) -> Result<Vec<String>> {
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { texts(pointer, count, name) }?.into_iter().map(str::to_owned).collect())
}

/// Copied texts as the core takes them.
pub(crate) fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// An array of `count` values; NULL is allowed when there are none.
///
/// # Safety
/// `pointer` is NULL or points to `count` values that outlive `'a`.
pub(crate) unsafe fn slice<'a, T>(pointer: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(null(name));
    }
    if !pointer.is_aligned() || count > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Failure::argument(format!("{name} cannot be an array of {count} values")));
    }
    // SAFETY: it is neither NULL nor misaligned, the size fits, and the caller promises `count` values.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// A value that C can be given through a pointer, and what stands there until then.
pub(crate) trait Output {
    /// What an output holds when the call fails.
    const EMPTY: Self;
}

impl<T> Output for *mut T {
    const EMPTY: Self = std::ptr::null_mut();
}

impl Output for u64 {
    const EMPTY: Self = 0;
}

impl Output for i32 {
    const EMPTY: Self = 0;
}

/// `text` as C sees it. A NUL inside, which only a service's reply could hold, becomes U+FFFD.
pub(crate) fn c_string(text: &str) -> CString {
    CString::new(text).unwrap_or_else(|_| CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default())
}

/// `text` as a string that the caller frees with `filestack_string_free`.
pub(crate) fn owned_c_string(text: &str) -> *mut c_char {
    c_string(text).into_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_bad_utf_8_are_told_apart() {
        // SAFETY: the pointers are NULL or literals.
        unsafe {
            assert_eq!(text(std::ptr::null(), "handle").unwrap_err().message(), "handle is NULL");
            let error = text(c"ab\xff".as_ptr(), "handle").unwrap_err();
            assert_eq!(error.status(), crate::status_code::FILESTACK_E_UTF8);
            assert_eq!(error.message(), "handle is not valid UTF-8 from byte 2 on");
            assert_eq!(text(c"ü".as_ptr(), "handle").unwrap(), "ü");
            assert_eq!(texts(std::ptr::null(), 0, "files").unwrap(), Vec::<&str>::new());
            let array = [c"a".as_ptr(), std::ptr::null()];
            assert_eq!(texts(array.as_ptr(), 2, "files").unwrap_err().message(), "files[1] is NULL");
            assert!(slice::<u64>(std::ptr::dangling(), usize::MAX, "numbers").is_err());
            assert_eq!(slice(c"secret".as_ptr(), 0, "body").unwrap(), [0; 0]);
        }
    }

    #[test]
    fn a_nul_inside_a_reply_does_not_cut_it() {
        assert_eq!(c_string("a\0b").to_str().unwrap(), "a\u{fffd}b");
    }
}
