//! Credentials of a request: a policy with its signature, or HTTP Basic.

use axum::http::{HeaderMap, header, request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

/// A policy and its signature as they came over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// Base64 of the policy's JSON.
    pub(crate) policy: String,
    /// Lower-case hex of HMAC-SHA256 over `policy`.
    pub(crate) signature: String,
    /// What HTTP Basic says instead, user and password; `app` with the secret is allowed everything.
    pub(crate) basic: Option<String>,
}

impl Credentials {
    /// A policy and a signature; `None` when neither was given.
    pub(crate) fn new(policy: Option<String>, signature: Option<String>) -> Option<Self> {
        let given = Self { policy: policy.unwrap_or_default(), signature: signature.unwrap_or_default(), basic: None };
        given.has_policy().then_some(given)
    }

    /// HTTP Basic, which the API's calls take instead of a policy.
    pub(crate) fn from_basic(headers: &HeaderMap) -> Option<Self> {
        let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        // What cannot be read was given as well, and must not count as nothing.
        Some(Self { basic: Some(decoded.unwrap_or_default()), ..Self::default() })
    }

    pub(super) fn has_policy(&self) -> bool {
        !self.policy.is_empty() || !self.signature.is_empty()
    }
}

/// Policy and signature of a query.
pub(crate) fn query_credentials(query: Option<&str>) -> Option<Credentials> {
    Credentials::new(query_item(query, "policy"), query_item(query, "signature"))
}

/// Policy and signature of a call to the API, or what stands for them there.
pub(crate) fn api_credentials(head: &request::Parts) -> Option<Credentials> {
    query_credentials(head.uri.query()).or_else(|| Credentials::from_basic(&head.headers))
}

/// The decoded value of a query item.
pub(crate) fn query_item(query: Option<&str>, name: &str) -> Option<String> {
    let value = query?.split('&').filter_map(|item| item.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}
