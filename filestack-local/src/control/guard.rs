//! The guard of the control interface: it serves programs on this machine only.
//!
//! An address is not enough: a browser on this machine sends what any web page asks it to send. A page that has bound
//! its own name to a loopback address is known by the `Host` header, one of another site by the `Origin` header.

use std::net::IpAddr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header, request};

use crate::connection::Fate;
use crate::content::fetch;
use crate::errors::{Result, ServiceError};
use crate::state::State;

/// Refuses clients that are not on this machine, or that speak for another one.
pub(crate) fn check(state: &State, head: &request::Parts, fate: &Fate) -> Result<()> {
    let refusal = |text: &str| Err(ServiceError::text(StatusCode::FORBIDDEN, text));
    // A source may lead here; the one who named it need not be on this machine.
    if !is_from_here(fate) || fetch::is_for_another(&head.headers) {
        return refusal("only clients on this machine may do this");
    }
    if !is_local_name(&head.uri, &head.headers, state.address()) {
        return refusal("only requests to this machine's own name may do this: localhost or a loopback address");
    }
    match head.headers.get(header::ORIGIN) {
        Some(origin) if !origin.as_bytes().eq_ignore_ascii_case(state.origin(&head.uri, &head.headers).as_bytes()) => {
            refusal("pages of other sites may not do this")
        }
        _ => Ok(()),
    }
}

fn is_from_here(fate: &Fate) -> bool {
    fate.peer.ip().to_canonical().is_loopback()
}

/// Whether the client called the service by a name that no other site can have.
fn is_local_name(uri: &Uri, headers: &HeaderMap, listening: Option<IpAddr>) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let Some(authority) = uri.authority().cloned().or(host) else { return false };
    let name = authority.host().to_ascii_lowercase();
    let plain = name.strip_suffix('.').unwrap_or(&name);
    let address = plain.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match address {
        Ok(address) => address.to_canonical().is_loopback() || Some(address) == listening,
        Err(_) => plain == "localhost" || plain.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_is_for_this_machine() {
        for (peer, is_allowed) in [
            ("127.0.0.1:9", true),
            ("127.8.0.1:9", true),
            ("[::1]:9", true),
            ("[::ffff:127.0.0.1]:9", true),
            ("192.168.0.7:9", false),
            ("[::ffff:192.168.0.7]:9", false),
            ("[fe80::1]:9", false),
        ] {
            assert_eq!(is_from_here(&Fate::new(peer.parse().unwrap())), is_allowed, "{peer}");
        }
    }

    #[test]
    fn names_that_others_can_have_are_refused() {
        let listening = Some("10.1.2.3".parse().unwrap());
        for (host, is_allowed) in [
            ("localhost", true),
            ("LocalHost:8642", true),
            ("localhost.:8642", true),
            ("app.localhost:80", true),
            ("127.0.0.1:8642", true),
            ("127.9.9.9", true),
            ("[::1]:8642", true),
            ("10.1.2.3:8642", true),
            ("10.1.2.4:8642", false),
            ("cdn.filestackcontent.com", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("notlocalhost", false),
            ("0.0.0.0", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            assert_eq!(is_local_name(&Uri::from_static("/"), &headers, listening), is_allowed, "{host}");
        }
        assert!(!is_local_name(&Uri::from_static("/"), &HeaderMap::new(), None));
        let uri = Uri::from_static("http://evil.example/local/faults");
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost".parse().unwrap());
        assert!(!is_local_name(&uri, &headers, None), "the target comes before the header");
    }
}
