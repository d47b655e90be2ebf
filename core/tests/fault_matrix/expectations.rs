//! What each cell must end with, from docs/network.md (Retries, Limits, Downloads) and docs/errors.md.

use filestack_core::{ErrorKind, Intelligent};

use crate::cells::{Cell, Fault, Operation, Times};

/// How a cell must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// One of these kinds of error; empty for a success.
    pub(crate) errors: &'static [ErrorKind],
    /// How many files the service has then.
    pub(crate) stored: usize,
}

/// What a fault is to its request.
enum Nature {
    /// Nothing.
    Harmless,
    /// It passes: the request is sent again, and each time ends in one of these errors.
    Passing(&'static [ErrorKind]),
    /// The request is not sent again.
    Final(&'static [ErrorKind]),
    /// A part is not committed, which complete tells. All of them are committed once more.
    LosesCommit,
}

/// What `cell` must end with.
pub(crate) fn expected(cell: &Cell) -> Expected {
    let errors = match (nature(cell), cell.times) {
        (Nature::Harmless, _) | (Nature::Passing(_), Times::Once | Times::Twice) => &[],
        (Nature::Passing(errors), Times::Always) | (Nature::Final(errors), _) => errors,
        (Nature::LosesCommit, Times::Once) => &[],
        // That of each of the two parts; complete may say so once only.
        (Nature::LosesCommit, Times::Twice) if cell.operation == Operation::Commit => &[],
        (Nature::LosesCommit, _) => &[ErrorKind::Protocol][..],
    };
    Expected { errors, stored: usize::from(errors.is_empty() || is_stored(cell)) }
}

/// Whether the file is stored although its call fails.
fn is_stored(cell: &Cell) -> bool {
    match cell.operation {
        Operation::Download | Operation::Metadata => true,
        // Carried out each time, but the answer is lost.
        Operation::Complete => matches!(cell.fault, Fault::ResetAfter | Fault::Truncated),
        _ => false,
    }
}

fn nature(cell: &Cell) -> Nature {
    use Operation::{Commit, Complete, Download, Put};
    match (cell.operation, cell.fault) {
        // Slow but moving transfers go on.
        (_, Fault::Drip) => Nature::Harmless,
        // What has come is not asked for again: each reply brings a third of the file.
        (Download, Fault::Truncated) => Nature::Harmless,
        (_, Fault::ResetBefore | Fault::ResetMiddle | Fault::ResetAfter | Fault::Truncated) => {
            Nature::Passing(&[ErrorKind::Network])
        }
        (_, Fault::Status500 | Fault::Status503 | Fault::Status503WithPause | Fault::Status408) => {
            Nature::Passing(&[ErrorKind::Http])
        }
        (_, Fault::Status429) => Nature::Passing(&[ErrorKind::RateLimit]),
        (_, Fault::Hang) => Nature::Passing(&[ErrorKind::Timeout]),
        // Who is still sending may see the end of the connection before the answer.
        (_, Fault::EarlyAnswer) => Nature::Passing(&[ErrorKind::Http, ErrorKind::Network]),
        // A fresh signature can help with the storage only.
        (Put, Fault::Skew) => Nature::Passing(&[ErrorKind::Auth]),
        (_, Fault::Skew) => Nature::Final(&[ErrorKind::Auth]),
        // The source has not changed.
        (_, Fault::BadDigest) => Nature::Passing(&[ErrorKind::Http]),
        // Nothing goes on after a whole reply, so nothing is compared.
        (Download, Fault::MissingEtag | Fault::WrongEtag) => Nature::Harmless,
        // The ETag says that the storage has the part.
        (Put, Fault::MissingEtag | Fault::GarbageJson | Fault::Partial) => Nature::Passing(&[ErrorKind::Protocol]),
        // Chunks are known by their offset. The ETags of whole parts are what complete lists, and it refuses others.
        (_, Fault::WrongEtag) if cell.mode == Intelligent::On => Nature::Harmless,
        (_, Fault::WrongEtag) => Nature::Final(&[ErrorKind::Http]),
        // A success whose words are not looked at.
        (Commit, Fault::GarbageJson | Fault::Partial) => Nature::LosesCommit,
        (Complete, Fault::Partial) if cell.mode != Intelligent::Off => Nature::LosesCommit,
        (_, Fault::MissingEtag | Fault::GarbageJson | Fault::Partial) => Nature::Final(&[ErrorKind::Protocol]),
    }
}
