//! Whole transfers against `filestack-local`, with the bytes compared by their hash.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use filestack_core::{Client, ErrorKind, Intelligent, RequestOptions, Security, Source, UploadOptions};
use filestack_local::{Options, Service};

mod support;
use support::{client_of as client, content, options_of as options, sha256};

const PART: u64 = 5 * 1024 * 1024;

async fn check_round_trip(service: &Service, size: usize, options: &UploadOptions) {
    let bytes = content(size);
    let mut file = tempfile::Builder::new().suffix(".bin").tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let filelink = client(service).upload_path(file.path().to_str().unwrap(), options).await.unwrap();
    let metadata = filelink.metadata(&["size", "sha256"], &RequestOptions::default()).await.unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!((metadata["size"].as_u64(), metadata["sha256"].as_str()), (Some(size as u64), Some(&*sha256(&bytes))));
    let back = filelink.get_content(&RequestOptions::default()).await.unwrap();
    assert_eq!(sha256(&back), sha256(&bytes), "{size} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_every_shape_come_back_as_they_were() {
    let service = Service::start(Options::default()).unwrap();
    let mut small_parts = UploadOptions::default();
    small_parts.set_part_size(PART).unwrap();
    let mut intelligent = small_parts.clone();
    intelligent.intelligent = Intelligent::On;
    let part = usize::try_from(PART).unwrap();
    for size in [1, part - 1, part, part + 1, 4 * part + 4711] {
        check_round_trip(&service, size, &small_parts).await;
        check_round_trip(&service, size, &intelligent).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passing_failures_of_every_kind_are_survived() {
    let service = Service::start(Options::default()).unwrap();
    for rule in [
        "POST /multipart/start 1 status:503",
        "POST /multipart/upload 2 reset",
        "PUT /s3/* 1 skew",
        "PUT /s3/* 3 status:500",
        "PUT /s3/* 5 reset",
        "PUT /s3/* 6 no-etag",
        "POST /multipart/complete 1 status:429:slow retry-after=0",
        "GET /*/metadata* 1 reset",
    ] {
        let parsed = rule.parse().unwrap_or_else(|error| panic!("{rule}: {error}"));
        service.add_fault(parsed);
    }
    let mut options = UploadOptions::default();
    options.set_part_size(PART).unwrap();
    check_round_trip(&service, 3 * usize::try_from(PART).unwrap() + 1, &options).await;
}

/// Uploads a file of two parts to a service that fails for a while, and changes the file in the meantime.
async fn upload_while(change: impl Fn(&std::fs::File, u8) + Send + 'static) -> filestack_core::Result<Vec<u8>> {
    let service = Arc::new(Service::start(Options::default()).unwrap());
    service.add_fault("PUT /s3/* 1-4 status:503".parse().unwrap());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&content(usize::try_from(PART).unwrap() + 10)).unwrap();
    let handle = std::fs::File::options().write(true).open(file.path()).unwrap();
    let failing = Arc::clone(&service);
    let changes = tokio::spawn(async move {
        // Not before the upload has looked at it.
        while failing.faults()[0].1 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for round in (0..=u8::MAX).cycle() {
            change(&handle, round);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut network = options(&service);
    network.set_retry_delay(Duration::from_millis(50), Duration::from_millis(50)).unwrap();
    let mut options = UploadOptions::default();
    options.set_part_size(PART).unwrap();
    let client = Client::new(Some(service.api_key()), network).unwrap();
    let uploaded = client.upload_path(file.path().to_str().unwrap(), &options).await;
    changes.abort();
    uploaded?.get_content(&RequestOptions::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_only_touched_is_uploaded() {
    let touch = |file: &std::fs::File, round| {
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(u64::from(round))).unwrap();
    };
    let stored = upload_while(touch).await.unwrap();
    assert_eq!(sha256(&stored), sha256(&content(usize::try_from(PART).unwrap() + 10)));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_uploaded_is_not_stored() {
    use std::os::unix::fs::FileExt as _;
    let error = upload_while(|file, round| file.write_all_at(&[round], 7).unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SourceChanged, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_becomes_shorter_or_longer_is_not_stored() {
    for size in [10, PART + 11] {
        let outcome = upload_while(move |file, _| file.set_len(size).unwrap()).await;
        let error = outcome.map(|bytes| bytes.len()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SourceChanged, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_was_cut_is_tried_again_and_leaves_no_trace() {
    let service = Service::start(Options::default()).unwrap();
    let bytes = content(3_000_000);
    let filelink =
        client(&service).upload(&Source::from_bytes(bytes.clone()), &UploadOptions::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.bin");

    service.add_fault(format!("GET /{} * truncate:100000", filelink.handle()).parse().unwrap());
    let error = filelink.download(&path, &RequestOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "neither the file nor a part of it");

    service.clear_faults();
    service.add_fault(format!("GET /{} 1-2 truncate:1000000", filelink.handle()).parse().unwrap());
    assert_eq!(filelink.download(&path, &RequestOptions::default()).await.unwrap(), bytes.len() as u64);
    assert_eq!(sha256(&std::fs::read(&path).unwrap()), sha256(&bytes));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_asked_for_and_checked() {
    let service = Service::start(Options { secret: Some("app-secret".into()), ..Options::default() }).unwrap();
    let source = Source::from_bytes("content");
    let error = client(&service).upload(&source, &UploadOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Auth, Some(403)), "{error}");

    let signed_with = |secret: &str| {
        let mut options = options(&service);
        options.security = Some(Security::new("{\"expiry\": 4000000000}", secret).unwrap());
        Client::new(Some(service.api_key()), options).unwrap()
    };
    let error = signed_with("wrong").upload(&source, &UploadOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    let filelink = signed_with("app-secret").upload(&source, &UploadOptions::default()).await.unwrap();
    assert_eq!(filelink.get_content(&RequestOptions::default()).await.unwrap(), b"content");
    let unsigned = client(&service).filelink(filelink.handle(), None).unwrap();
    let error = unsigned.get_content(&RequestOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.service_text().unwrap().contains("policy error"), "{error}");
}
