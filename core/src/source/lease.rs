//! A lease: the right of one call to read a source, until the call ends.
//!
//! Requests may outlive their call, for example in a connection that stands still. So they never hold what a caller has
//! lent: they read it through the lease, which copies one piece at a time and gives nothing once it has ended.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use sha2::{Digest as _, Sha256};

use crate::context::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::generation::Generation;
use crate::hashing::{Summed, sum_of_short};
use crate::hex::hex;
use crate::limits::Buffer;
use crate::operation::Operation;
use crate::pieces::{PIECE, zeros};
use crate::threads::HostThread;
use crate::transport::Content;

use super::file::{Fingerprint, OpenFile, Range};
use super::reader::Step;
use super::reading::{Filling, Reading};
use super::spool::Spool;
use super::{Name, Origin, Reservation, Source};

/// The right to read a source. It ends with [`Lease::end`]; dropping it ends it, too, but waits for nothing.
pub(crate) struct Lease(Arc<Shared>);

/// A range of a leased source, as the content of a request.
pub(crate) struct Section {
    lease: Arc<Shared>,
    offset: u64,
    length: u64,
}

struct Shared {
    generation: Arc<Generation>,
    operation: Operation,
    name: String,
    temporary_folder: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// First, so that it is dropped before the right to the source is given back.
    input: Option<Input>,
    reader: Option<ReaderInUse>,
    reserved: Option<Reservation>,
}

/// Where the bytes come from.
#[derive(Clone)]
enum Input {
    File(Arc<OpenFile>),
    Memory(Bytes),
    /// The reader, of which this many bytes are expected.
    Reader(u64),
}

/// A reader with the thread that calls it.
#[derive(Clone)]
struct ReaderInUse {
    thread: Arc<HostThread>,
    reading: Arc<Mutex<Reading>>,
}

impl Lease {
    /// Takes the source for one call.
    ///
    /// # Errors
    /// `State` while another call has it.
    pub(crate) fn of(source: &Source, call: &Call) -> Result<Self> {
        let reserved = source.reserve()?;
        Ok(Lease(Arc::new(Shared {
            generation: Arc::clone(call.generation()),
            operation: call.operation().clone(),
            name: source.file_name().map_or_else(|| "the source".into(), |name| format!("the file '{name}'")),
            temporary_folder: call.temporary_folder().map(Path::to_owned),
            state: Mutex::new(State { input: None, reader: None, reserved: Some(reserved) }),
        })))
    }

    /// Opens the source and returns its size. A reader is copied to a temporary file when it cannot tell its size, or
    /// when `buffer` of its size is more than `largest_buffer`.
    ///
    /// # Errors
    /// `Argument` when it is empty, `Resources` when a reader's thread cannot be started, and whatever is wrong with it.
    pub(crate) async fn open(&self, buffer: impl FnOnce(u64) -> u64, largest_buffer: u64) -> Result<u64> {
        let shared = &self.0;
        let origin = shared.state().reserved.as_ref().map(|reserved| Arc::clone(&reserved.source.0));
        let input = match origin.as_deref().map(|source| &source.origin) {
            Some(Origin::Path(path)) => {
                let (path, leased) = (path.clone(), Arc::clone(shared));
                let open = move || leased.open_file(super::open(&path)?, &Name::Path(path), Range::default());
                Input::File(shared.generation.threads().work(open).await?)
            }
            Some(Origin::File { file, name, range }) => {
                let (file, name, range, leased) = (Arc::clone(file), name.clone(), *range, Arc::clone(shared));
                Input::File(shared.generation.threads().work(move || leased.open_file(file, &name, range)).await?)
            }
            Some(Origin::Memory(bytes)) => Input::Memory(bytes.clone()),
            Some(Origin::Reader { reader, .. }) => {
                shared.state().reader = Some(ReaderInUse {
                    thread: Arc::new(shared.generation.threads().host_thread()?),
                    reading: Arc::new(Mutex::new(Reading::of(Arc::clone(reader)))),
                });
                let size = shared.ask_reader(|reading| reading.begin()).await?;
                match size {
                    Some(size) if buffer(size) <= largest_buffer => Input::Reader(size),
                    _ => Input::File(shared.spool().await?),
                }
            }
            None => return Err(ended()),
        };
        let size = input.size();
        if size == 0 {
            return Err(Error::argument(format!("{} is empty, and the service takes no empty files", shared.name)));
        }
        shared.state().input = Some(input);
        Ok(size)
    }

    /// What tells the source, now that it is open, from another one.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        match &self.0.state().input {
            Some(Input::File(file)) => file.fingerprint(),
            Some(input) => Fingerprint { size: input.size(), ..Fingerprint::default() },
            None => Fingerprint::default(),
        }
    }

    /// Whether parts are read once and kept until they are sent: a reader cannot give them again, and a network should
    /// not, unless one is larger than `largest_buffer`.
    pub(crate) fn is_read_once(&self, part_size: u64, largest_buffer: u64) -> bool {
        match &self.0.state().input {
            Some(Input::Reader(_)) => true,
            Some(Input::File(file)) => part_size <= largest_buffer && file.is_remote(),
            _ => false,
        }
    }

    /// Whether any range can be read at any time: of everything but a reader.
    pub(crate) fn can_be_read_again(&self) -> bool {
        !matches!(self.0.state().input, Some(Input::Reader(_)))
    }

    /// A range of the source. Those of a reader must be read in ascending order.
    pub(crate) fn section(&self, offset: u64, length: u64) -> Section {
        Section { lease: Arc::clone(&self.0), offset, length }
    }

    /// Fills a buffer with the bytes from `offset` on. Those of a reader must be read in ascending order.
    pub(crate) async fn fill(&self, offset: u64, mut buffer: Buffer) -> Result<Bytes> {
        let shared = Arc::clone(&self.0);
        let has_reader = matches!(shared.state().input, Some(Input::Reader(_)));
        if has_reader {
            let claim = buffer.claim();
            let filling = Filling::new(buffer);
            let given = Arc::clone(&filling.given);
            let filled = tokio::select! {
                biased;
                filled = shared.step_reader(filling, Reading::read) => filled?,
                never = claim.give_way(given) => match never {},
            };
            return Ok(Bytes::from_owner(filled.buffer));
        }
        if buffer.as_mut().len() <= PIECE {
            return shared.read_into(buffer, offset).await;
        }
        let threads = self.0.generation.threads();
        let filled = threads.work(move || {
            for (index, piece) in buffer.as_mut().chunks_mut(PIECE).enumerate() {
                shared.operation.check()?;
                shared.read_again(offset + (index * PIECE) as u64, piece)?;
            }
            Ok(Bytes::from_owner(buffer))
        });
        filled.await
    }

    /// The first bytes of the source: `length` or all that there are. Those of a reader are kept for the first read.
    async fn head(&self, length: usize) -> Result<Bytes> {
        let input = self.0.state().input.clone().ok_or_else(ended)?;
        let length = length.min(usize::try_from(input.size()).unwrap_or(usize::MAX));
        match input {
            Input::Reader(_) => {
                let head = self.0.step_reader(Filling::new(zeros(length)?), Reading::read_head).await?;
                Ok(head.buffer.into())
            }
            Input::File(_) | Input::Memory(_) => self.0.read_into(zeros(length)?, 0).await,
        }
    }

    /// The MIME type of the source as a file called `filename`, by its first bytes and the name.
    pub(crate) async fn mimetype(&self, filename: &str) -> Result<&'static str> {
        Ok(filestack_mimetypes::of(filename, &self.head(filestack_mimetypes::HEAD_LENGTH).await?))
    }

    /// The MD5 of a range, in base64.
    ///
    /// # Errors
    /// Whatever is wrong with the source; `State` for a reader, which can be read only once.
    pub(crate) async fn md5_b64(&self, offset: u64, length: u64) -> Result<String> {
        let content = Unread { lease: Arc::clone(&self.0), at: offset, end: offset + length };
        Ok(STANDARD.encode(self.0.generation.sum(content).await?))
    }

    /// The MD5 of bytes of the source that were read before, in base64.
    pub(crate) async fn md5_b64_of(&self, bytes: Bytes) -> Result<String> {
        if let Some(sum) = sum_of_short(&bytes) {
            return Ok(STANDARD.encode(sum));
        }
        let content = Held { left: bytes, operation: self.0.operation.clone() };
        Ok(STANDARD.encode(self.0.generation.sum(content).await?))
    }

    /// Sums up what a reader gives from now on, for [`Lease::sha256`]. Others can be read again.
    pub(crate) async fn begin_sha256(&self) -> Result<()> {
        let has_reader = matches!(self.0.state().input, Some(Input::Reader(_)));
        if !has_reader {
            return Ok(());
        }
        let begin = |reading: &mut Reading| {
            reading.begin_sha256();
            Ok(())
        };
        self.0.ask_reader(begin).await
    }

    /// The SHA-256 of the source, in hexadecimal: of a reader that has been read, or of what is read once more.
    pub(crate) async fn sha256(&self) -> Result<String> {
        let input = self.0.state().input.clone().ok_or_else(ended)?;
        let sum = if let Input::Reader(_) = input {
            self.0.ask_reader(|reading| Ok(reading.take_sha256())).await?
        } else {
            let mut content = Unread { lease: Arc::clone(&self.0), at: 0, end: input.size() };
            drop(input);
            let sum = move || {
                let (mut sum, mut piece) = (Sha256::new(), zeros(PIECE)?);
                loop {
                    match content.read(&mut piece)? {
                        0 => return Ok(sum),
                        length => sum.update(&piece[..length]),
                    }
                }
            };
            self.0.generation.threads().work(sum).await?
        };
        Ok(hex(&sum.finalize()))
    }

    /// Whether a file was touched since it was opened: then only its content tells whether it has changed.
    ///
    /// # Errors
    /// `SourceChanged` when its size is another one.
    pub(crate) async fn was_touched(&self) -> Result<bool> {
        let Some(Input::File(file)) = self.0.state().input.clone() else { return Ok(false) };
        if !file.is_remote() {
            return file.was_touched();
        }
        self.0.generation.threads().work(move || file.was_touched()).await
    }

    /// Ends the lease: waits for at most one running copy or read, and gives the source back.
    pub(crate) async fn end(self) {
        self.0.end().await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.0.end());
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file that an upload reads. Blocks.
    fn open_file(&self, file: Arc<File>, name: &Name, range: Range) -> Result<Arc<OpenFile>> {
        let folder = self.temporary_folder.as_deref();
        OpenFile::open(file, &name.in_errors(), range, folder, &self.operation).map(Arc::new)
    }

    /// Takes everything away at once; the future waits for what is running with it.
    fn end(&self) -> BoxFuture<'static, ()> {
        let State { input, reader, reserved } = std::mem::take(&mut *self.state());
        drop(input);
        let Some(ReaderInUse { thread, reading }) = reader else {
            return ready(()).boxed();
        };
        // The reader is the host's: its last reference goes on a thread for that, after what runs there now.
        self.generation.give_back(thread, (reading, reserved))
    }

    /// Begins to read the `length` bytes from `offset`.
    fn read(self: &Arc<Self>, offset: u64, length: usize) -> BoxFuture<'static, Result<Bytes>> {
        match self.generation.pieces().take(length) {
            Ok(piece) => self.read_into(piece, offset),
            Err(failure) => ready(Err(failure)).boxed(),
        }
    }

    /// Begins to fill a buffer of at most [`PIECE`] bytes with those from `offset` on.
    fn read_into<B: AsRef<[u8]> + AsMut<[u8]> + Send + 'static>(
        self: &Arc<Self>,
        mut buffer: B,
        offset: u64,
    ) -> BoxFuture<'static, Result<Bytes>> {
        let input = match &self.state().input {
            Some(Input::Memory(bytes)) => {
                // Copied while the lock is held, so that nothing of it is read once the lease has ended.
                let buffer_bytes = buffer.as_mut();
                buffer_bytes.copy_from_slice(range(bytes, offset, buffer_bytes.len()));
                return ready(Ok(Bytes::from_owner(buffer))).boxed();
            }
            Some(input) => input.clone(),
            None => return ready(Err(ended())).boxed(),
        };
        let Input::File(file) = input else {
            let shared = Arc::clone(self);
            let read = async move {
                let filled = shared.step_reader(Filling::new(buffer), Reading::read).await?;
                Ok(Bytes::from_owner(filled.buffer))
            };
            return read.boxed();
        };
        let cached = file.read_cached(offset, buffer.as_mut());
        if cached == buffer.as_ref().len() {
            return ready(Ok(Bytes::from_owner(buffer))).boxed();
        }
        self.generation.threads().work(move || {
            file.read(offset + cached as u64, &mut buffer.as_mut()[cached..])?;
            Ok(Bytes::from_owner(buffer))
        })
    }

    /// Fills `buffer` with what can be read at any time.
    fn read_again(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let file = match &self.state().input {
            Some(Input::Memory(bytes)) => {
                buffer.copy_from_slice(range(bytes, offset, buffer.len()));
                return Ok(());
            }
            Some(Input::File(file)) => Arc::clone(file),
            Some(Input::Reader(_)) => return Err(Error::new(ErrorKind::State, "a reader can be read only once")),
            None => return Err(ended()),
        };
        file.read(offset, buffer)
    }

    fn ask_reader<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Reading) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let Some(ReaderInUse { thread, reading }) = self.state().reader.clone() else {
            return ready(Err(ended())).boxed();
        };
        thread.run(move || ask(&mut reading.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Lets the reader's thread do a step with `work` until it is done.
    async fn step_reader<W: Send + 'static>(
        &self,
        mut work: W,
        step: fn(&mut Reading, &mut W, &Operation) -> Result<Step>,
    ) -> Result<W> {
        loop {
            let operation = self.operation.clone();
            let done = self.ask_reader(move |reading| step(reading, &mut work, &operation).map(|step| (step, work)));
            let (step, returned) = done.await?;
            match step {
                Step::Done => return Ok(returned),
                Step::Waiting => self.until_ready().await,
            }
            work = returned;
        }
    }

    /// Waits until a reader that had nothing yet can be asked again.
    async fn until_ready(&self) {
        let source = self.state().reserved.as_ref().map(|reserved| reserved.source.clone());
        if let Some(source) = source
            && let Origin::Reader { waits: false, .. } = &source.0.origin
        {
            self.operation.wait_for_host(source.0.ready.notified()).await;
        }
    }

    async fn spool(&self) -> Result<Arc<OpenFile>> {
        let spool = Spool::new("the reader", self.temporary_folder.as_deref())?;
        let spool = self.step_reader(spool, Reading::spool).await?;
        OpenFile::whole(Arc::new(spool.into_file()), "a temporary copy").map(Arc::new)
    }
}

impl Input {
    fn size(&self) -> u64 {
        match self {
            Input::File(file) => file.size(),
            Input::Memory(bytes) => bytes.len() as u64,
            Input::Reader(size) => *size,
        }
    }
}

/// A range that is being read to be summed up.
struct Unread {
    lease: Arc<Shared>,
    at: u64,
    end: u64,
}

impl Summed for Unread {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.lease.operation.check()?;
        let length = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        self.lease.read_again(self.at, &mut buffer[..length])?;
        self.at += length as u64;
        Ok(length)
    }
}

/// Bytes in memory that are being summed up.
struct Held {
    left: Bytes,
    operation: Operation,
}

impl Summed for Held {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.operation.check()?;
        let piece = self.left.split_to(self.left.len().min(buffer.len()));
        buffer[..piece.len()].copy_from_slice(&piece);
        Ok(piece.len())
    }
}

impl Content for Section {
    fn size(&self) -> u64 {
        self.length
    }

    /// `State` when a reader was read and cannot go back.
    fn rewind(&self) -> BoxFuture<'static, Result<()>> {
        let has_reader = self.lease.state().reader.is_some();
        if has_reader { self.lease.ask_reader(Reading::rewind) } else { ready(Ok(())).boxed() }
    }

    fn read(&self, offset: u64, length: usize) -> BoxFuture<'static, Result<Bytes>> {
        self.lease.read(self.offset + offset, length)
    }
}

/// The failure of a request that is still reading after its call has ended.
fn ended() -> Error {
    Error::new(ErrorKind::Cancelled, "the call has ended")
}

fn range(bytes: &Bytes, offset: u64, length: usize) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    &bytes[start..start + length]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use crate::options::{ClientOptions, RequestOptions};
    use crate::source::reader::{Given, Reader};
    use std::io::Write as _;

    fn call() -> Call {
        Context::new(None, ClientOptions::new())
            .unwrap()
            .begin(RequestOptions::default().control(), "the test", None)
            .unwrap()
    }

    async fn open(source: &Source) -> Result<(Lease, u64)> {
        let lease = Lease::of(source, &call())?;
        let size = lease.open(|size| size, 1 << 20).await?;
        Ok((lease, size))
    }

    #[tokio::test]
    async fn an_empty_source_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for source in [Source::from_path(file.path()).unwrap(), Source::from_bytes(Bytes::new())] {
            let error = open(&source).await.map(|_| ()).unwrap_err();
            assert!(error.message().contains("empty"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_source_serves_one_call_at_a_time() {
        let source = Source::from_bytes("abc");
        let (first, _) = open(&source).await.unwrap();
        assert_eq!(open(&source).await.map(|_| ()).unwrap_err().kind(), ErrorKind::State);
        first.end().await;
        assert!(open(&source).await.is_ok());
    }

    #[tokio::test]
    async fn a_file_that_changes_is_noticed() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        let (lease, size) = open(&Source::from_path(file.path()).unwrap()).await.unwrap();
        assert_eq!((lease.0.read(0, 4).await.unwrap(), size), ("0123".into(), 10));
        assert!(!lease.was_touched().await.unwrap());
        file.as_file().set_modified(std::time::UNIX_EPOCH).unwrap();
        assert!(lease.was_touched().await.unwrap());
        file.write_all(b"more").unwrap();
        assert_eq!(lease.was_touched().await.unwrap_err().kind(), ErrorKind::SourceChanged);
        file.as_file().set_len(3).unwrap();
        assert_eq!(lease.0.read(4, 6).await.unwrap_err().kind(), ErrorKind::SourceChanged);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn files_whose_size_says_nothing_are_read_to_their_end() {
        assert!(std::path::Path::new("/proc/version").exists());
        for path in ["/proc/version", "/proc/filesystems", "/sys/kernel/mm/transparent_hugepage/enabled"] {
            let Ok(expected) = std::fs::read(path) else { continue };
            let (lease, size) = open(&Source::from_path(path).unwrap()).await.unwrap();
            assert_eq!(lease.0.read(0, usize::try_from(size).unwrap()).await.unwrap(), expected, "{path}");
            assert!(!lease.was_touched().await.unwrap());
        }
    }

    #[tokio::test]
    async fn nothing_refers_to_the_memory_once_the_lease_has_ended() {
        struct Owner(Arc<()>);
        impl AsRef<[u8]> for Owner {
            fn as_ref(&self) -> &[u8] {
                assert_eq!(*self.0, ());
                b"content"
            }
        }
        let witness = Arc::new(());
        let source = Source::from_bytes(Bytes::from_owner(Owner(Arc::clone(&witness))));
        let (lease, size) = open(&source).await.unwrap();
        let section = lease.section(0, size);
        let copied = section.read(0, 4).await.unwrap();
        drop(source);
        lease.end().await;
        assert_eq!(Arc::strong_count(&witness), 1, "the memory is the caller's again");
        assert_eq!(copied, "cont", "what was copied before stays");
        assert_eq!(section.read(4, 3).await.unwrap_err().kind(), ErrorKind::Cancelled);
    }

    #[tokio::test]
    async fn md5_is_that_of_the_reference() {
        let (lease, size) = open(&Source::from_bytes("abc")).await.unwrap();
        assert_eq!(lease.md5_b64(0, size).await.unwrap(), "kAFQmDzST7DWlj99KOF/cg==");
        assert_eq!(lease.md5_b64(1, 1).await.unwrap(), STANDARD.encode(md5::Md5::digest(b"b")));
    }

    /// Gives as many bytes as it counts down, each on its own.
    struct Counting(u8);

    impl Reader for Counting {
        fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
            let give = usize::from(self.0 > 0);
            buffer[..give].fill(self.0);
            self.0 = self.0.saturating_sub(1);
            Ok(Given::Bytes(give))
        }

        fn rewind(&mut self) -> Result<()> {
            if self.0 == 5 { Ok(()) } else { Err(Error::new(ErrorKind::State, "read before")) }
        }

        fn size(&mut self) -> Result<Option<u64>> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn a_reader_without_a_size_is_spooled_once() {
        let source = Source::from_reader(Box::new(Counting(5)));
        let (lease, size) = open(&source).await.unwrap();
        assert_eq!((size, lease.is_read_once(size, u64::MAX)), (5, false));
        assert_eq!(lease.0.read(0, 5).await.unwrap(), [5, 4, 3, 2, 1].as_slice());
        lease.end().await;
        assert!(open(&source).await.is_err(), "it cannot be rewound");
    }

    #[tokio::test]
    async fn the_head_is_that_of_the_source_and_costs_no_byte() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        for source in [Source::from_path(file.path()).unwrap(), Source::from_bytes("0123456789")] {
            let (lease, _) = open(&source).await.unwrap();
            for (length, head) in [(0, ""), (4, "0123"), (10, "0123456789"), (11, "0123456789")] {
                assert_eq!(lease.head(length).await.unwrap(), head);
            }
            lease.end().await;
        }
    }

    /// Gives the digits, tells their number, and cannot go back.
    struct Digits(&'static [u8]);

    impl Reader for Digits {
        fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
            let given = buffer.len().min(3).min(self.0.len());
            buffer[..given].copy_from_slice(&self.0[..given]);
            self.0 = &self.0[given..];
            Ok(Given::Bytes(given))
        }

        fn rewind(&mut self) -> Result<()> {
            if self.0.len() == 10 { Ok(()) } else { Err(Error::new(ErrorKind::State, "read before")) }
        }

        fn size(&mut self) -> Result<Option<u64>> {
            Ok(Some(10))
        }
    }

    #[tokio::test]
    async fn the_head_of_a_reader_is_kept_for_its_first_reads() {
        for (taken, first) in [(0, 4), (2, 4), (4, 4), (7, 4), (7, 2), (10, 10), (20, 4)] {
            let (lease, size) = open(&Source::from_reader(Box::new(Digits(b"0123456789")))).await.unwrap();
            assert_eq!(lease.head(taken).await.unwrap(), b"0123456789"[..taken.min(10)], "{taken}");
            let section = lease.section(0, size);
            let mut all = section.read(0, first).await.unwrap().to_vec();
            // What is read beyond the head cannot be read again.
            let again = section.rewind().await.is_ok();
            assert_eq!(again, first <= taken, "{taken} {first}");
            if again {
                all = section.read(0, first).await.unwrap().to_vec();
            }
            all.extend(section.read(first as u64, 10 - first).await.unwrap());
            assert_eq!(all, b"0123456789", "{taken} {first}");
            lease.end().await;
        }
    }

    #[tokio::test]
    async fn an_endless_reader_stops_with_the_call() {
        struct Endless;
        impl Reader for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
                std::thread::sleep(std::time::Duration::from_millis(1));
                Ok(Given::Bytes(buffer.len().min(10)))
            }
            fn rewind(&mut self) -> Result<()> {
                Ok(())
            }
            fn size(&mut self) -> Result<Option<u64>> {
                Ok(None)
            }
        }
        let call = call();
        let lease = Lease::of(&Source::from_reader(Box::new(Endless)), &call).unwrap();
        let canceller = call.operation().clone();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            canceller.cancel();
        });
        let outcome = call.run(lease.open(|size| size, 1 << 20)).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
        lease.end().await;
    }
}
