//! The signature of a policy.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::hex::hex;

/// Lower-case hex of HMAC-SHA256 over the encoded policy's characters.
pub(super) fn sign(policy_b64: &str, secret: &str) -> Result<String> {
    if secret.is_empty() {
        return Err(Error::argument("the app secret is empty: copy it from the developer portal"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|cause| Error::argument(format!("the app secret cannot be used as a key: {cause}")))?;
    mac.update(policy_b64.as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}
