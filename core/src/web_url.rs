//! URLs of files and pages in the web, which the service fetches.

use url::Url;

use crate::error::{Error, Result};

/// Whether `text` is an absolute `http` or `https` URL with a host.
pub(crate) fn is_web_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // The parser repairs what the service may not: slashes too many, tabs, line ends and spaces around.
    is_web
        && !rest.starts_with(['/', '\\'])
        && !text.contains(char::is_control)
        && text.trim_end() == text
        && Url::parse(text).is_ok()
}

/// Whether `url` is not protected by TLS. It may not follow one that is.
pub(crate) fn is_without_tls(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() != "https")
}

/// Refuses every other text.
///
/// # Errors
/// `Argument`.
pub(crate) fn check(text: &str) -> Result<()> {
    if is_web_url(text) {
        return Ok(());
    }
    Err(Error::argument(format!("'{text}' must be a URL that begins with http:// or https://")))
}
