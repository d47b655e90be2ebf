//! Downloads: content of the service to memory, or to a file that appears only when it is whole.

mod destination;
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

/// Downloads `url` to `path` and returns the size in bytes. `what` names it in errors: "download of 'H'".
pub(crate) async fn to_path(
    context: &Context,
    url: &str,
    what: &str,
    path: &Path,
    options: &RequestOptions,
) -> Result<u64> {
    let call = context.begin(options.operation.as_ref(), what, options.total_timeout)?;
    let request = Request::get(url, what);
    call.run(async {
        let (path, if_exists) = (path.to_owned(), options.if_exists);
        let target = call.threads().work(move || Target::resolve(&path, if_exists)).await?;
        call.retry(|| async { save(&call, call.send(&request).await?, &target, options).await }).await
    })
    .await
}

/// Reads `url` into memory.
pub(crate) async fn to_memory(context: &Context, url: &str, what: &str, options: &RequestOptions) -> Result<Vec<u8>> {
    let limit = options.max_size.unwrap_or(LARGEST_CONTENT);
    let request = Request::get(url, what);
    let call = context.begin(options.operation.as_ref(), what, options.total_timeout)?;
    call.run(call.retry(|| async { call.send(&request).await?.bytes(limit).await })).await
}

/// Writes the body beside `target` and moves it there once it is complete.
async fn save(call: &Call, mut reply: Reply, target: &Target, options: &RequestOptions) -> Result<u64> {
    let limit = options.max_size.unwrap_or(u64::MAX);
    if reply.announced_length().is_some_and(|length| length > limit) {
        return Err(reply.too_large(limit));
    }
    let mut destination = Destination::create(call, target).await?;
    let mut size = 0;
    while let Some(chunk) = reply.chunk().await? {
        let length = chunk.len() as u64;
        size += length;
        if size > limit {
            return Err(reply.too_large(limit));
        }
        destination.write(call, chunk).await?;
        call.operation().count_bytes(length);
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
