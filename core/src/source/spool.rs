//! A temporary copy of a reader that cannot tell its size.

use std::fs::File;
use std::io::Write as _;

use crate::error::{Error, Result};
use crate::operation::Operation;

use super::reader::Reader;

const BUFFER: usize = 256 * 1024;

/// Everything that `reader` gives, in a file without a name that vanishes when it is closed. Stops when the call is
/// over.
pub(super) fn to_temporary_file(reader: &mut dyn Reader, operation: &Operation) -> Result<File> {
    let failed = |cause: std::io::Error| {
        let folder = std::env::temp_dir();
        Error::io(format!("cannot keep a temporary copy of the reader in '{}'", folder.display()), &cause)
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        operation.check()?;
        match reader.read(&mut buffer)? {
            0 => return Ok(file),
            read => file.write_all(&buffer[..read]).map_err(failed)?,
        }
    }
}
