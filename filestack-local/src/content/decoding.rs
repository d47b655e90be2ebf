//! Content that was sent as base64.

use std::io::{self, BufReader, Read, Write};

use base64::engine::general_purpose::STANDARD;
use base64::read::DecoderReader;

use crate::errors::{Result, ServiceError};

/// Bytes that are read at once.
const BUFFER: usize = 64 * 1024;

/// Writes what the base64 of `source` stands for to `target`, and returns how many bytes that is. Blocks.
pub(crate) fn decode(source: impl Read, target: &mut impl Write) -> Result<u64> {
    let source = Lines(BufReader::with_capacity(BUFFER, source));
    io::copy(&mut DecoderReader::new(source, &STANDARD), target).map_err(not_base64)
}

fn not_base64(error: io::Error) -> ServiceError {
    match error.kind() {
        io::ErrorKind::InvalidData => ServiceError::bad_request(format!("the content is not base64: {error}")),
        _ => error.into(),
    }
}

/// Leaves line ends away: base64 that was written to a file has them.
struct Lines<R>(R);

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(buffer)?;
            let mut kept = 0;
            for position in 0..read {
                if !matches!(buffer[position], b'\r' | b'\n') {
                    buffer[kept] = buffer[position];
                    kept += 1;
                }
            }
            if read == 0 || kept > 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let size = decode(text.as_bytes(), &mut bytes)?;
        assert_eq!(size, bytes.len() as u64);
        Ok(bytes)
    }

    #[test]
    fn line_ends_are_left_away() {
        for (text, expected) in [
            ("Zmls\r\nZXN0\n\nYWNr\n", "filestack"),
            ("ZmlsZXM=", "files"),
            ("ZmlsZQ==\n", "file"),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(decoded(text).unwrap(), expected.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in ["not base64!", "ZmlsZ", "ZmlsZQ", "Zm=sZXN0", "Zmls ZXN0", "_-_-"] {
            let refused = decoded(text).unwrap_err();
            assert!(refused.status() == 400 && refused.message().starts_with("the content is not base64: "), "{text}");
        }
    }
}
