//! The File API: the addresses of files, and what the service knows of one.

use url::Url;

use crate::context::Context;
use crate::endpoints::Endpoint;
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::security::Security;
use crate::suggestion;
use crate::transport::Request;

/// The metadata that the service can be asked for.
pub const METADATA_FIELDS: &[&str] = &[
    "size",
    "mimetype",
    "filename",
    "width",
    "height",
    "uploaded",
    "writeable",
    "cloud",
    "source_url",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "location",
    "path",
    "container",
    "key",
    "exif",
    "status",
];

/// The address of a file, not signed.
pub(crate) fn url(context: &Context, handle: &Handle, suffix: &str) -> Result<Url> {
    let base = format!("{}/file/{}{suffix}", context.endpoints().base(Endpoint::Api), handle.as_str());
    Url::parse(&base).map_err(|cause| Error::argument(format!("'{base}' is not a URL: {cause}")))
}

/// Puts credentials into the query, where the API wants them.
pub(crate) fn sign(url: &mut Url, security: &Security) {
    url.query_pairs_mut().append_pair("policy", security.policy_b64()).append_pair("signature", security.signature());
}

/// Asks for what the service knows of a file.
///
/// # Errors
/// `Argument` for an unknown field.
pub(crate) fn metadata_request(
    context: &Context,
    handle: &Handle,
    fields: &[&str],
    security: Option<&Security>,
) -> Result<Request> {
    let mut url = url(context, handle, "/metadata")?;
    for field in fields {
        if !METADATA_FIELDS.contains(field) {
            let hint = suggestion::hint(field, METADATA_FIELDS.iter().copied());
            return Err(Error::argument(format!("'{field}' is not a metadata field{hint}")));
        }
        url.query_pairs_mut().append_pair(field, "true");
    }
    if let Some(security) = security {
        sign(&mut url, security);
    }
    Ok(Request::get(url, format!("metadata of '{}'", handle.as_str())))
}
