//! Downloads: content of the service to memory, to a file that appears only when it is whole, or to a sink.

mod destination;
mod file;
mod left_over;
mod provider_error;
mod target;
mod temporary;
mod transfer;
mod version;
mod wanted;

use std::path::Path;

use tokio::sync::Mutex;

use crate::context::{Call, Context};
use crate::error::{Error, ErrorKind, Result};
use crate::options::{IfExists, RequestOptions};
use crate::sink::{self, Sink};

use destination::Destination;
use file::FileInTheMaking;
use target::Target;
use transfer::Transfer;
use version::Version;
pub(crate) use wanted::Wanted;

/// The most that is read into memory unless the caller sets another limit.
const LARGEST_CONTENT: u64 = 1024 * 1024 * 1024;

/// Downloads to `path` and returns the size in bytes.
pub(crate) async fn to_path(context: &Context, wanted: &Wanted, path: &Path, options: &RequestOptions) -> Result<u64> {
    let call = begin(context, wanted, options)?;
    let mut begun = None;
    let outcome = call
        .run(call.in_turn(async || {
            let (path, if_exists) = (path.to_owned(), options.if_exists);
            let target = call.threads().work(move || Target::resolve(&path, if_exists)).await?;
            let file = begun.insert(FileInTheMaking::new(target));
            let version = match if_exists {
                IfExists::Resume => file.take_left_over(&call, wanted.digest()).await?,
                IfExists::Replace | IfExists::Fail => Version::default(),
            };
            fetch(&call, wanted, file, version, options.max_size.unwrap_or(u64::MAX)).await?;
            file.finish(&call, if_exists).await
        }))
        .await;
    match begun {
        // It may have got its name while the call was ended.
        Some(file) => file.end(&call).await.map_or(outcome, Ok),
        None => outcome,
    }
}

/// Reads into memory.
pub(crate) async fn to_memory(context: &Context, wanted: &Wanted, options: &RequestOptions) -> Result<Vec<u8>> {
    refuse_resume(options, "content in memory")?;
    let call = begin(context, wanted, options)?;
    let mut content = Vec::new();
    call.run(fetch(&call, wanted, &mut content, Version::default(), options.max_size.unwrap_or(LARGEST_CONTENT)))
        .await?;
    Ok(content)
}

/// Downloads to what the caller has lent, which is not used after that, and returns the size in bytes.
pub(crate) async fn to_sink(context: &Context, wanted: &Wanted, sink: &Sink, options: &RequestOptions) -> Result<u64> {
    refuse_resume(options, "a sink")?;
    let call = begin(context, wanted, options)?;
    let mut begun = None;
    let outcome = call
        .run(call.in_turn(async || {
            let lease = begun.insert(sink::Lease::of(sink, &call)?);
            fetch(&call, wanted, lease, Version::default(), options.max_size.unwrap_or(u64::MAX)).await?;
            Ok(lease.taken())
        }))
        .await;
    if let Some(lease) = begun {
        lease.end().await;
    }
    outcome
}

fn begin(context: &Context, wanted: &Wanted, options: &RequestOptions) -> Result<Call> {
    context.begin(options.control(), &wanted.what, options.total_timeout)
}

fn refuse_resume(options: &RequestOptions, destination: &str) -> Result<()> {
    if options.if_exists == IfExists::Resume {
        let message = format!("{destination} keeps nothing to resume from: resume a download to a path");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    Ok(())
}

/// Brings all of it to the destination, which may have the beginning of `version`, with as many requests as it takes.
async fn fetch(
    call: &Call,
    wanted: &Wanted,
    destination: &mut impl Destination,
    version: Version,
    limit: u64,
) -> Result<()> {
    let transfer = Mutex::new(Transfer::new(call, wanted, destination, limit, version));
    call.retry(|| async { transfer.lock().await.attempt().await }).await
}
