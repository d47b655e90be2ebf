//! Security: signed policies, the credentials that the service asks for.

mod policy;
mod python_json;
mod signature;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet::{self, Alphabet};
use base64::engine::general_purpose::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::redaction::Secret;

pub use policy::{CALLS, KEYS, Policy};

/// A policy and its signature. Clones share them; they are wiped from memory when the last one goes. The app secret
/// is not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Security(Arc<Parts>);

#[derive(PartialEq, Eq)]
struct Parts {
    policy: Zeroizing<String>,
    policy_b64: Secret,
    signature: Secret,
    url_string: Zeroizing<String>,
}

impl Security {
    /// Signs any JSON object as a policy, in the reference SDK's byte-exact form: sorted keys, `", "` and
    /// `": "` as separators, ASCII only, numbers as Python prints them.
    ///
    /// Nothing in it is checked: use [`Policy`] to have misspelt keys refused.
    ///
    /// # Errors
    /// `Argument` when `policy_json` is not a JSON object or `secret` is empty.
    pub fn new(policy_json: &str, secret: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(policy_json)
            .map_err(|cause| Error::argument(format!("the policy is not valid JSON: {cause}")))?;
        if !value.is_object() {
            return Err(Error::argument("the policy must be a JSON object such as {\"expiry\": 1893456000}"));
        }
        Self::sign_value(&value, secret)
    }

    /// Signs a policy that was built key by key.
    ///
    /// # Errors
    /// `Argument` when the policy has no expiry, contradicts itself, or `secret` is empty.
    pub fn from_policy(policy: &Policy, secret: &str) -> Result<Self> {
        policy.check_complete()?;
        Self::sign_value(&policy.value(), secret)
    }

    /// Signs a policy that another program has already encoded, character by character as it is: in either alphabet of
    /// base64, with padding or without.
    ///
    /// # Errors
    /// `Argument` when `policy_b64` is not base64 or `secret` is empty.
    pub fn from_encoded(policy_b64: &str, secret: &str) -> Result<Self> {
        let policy = decode(policy_b64)?;
        let signature = signature::sign(policy_b64, secret)?;
        Ok(Self::assemble(policy, policy_b64.to_owned(), signature))
    }

    /// Takes a policy and a signature that somebody else made, for a program that must not hold the app secret.
    ///
    /// # Errors
    /// `Argument` when `policy_b64` is not base64 in one of its alphabets or `signature` is not 64 hex digits.
    pub fn from_signed(policy_b64: &str, signature: &str) -> Result<Self> {
        let policy = decode(policy_b64)?;
        if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::argument("the signature must be the 64 hex digits of an HMAC-SHA256"));
        }
        Ok(Self::assemble(policy, policy_b64.to_owned(), signature.to_ascii_lowercase()))
    }

    /// The policy as JSON text, in the form that was signed.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.0.policy
    }

    /// The policy in base64, as the service receives it: URL-safe and padded, unless another program has encoded it.
    #[must_use]
    pub fn policy_b64(&self) -> &str {
        self.0.policy_b64.expose()
    }

    /// The signature: 64 lower-case hex digits.
    #[must_use]
    pub fn signature(&self) -> &str {
        self.0.signature.expose()
    }

    /// The URL segment `security=p:<policy>,s:<signature>`, in which `+` and `/` of the policy are percent-encoded.
    #[must_use]
    pub fn url_string(&self) -> &str {
        &self.0.url_string
    }

    fn sign_value(value: &Value, secret: &str) -> Result<Self> {
        let policy = python_json::write(value)?;
        let policy_b64 = URL_SAFE.encode(&policy);
        let signature = signature::sign(&policy_b64, secret)?;
        Ok(Self::assemble(policy, policy_b64, signature))
    }

    fn assemble(policy: String, policy_b64: String, signature: String) -> Self {
        let in_url = Zeroizing::new(policy_b64.replace('+', "%2B").replace('/', "%2F"));
        let url_string = format!("security=p:{},s:{signature}", *in_url);
        Security(Arc::new(Parts {
            policy: Zeroizing::new(policy),
            policy_b64: Secret::new(policy_b64),
            signature: Secret::new(signature),
            url_string: Zeroizing::new(url_string),
        }))
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Security(***)")
    }
}

/// The policy that another program has encoded. They differ in alphabet and padding, and the service takes all of it.
fn decode(policy_b64: &str) -> Result<String> {
    let padding =
        if policy_b64.contains('=') { DecodePaddingMode::RequireCanonical } else { DecodePaddingMode::RequireNone };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(padding).with_decode_allow_trailing_bits(true);
    let alphabet: &Alphabet = if policy_b64.contains(['+', '/']) { &alphabet::STANDARD } else { &alphabet::URL_SAFE };
    let bytes = GeneralPurpose::new(alphabet, config).decode(policy_b64).map_err(|_| {
        Error::argument("the encoded policy is not base64, neither with '+' and '/' nor with '-' and '_'")
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_example() {
        let security = Security::new("{\"expiry\":1562763146,\"call\":[\"read\"]}", "SECURITY-SECRET").unwrap();
        assert_eq!(security.policy(), "{\"call\": [\"read\"], \"expiry\": 1562763146}");
        assert_eq!(security.policy_b64(), "eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxNTYyNzYzMTQ2fQ==");
        assert_eq!(security.signature(), "89f1325dca54cfce976163fb692bb266f28129525b8c6bb0eeadf4b7d450e2f0");
        assert_eq!(security.url_string(), format!("security=p:{},s:{}", security.policy_b64(), security.signature()));
    }

    #[test]
    fn the_bare_hmac_of_the_reference() {
        let security = Security::from_encoded("filestackMessage", "filestackKey").unwrap();
        assert_eq!(security.signature(), "3ea0712eaae796f0330814eff179dd39ab852924a7af023789ce39e3788af2f3");
    }

    #[test]
    fn a_policy_encoded_elsewhere_is_signed_and_sent_as_it_is() {
        // The same bytes in both alphabets, with padding and without.
        let json = "{\"a\": \"???>>>~~\"}";
        for (encoded, in_url) in [
            ("eyJhIjogIj8/Pz4+Pn5+In0=", "eyJhIjogIj8%2FPz4%2BPn5%2BIn0="),
            ("eyJhIjogIj8/Pz4+Pn5+In0", "eyJhIjogIj8%2FPz4%2BPn5%2BIn0"),
            ("eyJhIjogIj8_Pz4-Pn5-In0=", "eyJhIjogIj8_Pz4-Pn5-In0="),
            ("eyJhIjogIj8_Pz4-Pn5-In0", "eyJhIjogIj8_Pz4-Pn5-In0"),
        ] {
            let security = Security::from_encoded(encoded, "secret").unwrap();
            assert_eq!((security.policy(), security.policy_b64()), (json, encoded));
            assert_eq!(security.signature(), signature::sign(encoded, "secret").unwrap());
            assert_eq!(security.url_string(), format!("security=p:{in_url},s:{}", security.signature()));
            assert_eq!(Security::from_signed(encoded, security.signature()).unwrap(), security);
        }
        for bad in ["a+b_", "eyJ=hIjo", "e", "ü", "ey\nJ"] {
            assert!(Security::from_encoded(bad, "secret").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_signature_made_elsewhere_is_taken_as_it_is() {
        let made = Security::new("{\"expiry\":1}", "secret").unwrap();
        let taken = Security::from_signed(made.policy_b64(), &made.signature().to_uppercase()).unwrap();
        assert_eq!(taken, made);
        assert!(Security::from_signed("ey J", made.signature()).is_err());
        assert!(Security::from_signed(made.policy_b64(), "abc").is_err());
    }

    #[test]
    fn bad_input_is_refused() {
        for policy in ["", "[1]", "\"x\"", "{", "{'expiry': 1}", "null"] {
            assert!(Security::new(policy, "secret").is_err(), "{policy}");
        }
        assert!(Security::new("{}", "").unwrap_err().message().contains("app secret is empty"));
        assert!(Security::from_encoded("ey J", "secret").is_err());
        assert!(Security::from_policy(&Policy::new(), "secret").is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        let security = Security::new("{\"expiry\":1}", "secret").unwrap();
        assert_eq!(format!("{security:?}"), "Security(***)");
    }
}
