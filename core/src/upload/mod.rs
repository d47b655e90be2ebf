//! Uploads: a source is cut into parts, several of which are sent at the same time.

mod chunk_size;
mod completion;
mod external;
mod ingestion;
mod part_layout;
mod part_transfer;
mod scheduler;
mod session;
mod state;
mod verification;

use std::collections::BTreeMap;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, TryStreamExt as _};

use crate::context::{Call, Context};
use crate::error::Result;
use crate::options::{Intelligent, UploadOptions};
use crate::source::{Lease, Source};
use crate::stored_file::StoredFile;

use chunk_size::ChunkSize;
pub(crate) use external::upload_url;
use part_layout::{Part, Parts};
use scheduler::Scheduler;
use session::Session;
use state::{Description, Phase, SentPart, State};

/// The name of a file whose source has none. The reference SDK's choice.
const UNNAMED: &str = "unnamed_file";

/// Uploads a source. The stored file has the credentials that signed the upload.
pub(crate) async fn upload(context: &Context, source: &Source, options: &UploadOptions) -> Result<StoredFile> {
    let signed = context.signed_by(options.security.as_ref());
    let call = signed.begin(options.control(), "the upload", options.total_timeout)?;
    let lease = Lease::of(source, &call)?;
    let outcome = call.run(upload_parts(&signed, &call, source, &lease, options)).await;
    lease.end().await;
    outcome
}

async fn upload_parts(
    context: &Context,
    call: &Call,
    source: &Source,
    lease: &Lease,
    options: &UploadOptions,
) -> Result<StoredFile> {
    context.api_key("an upload")?;
    let buffer = |size| part_layout::part_size(size, options.part_size()).min(size);
    let size = lease.open(buffer, call.limits().largest_buffer()).await?;
    verification::prepare(lease, options).await?;
    let description = describe(context, source, lease, size, options).await?;
    let wants_intelligent = options.intelligent != Intelligent::Off;
    let place = session::start(context, call, &description, wants_intelligent).await?;
    let mut state = State {
        part_size: part_layout::part_size(description.size, options.part_size()),
        description,
        place,
        source: lease.fingerprint(),
        sent: BTreeMap::new(),
        phase: Phase::Sending,
    };
    let State { description, place, part_size, sent, phase, .. } = &mut state;
    let is_fallback = options.intelligent == Intelligent::Fallback;
    let session = Session { context, call, description, place, is_fallback, chunk_size: ChunkSize::new(*part_size) };
    let parts = Parts::cut(size, *part_size);
    call.operation().set_total(parts.size(), parts.len());
    let mut scheduler = Scheduler::new(&session, lease, parts.clone(), options.concurrency());
    while let Some((number, part)) = scheduler.next_sent().await? {
        sent.insert(number, part);
    }
    // Before the source is known not to have changed, so that this is what was sent.
    let expected = verification::expected(lease, size, options.verify).await?;
    check_unchanged(lease, &parts, sent).await?;
    *phase = Phase::Completing;
    let stored = StoredFile::new(context.clone(), session.complete(sent).await?)?;
    if let Some(expected) = expected {
        expected.check(context, call, &stored).await?;
    }
    Ok(stored)
}

async fn describe(
    context: &Context,
    source: &Source,
    lease: &Lease,
    size: u64,
    options: &UploadOptions,
) -> Result<Description> {
    let store = &options.store;
    let filename = filename(source, options);
    let mimetype = match store.mimetype() {
        Some(mimetype) => mimetype.to_owned(),
        None => lease.mimetype(&filename).await?.to_owned(),
    };
    Ok(Description {
        mimetype,
        size,
        store: store.to_store_member(context.storage()),
        upload_tags: store.to_upload_tags(),
        alt_text: options.alt_text().map(str::to_owned),
        filename,
    })
}

/// The name that is announced. One of which the sanitiser leaves nothing is that of a file without a name.
fn filename(source: &Source, options: &UploadOptions) -> String {
    let own_name = source.file_name();
    let name = options.store.filename().or(own_name.as_deref()).unwrap_or(UNNAMED);
    let Some(sanitizer) = &options.sanitizer else { return name.to_owned() };
    let clean = sanitizer.clean(name);
    if clean.is_empty() { UNNAMED.to_owned() } else { clean }
}

/// Fails when a file is not what was sent. One that was touched is read again: its digests tell.
async fn check_unchanged(lease: &Lease, parts: &Parts, sent: &BTreeMap<u64, SentPart>) -> Result<()> {
    if !lease.was_touched().await? {
        return Ok(());
    }
    let sums: FuturesUnordered<_> =
        sent.iter().map(|(number, sent)| check_part(lease, parts.part(*number), &sent.md5).boxed()).collect();
    sums.try_collect().await
}

async fn check_part(lease: &Lease, part: Part, md5_b64: &str) -> Result<()> {
    let is_same = lease.md5_b64(part.offset, part.length).await? == md5_b64;
    if is_same { Ok(()) } else { Err(part_transfer::part_changed(part.number)) }
}
