//! Names of fields whose values are secret.

/// Where one of these stands in a name, the value is secret. Compared in lower case, letters and digits alone.
const PARTS: &[&str] = &[
    "accesskey",
    "accountkey",
    "apikey",
    "authorization",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "session",
    "sharedkey",
    "signature",
    "signingkey",
    "subscriptionkey",
    "token",
];

/// Whole names of secrets.
const NAMES: &[&str] = &["auth", "hmac", "jwt", "otp", "pass", "policy", "pw", "pwd", "sas", "sig"];

/// Names that are secret as parameters of a URL only. Elsewhere they are names of harmless things.
const PARAMETERS: &[&str] = &["code", "hdnea", "hdnts", "key"];

/// Whether a parameter of a URL called `name` is a secret. The name is decoded already.
pub(super) fn is_secret_parameter(name: &[u8]) -> bool {
    let name = plain(name);
    is_secret(&name) || PARAMETERS.contains(&name.as_str())
}

/// Whether a member of JSON, or of a log's event, called `name` is a secret.
pub(crate) fn is_secret_member(name: &str) -> bool {
    is_secret(&plain(name.as_bytes()))
}

fn is_secret(name: &str) -> bool {
    NAMES.contains(&name) || PARTS.iter().any(|part| name.contains(part))
}

/// The letters and digits of a name, so that `X-Amz-Signature`, `x_amz_signature` and `xAmzSignature` are one.
fn plain(name: &[u8]) -> String {
    name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known() {
        for name in [
            "sig",
            "token",
            "access_token",
            "X-Amz-Signature",
            "X-Amz-Credential",
            "x-amz-security-token",
            "Signature",
            "Policy",
            "client_secret",
            "api_key",
            "apiKey",
            "AWSSecretAccessKey",
            "password",
            "X-Goog-Signature",
            "key",
            "code",
            "sessionid",
            "fs-signature",
            "Proxy-Authorization",
        ] {
            assert!(is_secret_parameter(name.as_bytes()), "{name}");
        }
        for name in ["expires", "width", "se", "sp", "filename", "design", "signal", "upload_id", "keyword", "encode"] {
            assert!(!is_secret_parameter(name.as_bytes()), "{name}");
        }
        assert!(!is_secret_member("key"), "of a stored file");
        assert!(is_secret_member("policy"));
    }
}
