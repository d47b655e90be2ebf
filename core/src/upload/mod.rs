//! Uploads: a source is cut into parts, several of which are sent at the same time.

mod completion;
mod external;
mod part_layout;
mod part_transfer;
mod session;

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use md5::{Digest as _, Md5};

use crate::background;
use crate::context::Context;
use crate::error::Result;
use crate::mimetype;
use crate::options::{Intelligent, UploadOptions};
use crate::source::{OpenSource, Reservation};
use crate::stored_file::StoredFile;
use crate::transport::Content as _;

pub(crate) use external::upload_url;
use part_layout::Part;
use part_transfer::Chunk;
use session::{Description, Session};

/// The name of a file whose source has none. The reference SDK's choice.
const UNNAMED: &str = "unnamed_file";

/// Uploads what was reserved. The stored file has the credentials that signed the upload.
pub(crate) async fn upload(context: &Context, reserved: Reservation, options: &UploadOptions) -> Result<StoredFile> {
    let signed = context.signed_by(options.security.as_ref());
    context.within(options.total_timeout, "the upload", upload_parts(signed, reserved, options)).await
}

async fn upload_parts(context: Context, reserved: Reservation, options: &UploadOptions) -> Result<StoredFile> {
    context.api_key("an upload")?;
    let source_name = reserved.source().file_name().map(str::to_owned);
    let open = background::run(move || OpenSource::new(reserved)).await?;
    let description = describe(&context, source_name.as_deref(), open.size(), options);
    let session = Session::start(&context, description).await?;
    let etags = send_parts(&session, open, options).await?;
    let reply = session.complete(&etags).await?;
    StoredFile::new(context, reply)
}

fn describe(context: &Context, source_name: Option<&str>, size: u64, options: &UploadOptions) -> Description {
    let store = &options.store;
    let filename = store.filename().or(source_name).unwrap_or(UNNAMED).to_owned();
    Description {
        mimetype: store.mimetype().unwrap_or_else(|| mimetype::of_file_name(&filename)).to_owned(),
        size,
        store: store.to_store_member(context.storage()),
        upload_tags: store.to_upload_tags(),
        intelligent: options.intelligent == Intelligent::On,
        filename,
    }
}

/// Sends every part and returns their ETags in order. Parts are read one after the other, because a reader can
/// do nothing else, and at most `concurrency` of them are in memory beside the one being read.
async fn send_parts(session: &Session<'_>, open: OpenSource, options: &UploadOptions) -> Result<Vec<String>> {
    let parts = part_layout::cut(open.size(), options.part_size());
    let open = Arc::new(Mutex::new(open));
    stream::iter(parts)
        .then(|part| read_part(Arc::clone(&open), part))
        // A part that cannot be read ends the upload at once: nothing is read after it.
        .map_ok(|(part, bytes)| send_part(session, part, bytes))
        .try_buffered(options.concurrency())
        .try_collect()
        .await
}

async fn read_part(open: Arc<Mutex<OpenSource>>, part: Part) -> Result<(Part, Bytes)> {
    let bytes =
        background::run(move || open.lock().unwrap_or_else(PoisonError::into_inner).read(part.offset, part.length))
            .await?;
    Ok((part, bytes))
}

async fn send_part(session: &Session<'_>, part: Part, bytes: Bytes) -> Result<String> {
    let hashed = bytes.clone();
    let md5_b64 = background::run(move || Ok(STANDARD.encode(Md5::digest(&hashed)))).await?;
    let offset = session.is_intelligent().then_some(0);
    let etag = session.send(&Chunk { part: part.number, offset, md5_b64, bytes }).await?;
    if session.is_intelligent() {
        session.commit(part.number).await?;
    }
    Ok(etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn md5_is_that_of_the_reference() {
        let digest: String = Md5::digest(b"filestack").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "4d9248e9ad027c6f03a90897e329ca92");
        assert_eq!(STANDARD.encode(Md5::digest(b"abc")), "kAFQmDzST7DWlj99KOF/cg==");
    }
}
