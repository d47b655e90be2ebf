//! Operations, deadlines, and the limits that the calls of a client share.

mod support;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use filestack_core::{
    Client, ClientOptions, ErrorKind, Given, Operation, Reader, RequestOptions, Result, Security, Source, UploadOptions,
};
use filestack_local::{Options, Service};
use support::{SIZE, Scripted, any_reply, request_options, signed_client, upload_options};

/// Generous: it only tells an end from a hang.
const LIMIT: Duration = Duration::from_secs(5);

/// Memory of a caller that counts who refers to it.
struct Lent(Arc<()>);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        assert_eq!(*self.0, ());
        &[7; SIZE]
    }
}

/// Over HTTP/1.1 and, with TLS, over HTTP/2: the service reads nothing of the content, and the call ends at its limit.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_lent_is_held_after_the_call() {
    for tls in [false, true] {
        let service = Service::start(Options { tls, secret: Some("secret".into()), ..Options::default() }).unwrap();
        let mut options = ClientOptions::new();
        options.set_base_url(service.url()).unwrap();
        options.security = Some(Security::new("{\"expiry\":4102444800}", "secret").unwrap());
        options.network.max_retries = 0;
        if let Some(path) = service.ca_path() {
            options.add_ca_file(path).unwrap();
        }
        let client = Client::new(Some(service.api_key()), options).unwrap();
        let stored = client.upload(&Source::from_bytes("abc"), &UploadOptions::default()).await.unwrap();
        service.add_fault("POST /api/file/* * hang".parse().unwrap());
        service.add_fault("PUT /s3/* * hang".parse().unwrap());
        let witness = Arc::new(());
        let source = Source::from_bytes(Bytes::from_owner(Lent(Arc::clone(&witness))));
        let limit = Some(Duration::from_millis(300));
        let request = RequestOptions { total_timeout: limit, ..RequestOptions::default() };
        let mut upload = UploadOptions::default();
        upload.total_timeout = limit;
        let overwritten = tokio::time::timeout(LIMIT, stored.overwrite(&source, false, &request)).await.unwrap();
        assert_eq!(overwritten.unwrap_err().kind(), ErrorKind::Timeout);
        let uploaded = tokio::time::timeout(LIMIT, client.upload(&source, &upload)).await.unwrap();
        assert_eq!(uploaded.unwrap_err().kind(), ErrorKind::Timeout);
        drop(source);
        assert_eq!(Arc::strong_count(&witness), 1, "tls: {tls}");
    }
}

#[tokio::test]
async fn waiting_for_a_place_ends_with_the_deadline_and_keeps_the_order() {
    let service = Scripted::start_hanging(|request, url, _| any_reply(request, url), |_, number| number == 0).await;
    let mut options = ClientOptions::new();
    options.set_base_url(&service.url).unwrap();
    options.set_max_requests(1).unwrap();
    let client = Client::new(Some("K"), options).unwrap();
    let file = client.filelink("H", None).unwrap();
    let operation = Operation::new();
    let first = tokio::spawn({
        let (file, options) = (file.clone(), request_options(&operation));
        async move { file.metadata(&[], &options).await }
    });
    while service.received().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let short = RequestOptions { total_timeout: Some(Duration::from_millis(50)), ..RequestOptions::default() };
    assert_eq!(file.metadata(&[], &short).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(service.received().len(), 1, "the place is taken");
    let waiting: Vec<_> = (0..4)
        .map(|number| {
            let client = client.clone();
            async move {
                let file = client.filelink(&format!("H{number}"), None).unwrap();
                file.metadata(&[], &RequestOptions::default()).await.unwrap();
            }
        })
        .collect();
    let releasing = async { operation.cancel() };
    tokio::join!(futures_util::future::join_all(waiting), releasing);
    assert_eq!(first.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    let order: Vec<_> = service.received().iter().skip(1).map(|request| request.target.clone()).collect();
    assert_eq!(order, (0..4).map(|number| format!("/api/file/H{number}/metadata")).collect::<Vec<_>>());
}

/// A reader of zeros.
struct Zeros(u64);

impl Reader for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
        let count = usize::try_from(self.0).unwrap().min(buffer.len());
        buffer[..count].fill(0);
        self.0 -= count as u64;
        Ok(Given::Bytes(count))
    }

    fn rewind(&mut self) -> Result<()> {
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>> {
        Ok(Some(self.0))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_share_little_memory_and_one_place_all_end() {
    let service = Service::start(Options::default()).unwrap();
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.set_max_requests(1).unwrap();
    options.set_memory_limit(11 * 1024 * 1024).unwrap();
    let client = Client::new(Some(service.api_key()), options).unwrap();
    let uploads = (0..6).map(|number: u64| {
        let client = client.clone();
        async move {
            let mut options = UploadOptions::default();
            options.set_part_size(5 * 1024 * 1024).unwrap();
            let size = 17 * 1024 * 1024 + number;
            let stored = client.upload(&Source::from_reader(Box::new(Zeros(size))), &options).await.unwrap();
            assert_eq!(stored.upload_reply().unwrap().size(), Some(size));
        }
    });
    let all = futures_util::future::join_all(uploads);
    assert!(tokio::time::timeout(12 * LIMIT, all).await.is_ok(), "they wait for each other");
}

#[tokio::test]
async fn progress_and_pause_are_those_of_the_call() {
    let service = Scripted::start(|request, url, _| any_reply(request, url)).await;
    let operation = Operation::new();
    let mut options = upload_options(&operation);
    options.set_part_size(5 * 1024 * 1024).unwrap();
    operation.pause();
    let (client, source) = (signed_client(&service.url), Source::from_bytes(vec![7; SIZE]));
    let upload = client.upload(&source, &options);
    let resuming = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(service.received().len(), 0, "nothing is sent while the call is paused");
        operation.resume();
    };
    let (stored, ()) = tokio::join!(upload, resuming);
    stored.unwrap();
    let progress = operation.progress();
    assert_eq!((progress.bytes_done, progress.bytes_total), (SIZE as u64, SIZE as u64));
    assert_eq!((progress.parts_done, progress.parts_total, progress.retries), (2, 2, 0));
}
