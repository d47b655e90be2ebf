//! The list of hosts that are reached without a proxy: the variable `no_proxy`, as curl and others read it.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

/// One entry of the list, for one port or for all.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq)]
enum Hosts {
    /// `*`
    All,
    /// A domain and all below it, without the leading dot.
    Domain(String),
    Network(IpNet),
}

/// Which hosts need no proxy. Entries stand between commas or blanks: names with all below them, addresses with or
/// without brackets, networks such as `10.0.0.0/8`, each but a network with or without a port, and `*` for every host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct NoProxy(Vec<Entry>);

impl NoProxy {
    /// Reads a list. What names no host in it, such as the path of a socket, says nothing about HTTP and is left out.
    pub(super) fn parse(list: &str) -> Self {
        let words = list.split(|letter: char| letter == ',' || letter.is_whitespace());
        NoProxy(words.filter(|word| !word.is_empty()).filter_map(entry).collect())
    }

    /// Whether the host of `url` is in the list.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let Some(port) = url.port_or_known_default() else { return false };
        let mut hosts =
            self.0.iter().filter(|entry| entry.port.is_none_or(|only| only == port)).map(|entry| &entry.hosts);
        match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                hosts.any(|hosts| hosts.hold_name(name))
            }
            Some(Host::Ipv4(address)) => hosts.any(|hosts| hosts.hold_address(address.into())),
            Some(Host::Ipv6(address)) => hosts.any(|hosts| hosts.hold_address(address.to_canonical())),
            None => false,
        }
    }
}

impl Hosts {
    /// Whether a host with this name, in lower case and without a dot at its end, is one of them.
    fn hold_name(&self, name: &str) -> bool {
        match self {
            Hosts::All => true,
            Hosts::Domain(domain) => {
                name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Hosts::Network(_) => false,
        }
    }

    fn hold_address(&self, address: IpAddr) -> bool {
        match self {
            Hosts::All => true,
            Hosts::Domain(_) => false,
            Hosts::Network(network) => network.contains(&address),
        }
    }
}

fn entry(word: &str) -> Option<Entry> {
    if word == "*" {
        return Some(Entry { hosts: Hosts::All, port: None });
    }
    let (host, port) = match word.rsplit_once(':') {
        // A lone colon: more are those of an IPv6 address without brackets.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (word, None),
    };
    Some(Entry { hosts: hosts(host)?, port })
}

fn hosts(text: &str) -> Option<Hosts> {
    let bare = text.replace(['[', ']'], "");
    if let Ok(network) = bare.parse::<IpNet>() {
        return Some(Hosts::Network(network));
    }
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Hosts::Network(address.to_canonical().into()));
    }
    let name = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')).unwrap_or(text);
    let name = name.strip_suffix('.').unwrap_or(name);
    // Lower case, and other alphabets as they stand in a URL.
    match Host::parse(name).ok()? {
        Host::Domain(domain) if !domain.contains('*') => Some(Hosts::Domain(domain)),
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(Hosts::Network(IpAddr::from(address).into())),
        Host::Ipv6(address) => Some(Hosts::Network(IpAddr::from(address).to_canonical().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, inside: &[&str], outside: &[&str]) {
        let hosts = NoProxy::parse(list);
        for (urls, expected) in [(inside, true), (outside, false)] {
            for url in urls {
                assert_eq!(hosts.holds(&Url::parse(url).unwrap()), expected, "'{list}' and {url}");
            }
        }
    }

    #[test]
    fn a_star_is_every_host() {
        let all = ["http://a.example.com", "http://127.0.0.1:8642", "https://[::1]/", "http://localhost:1"];
        for list in ["*", " * ", "a,*", "*,b.example"] {
            check(list, &all, &[]);
        }
        check("", &[], &all);
        check(" , ,", &[], &all);
    }

    #[test]
    fn a_name_is_a_domain_and_all_below_it() {
        for list in
            ["example.com", ".example.com", "*.example.com", "EXAMPLE.com.", "x, example.com ,y", "x example.com"]
        {
            check(
                list,
                &["http://example.com", "https://a.b.Example.com:8443", "http://example.com."],
                &["http://notexample.com", "http://example.com.evil", "http://com", "http://1.2.3.4"],
            );
        }
        check("localhost", &["http://localhost:8642"], &["http://127.0.0.1", "http://[::1]"]);
        check("grün.example", &["http://xn--grn-ioa.example"], &["http://example"]);
    }

    #[test]
    fn addresses_may_have_brackets_and_networks_a_length() {
        check("127.0.0.1", &["http://127.0.0.1:8642"], &["http://127.0.0.2", "http://a127.0.0.1.example"]);
        for list in ["::1", "[::1]", "0:0:0:0:0:0:0:1", "[0::1]", "::/64", "[::]/64"] {
            check(list, &["http://[::1]:8642", "https://[::1]"], &["http://[1::1]", "http://127.0.0.1"]);
        }
        check("10.0.0.0/8,192.168.1.0/24", &["http://10.200.3.4", "http://192.168.1.9"], &["http://192.168.2.1"]);
        check("10.1.2.3/8", &["http://10.200.3.4"], &["http://11.1.2.3"]);
        check("0.0.0.0/0", &["http://1.2.3.4"], &["http://[::1]", "http://a.example"]);
        check("fe80::/10", &["http://[fe80::1]"], &["http://[2001:db8::1]"]);
        check("127.0.0.1", &["http://[::ffff:127.0.0.1]"], &[]);
    }

    #[test]
    fn a_port_restricts_an_entry() {
        check("example.com:8080", &["http://a.example.com:8080"], &["http://example.com", "http://example.com:80"]);
        check("example.com:443", &["https://example.com"], &["http://example.com"]);
        check("127.0.0.1:1", &["http://127.0.0.1:1"], &["http://127.0.0.1:2"]);
        check("[::1]:1", &["http://[::1]:1"], &["http://[::1]:2"]);
    }

    #[test]
    fn what_names_no_host_says_nothing() {
        let all = ["http://10.0.0.1", "http://example.com", "http://[::1]"];
        for list in
            ["/var/run/docker.sock", "10.0.0.0/33", "10.*", "http://example.com", "example.com:http", "[::1", "."]
        {
            let inside: &[&str] = if list == "[::1" { &all[2..] } else { &[] };
            check(list, inside, &all[..2]);
        }
    }
}
