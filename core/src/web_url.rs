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

/// Whether what began at the URL `from` would go on without TLS at the URL `to`, although it began with it.
pub(crate) fn leaves_tls(from: &str, to: &str) -> bool {
    let is_tls = |url: &str| Url::parse(url).map(|url| url.scheme() == "https");
    is_tls(from) == Ok(true) && is_tls(to) == Ok(false)
}

/// Scheme, host and port of a URL with TLS.
pub(crate) fn secure_origin(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    Some(url.origin().ascii_serialization())
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
