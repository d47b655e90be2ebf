//! The objects behind C's opaque pointers: a magic word, a count of references, and the Rust value.
//!
//! The magic word is a best effort: reading it through a pointer to freed memory is still undefined, but
//! what usually happens then is an error instead of a crash.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use crate::arguments::null;
use crate::failure::{Failure, Result};

/// A type that C knows only by pointer.
pub(crate) trait Opaque {
    /// What is behind the pointer.
    type Value;
    /// The type's name in C.
    const NAME: &'static str;
    /// What the functions of the type call it.
    const ARGUMENT: &'static str;
}

/// What an opaque pointer really points to.
#[repr(C)]
struct Allocation<T> {
    /// First, so that it can be read whatever type the pointer was made for.
    magic: u64,
    references: AtomicUsize,
    value: T,
}

/// A number that differs from type to type: the FNV-1a hash of the name.
const fn magic<H: Opaque>() -> u64 {
    let name = H::NAME.as_bytes();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < name.len() {
        hash = (hash ^ name[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}

/// Moves `value` to the heap, with one reference that the caller owns.
pub(crate) fn new<H: Opaque>(value: H::Value) -> *mut H {
    let allocation = Allocation { magic: magic::<H>(), references: AtomicUsize::new(1), value };
    Box::into_raw(Box::new(allocation)).cast()
}

/// The value behind `pointer`.
///
/// # Safety
/// `pointer` is NULL or comes from [`new`] (of any type) and is released only after `'a`.
pub(crate) unsafe fn borrow<'a, H: Opaque>(pointer: *const H, name: &str) -> Result<&'a H::Value> {
    // SAFETY: the caller's promise is the same.
    let allocation = unsafe { check(pointer, name) }?;
    // SAFETY: the magic word says that this is an allocation of this type.
    Ok(unsafe { &(*allocation).value })
}

/// The value behind `pointer`, when there is one.
///
/// # Safety
/// As for [`borrow`].
pub(crate) unsafe fn borrow_optional<'a, H: Opaque>(pointer: *const H, name: &str) -> Result<Option<&'a H::Value>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise is the same.
    unsafe { borrow(pointer, name) }.map(Some)
}

/// A copy of the options behind `pointer`, or every default for NULL.
///
/// # Safety
/// As for [`borrow`].
pub(crate) unsafe fn options<H: Opaque<Value: Clone + Default>>(pointer: *const H, name: &str) -> Result<H::Value> {
    // SAFETY: the caller's promise is the same.
    Ok(unsafe { borrow_optional(pointer, name) }?.cloned().unwrap_or_default())
}

/// The value behind `pointer`, to be changed.
///
/// # Safety
/// As for [`borrow`]; the object is of a kind that one thread uses at a time.
pub(crate) unsafe fn borrow_mut<'a, H: Opaque>(pointer: *mut H, name: &str) -> Result<&'a mut H::Value> {
    // SAFETY: the caller's promise is the same.
    let allocation = unsafe { check(pointer, name) }?;
    // SAFETY: the magic word says that this is an allocation of this type, and nobody else uses it now.
    Ok(unsafe { &mut (*allocation).value })
}

/// Adds a reference and returns `pointer`; NULL and foreign pointers come back as NULL.
///
/// # Safety
/// As for [`borrow`].
pub(crate) unsafe fn retain<H: Opaque>(pointer: *const H) -> *mut H {
    // SAFETY: the caller's promise is the same.
    let Ok(allocation) = (unsafe { check(pointer, "object") }) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the magic word says that this is an allocation of this type.
    unsafe { &(*allocation).references }.fetch_add(1, Ordering::Relaxed);
    allocation.cast()
}

/// Releases a reference; the last release frees the object. NULL and foreign pointers are ignored.
///
/// # Safety
/// As for [`borrow`]; the reference is the caller's.
pub(crate) unsafe fn release<H: Opaque>(pointer: *mut H) {
    // SAFETY: the caller's promise is the same.
    let Ok(allocation) = (unsafe { check(pointer, "object") }) else {
        return;
    };
    // SAFETY: the magic word says that this is an allocation of this type.
    if unsafe { &(*allocation).references }.fetch_sub(1, Ordering::Release) != 1 {
        return;
    }
    fence(Ordering::Acquire);
    // SAFETY: that was the last reference, so nobody else uses the allocation, which came from a box. The
    // volatile write stays although the memory is freed right after it.
    unsafe {
        (&raw mut (*allocation).magic).write_volatile(0);
        drop(Box::from_raw(allocation));
    }
}

/// A reference that the library holds itself. It is released when this is dropped.
pub(crate) struct Reference<H: Opaque>(*mut H);

// SAFETY: the pointer comes from `new`, its count is atomic, and what it leads to may be used by any thread.
unsafe impl<H: Opaque<Value: Send + Sync>> Send for Reference<H> {}
// SAFETY: as for Send.
unsafe impl<H: Opaque<Value: Send + Sync>> Sync for Reference<H> {}

impl<H: Opaque> Reference<H> {
    /// Moves `value` to the heap.
    pub(crate) fn new(value: H::Value) -> Self {
        Reference(new(value))
    }

    /// The reference, for the caller to release.
    pub(crate) fn hand_over(self) -> *mut H {
        ManuallyDrop::new(self).0
    }

    pub(crate) fn value(&self) -> &H::Value {
        // SAFETY: the pointer comes from `new`, and this holds a reference.
        unsafe { &(*self.0.cast::<Allocation<H::Value>>()).value }
    }
}

impl<H: Opaque> Clone for Reference<H> {
    fn clone(&self) -> Self {
        // SAFETY: the pointer comes from `new`, and this holds a reference.
        Reference(unsafe { retain(self.0) })
    }
}

impl<H: Opaque> Drop for Reference<H> {
    fn drop(&mut self) {
        // SAFETY: the pointer comes from `new`, and the reference is this one's.
        unsafe { release(self.0) };
    }
}

/// The allocation behind `pointer`, when it is one of this type.
///
/// # Safety
/// As for [`borrow`].
unsafe fn check<H: Opaque>(pointer: *const H, name: &str) -> Result<*mut Allocation<H::Value>> {
    if pointer.is_null() {
        return Err(null(name));
    }
    let allocation = pointer.cast::<Allocation<H::Value>>().cast_mut();
    // SAFETY: every pointer of this API is aligned and begins with a magic word.
    if !allocation.is_aligned() || unsafe { (&raw const (*allocation).magic).read_volatile() } != magic::<H>() {
        return Err(Failure::Object { name: name.to_owned(), expected: H::NAME });
    }
    Ok(allocation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    enum Apple {}
    impl Opaque for Apple {
        type Value = Arc<()>;
        const NAME: &'static str = "apple";
        const ARGUMENT: &'static str = "fruit";
    }
    enum Pear {}
    impl Opaque for Pear {
        type Value = u32;
        const NAME: &'static str = "pear";
        const ARGUMENT: &'static str = "fruit";
    }

    #[test]
    fn the_last_reference_frees() {
        let witness = Arc::new(());
        let apple = new::<Apple>(Arc::clone(&witness));
        // SAFETY: the pointer comes from `new` and is used while it is alive.
        unsafe {
            let again = retain(apple);
            assert_eq!(again, apple);
            release(apple);
            assert!(Arc::ptr_eq(borrow(again, "apple").unwrap(), &witness));
            release(again);
        }
        assert_eq!(Arc::strong_count(&witness), 1);
    }

    #[test]
    fn foreign_pointers_are_refused() {
        let pear = new::<Pear>(7);
        let wrong: *mut Apple = pear.cast();
        // SAFETY: the pointers are NULL or come from `new`.
        unsafe {
            let error = borrow(wrong, "fruit").unwrap_err();
            assert!(error.message().starts_with("fruit is not a live apple"), "{error:?}");
            assert!(retain(wrong).is_null());
            release(wrong);
            assert_eq!(*borrow(pear, "pear").unwrap(), 7);
            assert!(matches!(borrow::<Pear>(std::ptr::null(), "pear").unwrap_err(), Failure::Null(_)));
            release(pear);
            release::<Pear>(std::ptr::null_mut());
        }
    }
}
