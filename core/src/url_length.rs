//! The length of URLs: how long one may be to be sent.

use crate::error::{Error, Result};

/// The longest URL that HTTP clients of the crate `http` send, in bytes.
pub(crate) const LONGEST: usize = 65_534;

/// Refuses a URL that is longer. `what` names the request, and `advice` says what to do about it.
///
/// # Errors
/// `Argument` with both numbers.
pub(crate) fn check(url: &str, what: &str, advice: impl FnOnce() -> String) -> Result<()> {
    if url.len() <= LONGEST {
        return Ok(());
    }
    let length = url.len();
    let advice = advice();
    Err(Error::argument(format!(
        "{what} failed: its URL would have {length} bytes, and at most {LONGEST} can be sent{advice}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_that_of_the_http_client() {
        let url = |length: usize| format!("https://a.example/{}", "x".repeat(length - "https://a.example/".len()));
        let can_be_sent = |url: &str| url.parse::<hyper::Uri>().is_ok();
        assert!(check(&url(LONGEST), "download", String::new).is_ok() && can_be_sent(&url(LONGEST)));
        let error = check(&url(LONGEST + 1), "download of 'H'", || ": shorten it".into()).unwrap_err();
        assert!(!can_be_sent(&url(LONGEST + 1)));
        assert_eq!(
            error.message(),
            "download of 'H' failed: its URL would have 65535 bytes, and at most 65534 can be sent: shorten it"
        );
    }
}
