//! URLs that are too long to be sent: they are refused before any request, with what fits.

use std::time::Duration;

use filestack_core::transformation::Value;
use filestack_core::{Client, ClientOptions, Error, ErrorKind, RequestOptions, Security, Source, UploadOptions};
use filestack_local::{Options, Service};

const LONGEST: usize = 65_534;

fn client(service: &Service, security: Option<Security>) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(5)).unwrap();
    options.security = security;
    Client::new(Some(service.api_key()), options).unwrap()
}

fn check_refused(service: &Service, error: &Error, advice: &str) {
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Argument, false), "{error}");
    assert!(error.message().contains("at most 65534 can be sent") && error.message().ends_with(advice), "{error}");
    assert!(service.requests().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_says_how_many_files_fit() {
    let service = Service::start(Options::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    let request = RequestOptions::default();
    let filelink =
        client(&service, None).upload(&Source::from_bytes("content"), &UploadOptions::default()).await.unwrap();
    let empty_list = format!("{}/zip/[]", service.url()).len();
    let fitting = (LONGEST - empty_list + 1) / (filelink.handle().len() + 1);

    service.clear_requests();
    for count in [fitting + 1, 3_200, 20_000] {
        let files = vec![filelink.handle(); count];
        let error = client(&service, None).zip(&path, &files, &request).await.unwrap_err();
        check_refused(&service, &error, &format!(": the first {fitting} of the {count} sources fit"));
    }
    assert!(!path.exists());
    // The service itself takes fewer; that it says so shows that the request has reached it.
    let files = vec![filelink.handle(); fitting];
    let error = client(&service, None).zip(&path, &files, &request).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Http, Some(400)), "{error}");
    assert!(service.requests().iter().any(|request| request.path.len() > LONGEST - 100), "the longest list was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_sources_of_any_form_count() {
    let service = Service::start(Options::default()).unwrap();
    let security = Security::new("{\"expiry\": 4000000000}", "secret").unwrap();
    let request = RequestOptions::default();
    let urls: Vec<String> = (0..2_000).map(|number| format!("https://a.example/?file=[{number}]")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    for security in [None, Some(security)] {
        let client = client(&service, security);
        let fits = |count: usize| {
            let mut archive = client.transform(&urls[..count], None).unwrap();
            archive.add("zip", &[]).unwrap();
            let url = if archive.signed_url(None).is_ok() { archive.signed_url(None) } else { archive.url() };
            url.unwrap().len() <= LONGEST
        };
        let mut archive = client.transform(&urls, None).unwrap();
        archive.add("zip", &[]).unwrap();
        let error = archive.get_content(&request).await.unwrap_err();
        check_refused(&service, &error, " of the 2000 sources fit");
        let fitting = error.message().split_once("the first ").unwrap().1.split_once(' ').unwrap().0;
        let fitting: usize = fitting.parse().unwrap();
        assert!(fits(fitting) && !fits(fitting + 1), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_url_is_measured_too() {
    let service = Service::start(Options::default()).unwrap();
    let request = RequestOptions::default();
    let path = "x".repeat(70_000);
    let policy = format!("{{\"expiry\": 4000000000, \"path\": \"{path}\"}}");
    let signed = client(&service, Some(Security::new(&policy, "secret").unwrap()));
    let plain = client(&service, None);

    let filelink = signed.filelink("H", None).unwrap();
    check_refused(&service, &filelink.get_content(&request).await.unwrap_err(), "can be sent");
    check_refused(&service, &filelink.metadata(&[], &request).await.unwrap_err(), "can be sent");
    check_refused(&service, &filelink.delete(&request).await.unwrap_err(), "can be sent");
    let overwriting = filelink.overwrite(&Source::from_bytes("content"), false, &request).await;
    check_refused(&service, &overwriting.unwrap_err(), "can be sent");
    let overwriting = filelink.overwrite_url("https://a.example/", false, &request).await;
    check_refused(&service, &overwriting.unwrap_err(), "can be sent");
    let error = plain.filelink(&path, None).unwrap().get_content(&request).await.unwrap_err();
    check_refused(&service, &error, "can be sent");

    let shorten = ": use fewer tasks, or shorter texts in them";
    let mut long_chain = plain.filelink("H", None).unwrap().transform();
    for _ in 0..3_000 {
        long_chain.add("rotate", &[("deg", Value::Int(90)), ("exif", Value::Bool(false))]).unwrap();
    }
    check_refused(&service, &long_chain.get_content(&request).await.unwrap_err(), shorten);
    let external = plain.transform_external(&format!("https://a.example/{path}"), None).unwrap();
    check_refused(&service, &external.get_content(&request).await.unwrap_err(), shorten);
    let mut base64 = plain.transform_external(&format!("https://a.example/{}", "x".repeat(50_000)), None).unwrap();
    base64.add("b64", &[]).unwrap();
    check_refused(&service, &base64.get_content(&request).await.unwrap_err(), shorten);
    assert!(base64.url().unwrap().len() > LONGEST, "the URL itself can be had");
}
