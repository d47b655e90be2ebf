//! Domains: the names under which a customer's own hosts are found.

use std::net::IpAddr;

use url::Url;

use crate::error::{Error, Result};

/// The longest label, and the longest name of a host, in bytes. Limits of DNS.
const LONGEST_LABEL: usize = 63;
const LONGEST_NAME: usize = 253;

/// Refuses what cannot be the domain of a CNAME whose longest sub-domain, with its dot, has `longest_prefix` bytes.
/// Names in other scripts are refused with their ASCII form, so that the caller sees which host is meant.
///
/// # Errors
/// `Argument` with the reason.
pub(crate) fn check_cname(domain: &str, longest_prefix: usize) -> Result<()> {
    problem(domain, longest_prefix).map_or(Ok(()), |problem| {
        Err(Error::argument(format!(
            "the CNAME '{domain}' {problem}: it must be a bare host name such as 'files.example.com'"
        )))
    })
}

fn problem(domain: &str, longest_prefix: usize) -> Option<String> {
    if domain.is_empty() {
        return Some("is empty".into());
    }
    if is_ip_address(domain) {
        return Some("is an IP address, which has no sub-domains".into());
    }
    if domain.contains(['/', ':', '?', '#', '@', '\\', '%']) {
        return Some("has more than a bare host name: leave out scheme, user, port and path".into());
    }
    if domain.contains(|letter: char| letter.is_control() || letter.is_whitespace()) {
        return Some("has spaces or control characters".into());
    }
    if !domain.is_ascii() {
        return Some(match ascii_form(domain).filter(|ascii| problem(ascii, longest_prefix).is_none()) {
            Some(ascii) => format!("is not in the ASCII form that DNS uses: write '{ascii}'"),
            None => "is not in the ASCII form that DNS uses, and has none".into(),
        });
    }
    if let Some(absolute) = domain.strip_suffix('.') {
        return Some(format!("ends with a dot: write '{absolute}'"));
    }
    if let Some(problem) = domain.split('.').find_map(label_problem) {
        return Some(problem);
    }
    if !domain.contains('.') {
        return Some("has only one label; set a base URL to reach a service at one host".into());
    }
    let length = longest_prefix + domain.len();
    if length > LONGEST_NAME {
        return Some(format!("makes host names of {length} bytes, and DNS knows at most {LONGEST_NAME}"));
    }
    // What is left is an xn-- label that stands for nothing.
    ascii_form(domain).is_none().then(|| "is not a valid host name".into())
}

fn label_problem(label: &str) -> Option<String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match label {
        "" => Some("has an empty label".into()),
        _ if label.contains('*') => Some("has a wildcard, but must name one host".into()),
        _ if label.contains('_') => Some("has an underscore, which certificates do not allow".into()),
        _ if !label.bytes().all(is_allowed) => Some("has characters besides letters, digits, '-' and '.'".into()),
        _ if label.starts_with('-') || label.ends_with('-') => {
            Some(format!("has the label '{label}', which begins or ends with '-'"))
        }
        _ if label.len() > LONGEST_LABEL => {
            Some(format!("has a label of {} bytes, and DNS knows at most {LONGEST_LABEL}", label.len()))
        }
        _ => None,
    }
}

/// Whether programs read the text as an address: also as `[::1]`, `127.1` or `0x7f000001`.
fn is_ip_address(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let host = Url::parse(&format!("https://{text}")).ok();
    bare.parse::<IpAddr>().is_ok() || matches!(host.as_ref().and_then(Url::host), Some(url::Host::Ipv4(_)))
}

/// The host that URLs have for a domain.
fn ascii_form(domain: &str) -> Option<String> {
    Url::parse(&format!("https://{domain}")).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(domain: &str) -> String {
        check_cname(domain, "process.".len()).unwrap_err().message().to_owned()
    }

    #[test]
    fn domains_are_accepted() {
        let label = "a".repeat(63);
        // With `process.` it has 253 bytes.
        let longest = format!("{label}.{label}.{label}.{}", "b".repeat(53));
        for domain in [
            "newcname.com",
            "files.example.com",
            "FILES.Example.COM",
            "a.b",
            "1.2.example",
            "3com.example",
            "a--b.example",
            "xn--bcher-kva.example",
            &longest,
        ] {
            check_cname(domain, "process.".len()).unwrap();
        }
        assert!(refusal(&format!("{longest}b")).contains("254 bytes"));
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        let long_label = format!("{}.example", "a".repeat(64));
        for (domain, reason) in [
            ("", "is empty"),
            ("127.0.0.1", "is an IP address"),
            ("127.1", "is an IP address"),
            ("0x7f000001", "is an IP address"),
            ("2130706433", "is an IP address"),
            ("::1", "is an IP address"),
            ("[::1]", "is an IP address"),
            ("127.0.0.1:80", "is an IP address"),
            ("*.example.com", "has a wildcard"),
            ("files.*.com", "has a wildcard"),
            ("-x.com", "begins or ends with '-'"),
            ("x-.com", "begins or ends with '-'"),
            ("x.-com", "begins or ends with '-'"),
            ("my_files.example.com", "has an underscore"),
            ("example.com.", "ends with a dot: write 'example.com'"),
            (".example.com", "has an empty label"),
            ("a..example", "has an empty label"),
            (".", "ends with a dot"),
            ("localhost", "has only one label"),
            ("intranet", "has only one label"),
            ("https://a.com", "leave out scheme"),
            ("a.com/x", "leave out scheme"),
            ("a.com:80", "leave out scheme"),
            ("u@a.com", "leave out scheme"),
            ("a.com?x", "leave out scheme"),
            ("a.com#x", "leave out scheme"),
            ("ex%61mple.com", "leave out scheme"),
            ("a b.com", "has spaces"),
            (" a.com", "has spaces"),
            ("a.com\n", "has spaces or control"),
            ("a.com\r\nX-Evil: 1", "leave out scheme"),
            ("a\u{a0}b.com", "has spaces"),
            ("a\t.com", "has spaces or control"),
            ("a,b.com", "has characters besides"),
            ("a'b.com", "has characters besides"),
            (&long_label, "has a label of 64 bytes"),
            ("xn--\u{fc}.example", "has none"),
            ("b\u{fc}cher.example", "write 'xn--bcher-kva.example'"),
            ("B\u{dc}CHER.example", "write 'xn--bcher-kva.example'"),
            ("\u{4f8b}\u{3048}\u{3002}\u{30c6}\u{30b9}\u{30c8}", "write 'xn--r8jz45g.xn--zckzah'"),
            ("files.b\u{fc}cher", "write 'files.xn--bcher-kva'"),
            ("b\u{fc}cher", "has none"),
        ] {
            let message = refusal(domain);
            assert!(message.contains(reason), "{domain}: {message}");
            assert!(message.starts_with("the CNAME '") && message.contains("'files.example.com'"), "{message}");
            assert!(!message.contains(char::is_control), "{message}");
        }
    }
}
