//! Upload options: how a file is sent.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::progress::Reports;
use crate::security::Security;

use super::control::Control;
use super::sanitizer::FilenameSanitizer;
use super::store::{StoreOptions, not_empty};

/// The smallest part that the storage accepts, but for the last one.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;
/// The largest part that the storage accepts.
const LARGEST_PART: u64 = 5 * 1024 * 1024 * 1024;
const MOST_CONCURRENCY: usize = 20;
/// The longest alternative text in characters, as filestack-js has it.
const LONGEST_ALT_TEXT: usize = 125;

/// Whether the service should assemble the file from pieces that it checks by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intelligent {
    /// Regular parts.
    #[default]
    Off,
    /// Intelligent Ingestion, where the application has it; regular parts otherwise.
    On,
    /// Regular parts, and Intelligent Ingestion for those that the network fails, where the application has it.
    Fallback,
}

/// What is compared with what was sent once the file is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Nothing: each part was checked by its MD5.
    #[default]
    Off,
    /// The size that the service tells.
    Size,
    /// The SHA-256 that the service tells.
    Sha256,
}

/// How a file is uploaded.
#[derive(Clone, Debug)]
pub struct UploadOptions {
    /// Where and under which name it is stored.
    pub store: StoreOptions,
    /// Regular parts or Intelligent Ingestion.
    pub intelligent: Intelligent,
    /// What is compared at the end.
    pub verify: Verify,
    /// Replaces characters of the file's name, wherever that comes from.
    pub sanitizer: Option<FilenameSanitizer>,
    /// Credentials of this upload and of the filelink that it makes, instead of the client's.
    pub security: Option<Security>,
    /// Time for the whole upload, instead of the client's.
    pub total_timeout: Option<Duration>,
    /// Controls the upload from outside.
    pub operation: Option<Operation>,
    /// Whom the upload tells how far it is.
    pub reports: Reports,
    /// The file in which the upload notes what another process needs to go on with it.
    pub checkpoint: Option<PathBuf>,
    alt_text: Option<String>,
    part_size: u64,
    concurrency: usize,
}

impl Default for UploadOptions {
    fn default() -> Self {
        UploadOptions {
            store: StoreOptions::default(),
            intelligent: Intelligent::Off,
            verify: Verify::Off,
            sanitizer: None,
            security: None,
            total_timeout: None,
            operation: None,
            reports: Reports::default(),
            checkpoint: None,
            alt_text: None,
            part_size: 8 * 1024 * 1024,
            concurrency: 4,
        }
    }
}

impl UploadOptions {
    /// Sets the size of a part: 5 MiB to 5 GiB. It grows by itself for files of more than 10 000 parts.
    ///
    /// # Errors
    /// `Argument` outside these bounds.
    pub fn set_part_size(&mut self, bytes: u64) -> Result<()> {
        if !(SMALLEST_PART..=LARGEST_PART).contains(&bytes) {
            return Err(Error::argument(format!(
                "the part size is {bytes} bytes, but the storage takes parts of {SMALLEST_PART} to {LARGEST_PART} bytes"
            )));
        }
        self.part_size = bytes;
        Ok(())
    }

    /// Sets how many parts are sent at the same time: 1 to 20. Those of readers are held in memory, and one more.
    ///
    /// # Errors
    /// `Argument` outside these bounds.
    pub fn set_concurrency(&mut self, parts: usize) -> Result<()> {
        if !(1..=MOST_CONCURRENCY).contains(&parts) {
            return Err(Error::argument(format!("the concurrency is {parts}, but it must be 1 to {MOST_CONCURRENCY}")));
        }
        self.concurrency = parts;
        Ok(())
    }

    /// Sets a text that says what a picture shows, for those who cannot see it: up to 125 characters.
    ///
    /// # Errors
    /// `Argument` when it is empty or longer.
    pub fn set_alt_text(&mut self, text: &str) -> Result<()> {
        let length = text.chars().count();
        if length > LONGEST_ALT_TEXT {
            return Err(Error::argument(format!(
                "alt_text has {length} characters, but the service takes up to {LONGEST_ALT_TEXT}"
            )));
        }
        self.alt_text = Some(not_empty("alt_text", text)?);
        Ok(())
    }

    pub(crate) fn control(&self) -> Control<'_> {
        Control { operation: self.operation.as_ref(), reports: &self.reports }
    }

    pub(crate) fn alt_text(&self) -> Option<&str> {
        self.alt_text.as_deref()
    }

    pub(crate) fn part_size(&self) -> u64 {
        self.part_size
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.concurrency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_values_change_nothing() {
        let mut upload = UploadOptions::default();
        assert!(upload.set_part_size(SMALLEST_PART - 1).is_err());
        assert!(upload.set_part_size(LARGEST_PART + 1).is_err());
        assert!(upload.set_concurrency(0).is_err());
        assert!(upload.set_concurrency(21).is_err());
        assert!(upload.set_alt_text("").is_err());
        assert!(upload.set_alt_text(&"ü".repeat(126)).is_err());
        assert_eq!(upload.alt_text(), None);
        assert!(upload.set_alt_text(&"ü".repeat(125)).is_ok());
        assert_eq!((upload.part_size(), upload.concurrency()), (8 << 20, 4));
    }
}
