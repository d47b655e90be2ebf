//! Times in milliseconds, as C passes them.

use std::time::Duration;

use crate::failure::{Failure, Result};

/// A time limit: 0 = no limit.
///
/// # Errors
/// `FILESTACK_E_ARGUMENT` when it is negative.
pub(crate) fn limit(name: &str, milliseconds: i64) -> Result<Option<Duration>> {
    let milliseconds = u64::try_from(milliseconds)
        .map_err(|_| Failure::argument(format!("{name} is {milliseconds}, but it cannot be negative")))?;
    Ok((milliseconds > 0).then(|| Duration::from_millis(milliseconds)))
}

/// `duration` in whole milliseconds.
pub(crate) fn count(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_milliseconds() {
        assert_eq!(limit("t", 0).unwrap(), None);
        assert_eq!(limit("t", 1500).unwrap(), Some(Duration::from_millis(1500)));
        assert!(limit("idle_timeout_ms", -1).unwrap_err().message().contains("idle_timeout_ms"));
    }
}
