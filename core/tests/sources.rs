//! Sources of every kind against `filestack-local`, with the bytes compared by their hash.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;

use filestack_core::{Client, ErrorKind, Given, Operation, Reader, RequestOptions, Result, Source, UploadOptions};
use filestack_local::{Options, Service};

mod support;
use support::{client_of, content, sha256, upload_options};

const SIZE: usize = 6 * 1024 * 1024 + 4711;

async fn check_stored(client: &Client, source: &Source, expected: &[u8]) {
    let filelink = client.upload(source, &UploadOptions::default()).await.unwrap();
    let stored = filelink.get_content(&RequestOptions::default()).await.unwrap();
    assert_eq!((stored.len(), sha256(&stored)), (expected.len(), sha256(expected)));
}

/// Gives a few bytes each second time that it is asked, and says when it can be asked again.
struct Hesitant {
    left: Vec<u8>,
    size: Option<u64>,
    has_hesitated: bool,
    wanted: std::sync::mpsc::Sender<()>,
}

impl Reader for Hesitant {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
        self.has_hesitated = !self.has_hesitated;
        if self.has_hesitated {
            self.wanted.send(()).unwrap();
            return Ok(Given::WouldBlock);
        }
        let given = buffer.len().min(self.left.len()).min(300_000);
        buffer[..given].copy_from_slice(&self.left[..given]);
        self.left.drain(..given);
        Ok(Given::Bytes(given))
    }

    fn rewind(&mut self) -> Result<()> {
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>> {
        Ok(self.size)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_nothing_yet_is_asked_again_when_it_is_ready() {
    let service = Service::start(Options::default()).unwrap();
    let client = client_of(&service);
    let bytes = content(SIZE);
    for size in [Some(SIZE as u64), None] {
        let (wanted, wishes) = std::sync::mpsc::channel();
        let reader = Hesitant { left: bytes.clone(), size, has_hesitated: false, wanted };
        let source = Source::from_reader(Box::new(reader));
        let other = source.clone();
        let host = std::thread::spawn(move || wishes.iter().for_each(|()| other.ready()));
        check_stored(&client, &source, &bytes).await;
        drop(source);
        drop(host);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waits_for_its_reader_can_be_cancelled() {
    let service = Service::start(Options::default()).unwrap();
    for size in [Some(SIZE as u64), None] {
        let (wanted, wishes) = std::sync::mpsc::channel();
        let reader = Hesitant { left: content(SIZE), size, has_hesitated: false, wanted };
        let source = Source::from_reader(Box::new(reader));
        let operation = Operation::new();
        let (client, other, options) = (client_of(&service), source.clone(), upload_options(&operation));
        let upload = tokio::spawn(async move { client.upload(&other, &options).await.map(drop) });
        wishes.recv().unwrap();
        operation.cancel();
        assert_eq!(upload.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_from_where_its_descriptor_says() {
    let service = Service::start(Options::default()).unwrap();
    let client = client_of(&service);
    let bytes = content(SIZE);
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    file.seek(SeekFrom::Start(1000)).unwrap();
    let of = |offset, size| Source::from_fd(file.try_clone().unwrap().into(), offset, size).unwrap();
    check_stored(&client, &of(Some(0), None), &bytes).await;
    check_stored(&client, &of(None, None), &bytes[1000..]).await;
    check_stored(&client, &of(Some(5), Some(7)), &bytes[5..12]).await;
    check_stored(&client, &of(Some(3), Some(SIZE as u64 - 3)), &bytes[3..]).await;
    assert_eq!((&file).stream_position().unwrap(), 1000, "nobody has moved it");
    for (offset, size, problem) in [
        (SIZE as u64, None, "is empty"),
        (u64::MAX / 2, None, "is empty"),
        (0, Some(0), "is empty"),
        (10, Some(SIZE as u64), "not 6296167"),
    ] {
        let error = client.upload(&of(Some(offset), size), &UploadOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument, "{error}");
        assert!(error.message().contains(problem), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn pipes_and_sockets_are_read_in_order() {
    let service = Service::start(Options::default()).unwrap();
    let client = client_of(&service);
    let bytes = content(SIZE);
    for size in [Some(SIZE as u64), None] {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let given = bytes.clone();
        let writing = std::thread::spawn(move || {
            // The first wait is longer than a slice of the reader's.
            std::thread::sleep(Duration::from_millis(120));
            given.chunks(700_001).for_each(|piece| writer.write_all(piece).unwrap());
        });
        check_stored(&client, &Source::from_fd(reader.into(), None, size).unwrap(), &bytes).await;
        writing.join().unwrap();

        let (reader, mut writer) = std::os::unix::net::UnixStream::pair().unwrap();
        reader.set_nonblocking(true).unwrap();
        let given = bytes.clone();
        let writing = std::thread::spawn(move || {
            writer.write_all(&given).unwrap();
            // What follows belongs to somebody else, when the size is known.
            if size.is_some() {
                writer.write_all(b"more").unwrap();
            }
        });
        check_stored(&client, &Source::from_fd(reader.into(), None, size).unwrap(), &bytes).await;
        writing.join().unwrap();
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_ends_early_or_gives_nothing_ends_the_call() {
    let service = Service::start(Options::default()).unwrap();
    let client = client_of(&service);
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"short").unwrap();
    drop(writer);
    let source = Source::from_fd(reader.into(), None, Some(6)).unwrap();
    let error = client.upload(&source, &UploadOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SourceChanged, "{error}");
    let error = client.upload(&source, &UploadOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State, "it cannot be read again: {error}");

    let (reader, _writer) = std::io::pipe().unwrap();
    let mut options = UploadOptions::default();
    options.total_timeout = Some(Duration::from_millis(200));
    let source = Source::from_fd(reader.into(), None, None).unwrap();
    assert_eq!(client.upload(&source, &options).await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[cfg(unix)]
#[test]
fn descriptors_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |descriptor: std::os::fd::OwnedFd, offset, problem: &str| {
        let error = Source::from_fd(descriptor, offset, None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument);
        assert!(error.message().contains(problem), "{error}");
    };
    refused(std::fs::File::open(folder.path()).unwrap().into(), None, "is a directory");
    refused(std::fs::File::create(folder.path().join("out")).unwrap().into(), None, "for writing only");
    refused(std::io::pipe().unwrap().1.into(), None, "for writing only");
    refused(std::io::pipe().unwrap().0.into(), Some(0), "has no offsets");
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        const O_PATH: i32 = 0o10_000_000;
        let path_only = std::fs::File::options().read(true).custom_flags(O_PATH).open(folder.path().join("out"));
        refused(path_only.unwrap().into(), None, "O_PATH");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_of_unknown_size_goes_through_the_temporary_folder() {
    let service = Service::start(Options::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut options = support::options_of(&service);
    let missing = folder.path().join("missing");
    assert_eq!(options.set_temporary_folder(&missing).unwrap_err().kind(), ErrorKind::Argument);
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    options.set_temporary_folder(&inner).unwrap();
    let client = Client::new(Some(service.api_key()), options).unwrap();
    let bytes = content(SIZE);
    let hesitant = || {
        let (wanted, wishes) = std::sync::mpsc::channel();
        let reader = Hesitant { left: bytes.clone(), size: None, has_hesitated: false, wanted };
        let source = Source::from_reader(Box::new(reader));
        let other = source.clone();
        std::thread::spawn(move || wishes.iter().for_each(|()| other.ready()));
        source
    };
    check_stored(&client, &hesitant(), &bytes).await;
    std::fs::remove_dir(&inner).expect("nothing is left in it");
    let error = client.upload(&hesitant(), &UploadOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.os_code()), (ErrorKind::Io, Some(2)), "{error}");
    assert!(error.message().contains("inner"), "{error}");
}
