//! Downloads: content of the service to memory, or to a file that appears only when it is whole.

mod destination;
mod provider_error;
mod target;
mod temporary;

use std::path::Path;

use crate::context::{Call, Context};
use crate::error::Result;
use crate::options::RequestOptions;
use crate::transport::{Reply, Request};

use destination::Destination;
use target::Target;

/// The most that is read into memory unless the caller sets another limit.
const LARGEST_CONTENT: u64 = 1024 * 1024 * 1024;

/// What is downloaded.
pub(crate) struct Wanted {
    /// Where it is.
    pub(crate) url: String,
    /// What errors call it: "download of 'H'".
    pub(crate) what: String,
    /// Whether the service makes it of a file, so that its text may be an error.
    pub(crate) is_converted: bool,
}

/// Downloads to `path` and returns the size in bytes.
pub(crate) async fn to_path(context: &Context, wanted: &Wanted, path: &Path, options: &RequestOptions) -> Result<u64> {
    let Wanted { url, what, is_converted } = wanted;
    let call = context.begin(options.control(), what, options.total_timeout)?;
    let request = Request::get(url.as_str(), what.as_str()).counted_by(call.operation().transfer());
    call.run(async {
        let (path, if_exists) = (path.to_owned(), options.if_exists);
        let target = call.threads().work(move || Target::resolve(&path, if_exists)).await?;
        let attempt = || async {
            let mut reply = call.send(&request).await?;
            let beginning = if *is_converted { provider_error::refuse(&mut reply).await? } else { Vec::new() };
            save(&call, reply, beginning, &target, options).await
        };
        call.retry(attempt).await
    })
    .await
}

/// Reads into memory.
pub(crate) async fn to_memory(context: &Context, wanted: &Wanted, options: &RequestOptions) -> Result<Vec<u8>> {
    let Wanted { url, what, is_converted } = wanted;
    let limit = options.max_size.unwrap_or(LARGEST_CONTENT);
    let call = context.begin(options.control(), what, options.total_timeout)?;
    let request = Request::get(url.as_str(), what.as_str()).counted_by(call.operation().transfer());
    let attempt = || async {
        let mut reply = call.send(&request).await?;
        let content = reply.bytes(limit).await?;
        if *is_converted { provider_error::refuse_content(&reply, content) } else { Ok(content) }
    };
    call.run(call.retry(attempt)).await
}

/// Writes the body, of which the beginning was read already, beside `target` and moves it there once it is complete.
async fn save(
    call: &Call,
    mut reply: Reply,
    beginning: Vec<u8>,
    target: &Target,
    options: &RequestOptions,
) -> Result<u64> {
    let limit = options.max_size.unwrap_or(u64::MAX);
    if reply.announced_length().is_some_and(|length| length > limit) {
        return Err(reply.too_large(limit));
    }
    let mut destination = Destination::create(call, target).await?;
    let mut size = 0;
    let mut next = (!beginning.is_empty()).then(|| beginning.into());
    while let Some(chunk) = match next.take() {
        Some(beginning) => Some(beginning),
        None => reply.chunk().await?,
    } {
        size += chunk.len() as u64;
        if size > limit {
            return Err(reply.too_large(limit));
        }
        destination.write(call, chunk).await?;
    }
    if let Some(announced) = reply.announced_length()
        && announced != size
    {
        let problem = format!("ended after {size} of {announced} bytes");
        return Err(reply.unexpected(&problem, "").with_retryable(true));
    }
    destination.finish(call, options.if_exists).await?;
    Ok(size)
}
