//! A large download to a sink takes little memory. In a process of its own, whose peak can be asked for.

#![cfg(target_os = "linux")]

mod support;

use axum::body::{Body, Bytes};
use axum::response::Response;
use filestack_core::{Client, ClientOptions, RequestOptions, Sink, Writer, Written};
use futures_util::stream;
use support::Scripted;

/// A hundred times what is allowed.
const SIZE: u64 = 1600 * 1024 * 1024;
const MOST: u64 = 16 * 1024 * 1024;

/// The largest number of bytes that the process has had in memory.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

struct Nowhere;

impl Writer for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> filestack_core::Result<Written> {
        Ok(Written::Taken(bytes.len()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_download_takes_little_memory() {
    let piece = Bytes::from(vec![7; 64 * 1024]);
    let service = Scripted::start(move |request: &support::Received, _: &str, _: usize| {
        let size = if request.target.ends_with("large") { SIZE } else { piece.len() as u64 };
        let pieces = size / piece.len() as u64;
        let body = stream::iter((0..pieces).map({
            let piece = piece.clone();
            move |_| Ok::<_, std::convert::Infallible>(piece.clone())
        }));
        Response::builder().header("content-length", size).body(Body::from_stream(body)).unwrap()
    })
    .await;
    let mut options = ClientOptions::new();
    options.set_base_url(&service.url).unwrap();
    let client = Client::new(Some("K"), options).unwrap();
    let download = async |handle: &str| {
        let (file, sink) = (client.filelink(handle, None).unwrap(), Sink::from_writer(Box::new(Nowhere)));
        file.download_to(&sink, &RequestOptions::default()).await.unwrap()
    };
    download("small").await;
    let before = peak();
    assert_eq!(download("large").await, SIZE);
    let more = peak() - before;
    assert!(more < MOST, "{more} bytes more");
}
