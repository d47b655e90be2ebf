//! The verification of an upload: what the service tells of the stored file is compared with what was sent.

use crate::context::{Call, Context};
use crate::error::{Error, ErrorKind, Result};
use crate::file_api;
use crate::options::{UploadOptions, Verify};
use crate::source::Lease;
use crate::stored_file::StoredFile;

/// What the service should tell.
pub(super) struct Expected {
    field: &'static str,
    value: String,
}

/// Refuses what cannot be verified, and gets ready for the rest.
///
/// # Errors
/// `Argument` when the service is asked to store other bytes than it is sent.
pub(super) async fn prepare(lease: &Lease, options: &UploadOptions) -> Result<()> {
    if options.verify != Verify::Off && options.store.decodes_base64() {
        let problem = "an upload with base64decode cannot be verified: the service stores other bytes than it is sent";
        return Err(Error::argument(problem));
    }
    if options.verify == Verify::Sha256 { lease.begin_sha256().await } else { Ok(()) }
}

/// What was sent, asked once all of it was.
pub(super) async fn expected(lease: &Lease, size: u64, verify: Verify) -> Result<Option<Expected>> {
    Ok(match verify {
        Verify::Off => None,
        Verify::Size => Some(Expected { field: "size", value: size.to_string() }),
        Verify::Sha256 => Some(Expected { field: "sha256", value: lease.sha256().await? }),
    })
}

impl Expected {
    /// Asks the service about the stored file.
    ///
    /// # Errors
    /// `Protocol` when it tells something else, `Auth` when the policy does not allow the question. The file stays.
    pub(super) async fn check(&self, context: &Context, call: &Call, stored: &StoredFile) -> Result<()> {
        let Expected { field, value } = self;
        let handle = stored.handle();
        let security = context.call_security(None);
        let request = file_api::metadata_request(context, &stored.handle, &[*field], security)?;
        let metadata = call.json(&request).await.map_err(|failure| {
            let advice = match failure.kind() {
                ErrorKind::Auth => ": verification needs a policy that allows 'stat'",
                _ => "",
            };
            // The file is there: an upload that is repeated would make another one.
            failure
                .in_context(format_args!("the file was stored as '{handle}', but not verified{advice}"))
                .with_retryable(false)
        })?;
        let told = match metadata.get(*field) {
            Some(serde_json::Value::String(text)) => text.to_ascii_lowercase(),
            Some(other) => other.to_string(),
            None => "nothing".to_owned(),
        };
        if told == *value {
            return Ok(());
        }
        let message = format!("the file was stored as '{handle}', but its {field} is {told} instead of {value}");
        Err(Error::new(ErrorKind::Protocol, message))
    }
}
