//! One download: the requests that bring the content, and what is known of it between them.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use reqwest::header::{IF_RANGE, RANGE};

use crate::context::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::progress;
use crate::transport::{Reply, Request};

use super::destination::Destination;
use super::provider_error;
use super::version::{ContentRange, Version};
use super::wanted::Wanted;

/// How long a destination may take for one piece before the request's place is given to others.
const PATIENCE: Duration = Duration::from_millis(100);

/// The range that a request asks for lies behind the end.
const RANGE_NOT_SATISFIABLE: u16 = 416;

/// A download that is under way. It outlives its requests: what the destination has is not asked for again.
pub(super) struct Transfer<'a, D> {
    call: &'a Call,
    wanted: &'a Wanted,
    destination: &'a mut D,
    /// The most bytes that are taken.
    limit: u64,
    /// That of which the destination has the beginning.
    version: Version,
    /// Counts what the destination takes.
    progress: progress::Transfer,
}

/// What became of the body of a reply.
enum Received {
    Whole,
    /// The call was paused, and the connection is to be closed.
    Paused,
}

impl<'a, D: Destination> Transfer<'a, D> {
    /// Begins where `destination` ends, which has that much of `version`.
    pub(super) fn new(
        call: &'a Call,
        wanted: &'a Wanted,
        destination: &'a mut D,
        limit: u64,
        version: Version,
    ) -> Self {
        let progress = call.operation().transfer();
        progress.count(destination.position(), destination.position());
        Transfer { call, wanted, destination, limit, version, progress }
    }

    /// Sends requests until the destination has everything or one fails. May be called again after a failure that
    /// passes.
    ///
    /// # Errors
    /// Whatever is wrong with the destination, the network or the service; `SourceChanged` when the content is another
    /// one than that of which the destination has the beginning, and it cannot begin anew.
    pub(super) async fn attempt(&mut self) -> Result<()> {
        loop {
            match self.request().await {
                Ok(Received::Whole) => return Ok(()),
                Ok(Received::Paused) => self.call.operation().gate().await?,
                Err(error) if error.http_status() == Some(RANGE_NOT_SATISFIABLE) && self.position() > 0 => {
                    self.begin_anew().await?;
                }
                Err(error) if self.can_go_on() => return Err(error),
                Err(error) => return Err(error.not_repeatable()),
            }
        }
    }

    /// Whether a further request can bring the rest.
    fn can_go_on(&self) -> bool {
        self.position() == 0 || self.destination.can_restart() || self.version.can_be_compared()
    }

    fn position(&self) -> u64 {
        self.destination.position()
    }

    /// Sends one request and hands its body on.
    async fn request(&mut self) -> Result<Received> {
        let Wanted { url, what, makes_something, .. } = self.wanted;
        let mut request = Request::get(url.as_str(), what.as_str()).making_something_if(*makes_something);
        let range = self.version.etag.as_deref().filter(|_| self.position() > 0);
        if let Some(etag) = range {
            let from = format!("bytes={}-", self.position());
            request = request.with_service_header(RANGE, &from).with_service_header(IF_RANGE, etag);
        }
        let asks_for_range = range.is_some();
        let reply = self.call.send(&request).await?;
        match reply.status() {
            206 if asks_for_range => self.go_on(reply).await,
            206 => Err(reply.unexpected("is a part that was not asked for", "")),
            _ => self.begin(reply).await,
        }
    }

    /// Takes a reply with the rest.
    async fn go_on(&mut self, mut reply: Reply) -> Result<Received> {
        let range = reply.header("content-range").and_then(ContentRange::parse);
        let Some(range) = range.filter(|range| range.first == self.position()) else {
            return self.leave(&reply, "is another part than the one that was asked for").await;
        };
        let is_other = reply.header("etag").is_some_and(|etag| self.version.etag.as_deref() != Some(etag))
            || self.version.size.is_some_and(|size| size != range.size);
        if is_other {
            return self.leave(&reply, "is a part of another version").await;
        }
        self.version.size = Some(range.size);
        self.receive(&mut reply, Bytes::new(), 0).await
    }

    /// Gives a part up that does not fit to what the destination has.
    async fn leave(&mut self, reply: &Reply, problem: &str) -> Result<Received> {
        if !self.destination.can_restart() {
            return Err(reply.unexpected(problem, ""));
        }
        self.begin_anew().await?;
        // The next request asks for everything.
        Err(reply.unexpected(problem, "").with_retryable(true))
    }

    /// Takes a reply with the whole content.
    async fn begin(&mut self, mut reply: Reply) -> Result<Received> {
        let version = Version::of(&reply);
        if version.size.is_some_and(|size| size > self.limit) {
            return Err(reply.too_large(self.limit));
        }
        let is_converted = self.wanted.is_converted;
        let beginning = if is_converted { provider_error::refuse(&mut reply).await? } else { Vec::new() };
        let mut known = 0;
        if self.position() == 0 || self.destination.can_restart() {
            self.destination.restart(self.call, &version).await?;
        } else if self.version.is_same_as(&version) {
            known = self.position();
        } else {
            return Err(self.changed());
        }
        self.version = version;
        self.receive(&mut reply, beginning.into(), known).await
    }

    /// Forgets what the destination has, because it is not the beginning of what the service has now.
    async fn begin_anew(&mut self) -> Result<()> {
        if !self.destination.can_restart() {
            return Err(self.changed());
        }
        self.version = Version::default();
        self.destination.restart(self.call, &self.version).await?;
        Ok(())
    }

    /// Hands a body on, of which the beginning was read already, without the first `known` bytes.
    async fn receive(&mut self, reply: &mut Reply, beginning: Bytes, mut known: u64) -> Result<Received> {
        self.call.operation().set_total(self.version.size.unwrap_or(0), 0);
        let mut next = Some(beginning).filter(|beginning| !beginning.is_empty());
        while let Some(mut chunk) = match next.take() {
            Some(beginning) => Some(beginning),
            None => reply.chunk().await?,
        } {
            let skipped = usize::try_from(known).unwrap_or(usize::MAX).min(chunk.len());
            chunk.advance(skipped);
            known -= skipped as u64;
            if !chunk.is_empty() {
                self.hand_on(reply, chunk).await?;
            }
            // After the last byte there is nothing left to ask for.
            if self.call.operation().is_paused() && self.version.size != Some(self.position()) {
                if self.version.etag.is_some() && !self.wanted.makes_something {
                    return Ok(Received::Paused);
                }
                // The rest could not be asked for alone.
                wait_without_place(self.call, reply, self.call.operation().gate()).await?;
            }
        }
        match self.version.size {
            Some(size) if size != self.position() => {
                let problem = format!("ended after {} of {size} bytes", self.position());
                Err(reply.unexpected(&problem, "").with_retryable(true))
            }
            _ => Ok(Received::Whole),
        }
    }

    async fn hand_on(&mut self, reply: &mut Reply, chunk: Bytes) -> Result<()> {
        let length = chunk.len() as u64;
        let end = self.position() + length;
        if end > self.limit {
            return Err(reply.too_large(self.limit));
        }
        if let Some(size) = self.version.size.filter(|size| end > *size) {
            return Err(reply.unexpected(&format!("goes on after the {size} bytes of its size"), ""));
        }
        let mut taking = pin!(self.destination.write(self.call, chunk));
        match tokio::time::timeout(PATIENCE, &mut taking).await {
            Ok(outcome) => outcome?,
            Err(_) => wait_without_place(self.call, reply, taking).await?,
        }
        self.progress.count(end, length);
        Ok(())
    }

    /// The error for content that has changed since the sink took its beginning.
    fn changed(&self) -> Error {
        let (what, bytes) = (&self.wanted.what, self.position());
        let problem = "was cut, and the service has no longer the same content";
        let advice = "the sink has a beginning of the old one: download it again to another sink";
        Error::new(ErrorKind::SourceChanged, format!("{what} failed: it {problem}: after {bytes} bytes {advice}"))
    }
}

/// Waits for the host. Others have the request's place meanwhile, perhaps so that the host can go on.
async fn wait_without_place(call: &Call, reply: &mut Reply, wait: impl Future<Output = Result<()>>) -> Result<()> {
    reply.leave_place();
    wait.await?;
    reply.take_place(call.limits()).await
}
