//! Intelligent Ingestion: a part goes to the storage in chunks, whose size follows what the network can carry, and is
//! committed when all of them are there. Here is decided which part goes in this way.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{Error, ErrorKind, Result};
use crate::progress::Transfer;
use crate::transport::jittered;

use super::part_transfer::{Chunk, PartContent};
use super::session::Session;
use super::state::{BegunPart, SentPart};

/// Between a chunk that failed and a smaller one. The network was not asked to do the same again.
const PAUSE: Duration = Duration::from_millis(250);

impl Session<'_> {
    /// Sends a part, and returns its ETag when it went as a whole.
    pub(super) async fn send(&self, content: &PartContent<'_>, slots: &Semaphore) -> Result<SentPart> {
        let part = content.part;
        let transfer = self.transfers.of(self.call, part.number);
        let whole = Chunk {
            part: part.number,
            offset: None,
            md5_b64: content.md5_b64.clone(),
            body: content.body(0, part.length),
            transfer: transfer.clone(),
        };
        if !self.place.is_intelligent {
            let etag = self.call.retry(|| self.send_once(&whole, slots, content)).await?;
            return Ok(SentPart { md5: whole.md5_b64, etag: Some(etag) });
        }
        let arrived = self.arrived(content)?;
        transfer.count(arrived, arrived);
        if self.is_fallback && arrived == 0 {
            // A part that the network fails goes on in chunks; everything else is tried again as it is.
            let attempt = || async {
                match self.send_once(&whole, slots, content).await {
                    Err(failure) if is_of_network(&failure) => Ok(Err(failure.kind())),
                    outcome => outcome.map(Ok),
                }
            };
            match self.call.retry(attempt).await? {
                Ok(etag) => return Ok(SentPart { md5: whole.md5_b64, etag: Some(etag) }),
                Err(cause) => self.call.operation().count_retry(cause),
            }
        }
        self.send_in_chunks(content, arrived, slots, &transfer).await?;
        Ok(SentPart { md5: whole.md5_b64, etag: None })
    }

    /// How much of a part arrived in an earlier process.
    fn arrived(&self, content: &PartContent<'_>) -> Result<u64> {
        match self.begun.get(&content.part.number) {
            Some(begun) if begun.md5 == content.md5_b64 => Ok(begun.arrived.min(content.part.length)),
            Some(_) => Err(self.checkpoint.other_source()),
            None => Ok(0),
        }
    }

    /// Sends a part in chunks, from `offset` on, and commits it. What has arrived is not sent again.
    async fn send_in_chunks(
        &self,
        content: &PartContent<'_>,
        mut offset: u64,
        slots: &Semaphore,
        transfer: &Transfer,
    ) -> Result<()> {
        let part = content.part;
        while offset < part.length {
            let arrived = self.call.retry(|| self.send_chunk(offset, content, slots, transfer)).await?;
            self.chunk_size.grow(arrived);
            self.call.operation().costs().note_chunk(arrived);
            offset += arrived;
            let begun = BegunPart { md5: content.md5_b64.clone(), arrived: offset };
            self.checkpoint.chunk(part.number, begun).await?;
        }
        self.commit(part.number).await
    }

    /// Sends the bytes of a part from `offset` on, fewer each time that the network fails them, and returns how many
    /// have arrived.
    async fn send_chunk(
        &self,
        offset: u64,
        content: &PartContent<'_>,
        slots: &Semaphore,
        transfer: &Transfer,
    ) -> Result<u64> {
        let part = content.part;
        loop {
            let length = self.chunk_size.get().min(part.length - offset);
            let chunk = Chunk {
                part: part.number,
                offset: Some(offset),
                md5_b64: content.md5_b64(offset, length).await?,
                body: content.body(offset, length),
                transfer: transfer.from(offset),
            };
            let failure = match self.send_once(&chunk, slots, content).await {
                Ok(_) => return Ok(length),
                Err(failure) => failure,
            };
            if !is_of_network(&failure) || !self.chunk_size.shrink(length) {
                return Err(failure);
            }
            self.call.operation().count_retry(failure.kind());
            tokio::time::sleep(jittered(PAUSE)).await;
            self.call.operation().gate().await?;
        }
    }
}

/// Whether less at a time may get through where this failed: a broken or silent connection, a server that is in trouble.
/// One that asks for a pause is not.
fn is_of_network(error: &Error) -> bool {
    let is_in_trouble = error.http_status().is_some_and(|status| status >= 500) && error.retry_after().is_none();
    error.is_retryable() && (matches!(error.kind(), ErrorKind::Network | ErrorKind::Timeout) || is_in_trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_a_pause_shrinks_nothing() {
        let http = |status| Error::new(ErrorKind::Http, "no").with_http_status(status).with_retryable(true);
        assert!(is_of_network(&http(500)) && is_of_network(&http(503)));
        assert!(is_of_network(&Error::new(ErrorKind::Network, "broke").with_retryable(true)));
        assert!(!is_of_network(&http(503).with_retry_after(Some(Duration::from_secs(1)))));
        assert!(!is_of_network(&http(429)) && !is_of_network(&http(408)));
        assert!(!is_of_network(&Error::new(ErrorKind::SourceChanged, "changed")));
    }
}
