//! Generates the C header from `src/`, and names the shared library. Writes to `OUT_DIR` only.

use std::path::PathBuf;

fn main() {
    // Cargo sets both for every build script.
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    match cbindgen::generate(&package) {
        // `cargo xtask headers` puts it into `include/`.
        Ok(bindings) => {
            bindings.write_to_file(out_dir.join("filestack.h"));
        }
        Err(cause) => println!("cargo::error=the C header cannot be generated: {cause}"),
    }
    link();
}

/// Names the shared library, and keeps it mapped after `dlclose`: its threads may still run. What ships is linked anew,
/// by packaging/library.mk; this is the library of those who build with Cargo alone.
fn link() {
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        let number = |part| std::env::var(format!("CARGO_PKG_VERSION_{part}")).unwrap_or_default();
        // Before 1.0 each minor version may break.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libfilestack.so.{}.{}", number("MAJOR"), number("MINOR"));
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
