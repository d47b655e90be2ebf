//! Verification of stored files: what the service tells of them is compared with what was sent.

mod support;

use filestack_core::{
    Client, ClientOptions, Error, ErrorKind, Given, Reader, RequestOptions, Result, Security, Source, UploadOptions,
    Verify,
};
use filestack_local::{Options, Service};

const PART: usize = 5 * 1024 * 1024;

fn client(service: &Service, security: Option<Security>) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.security = security;
    Client::new(Some(service.api_key()), options).unwrap()
}

fn verifying(verify: Verify) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.set_part_size(PART as u64).unwrap();
    options.verify = verify;
    options
}

fn content() -> Vec<u8> {
    (0..2 * PART as u32 + 7).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// A reader that cannot go back.
struct Once {
    left: Vec<u8>,
    tells_size: bool,
}

impl Reader for Once {
    fn read(&mut self, buffer: &mut [u8]) -> Result<Given> {
        // Pieces that fit nothing.
        let count = self.left.len().min(buffer.len()).min(777_777);
        buffer[..count].copy_from_slice(&self.left[..count]);
        self.left.drain(..count);
        Ok(Given::Bytes(count))
    }

    fn rewind(&mut self) -> Result<()> {
        Ok(())
    }

    fn size(&mut self) -> Result<Option<u64>> {
        Ok(self.tells_size.then_some(self.left.len() as u64))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_memory_and_readers_are_verified() {
    let service = Service::start(Options::default()).unwrap();
    let client = client(&service, None);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content()).unwrap();
    for verify in [Verify::Size, Verify::Sha256] {
        let reader = |tells_size| Source::from_reader(Box::new(Once { left: content(), tells_size }));
        for source in
            [Source::from_path(file.path()).unwrap(), Source::from_bytes(content()), reader(true), reader(false)]
        {
            let stored = client.upload(&source, &verifying(verify)).await.unwrap();
            assert!(stored.get_content(&RequestOptions::default()).await.unwrap() == content(), "{source:?}");
        }
    }
}

async fn refused(service: &Service, verify: Verify) -> Error {
    client(service, None).upload(&Source::from_bytes("abc"), &verifying(verify)).await.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_another_one_is_an_error_with_both_values_and_the_handle() {
    let service = Service::start(Options::default()).unwrap();
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for (reply, verify, told) in [
        ("{\"size\":4}", Verify::Size, "its size is 4 instead of 3"),
        ("{}", Verify::Size, "its size is nothing instead of 3"),
        ("{\"sha256\":\"00ff\"}", Verify::Sha256, &format!("its sha256 is 00ff instead of {sha256}")),
    ] {
        service.clear_faults();
        service.add_fault(format!("GET /api/file/* * status:200:{reply}").parse().unwrap());
        let error = refused(&service, verify).await;
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Protocol, false));
        assert!(error.message().contains(told), "{error}");
        let handle = error.message().split('\'').nth(1).unwrap().to_owned();
        let stored = client(&service, None).filelink(&handle, None).unwrap();
        assert_eq!(stored.get_content(&RequestOptions::default()).await.unwrap(), b"abc");
    }
    let upper = format!("{{\"sha256\":\"{}\"}}", sha256.to_uppercase());
    service.clear_faults();
    service.add_fault(format!("GET /api/file/* * status:200:{upper}").parse().unwrap());
    client(&service, None).upload(&Source::from_bytes("abc"), &verifying(Verify::Sha256)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_verified_is_said() {
    let service = Service::start(Options { secret: Some("app-secret".into()), ..Options::default() }).unwrap();
    let source = Source::from_bytes("YWJj");
    let signer = |policy| Some(Security::new(policy, "app-secret").unwrap());
    let only_upload = client(&service, signer("{\"expiry\":4000000000,\"call\":[\"pick\",\"store\"]}"));
    let error = only_upload.upload(&source, &verifying(Verify::Size)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Auth, false), "{error}");
    assert!(error.message().contains("stored as '") && error.message().contains("allows 'stat'"), "{error}");

    let mut options = verifying(Verify::Size);
    options.store.set_base64decode(true);
    let all = client(&service, signer("{\"expiry\":4000000000}"));
    let error = all.upload(&source, &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Argument, "{error}");
    options.verify = Verify::Off;
    all.upload(&source, &options).await.unwrap();
    all.upload(&source, &verifying(Verify::Sha256)).await.unwrap();
}
