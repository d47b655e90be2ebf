//! When a failed request is tried again: exponential delays with jitter, and what the service asks for.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Limit, Result, is_unreachable};

use super::settings::Settings;

/// A service that asks for a longer pause than this gets none: the caller should decide.
const LONGEST_HONOURED_PAUSE: Duration = Duration::from_secs(300);

/// The delays between the tries of one request.
pub(crate) struct Backoff {
    retries_left: u32,
    next_delay: Duration,
    longest_delay: Duration,
}

impl Backoff {
    pub(crate) fn new(settings: &Settings) -> Self {
        Backoff {
            retries_left: settings.max_retries,
            next_delay: settings.first_retry_delay,
            longest_delay: settings.longest_retry_delay,
        }
    }

    /// Sleeps before the next try, or gives `error` back when no further try is allowed. A way to the service that is
    /// gone costs no try where `outlasts_network`.
    pub(crate) async fn pause_after(&mut self, error: Error, outlasts_network: bool) -> Result<()> {
        if outlasts_network && is_without_way(&error) {
            self.retries_left = self.retries_left.saturating_add(1);
        }
        let delay = self.delay_after(error)?;
        tokio::time::sleep(delay).await;
        Ok(())
    }

    fn delay_after(&mut self, error: Error) -> Result<Duration> {
        let asked = error.retry_after().unwrap_or(Duration::ZERO);
        if !error.is_retryable() || !error.is_repeatable() || self.retries_left == 0 || asked > LONGEST_HONOURED_PAUSE {
            return Err(error);
        }
        self.retries_left -= 1;
        let delay = jittered(self.next_delay).max(asked);
        self.next_delay = (self.next_delay * 2).min(self.longest_delay);
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        tracing::warn!(target: "filestack::retry", delay_ms, retries_left = self.retries_left, "{}", error.message());
        Ok(delay)
    }
}

/// Whether the service cannot be reached: no name look-up, no connection, somebody else at its other end, or a connection
/// whose interface or route has gone.
fn is_without_way(error: &Error) -> bool {
    let is_unconnected = error.limit() == Some(Limit::Connect);
    let is_cut_off = error.os_code().is_some_and(is_unreachable);
    is_unconnected || is_cut_off || matches!(error.kind(), ErrorKind::Dns | ErrorKind::Connect | ErrorKind::Tls)
}

/// Between half of `delay` and all of it, so that many clients do not come back at the same moment.
pub(crate) fn jittered(delay: Duration) -> Duration {
    delay.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(max_retries: u32) -> Backoff {
        Backoff::new(&Settings {
            max_retries,
            first_retry_delay: Duration::from_millis(100),
            longest_retry_delay: Duration::from_millis(250),
            ..Settings::default()
        })
    }

    fn passing() -> Error {
        Error::new(ErrorKind::Http, "busy").with_retryable(true)
    }

    #[test]
    fn delays_double_up_to_the_longest() {
        let mut backoff = backoff(4);
        for longest in [100, 200, 250, 250] {
            let delay = backoff.delay_after(passing()).unwrap();
            assert!(delay <= Duration::from_millis(longest), "{delay:?} of {longest}");
            assert!(delay >= Duration::from_millis(longest / 2), "{delay:?} of {longest}");
        }
        assert_eq!(backoff.delay_after(passing()).unwrap_err().message(), "busy");
    }

    #[test]
    fn the_service_decides_when_it_says_so() {
        let asking = |seconds| passing().with_retry_after(Some(Duration::from_secs(seconds)));
        assert_eq!(backoff(1).delay_after(asking(7)).unwrap(), Duration::from_secs(7));
        assert!(backoff(1).delay_after(asking(3600)).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn failures_of_the_way_are_told_from_failures_at_its_end() {
        let broken = |os_code| Error::new(ErrorKind::Network, "broke").with_os_code(Some(os_code));
        for errno in [rustix::io::Errno::NETUNREACH, rustix::io::Errno::NETDOWN, rustix::io::Errno::HOSTUNREACH] {
            assert!(is_without_way(&broken(errno.raw_os_error())), "{errno}");
        }
        assert!(!is_without_way(&broken(rustix::io::Errno::CONNRESET.raw_os_error())));
        assert!(is_without_way(&Error::new(ErrorKind::Dns, "unknown")));
        assert!(!is_without_way(&Error::new(ErrorKind::Timeout, "silent").with_limit(Limit::Idle)));
    }

    #[test]
    fn permanent_failures_are_not_retried() {
        assert!(backoff(9).delay_after(Error::new(ErrorKind::Auth, "no")).is_err());
    }
}
