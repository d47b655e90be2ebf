//! A static library in Rust that has nothing to do with this one but the program that both are linked into.

use std::panic::{catch_unwind, set_hook};

/// Adds up a list, panics and goes on.
#[unsafe(no_mangle)]
pub extern "C" fn other_sum(count: u32) -> u64 {
    set_hook(Box::new(|_| {}));
    let numbers: Vec<u64> = (1..=u64::from(count)).collect();
    let caught = catch_unwind(|| numbers[numbers.len()]);
    if caught.is_err() { numbers.iter().sum() } else { 0 }
}
