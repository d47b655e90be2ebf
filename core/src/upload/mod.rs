//! Uploads: a source is cut into parts, several of which are sent at the same time.

mod completion;
mod external;
mod part_layout;
mod part_transfer;
mod session;

use std::pin::pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use md5::{Digest as _, Md5};
use serde_json::{Map, Value};

use crate::context::{Call, Context};
use crate::error::Result;
use crate::options::{Intelligent, UploadOptions};
use crate::source::{Lease, Source};
use crate::stored_file::StoredFile;
use crate::transport::Body;

pub(crate) use external::upload_url;
use part_layout::Part;
use part_transfer::Chunk;
use session::{Description, Session};

/// The name of a file whose source has none. The reference SDK's choice.
const UNNAMED: &str = "unnamed_file";

/// Uploads a source. The stored file has the credentials that signed the upload.
pub(crate) async fn upload(context: &Context, source: &Source, options: &UploadOptions) -> Result<StoredFile> {
    let signed = context.signed_by(options.security.as_ref());
    let call = signed.begin(options.operation.as_ref(), "the upload", options.total_timeout)?;
    let lease = Lease::of(source, &call)?;
    let outcome = call.run(upload_parts(&signed, &call, source, &lease, options)).await;
    lease.end().await;
    StoredFile::new(signed, outcome?)
}

async fn upload_parts(
    context: &Context,
    call: &Call,
    source: &Source,
    lease: &Lease,
    options: &UploadOptions,
) -> Result<Map<String, Value>> {
    context.api_key("an upload")?;
    let buffer = |size| part_layout::largest(size, options.part_size());
    let size = lease.open(buffer, call.limits().largest_buffer()).await?;
    let description = describe(context, source, lease, size, options).await?;
    let session = Session::start(context, call, description).await?;
    let parts = send_parts(&session, lease, size, options).await?;
    check_unchanged(lease, &parts).await?;
    let etags: Vec<_> = parts.into_iter().map(|sent| sent.etag).collect();
    session.complete(&etags).await
}

async fn describe(
    context: &Context,
    source: &Source,
    lease: &Lease,
    size: u64,
    options: &UploadOptions,
) -> Result<Description> {
    let store = &options.store;
    let filename = store.filename().or(source.file_name().as_deref()).unwrap_or(UNNAMED).to_owned();
    let mimetype = match store.mimetype() {
        Some(mimetype) => mimetype.to_owned(),
        None => lease.mimetype(&filename).await?.to_owned(),
    };
    Ok(Description {
        mimetype,
        size,
        store: store.to_store_member(context.storage()),
        upload_tags: store.to_upload_tags(),
        intelligent: options.intelligent == Intelligent::On,
        filename,
    })
}

/// A part that the storage has.
struct SentPart {
    part: Part,
    md5_b64: String,
    etag: String,
}

/// Fails when a file is not what was sent. One that was touched is read again: its digests tell.
async fn check_unchanged(lease: &Lease, parts: &[SentPart]) -> Result<()> {
    if !lease.was_touched().await? {
        return Ok(());
    }
    for SentPart { part, md5_b64, .. } in parts {
        if lease.md5_b64(part.offset, part.length as u64).await? != *md5_b64 {
            return Err(part_transfer::part_changed(part.number));
        }
    }
    Ok(())
}

/// Sends every part and returns them by number. At most `concurrency` of them are on their way. Parts of a reader
/// are read one after the other, because a reader can do nothing else, and kept until they are sent; those of other
/// sources are read while they are sent. The first failure ends all.
async fn send_parts(session: &Session<'_>, lease: &Lease, size: u64, options: &UploadOptions) -> Result<Vec<SentPart>> {
    let parts = part_layout::cut(size, options.part_size());
    session.call.operation().set_total(size, parts.len() as u64);
    let mut all_sent: Vec<SentPart> = Vec::with_capacity(parts.len());
    let mut sending = FuturesUnordered::new();
    for part in parts {
        let mut holding = pin!(hold_part(session.call, lease, part));
        let held = loop {
            tokio::select! {
                biased;
                Some(sent) = sending.next() => all_sent.push(sent?),
                held = &mut holding, if sending.len() < options.concurrency() => break held?,
            }
        };
        sending.push(send_part(session, lease, part, held));
    }
    while let Some(sent) = sending.next().await {
        all_sent.push(sent?);
    }
    all_sent.sort_unstable_by_key(|sent| sent.part.number);
    Ok(all_sent)
}

/// Reads a part of a reader; others are read later.
async fn hold_part(call: &Call, lease: &Lease, part: Part) -> Result<Option<Bytes>> {
    call.operation().gate().await?;
    if lease.is_seekable() {
        return Ok(None);
    }
    let buffer = call.limits().buffer(part.length).await?;
    lease.fill(part.offset, buffer).await.map(Some)
}

async fn send_part(session: &Session<'_>, lease: &Lease, part: Part, held: Option<Bytes>) -> Result<SentPart> {
    let length = part.length as u64;
    let md5_b64 = match &held {
        Some(held) => md5_of(session.call, held.clone()).await?,
        None => lease.md5_b64(part.offset, length).await?,
    };
    let body = match &held {
        Some(held) => Body::Memory(held.clone()),
        None => Body::Content(Arc::new(lease.section(part.offset, length))),
    };
    let chunk = Chunk { part: part.number, offset: session.is_intelligent().then_some(0), md5_b64, body };
    let etag = session.send(&chunk, || lease.md5_b64(part.offset, length)).await?;
    if session.is_intelligent() {
        session.commit(part.number).await?;
    }
    session.call.operation().count_part(length);
    Ok(SentPart { part, md5_b64: chunk.md5_b64, etag })
}

async fn md5_of(call: &Call, bytes: Bytes) -> Result<String> {
    call.threads().work(move || Ok(STANDARD.encode(Md5::digest(&bytes)))).await
}
