//! The section of docs/reliability.md about changes of the network.

use std::time::Duration;

use crate::support::reliability;

/// A change, and how often requests were tried again; or why it could not be made.
pub(crate) type Row = (&'static str, Result<u32, String>);

/// Writes the section. Every upload has stored its file, or there is none.
pub(crate) fn write(rows: &[Row], away: Duration) {
    let mut text = format!(
        "Uploads of 20 MiB, each through one change of the network. What goes away stays away for {} s. `max_retries` is \
         1, and 2 for names and the interface: in the end every file was stored, with its hash. Retries are all that \
         there were, and for names the look-ups that failed; with a total time, tries without a way to the service do \
         not count against `max_retries`.\n\n\
         | change | retries |\n|---|---|\n",
        away.as_secs(),
    );
    for (change, outcome) in rows {
        let retries = outcome.as_ref().map_or_else(|reason| format!("not run: {reason}"), u32::to_string);
        text += &format!("| {change} | {retries} |\n");
    }
    reliability::write_section("Network changes", &text);
}
