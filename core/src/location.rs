//! The storage services that files can be kept in.

use crate::error::{Error, Result};
use crate::suggestion;

/// The names as the service writes them. Its JSON endpoints take any case; lower case is what all of them take.
const NAMES: [&str; 5] = ["s3", "gcs", "azure", "rackspace", "dropbox"];

/// A storage service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Location {
    /// Amazon S3, or Filestack's own bucket there.
    #[default]
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
    /// Rackspace Cloud Files.
    Rackspace,
    /// Dropbox.
    Dropbox,
}

impl Location {
    const ALL: [Location; 5] = [Location::S3, Location::Gcs, Location::Azure, Location::Rackspace, Location::Dropbox];

    /// The storage service of this name, in any case.
    ///
    /// # Errors
    /// `Argument` for an unknown name, with the nearest known one.
    pub fn parse(name: &str) -> Result<Self> {
        let position = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| {
            Error::argument(format!(
                "'{name}' is not a storage; the storages are {}{}",
                NAMES.join(", "),
                suggestion::hint(name, NAMES)
            ))
        })?;
        Ok(Self::ALL[position])
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_in_any_case() {
        for location in Location::ALL {
            assert_eq!(Location::parse(location.name()).unwrap(), location);
            assert_eq!(Location::parse(&location.name().to_uppercase()).unwrap(), location);
        }
        let error = Location::parse("dropbx").unwrap_err();
        assert!(error.message().contains("did you mean 'dropbox'?"), "{error}");
        assert!(Location::parse("").is_err());
    }
}
