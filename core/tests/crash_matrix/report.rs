//! The matrix's section of docs/reliability.md.

use std::time::Duration;

use crate::crash::Outcome;
use crate::support::reliability;
use crate::victim::{KINDS, Kind};

const MIB: f64 = 1024.0 * 1024.0;

/// Writes the section. Every crash was survived, or there is none.
pub(crate) fn write(outcomes: &[(Kind, Outcome)], time: Duration) {
    let mut text = format!(
        "{} transfers of 80 MB in {} s, each killed (`SIGKILL`) at a moment of its own and gone on with by another \
         process: in the end every file had its hash, each upload had stored one file, and nothing was left beside it.\n\n\
         An upload goes on with its checkpoint, three parts of 5 MiB at a time; a download with \
         `FILESTACK_IF_EXISTS_RESUME`. Kept is what the second process did not have to transfer. Transferred again is what \
         the service had acknowledged or the disk had: at most what was on its way.\n\n\
         | transfer | killed | ended before | kept, median | transferred again, most | may be at most |\n\
         |---|---|---|---|---|---|\n",
        outcomes.len(),
        time.as_secs(),
    );
    for kind in KINDS {
        text += &row(kind, outcomes.iter().filter(|(of, _)| *of == kind).map(|(_, outcome)| *outcome).collect());
    }
    reliability::write_section("Crash matrix", &text);
}

fn row(kind: Kind, outcomes: Vec<Outcome>) -> String {
    let (killed, ended): (Vec<Outcome>, Vec<_>) = outcomes.into_iter().partition(|outcome| outcome.was_killed);
    let mut kept: Vec<_> = killed.iter().map(|outcome| outcome.kept).collect();
    kept.sort_unstable();
    let again = killed.iter().map(|outcome| outcome.again).max().unwrap_or(0);
    let name = match kind {
        Kind::Regular => "upload, regular",
        Kind::Intelligent => "upload, intelligent",
        Kind::Fallback => "upload, fallback",
        Kind::Download => "download",
    };
    let median = kept.get(kept.len() / 2).copied().unwrap_or(0);
    let [median, again, most] = [median, again, kind.most_again()].map(size);
    format!("| {name} | {} | {} | {median} | {again} | {most} |\n", killed.len(), ended.len())
}

fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1024 => format!("{bytes} bytes"),
        _ => format!("{:.0} MiB", bytes as f64 / MIB),
    }
}
