//! The layout of an upload's parts: how a file is cut.

/// The most parts of one upload.
const MOST_PARTS: u64 = 10_000;
/// Part sizes that grow are rounded up to this.
const ROUNDING: u64 = 1024 * 1024;

/// A run of bytes that is sent as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Counted from 1.
    pub(super) number: u64,
    /// Of its first byte in the file.
    pub(super) offset: u64,
    /// In bytes; only the last part is shorter than the others.
    pub(super) length: usize,
}

/// The parts of a file of `size` bytes, of the wanted size or as large as the limit on their number asks for.
pub(super) fn cut(size: u64, wanted_part_size: u64) -> impl ExactSizeIterator<Item = Part> + Send {
    let part_size = part_size(size, wanted_part_size);
    let count = usize::try_from(size.div_ceil(part_size)).unwrap_or(usize::MAX);
    (0..count).map(move |index| {
        let offset = index as u64 * part_size;
        let length = part_size.min(size - offset);
        Part { number: index as u64 + 1, offset, length: usize::try_from(length).unwrap_or(usize::MAX) }
    })
}

/// The size of the largest part.
pub(super) fn largest(size: u64, wanted_part_size: u64) -> u64 {
    part_size(size, wanted_part_size).min(size)
}

fn part_size(size: u64, wanted: u64) -> u64 {
    if size.div_ceil(wanted) <= MOST_PARTS {
        return wanted;
    }
    size.div_ceil(MOST_PARTS).next_multiple_of(ROUNDING)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn parts_cover_the_file_without_gaps() {
        for size in [1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 23 * MIB + 7] {
            let mut next = 0;
            for (index, part) in cut(size, 5 * MIB).enumerate() {
                assert_eq!((part.number, part.offset), (index as u64 + 1, next));
                next += part.length as u64;
            }
            assert_eq!(next, size);
        }
        assert_eq!(cut(5 * MIB, 5 * MIB).count(), 1);
    }

    #[test]
    fn huge_files_get_larger_parts() {
        assert_eq!(part_size(10_000 * 8 * MIB, 8 * MIB), 8 * MIB);
        assert_eq!(part_size(10_000 * 8 * MIB + 1, 8 * MIB), 9 * MIB);
        let most = 5 * MIB * MIB;
        assert!(cut(most, 8 * MIB).count() <= 10_000);
        assert_eq!(part_size(most, 8 * MIB), 525 * MIB);
    }
}
