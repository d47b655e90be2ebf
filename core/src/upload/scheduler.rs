//! The scheduler of an upload: which parts are read, summed up and sent, and when.
//!
//! Parts of files and memory are summed up some ahead of being sent, so that several can be summed up in lockstep, and
//! are read again while they are sent: none is held. Those of readers are held from when they are read. Parts end in any
//! order, a slow one holds nothing back, and the first failure ends all.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;

use crate::error::Result;
use crate::hashing::best_ahead;
use crate::source::Lease;

use super::part_layout::{Part, Parts};
use super::part_transfer::PartContent;
use super::session::Session;
use super::state::SentPart;

/// How many bytes are summed up ahead, unless one part alone has more.
const MOST_BYTES_AHEAD: u64 = 128 * 1024 * 1024;
/// Files of one part up to this size are read once and held.
const SMALL_FILE: u64 = 1024 * 1024;

/// Parts on their way.
pub(super) struct Scheduler<'a> {
    session: &'a Session<'a>,
    lease: &'a Lease,
    parts: Parts,
    is_held: bool,
    /// How many parts are made ready at once the next time.
    window: usize,
    readying: FuturesUnordered<BoxFuture<'a, Result<ReadyPart>>>,
    ready: VecDeque<ReadyPart>,
    sending: FuturesUnordered<BoxFuture<'a, Result<(u64, SentPart)>>>,
    /// How many parts may be on their way or wait for it with their URL.
    most_sending: usize,
    /// Those that may be on their way.
    slots: Arc<Semaphore>,
}

/// A part that can be sent.
struct ReadyPart {
    part: Part,
    content: Ready,
}

enum Ready {
    /// It was read and is kept.
    Held(Bytes),
    /// It was summed up, and is read again; its MD5 in base64.
    Summed(String),
}

impl<'a> Scheduler<'a> {
    pub(super) fn new(session: &'a Session<'a>, lease: &'a Lease, parts: Parts, concurrency: usize) -> Self {
        Scheduler {
            session,
            lease,
            is_held: lease.is_read_once(parts.part_size(), session.call.limits().largest_buffer())
                || (parts.len() == 1 && parts.size() <= SMALL_FILE),
            parts,
            window: 1,
            readying: FuturesUnordered::new(),
            ready: VecDeque::new(),
            sending: FuturesUnordered::new(),
            most_sending: concurrency + 1,
            slots: Arc::new(Semaphore::new(concurrency)),
        }
    }

    /// The next part that the storage has, with its number; `None` when it has them all.
    ///
    /// # Errors
    /// The failure of any part.
    pub(super) async fn next_sent(&mut self) -> Result<Option<(u64, SentPart)>> {
        loop {
            self.make_ready();
            while self.sending.len() < self.most_sending
                && let Some(ready) = self.ready.pop_front()
            {
                self.sending.push(send(self.session, self.lease, Arc::clone(&self.slots), ready).boxed());
                self.make_ready();
            }
            if self.sending.is_empty() && self.readying.is_empty() {
                return Ok(None);
            }
            tokio::select! {
                biased;
                Some(sent) = self.sending.next() => return sent.map(Some),
                Some(ready) = self.readying.next() => self.ready.push_back(ready?),
            }
        }
    }

    /// Begins to make parts ready, when none is: as many as the window has, because together they cost little more.
    fn make_ready(&mut self) {
        // A part that is held takes memory until it is sent.
        let has_room = !self.is_held || self.sending.len() < self.most_sending;
        if !self.readying.is_empty() || !self.ready.is_empty() || !has_room {
            return;
        }
        let mut bytes = 0;
        let most = if self.is_held { 1 } else { self.window };
        while self.readying.len() < most
            && let Some(part) = self.parts.peek()
            && (bytes == 0 || bytes + part.length <= MOST_BYTES_AHEAD)
        {
            bytes += part.length;
            self.parts.next();
            self.readying.push(make_ready(self.session, self.lease, part, self.is_held).boxed());
        }
        self.window = (self.window * 2).min(best_ahead());
    }
}

/// Reads a part that is held, or sums up one that is read again.
async fn make_ready(session: &Session<'_>, lease: &Lease, part: Part, is_held: bool) -> Result<ReadyPart> {
    session.call.operation().gate().await?;
    let content = if is_held {
        let buffer = session.call.limits().buffer(usize::try_from(part.length).unwrap_or(usize::MAX)).await?;
        Ready::Held(lease.fill(part.offset, buffer).await?)
    } else {
        Ready::Summed(lease.md5_b64(part.offset, part.length).await?)
    };
    Ok(ReadyPart { part, content })
}

async fn send(
    session: &Session<'_>,
    lease: &Lease,
    slots: Arc<Semaphore>,
    ReadyPart { part, content }: ReadyPart,
) -> Result<(u64, SentPart)> {
    let (md5_b64, held) = match content {
        Ready::Held(bytes) => (lease.md5_b64_of(bytes.clone()).await?, Some(bytes)),
        Ready::Summed(md5_b64) => (md5_b64, None),
    };
    if let Some(known) = session.known.get(&part.number) {
        if known.md5 != md5_b64 {
            return Err(session.checkpoint.other_source());
        }
        session.count_known(part);
        return Ok((part.number, known.clone()));
    }
    let sent = session.send(&PartContent { lease, part, md5_b64, held }, &slots).await?;
    session.call.operation().count_part();
    Ok((part.number, sent))
}
