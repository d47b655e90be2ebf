//! The section of docs/reliability.md about chaos.

use std::time::Duration;

use crate::round::Tally;
use crate::support::reliability;
use crate::worker::UPLOADS;

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// Writes the section. Every round has ended as it must, or there is none.
pub(crate) fn write(tally: &Tally, time: Duration) {
    let failed: Vec<_> = tally.failed.iter().map(|(kind, count)| format!("{count} with `{kind}`")).collect();
    let text = format!(
        "{} rounds of {UPLOADS} uploads in {} minutes, regular, intelligent and fallback, from a few bytes to 18 MiB, each \
         with a checkpoint, through one client of a process: {} reported stored, {:.1} GiB. Meanwhile there were {} faults for \
         one to four requests each, {} restarts of the service, and {} kills (`SIGKILL`) of the process.\n\n\
         - Every file that was reported stored was there with its hash: {} of {}.\n\
         - None was there twice: 0.\n\
         - {} calls failed and were made again with their checkpoints: {}.\n\
         - {} files were stored of which no process lived to tell, or of which nobody could know (`MayBeStored`): their \
         uploads were made again under another name.\n",
        tally.rounds,
        time.as_secs() / 60,
        tally.reported,
        tally.bytes as f64 / GIB,
        tally.faults,
        tally.restarts,
        tally.kills,
        tally.reported,
        tally.reported,
        tally.failed.values().sum::<usize>(),
        failed.join(", "),
        tally.unreported,
    );
    reliability::write_section("Chaos", &text);
}
