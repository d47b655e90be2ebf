//! Uploads: a source is cut into parts, several of which are sent at the same time.

mod checkpoint;
mod chunk_size;
mod completion;
mod external;
mod ingestion;
mod journal;
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

use checkpoint::Checkpoint;
use chunk_size::ChunkSize;
pub(crate) use external::upload_url;
use part_layout::{Part, Parts};
use scheduler::Scheduler;
use session::{Session, Transfers};
use state::{Description, Phase, SentPart, Start, State};

/// The name of a file whose source has none. The reference SDK's choice.
const UNNAMED: &str = "unnamed_file";

/// Uploads a source. The stored file has the credentials that signed the upload.
pub(crate) async fn upload(context: &Context, source: &Source, options: &UploadOptions) -> Result<StoredFile> {
    let signed = context.signed_by(options.security.as_ref());
    let call = signed.begin(options.control(), "the upload", options.total_timeout)?.outlasting_network();
    let lease = Lease::of(source, &call)?;
    let checkpoint = Checkpoint::new(options.checkpoint.as_deref(), &call);
    let upload = Upload { context: &signed, call: &call, lease: &lease, checkpoint: &checkpoint, options };
    let outcome = call.run(call.in_turn(async || upload.run(source).await)).await;
    lease.end().await;
    checkpoint.end().await;
    outcome
}

/// A running upload.
struct Upload<'a> {
    context: &'a Context,
    call: &'a Call,
    lease: &'a Lease,
    checkpoint: &'a Checkpoint,
    options: &'a UploadOptions,
}

impl Upload<'_> {
    async fn run(&self, source: &Source) -> Result<StoredFile> {
        let Upload { context, lease, options, .. } = self;
        context.api_key("an upload")?;
        let found = self.checkpoint.open().await?;
        let buffer = |size| part_layout::part_size(size, options.part_size()).min(size);
        let size = lease.open(buffer, self.call.limits().largest_buffer()).await?;
        verification::prepare(lease, options).await?;
        let description = describe(context, source, lease, size, options).await?;
        let mut found = match found {
            Some(found) => self.usable(found, &description).await?,
            None => None,
        };
        let transfers = Transfers::default();
        // What a service has forgotten is begun anew, but once only, and not of a reader, which has been read.
        let mut may_begin_anew = lease.can_be_read_again();
        loop {
            let state = match found.take() {
                Some(found) => found,
                None => self.begin(&description).await?,
            };
            match self.go_on(&description, &transfers, state).await {
                Err(failure) if may_begin_anew && session::is_forgotten(&failure) => {
                    tracing::warn!(target: "filestack::retry", "the upload begins anew: {}", failure.message());
                    may_begin_anew = false;
                }
                outcome => return outcome,
            }
        }
    }

    /// The state that a checkpoint has, unless it is one of other content: then the upload begins anew.
    ///
    /// # Errors
    /// `State` when it is that of another upload; `SourceChanged` when the service was told to join its parts.
    async fn usable(&self, found: State, description: &Description) -> Result<Option<State>> {
        self.checkpoint.check(&found.start, self.context, description)?;
        if self.is_of_same_source(&found, description).await? {
            return Ok(Some(found));
        }
        match found.phase {
            Phase::Sending => Ok(None),
            Phase::Completing => Err(self.checkpoint.other_source()),
        }
    }

    /// Whether the source is the one that the parts were read from. Readers are compared while they are read.
    async fn is_of_same_source(&self, found: &State, description: &Description) -> Result<bool> {
        let start = &found.start;
        if (start.size, &start.mimetype) != (description.size, &description.mimetype) {
            return Ok(false);
        }
        if self.lease.fingerprint().proves(&start.source) || !self.lease.can_be_read_again() {
            return Ok(true);
        }
        let parts = Parts::cut(start.size, start.part_size);
        let sums = found.sent.iter().map(|(number, part)| (number, &part.md5));
        let sums = sums.chain(found.begun.iter().map(|(number, part)| (number, &part.md5)));
        Ok(differing_part(self.lease, &parts, sums).await?.is_none())
    }

    /// Announces an upload, and notes it.
    async fn begin(&self, description: &Description) -> Result<State> {
        let wants_intelligent = self.options.intelligent != Intelligent::Off;
        let start = Start {
            filename: description.filename.clone(),
            mimetype: description.mimetype.clone(),
            size: description.size,
            options: description.digest_of_options(checkpoint::application(self.context)?),
            place: session::start(self.context, self.call, description, wants_intelligent).await?,
            part_size: part_layout::part_size(description.size, self.options.part_size()),
            source: self.lease.fingerprint(),
        };
        self.checkpoint.begin(&start).await?;
        Ok(State::of(start))
    }

    /// Sends what the storage does not have, and has the parts joined.
    async fn go_on(&self, description: &Description, transfers: &Transfers, state: State) -> Result<StoredFile> {
        let Upload { context, call, lease, checkpoint, options } = *self;
        let State { start, mut sent, begun, phase } = state;
        let parts = Parts::cut(start.size, start.part_size);
        call.operation().set_total(parts.size(), parts.len());
        let known = if lease.can_be_read_again() { BTreeMap::new() } else { sent.clone() };
        let session = Session {
            context,
            call,
            description,
            place: &start.place,
            is_fallback: options.intelligent == Intelligent::Fallback,
            chunk_size: ChunkSize::new(start.part_size),
            known: &known,
            begun: &begun,
            checkpoint,
            transfers,
        };
        let is_there = |number| sent.contains_key(&number) && !known.contains_key(&number);
        let to_do = parts.clone().of(|number| !is_there(number));
        parts.clone().filter(|part| is_there(part.number)).for_each(|part| session.count_known(part));
        let mut scheduler = Scheduler::new(&session, lease, to_do, options.concurrency());
        while let Some((number, part)) = scheduler.next_sent().await? {
            if !known.contains_key(&number) {
                checkpoint.part(number, &part).await?;
            }
            sent.insert(number, part);
        }
        // Before the source is known not to have changed, so that this is what was sent.
        let expected = verification::expected(lease, start.size, options.verify).await?;
        check_unchanged(lease, &parts, &sent).await?;
        if phase == Phase::Sending {
            checkpoint.completing().await?;
        }
        let stored = session.complete(&sent, phase == Phase::Completing).await?;
        let stored = StoredFile::new(context.clone(), stored)?;
        let verified = match expected {
            Some(expected) => expected.check(context, call, &stored).await,
            None => Ok(()),
        };
        // The file is stored, whatever it is like.
        checkpoint.remove().await?;
        verified.map(|()| stored)
    }
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
    let sums = sent.iter().map(|(number, part)| (number, &part.md5));
    differing_part(lease, parts, sums).await?.map_or(Ok(()), |number| Err(part_transfer::part_changed(number)))
}

/// Reads parts again; a part whose MD5 is another one, when there is such a part.
async fn differing_part(
    lease: &Lease,
    parts: &Parts,
    sums: impl Iterator<Item = (&u64, &String)> + Send,
) -> Result<Option<u64>> {
    let differs = |(number, md5_b64): (&u64, &String)| {
        let (Part { number, offset, length }, md5_b64) = (parts.part(*number), md5_b64.clone());
        async move { Ok((lease.md5_b64(offset, length).await? != md5_b64).then_some(number)) }.boxed()
    };
    let mut found: FuturesUnordered<_> = sums.map(differs).collect();
    while let Some(differs) = found.try_next().await? {
        if differs.is_some() {
            return Ok(differs);
        }
    }
    Ok(None)
}
