//! The layout of an upload's parts: how a file is cut.

use std::iter::Peekable;
use std::vec::IntoIter;

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
    pub(super) length: u64,
}

/// The parts of a file, in their order.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    size: u64,
    part_size: u64,
    numbers: Peekable<IntoIter<u64>>,
}

impl Parts {
    /// Cuts a file of `size` bytes, of which each part but the last has `part_size`.
    pub(super) fn cut(size: u64, part_size: u64) -> Self {
        let numbers: Vec<_> = (1..size.div_ceil(part_size) + 1).collect();
        Parts { size, part_size, numbers: numbers.into_iter().peekable() }
    }

    /// Only those parts that are wanted.
    pub(super) fn of(self, is_wanted: impl Fn(u64) -> bool) -> Self {
        let numbers: Vec<_> = self.numbers.filter(|number| is_wanted(*number)).collect();
        Parts { numbers: numbers.into_iter().peekable(), ..self }
    }

    /// How many there are in all.
    pub(super) fn len(&self) -> u64 {
        self.size.div_ceil(self.part_size)
    }

    /// The size of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The size of every part but the last.
    pub(super) fn part_size(&self) -> u64 {
        self.part_size.min(self.size)
    }

    /// The part with this number.
    pub(super) fn part(&self, number: u64) -> Part {
        let offset = (number - 1) * self.part_size;
        Part { number, offset, length: self.part_size.min(self.size - offset) }
    }

    /// The next part, without taking it.
    pub(super) fn peek(&mut self) -> Option<Part> {
        self.numbers.peek().copied().map(|number| self.part(number))
    }
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        self.numbers.next().map(|number| self.part(number))
    }
}

/// The size of the parts of a file of `size` bytes: the wanted one, or as large as the limit on their number asks for.
pub(super) fn part_size(size: u64, wanted: u64) -> u64 {
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
            for (index, part) in Parts::cut(size, 5 * MIB).enumerate() {
                assert_eq!((part.number, part.offset), (index as u64 + 1, next));
                next += part.length;
            }
            assert_eq!(next, size);
        }
        assert_eq!(Parts::cut(5 * MIB, 5 * MIB).count(), 1);
    }

    #[test]
    fn huge_files_get_larger_parts() {
        assert_eq!(part_size(10_000 * 8 * MIB, 8 * MIB), 8 * MIB);
        assert_eq!(part_size(10_000 * 8 * MIB + 1, 8 * MIB), 9 * MIB);
        let most = 5 * MIB * MIB;
        assert_eq!(part_size(most, 8 * MIB), 525 * MIB);
        assert!(Parts::cut(most, 525 * MIB).len() <= 10_000);
    }
}
