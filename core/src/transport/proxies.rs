//! Which proxy a request goes through: the one that is set, or those that the environment names.

use std::ffi::OsString;
use std::sync::Arc;

use url::Url;

use crate::error::{Error, Result};

use super::no_proxy::NoProxy;
use super::proxy::Proxy;

/// The proxies of a client.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    http: Option<Arc<Proxy>>,
    https: Option<Arc<Proxy>>,
    exceptions: NoProxy,
}

impl Proxies {
    /// One proxy for every request.
    pub(super) fn all(proxy: Proxy) -> Self {
        let proxy = Some(Arc::new(proxy));
        Proxies { http: proxy.clone(), https: proxy, exceptions: NoProxy::default() }
    }

    /// The proxies that the environment names. A name in lower case goes before one in upper case, and both before
    /// `all_proxy`; an empty value names none.
    ///
    /// # Errors
    /// `Argument`, naming the variable, when one of them cannot be used.
    pub(super) fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let either = |name: &str| {
            let upper = name.to_uppercase();
            let found = variable(name).map(|value| (name.to_owned(), value));
            found.or_else(|| variable(&upper).map(|value| (upper, value)))
        };
        // In a CGI program the upper-case form is a header of the request that it answers.
        let http = match variable("REQUEST_METHOD") {
            Some(_) => variable("http_proxy").map(|value| ("http_proxy".to_owned(), value)),
            None => either("http_proxy"),
        };
        let all = proxy_of(either("all_proxy"))?;
        let exceptions = match either("no_proxy") {
            Some(found) => NoProxy::parse(&text_of(&found)?),
            None => NoProxy::default(),
        };
        Ok(Proxies {
            http: proxy_of(http)?.or_else(|| all.clone()),
            https: proxy_of(either("https_proxy"))?.or(all),
            exceptions,
        })
    }

    /// The proxy for requests to `url`.
    pub(super) fn of(&self, url: &Url) -> Option<&Arc<Proxy>> {
        let proxy = match url.scheme() {
            "http" => self.http.as_ref(),
            "https" => self.https.as_ref(),
            _ => None,
        };
        proxy.filter(|_| !self.exceptions.holds(url))
    }

    /// The same decisions for reqwest.
    pub(super) fn for_reqwest(&self) -> reqwest::Proxy {
        let proxies = self.clone();
        reqwest::Proxy::custom(move |url| proxies.of(url).map(|proxy| proxy.url().to_owned()))
    }
}

fn proxy_of(variable: Option<(String, OsString)>) -> Result<Option<Arc<Proxy>>> {
    let Some(found) = variable else { return Ok(None) };
    let text = text_of(&found)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let about = || format!("the proxy in the environment variable {}", found.0);
    let proxy = Proxy::parse_variable(&text).map_err(|error| error.in_context(about()))?;
    Ok(Some(Arc::new(proxy)))
}

fn text_of((name, value): &(String, OsString)) -> Result<String> {
    let text = value.to_str().map(str::to_owned);
    text.ok_or_else(|| Error::argument(format!("the environment variable {name} is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Result<Proxies> {
        Proxies::of_environment(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    /// The proxies of an http and an https URL, `-` for none.
    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: [&str; 2]) {
        let proxies = environment(variables).unwrap();
        let places = ["http://h/a", "https://h/a"]
            .map(|url| proxies.of(&Url::parse(url).unwrap()).map_or("-".to_owned(), |proxy| proxy.place.clone()));
        assert_eq!(places, expected, "{variables:?}");
    }

    #[test]
    fn the_environment_names_proxies() {
        check(&[], ["-", "-"]);
        check(&[("http_proxy", "http://p:1")], ["p:1", "-"]);
        check(&[("HTTPS_PROXY", "q:2")], ["-", "q:2"]);
        check(&[("all_proxy", "socks5://s"), ("https_proxy", "http://q:2")], ["s:1080", "q:2"]);
        check(&[("ALL_PROXY", "http://r:3")], ["r:3", "r:3"]);
        check(&[("http_proxy", "http://p:1"), ("HTTP_PROXY", "http://upper:1")], ["p:1", "-"]);
        check(&[("http_proxy", ""), ("HTTP_PROXY", "http://upper:1")], ["-", "-"]);
        check(&[("all_proxy", " "), ("https_proxy", "q:2")], ["-", "q:2"]);
        check(&[("HTTP_PROXY", "http://p:1"), ("REQUEST_METHOD", "GET")], ["-", "-"]);
        check(&[("http_proxy", "http://p:1"), ("REQUEST_METHOD", "GET")], ["p:1", "-"]);
    }

    #[test]
    fn exceptions_hold_for_all_of_them() {
        for name in ["no_proxy", "NO_PROXY"] {
            check(&[("all_proxy", "r:3"), (name, "x,h")], ["-", "-"]);
            check(&[("http_proxy", "r:3"), ("https_proxy", "r:3"), (name, "*")], ["-", "-"]);
            check(&[("all_proxy", "r:3"), (name, "x")], ["r:3", "r:3"]);
        }
        check(&[("all_proxy", "r:3"), ("no_proxy", ""), ("NO_PROXY", "*")], ["r:3", "r:3"]);
    }

    #[test]
    fn a_malformed_variable_is_named_but_not_shown() {
        for name in ["http_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            for value in ["http://[", "http://me:hunter2#@p:1", "ftp://me:hunter2@p", "me:hunter2@p:port", "p:99999"] {
                let message = environment(&[(name, value)]).unwrap_err().message().to_owned();
                assert!(message.contains(name) && !message.contains("hunter2"), "{message}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf_8_is_named() {
        use std::os::unix::ffi::OsStringExt as _;
        for name in ["https_proxy", "NO_PROXY"] {
            let odd = |asked: &str| (asked == name).then(|| OsString::from_vec(b"http://me:\xfc@p:1".to_vec()));
            let message = Proxies::of_environment(odd).unwrap_err().message().to_owned();
            assert!(message.contains(name) && message.contains("not UTF-8"), "{message}");
        }
    }
}
