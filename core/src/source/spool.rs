//! A temporary copy of a source that cannot tell its size.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::pieces::{PIECE, zeros};

use super::reader::{Given, Step};

/// A copy that grows, in a file without a name that vanishes when it is closed.
pub(super) struct Spool {
    /// For errors.
    source: String,
    folder: PathBuf,
    file: File,
    buffer: Vec<u8>,
}

impl Spool {
    /// An empty copy in `folder`, or in the system's folder for temporary files. `source` names it in errors.
    ///
    /// # Errors
    /// `Io` when there can be none, `Resources` without memory.
    pub(super) fn new(source: &str, folder: Option<&Path>) -> Result<Self> {
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        let file = tempfile::tempfile_in(&folder).map_err(|cause| not_kept(source, &folder, &cause))?;
        Ok(Spool { source: source.to_owned(), folder, file, buffer: zeros(PIECE)? })
    }

    /// Copies what `read` gives, until it gives nothing more or has nothing yet. Stops when the call is over.
    pub(super) fn take(
        &mut self,
        operation: &Operation,
        mut read: impl FnMut(&mut [u8]) -> Result<Given>,
    ) -> Result<Step> {
        loop {
            operation.check()?;
            match read(&mut self.buffer)? {
                Given::Bytes(0) => return Ok(Step::Done),
                Given::Bytes(size) => {
                    let kept = self.file.write_all(&self.buffer[..size]);
                    kept.map_err(|cause| not_kept(&self.source, &self.folder, &cause))?;
                }
                Given::WouldBlock => return Ok(Step::Waiting),
            }
        }
    }

    /// The copy.
    pub(super) fn into_file(self) -> File {
        self.file
    }
}

fn not_kept(source: &str, folder: &Path, cause: &io::Error) -> Error {
    let what = format!(
        "cannot keep a temporary copy of {source} in '{}', which is needed to know its size: free space there, or name \
         another folder",
        folder.display()
    );
    Error::io(what, cause)
}
