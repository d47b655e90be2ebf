//! Generates what the library is compiled with, and the C header beside it. Writes to `OUT_DIR` only.

#[path = "build/catalogue.rs"]
mod catalogue;
#[path = "build/header.rs"]
mod header;

use std::path::PathBuf;

fn main() {
    // Cargo sets it for every build script.
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    catalogue::generate(&out_dir);
    header::generate(&out_dir);
    link();
}

/// Names the shared library, and keeps it mapped after `dlclose`: its threads may still run.
fn link() {
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libfilestack.so.0");
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
