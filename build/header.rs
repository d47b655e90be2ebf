//! The C header, as cbindgen reads it from `src/ffi`. `cargo xtask headers` puts it into `include/`.

use std::path::Path;

/// Writes `filestack.h` to `out_dir`.
pub(crate) fn generate(out_dir: &Path) {
    println!("cargo::rerun-if-changed=src/ffi");
    println!("cargo::rerun-if-changed=cbindgen.toml");
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    match cbindgen::generate(&root) {
        Ok(bindings) => {
            bindings.write_to_file(out_dir.join("filestack.h"));
        }
        Err(cause) => println!("cargo::error=the C header cannot be generated: {cause}"),
    }
}
