//! Content from the service: into memory, or into a file that appears only when it is whole.

mod destination;

use std::path::Path;
use std::time::Duration;

use crate::client::Client;
use crate::error::Result;
use crate::security::Security;
use crate::transport::{Reply, Request};

use destination::Destination;

/// The most that is read into memory unless the caller sets another limit.
const LARGEST_CONTENT: u64 = 1024 * 1024 * 1024;

/// What to do when the destination of a download exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfExists {
    /// It is replaced, in one step, when the download is whole.
    #[default]
    Replace,
    /// The download fails and leaves it as it is.
    Fail,
}

/// How one call to the service is made.
#[derive(Clone, Debug, Default)]
pub struct RequestOptions {
    /// Credentials of this call, instead of the object's.
    pub security: Option<Security>,
    /// Time for the whole call, instead of the client's.
    pub total_timeout: Option<Duration>,
    /// The most bytes to take. For content in memory 1 GiB when unset; for files no limit.
    pub max_size: Option<u64>,
    /// What to do when the destination exists.
    pub if_exists: IfExists,
}

/// Downloads `url` to `path` and returns the size in bytes. `what` names it in errors: "download of 'H'".
pub(crate) async fn download(
    client: &Client,
    url: &str,
    what: &str,
    path: &Path,
    options: &RequestOptions,
) -> Result<u64> {
    let work = async {
        Destination::check(path, options.if_exists)?;
        let request = Request::get(url, what);
        let transport = client.transport();
        transport
            .retry(|| async {
                let reply = transport.send(&request).await?;
                save(reply, path, options).await
            })
            .await
    };
    client.within(options.total_timeout, what, work).await
}

/// Reads `url` into memory.
pub(crate) async fn get_content(client: &Client, url: &str, what: &str, options: &RequestOptions) -> Result<Vec<u8>> {
    let limit = options.max_size.unwrap_or(LARGEST_CONTENT);
    let request = Request::get(url, what);
    let transport = client.transport();
    let work = transport.retry(|| async { transport.send(&request).await?.bytes(limit).await });
    client.within(options.total_timeout, what, work).await
}

/// Writes the body beside `path` and moves it there once it is complete.
async fn save(mut reply: Reply, path: &Path, options: &RequestOptions) -> Result<u64> {
    let limit = options.max_size.unwrap_or(u64::MAX);
    if reply.announced_length().is_some_and(|length| length > limit) {
        return Err(reply.too_large(limit));
    }
    let mut destination = Destination::create(path)?;
    let mut size = 0;
    while let Some(chunk) = reply.chunk().await? {
        size += chunk.len() as u64;
        if size > limit {
            return Err(reply.too_large(limit));
        }
        destination.write(&chunk).await?;
    }
    if let Some(announced) = reply.announced_length()
        && announced != size
    {
        let problem = format!("ended after {size} of {announced} bytes");
        return Err(reply.unexpected(&problem, "").with_retryable(true));
    }
    destination.finish(options.if_exists).await?;
    Ok(size)
}
