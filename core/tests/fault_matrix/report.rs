//! The matrix's section of docs/reliability.md.

use std::time::Duration;

use crate::cells::{Cell, FAULTS, Fault, OPERATIONS, Operation};
use crate::support::reliability;

/// How the cells have ended: each with whether its call succeeded.
pub(crate) struct Tally(Vec<(Cell, bool)>);

impl Tally {
    pub(crate) fn of(outcomes: impl Iterator<Item = (Cell, bool)>) -> Self {
        Tally(outcomes.collect())
    }

    fn count(&self, operation: Operation, fault: Fault) -> Option<(usize, usize)> {
        let found = self.0.iter().filter(|(cell, _)| (cell.operation, cell.fault) == (operation, fault));
        let (good, failed): (Vec<&(Cell, bool)>, Vec<_>) = found.partition(|(_, is_good)| *is_good);
        (good.len() + failed.len() > 0).then_some((good.len(), failed.len()))
    }
}

/// Writes the section. Every cell has ended as it must, or there is none.
pub(crate) fn write(tally: &Tally, time: Duration) {
    let good = tally.0.iter().filter(|(_, is_good)| *is_good).count();
    let heads: Vec<_> = OPERATIONS.iter().map(|operation| format!("{operation:?}").to_lowercase()).collect();
    let mut text = format!(
        "{} cells in {} s: {good} ended with the file whole, {} with the documented error, 0 otherwise.\n\n\
         A field has these numbers for regular, intelligent and fallback uploads, with the fault once, twice and \
         always; `-` is a request that cannot meet the fault. `core/tests/fault_matrix/expectations.rs` says what each \
         cell must end with.\n\n\
         | fault | {} |\n|---|{}\n",
        tally.0.len(),
        time.as_secs(),
        tally.0.len() - good,
        heads.join(" | "),
        "---|".repeat(heads.len()),
    );
    for fault in FAULTS {
        let field = |operation: &Operation| match tally.count(*operation, fault) {
            Some((good, failed)) => format!("{good} / {failed} / 0"),
            None => "-".to_owned(),
        };
        let fields: Vec<_> = OPERATIONS.iter().map(field).collect();
        text += &format!("| {} | {} |\n", name(fault), fields.join(" | "));
    }
    reliability::write_section("Fault matrix", &text);
}

fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::ResetBefore => "reset before the body",
        Fault::ResetMiddle => "reset in the middle of the body",
        Fault::ResetAfter => "reset after the body",
        Fault::Status500 => "500",
        Fault::Status503 => "503",
        Fault::Status503WithPause => "503 with `Retry-After`",
        Fault::Status429 => "429",
        Fault::Skew => "403 `RequestTimeTooSkewed`",
        Fault::Status408 => "408",
        Fault::Hang => "no answer",
        Fault::Drip => "slow drip",
        Fault::EarlyAnswer => "early answer",
        Fault::Truncated => "truncated reply",
        Fault::GarbageJson => "garbage JSON",
        Fault::MissingEtag => "missing ETag",
        Fault::WrongEtag => "wrong ETag",
        Fault::BadDigest => "bad digest",
        Fault::Partial => "206",
    }
}
