//! A temporary copy of a reader that cannot tell its size.

use std::fs::File;
use std::io::Write as _;

use crate::error::{Error, Result};

use super::reader::Reader;

const BUFFER: usize = 256 * 1024;

/// Everything that `reader` gives, in a file without a name that vanishes when it is closed.
pub(super) fn to_temporary_file(reader: &mut dyn Reader) -> Result<File> {
    let failed = |cause: std::io::Error| {
        let folder = std::env::temp_dir();
        Error::io(format!("cannot keep a temporary copy of the reader in '{}'", folder.display()), &cause)
    };
    let mut file = tempfile::tempfile().map_err(failed)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(file),
            read => file.write_all(&buffer[..read]).map_err(failed)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OpenSource, Source};
    use super::*;
    use crate::error::ErrorKind;
    use crate::transport::Content as _;

    struct Counting(u8);

    impl Reader for Counting {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            let give = usize::from(self.0 > 0);
            buffer[..give].fill(self.0);
            self.0 = self.0.saturating_sub(1);
            Ok(give)
        }

        fn rewind(&mut self) -> Result<()> {
            if self.0 == 5 { Ok(()) } else { Err(Error::new(ErrorKind::State, "read before")) }
        }

        fn size(&mut self) -> Result<Option<u64>> {
            Ok(None)
        }
    }

    #[test]
    fn a_reader_without_a_size_is_spooled_once() {
        let source = Source::from_reader(Box::new(Counting(5)));
        let mut open = OpenSource::new(source.reserve().unwrap()).unwrap();
        assert_eq!(open.size(), 5);
        assert_eq!(open.read(0, 5).unwrap(), [5, 4, 3, 2, 1].as_slice());
        drop(open);
        assert!(OpenSource::new(source.reserve().unwrap()).is_err(), "it cannot be rewound");
    }
}
