//! Calls that are cancelled at each of their steps end at once and leave nothing behind.

mod support;

use std::future::Future;
use std::time::Duration;

use filestack_core::{ErrorKind, Operation, Result, Source};
use support::{SIZE, Scripted, any_reply, request_options, signed_client, upload_options};
use tokio::io::AsyncReadExt as _;

/// Generous: it only tells an end from a hang.
const LIMIT: Duration = Duration::from_secs(5);

/// How many descriptors the process has open, and how many of its threads call functions of the host.
fn resources() -> (usize, usize) {
    let entries = |folder: &str| std::fs::read_dir(folder).unwrap().filter_map(std::result::Result::ok);
    let is_host_thread = |name: &String| name.starts_with("filestack-host");
    let names = entries("/proc/self/task").filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    (entries("/proc/self/fd").count(), names.filter(is_host_thread).count())
}

/// Cancels `call` once `is_there`, and checks how it ends.
async fn check_cancelled<T: std::fmt::Debug>(
    what: &str,
    operation: &Operation,
    is_there: impl Fn() -> bool,
    call: impl Future<Output = Result<T>>,
) {
    let cancelling = async {
        while !is_there() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        operation.cancel();
    };
    let (outcome, ()) = tokio::time::timeout(LIMIT, async { tokio::join!(call, cancelling) })
        .await
        .unwrap_or_else(|_| panic!("{what} hangs"));
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled, "{what}");
}

/// Every kind of call against a service that does not answer the request number `step`.
async fn cancel_at(step: usize, folder: &std::path::Path) {
    let hanging =
        || Scripted::start_hanging(|request, url, _| any_reply(request, url), move |_, number| number == step);
    let reached = |service: &Scripted| service.received().len() > step;
    if step < 4 {
        let service = hanging().await;
        let operation = Operation::new();
        let options = upload_options(&operation);
        let source = Source::from_bytes(vec![7; SIZE]);
        let client = signed_client(&service.url);
        let call = client.upload(&source, &options);
        check_cancelled(&format!("upload, step {step}"), &operation, || reached(&service), call).await;
        // The source is free again.
        let again = Operation::new();
        again.cancel();
        let options = upload_options(&again);
        assert_eq!(client.upload(&source, &options).await.unwrap_err().kind(), ErrorKind::Cancelled);
    }
    if step == 0 {
        let service = hanging().await;
        let client = signed_client(&service.url);
        let file = client.filelink("H", None).unwrap();
        let there = || reached(&service);
        let operation = Operation::new();
        check_cancelled("metadata", &operation, there, file.metadata(&[], &request_options(&operation))).await;
    }
    if step == 0 {
        for name in ["download", "zip", "overwrite", "delete", "content"] {
            let service = hanging().await;
            let client = signed_client(&service.url);
            let file = client.filelink("H", None).unwrap();
            let there = || reached(&service);
            let operation = Operation::new();
            let options = request_options(&operation);
            let (path, source) = (folder.join("out"), Source::from_bytes(vec![7; SIZE]));
            match name {
                "download" => check_cancelled(name, &operation, there, file.download(&path, &options)).await,
                "zip" => check_cancelled(name, &operation, there, client.zip(&path, &["H"], &options)).await,
                "overwrite" => check_cancelled(name, &operation, there, file.overwrite(&source, false, &options)).await,
                "delete" => check_cancelled(name, &operation, there, file.delete(&options)).await,
                _ => check_cancelled(name, &operation, there, file.get_content(&options)).await,
            }
        }
    }
}

/// A peer that takes the connection, reads a little, and then nothing more.
async fn cancel_against_a_stalled_peer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, mut reached) = tokio::sync::watch::channel(false);
    let peer = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.read_exact(&mut [0; 100_000]).await.unwrap();
        sender.send_replace(true);
        std::future::pending::<()>().await;
    });
    let operation = Operation::new();
    let (client, options) = (signed_client(&url), request_options(&operation));
    let file = client.filelink("H", None).unwrap();
    let source = Source::from_bytes(vec![7; 64 * 1024 * 1024]);
    let there = || *reached.borrow();
    check_cancelled("a stalled overwrite", &operation, there, file.overwrite(&source, false, &options)).await;
    reached.mark_unchanged();
    peer.abort();
}

/// A download that is cancelled in the middle of its content.
async fn cancel_within_a_download(folder: &std::path::Path) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let peer = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let _ = connection.read(&mut head).await.unwrap();
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n";
        connection.write_all(answer.as_bytes()).await.unwrap();
        connection.write_all(&vec![1; 1_000_000]).await.unwrap();
        std::future::pending::<()>().await;
    });
    let operation = Operation::new();
    let client = signed_client(&url);
    let file = client.filelink("H", None).unwrap();
    let there = || operation.progress().bytes_done >= 500_000;
    let options = request_options(&operation);
    check_cancelled("a download on its way", &operation, there, file.download(folder.join("out"), &options)).await;
    peer.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cancelled_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    // Once, so that what is made once is there.
    cancel_at(0, folder.path()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = resources();
    for step in 0..4 {
        cancel_at(step, folder.path()).await;
    }
    cancel_against_a_stalled_peer().await;
    cancel_within_a_download(folder.path()).await;
    let started = std::time::Instant::now();
    while resources().0 > before.0 && started.elapsed() < LIMIT {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let after = resources();
    assert!(after.0 <= before.0, "descriptors: {} and {}", before.0, after.0);
    assert_eq!(after.1, 0, "threads for functions of the host");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files");
}
