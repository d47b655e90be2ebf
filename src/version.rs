//! The version of the header and of the running library.

use std::ffi::{CStr, c_char};

use crate::guard::guard_or;

/// Major version of this header.
pub const FILESTACK_VERSION_MAJOR: u32 = 0;
/// Minor version of this header.
pub const FILESTACK_VERSION_MINOR: u32 = 1;
/// Patch version of this header.
pub const FILESTACK_VERSION_PATCH: u32 = 0;
/// Version of this header as one number: major * 10000 + minor * 100 + patch.
pub const FILESTACK_VERSION_NUMBER: u32 = 100;

const VERSION: &CStr = c"0.1.0";

/// The version of the running library, for example "0.1.0".
///
/// Returns a static string. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_version() -> *const c_char {
    guard_or(VERSION.as_ptr(), || Ok(VERSION.as_ptr()))
}

/// The version of the running library as a number: major * 10000 + minor * 100 + patch.
///
/// Compare it with FILESTACK_VERSION_NUMBER to learn whether the header fits.
/// Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_version_number() -> u32 {
    guard_or(FILESTACK_VERSION_NUMBER, || Ok(FILESTACK_VERSION_NUMBER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_version_is_that_of_the_package() {
        let package = env!("CARGO_PKG_VERSION");
        let parts = [FILESTACK_VERSION_MAJOR, FILESTACK_VERSION_MINOR, FILESTACK_VERSION_PATCH];
        assert_eq!(parts.map(|part| part.to_string()).join("."), package);
        assert_eq!(VERSION.to_str().unwrap(), package);
        assert_eq!(FILESTACK_VERSION_NUMBER, parts[0] * 10_000 + parts[1] * 100 + parts[2]);
    }
}
