//! A proxy: its URL, checked, and what may be said of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::redaction::Secret;

/// What is assumed of a variable such as `https_proxy=proxy:3128`, as other programs do.
const DEFAULT_SCHEME: &str = "http";

/// The port of SOCKS.
const SOCKS_PORT: u16 = 1080;

/// What ends the host of a URL, so that it cannot stand in a user or a password as it is, and how it is written there.
const RESERVED: [(char, &str); 4] = [('/', "%2F"), ('?', "%3F"), ('#', "%23"), ('\\', "%5C")];

/// What is spoken with a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// HTTP, with or without TLS to the proxy.
    Http,
    /// A version of SOCKS.
    Socks,
}

/// A usable proxy. Its user and password do not show themselves.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    url: Secret,
    pub(super) speech: Speech,
    /// Host and port, for messages.
    pub(super) place: String,
    /// Its host as it is looked up.
    pub(super) host: String,
    /// User and password as HTTP tells them to the proxy, which may repeat them.
    _credentials: Secret,
    /// Whether it is told a user or a password.
    pub(super) has_user: bool,
}

impl Proxy {
    /// Reads the URL of a proxy: `http`, `https`, `socks4`, `socks4a`, `socks5` or `socks5h`.
    ///
    /// # Errors
    /// `Argument` when it cannot be used. The message does not show the URL, which may hold a password wherever a slip
    /// has put it.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(Error::argument("it must be a URL such as 'http://127.0.0.1:3128'"));
        };
        let speech = match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Speech::Http,
            "socks4" | "socks4a" | "socks5" | "socks5h" => Speech::Socks,
            _ => return Err(Error::argument("its scheme must be http, https, socks4, socks4a, socks5 or socks5h")),
        };
        check_user(text)?;
        let mut url = Url::parse(text).map_err(|cause| Error::argument(format!("it is not a usable URL: {cause}")))?;
        if speech == Speech::Socks && url.port().is_none() {
            // Cannot fail: there is a host, or the next check says so.
            let _ = url.set_port(Some(SOCKS_PORT));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| Error::argument("it has no host"))?;
        let port = url.port_or_known_default().filter(|port| *port != 0);
        let port = port.ok_or_else(|| Error::argument("its port must not be 0"))?;
        let decoded = |text| percent_decode_str(text).decode_utf8().map(|text| Zeroizing::new(text.into_owned()));
        let (Ok(user), Ok(password)) = (decoded(url.username()), decoded(url.password().unwrap_or_default())) else {
            return Err(Error::argument("its user or password is not UTF-8"));
        };
        let basic = STANDARD.encode(Zeroizing::new(format!("{}:{}", *user, *password)).as_bytes());
        // reqwest reads it once more in this way, and would go without a proxy when it cannot.
        if url.as_str().parse::<Uri>().is_err() {
            return Err(Error::argument("it has characters that must be percent-encoded"));
        }
        Ok(Proxy {
            speech,
            place: format!("{host}:{port}"),
            host: host.trim_matches(['[', ']']).to_owned(),
            has_user: !url.username().is_empty() || url.password().is_some(),
            _credentials: Secret::new(basic),
            url: Secret::new(url),
        })
    }

    /// As [`Proxy::parse`], for a variable of the environment: a host and a port are enough.
    ///
    /// # Errors
    /// As for [`Proxy::parse`].
    pub(super) fn parse_variable(text: &str) -> Result<Self> {
        match text.contains("://") {
            true => Proxy::parse(text),
            false => Proxy::parse(Secret::new(format!("{DEFAULT_SCHEME}://{}", text.trim())).expose()),
        }
    }

    /// The URL with user and password.
    pub(super) fn url(&self) -> &str {
        self.url.expose()
    }
}

/// Looks for characters before the last `@` that would end the host, so that another one would be taken for it.
fn check_user(text: &str) -> Result<()> {
    let user = text.split_once("://").and_then(|(_, rest)| Some(rest.rsplit_once('@')?.0)).unwrap_or_default();
    match RESERVED.iter().find(|(reserved, _)| user.contains(*reserved)) {
        None => Ok(()),
        Some((reserved, encoded)) => Err(Error::argument(format!(
            "its user or password has a '{reserved}', which must be percent-encoded: write {encoded}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_proxies_are_read() {
        for (text, speech, place, has_user) in [
            ("http://127.0.0.1:3128", Speech::Http, "127.0.0.1:3128", false),
            (" https://proxy.example.com\n", Speech::Http, "proxy.example.com:443", false),
            ("HTTP://me@proxy/", Speech::Http, "proxy:80", true),
            ("http://[::1]:8080", Speech::Http, "[::1]:8080", false),
            ("socks5://proxy", Speech::Socks, "proxy:1080", false),
            ("socks5h://me:p@proxy:9050", Speech::Socks, "proxy:9050", true),
            ("socks4://proxy:1", Speech::Socks, "proxy:1", false),
            ("socks4a://proxy:1", Speech::Socks, "proxy:1", false),
        ] {
            let proxy = Proxy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((proxy.speech, proxy.place.as_str(), proxy.has_user), (speech, place, has_user), "{text}");
        }
        assert_eq!(Proxy::parse("http://[::1]:1").unwrap().host, "::1");
        assert_eq!(Proxy::parse_variable("proxy:3128").unwrap().url(), "http://proxy:3128/");
        assert_eq!(Proxy::parse_variable("me:p@proxy:3128").unwrap().place, "proxy:3128");
    }

    /// What can mean only one thing is taken.
    #[test]
    fn passwords_are_read_as_they_are_meant() {
        for (text, url) in [
            ("http://me:p%23ss@proxy:1", "http://me:p%23ss@proxy:1/"),
            ("http://me:p@ss@proxy:1", "http://me:p%40ss@proxy:1/"),
            ("http://me:p:ss@proxy:1", "http://me:p%3Ass@proxy:1/"),
            ("http://me:p%ss@proxy:1", "http://me:p%ss@proxy:1/"),
            ("http://me:p ü@proxy:1", "http://me:p%20%C3%BC@proxy:1/"),
        ] {
            let proxy = Proxy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((proxy.url(), proxy.place.as_str()), (url, "proxy:1"), "{text}");
        }
    }

    #[test]
    fn unusable_urls_are_refused_without_being_shown() {
        for (text, problem) in [
            ("http://me:hunter2#x@proxy:1", "write %23"),
            ("http://me:hunter2/x@proxy:1", "write %2F"),
            ("http://me:hunter2?x@proxy:1", "write %3F"),
            ("http://me:hunter2\\x@proxy:1", "write %5C"),
            ("socks5://me:hunter2#x@proxy:1", "write %23"),
            ("http://me:hunter2@", "not a usable URL"),
            ("http://me:hunter2@proxy:x", "not a usable URL"),
            ("http://me:hunter2@proxy:99999", "not a usable URL"),
            ("http://me:hunter2@proxy:0", "port"),
            ("http://me:hunter2@[::1", "not a usable URL"),
            ("socks5://:1", "not a usable URL"),
            ("socks5://me:hunter2@", "not a usable URL"),
            ("socks5:///x", "no host"),
            ("http://me:hunter2%ff@proxy:1", "not UTF-8"),
            ("ftp://me:hunter2@proxy:1", "its scheme must be"),
            ("socks6://me:hunter2@proxy:1", "its scheme must be"),
            ("me:hunter2@proxy:1", "must be a URL"),
            ("proxy:3128", "must be a URL"),
            ("", "must be a URL"),
        ] {
            let error = Proxy::parse(text).unwrap_err();
            assert!(error.message().contains(problem), "{text}: {error}");
            assert!(!error.message().contains("hunter2"), "{error}");
        }
        let proxy = Proxy::parse("http://me:hunter2@proxy:1").unwrap();
        assert!(!format!("{proxy:?}").contains("hunter2"), "{proxy:?}");
    }
}
