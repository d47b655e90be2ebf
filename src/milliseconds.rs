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

/// A time to wait: 0 = not at all, -1 = no limit.
///
/// # Errors
/// `FILESTACK_E_ARGUMENT` below -1.
pub(crate) fn wait(name: &str, milliseconds: i64) -> Result<Option<Duration>> {
    match milliseconds {
        -1 => Ok(None),
        _ => u64::try_from(milliseconds).map(|wait| Some(Duration::from_millis(wait))).map_err(|_| {
            Failure::argument(format!("{name} is {milliseconds}, but it must be 0 or more, or -1 for no limit"))
        }),
    }
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
        assert_eq!((wait("t", -1).unwrap(), wait("t", 0).unwrap()), (None, Some(Duration::ZERO)));
        assert!(wait("timeout_ms", -2).unwrap_err().message().contains("timeout_ms"));
        assert!(limit("idle_timeout_ms", -1).unwrap_err().message().contains("idle_timeout_ms"));
    }
}
