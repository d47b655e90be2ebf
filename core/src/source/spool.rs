//! A temporary copy of a source that cannot tell its size.

use std::fs::File;
use std::io::Write as _;

use crate::error::{Error, Result};
use crate::operation::Operation;

const BUFFER: usize = 256 * 1024;

/// Everything that `read` gives until it gives nothing, in a file without a name that vanishes when it is closed. Stops
/// when the call is over. `source` names it in errors.
pub(super) fn to_temporary_file(
    source: &str,
    operation: &Operation,
    mut read: impl FnMut(&mut [u8]) -> Result<usize>,
) -> Result<File> {
    let failed = |cause: std::io::Error| {
        let folder = std::env::temp_dir();
        Error::io(format!("cannot keep a temporary copy of {source} in '{}'", folder.display()), &cause)
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        operation.check()?;
        match read(&mut buffer)? {
            0 => return Ok(file),
            size => file.write_all(&buffer[..size]).map_err(failed)?,
        }
    }
}
