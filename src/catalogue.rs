//! The catalogue of transformation tasks, for languages that make their interface at run time.

use std::ffi::c_char;

use filestack_core::transformation::catalogue;

use crate::guard::guard_or;

/// Ends with NUL and holds no other: JSON writes control characters as escapes.
static JSON: [u8; catalogue::JSON.len() + 1] = nul_terminated(catalogue::JSON);

const fn nul_terminated<const SIZE: usize>(text: &str) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes.split_at_mut(text.len()).0.copy_from_slice(text.as_bytes());
    bytes
}

/// Every task that the library knows, with its parameters, as JSON.
///
/// An object with `schema` (1), `types` (the rules of the types that have one) and `tasks`, a list of objects:
/// `name` (which is sent), `method` (the reference's name, which filestack_transformation_add takes as well),
/// `summary`, `aliases`, `category`, `output` (`file`, `json`, `either`, `job` or `html`), `json_switch` (the
/// parameter that makes `either` answer JSON, or null), `terminal`, `paged`, `source` (`one`, `many`, `url` or
/// `none`), `bare` (may stand without parameters), `needs_security`, `needs_one_of`, `reply`, and `params`: `name`,
/// `summary`, `type`, `required`, and where they apply `min`, `max`, `max_items`, `shape`, `values`, `default`,
/// `alias`, `same_as`. Members may be added in later versions.
/// Returns a static string. Errors: none. Threads: any. Since: 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn filestack_catalogue_json() -> *const c_char {
    guard_or(JSON.as_ptr().cast(), || Ok(JSON.as_ptr().cast()))
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    #[test]
    fn the_exported_text_is_the_catalogue_that_the_library_checks_with() {
        let text = CStr::from_bytes_with_nul(&JSON).unwrap();
        let json: serde_json::Value = serde_json::from_slice(text.to_bytes()).unwrap();
        let names: Vec<_> =
            json["tasks"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap()).collect();
        let known: Vec<_> = catalogue::tasks().iter().map(|task| task.name).collect();
        assert_eq!(names, known);
    }
}
