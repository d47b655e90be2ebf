//! The cells of the fault matrix: which request meets which fault, in which kind of upload, and how often.

use filestack_core::Intelligent;

/// The size of a part, and of files that have two.
pub(crate) const PART: usize = 5 * 1024 * 1024;
/// The size of the files of cells whose fault does not depend on parts.
const SMALL: usize = 300_000;
/// The second part of the others.
const SECOND_PART: usize = 100_000;

/// The request that meets the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Start,
    Upload,
    Put,
    Commit,
    Complete,
    Download,
    /// The question that verifies an upload.
    Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    ResetBefore,
    /// In the middle of the request's body, or of the reply's when the request has none.
    ResetMiddle,
    /// The request is carried out, and nothing is answered.
    ResetAfter,
    Status500,
    Status503,
    Status503WithPause,
    Status429,
    /// 403 `RequestTimeTooSkewed`.
    Skew,
    Status408,
    Hang,
    Drip,
    /// An error before any of the request's body is read.
    EarlyAnswer,
    Truncated,
    GarbageJson,
    MissingEtag,
    WrongEtag,
    BadDigest,
    /// 206 without anything in it.
    Partial,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    Once,
    Twice,
    Always,
}

pub(crate) const OPERATIONS: [Operation; 7] = [
    Operation::Start,
    Operation::Upload,
    Operation::Put,
    Operation::Commit,
    Operation::Complete,
    Operation::Download,
    Operation::Metadata,
];

pub(crate) const FAULTS: [Fault; 18] = [
    Fault::ResetBefore,
    Fault::ResetMiddle,
    Fault::ResetAfter,
    Fault::Status500,
    Fault::Status503,
    Fault::Status503WithPause,
    Fault::Status429,
    Fault::Skew,
    Fault::Status408,
    Fault::Hang,
    Fault::Drip,
    Fault::EarlyAnswer,
    Fault::Truncated,
    Fault::GarbageJson,
    Fault::MissingEtag,
    Fault::WrongEtag,
    Fault::BadDigest,
    Fault::Partial,
];

/// One cell of the matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) operation: Operation,
    pub(crate) fault: Fault,
    pub(crate) mode: Intelligent,
    pub(crate) times: Times,
}

/// Every cell that makes sense.
pub(crate) fn all() -> Vec<Cell> {
    let mut cells = Vec::new();
    for operation in OPERATIONS {
        for fault in FAULTS {
            for mode in [Intelligent::Off, Intelligent::On, Intelligent::Fallback] {
                for times in [Times::Once, Times::Twice, Times::Always] {
                    cells.push(Cell { operation, fault, mode, times });
                }
            }
        }
    }
    cells.retain(Cell::makes_sense);
    cells
}

/// `count` cells of the matrix, the same ones for the same `seed`.
pub(crate) fn slice(seed: u64, count: usize) -> Vec<Cell> {
    let mut cells = all();
    fastrand::Rng::with_seed(seed).shuffle(&mut cells);
    cells.truncate(count);
    cells
}

impl Cell {
    fn makes_sense(&self) -> bool {
        use Operation::{Commit, Download, Metadata, Put};
        match (self.operation, self.fault) {
            // Regular uploads commit nothing.
            (Commit, _) if self.mode == Intelligent::Off => false,
            // Their replies have no body that could come slowly.
            (Put | Commit, Fault::Drip) => false,
            // They send no body that an answer could be too early for.
            (Download | Metadata, Fault::EarlyAnswer) => false,
            // Such a reply is whole and what the request asked for: content is any bytes.
            (Download, Fault::GarbageJson) => false,
            // Only files and parts have ETags.
            (operation, Fault::MissingEtag | Fault::WrongEtag) => matches!(operation, Put | Download),
            // Only the storage is told a digest.
            (operation, Fault::BadDigest) => operation == Put,
            _ => true,
        }
    }

    /// How many bytes are uploaded.
    pub(crate) fn size(&self) -> usize {
        match self.operation {
            Operation::Start | Operation::Download | Operation::Metadata => SMALL,
            _ => PART + SECOND_PART,
        }
    }

    /// Whether the file is stored before the fault is there.
    pub(crate) fn is_download(&self) -> bool {
        self.operation == Operation::Download
    }

    /// The faults as `filestack-local` reads them; the cell's own is the last one.
    pub(crate) fn rules(&self) -> Vec<String> {
        let target = match self.operation {
            Operation::Start => "POST /multipart/start",
            Operation::Upload => "POST /multipart/upload",
            Operation::Put => "PUT /s3/*",
            Operation::Commit => "POST /multipart/commit",
            Operation::Complete => "POST /multipart/complete",
            Operation::Download => "GET /*",
            Operation::Metadata => "GET /*/metadata*",
        };
        let times = match self.times {
            Times::Once => "1",
            Times::Twice => "1-2",
            Times::Always => "*",
        };
        let own = format!("{target} {times} {}", self.action());
        let needs_commits = matches!(self.operation, Operation::Commit | Operation::Complete);
        if self.mode == Intelligent::Fallback && needs_commits {
            // Parts are committed when they failed as a whole.
            let failing = |part| format!("PUT /s3/*partNumber={part}&* 1 status:500");
            return vec![failing(1), failing(2), own];
        }
        vec![own]
    }

    fn action(&self) -> &'static str {
        match (self.fault, self.operation) {
            (Fault::ResetBefore, _) => "reset",
            (Fault::ResetMiddle, Operation::Download | Operation::Metadata) => "reset-mid",
            (Fault::ResetMiddle, Operation::Put) => "reset-body:50000",
            (Fault::ResetMiddle, _) => "reset-body:40",
            (Fault::ResetAfter, _) => "reset-after",
            (Fault::Status500, _) => "status:500",
            (Fault::Status503, _) => "status:503",
            (Fault::Status503WithPause, _) => "status:503 retry-after=1",
            (Fault::Status429, _) => "status:429",
            (Fault::Skew, _) => "skew",
            (Fault::Status408, _) => "status:408",
            (Fault::Hang, _) => "hang",
            (Fault::Drip, Operation::Download) => "drip:20000/20",
            (Fault::Drip, _) => "drip:10/10",
            (Fault::EarlyAnswer, _) => "early:503",
            (Fault::Truncated, Operation::Download) => "truncate:100000",
            (Fault::Truncated, _) => "truncate:5",
            (Fault::GarbageJson, _) => "garbage",
            (Fault::MissingEtag, _) => "no-etag",
            (Fault::WrongEtag, _) => "wrong-etag",
            (Fault::BadDigest, _) => "bad-digest",
            (Fault::Partial, _) => "status:206",
        }
    }
}
