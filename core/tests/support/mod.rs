//! A service whose every answer a test writes itself, and which keeps what it was asked; clients of `filestack-local`,
//! and content for it.

// Each test program uses a part of it.
#![allow(dead_code)]

pub(crate) mod process;
pub(crate) mod reliability;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use filestack_core::{Client, ClientOptions, Operation, RequestOptions, Security, UploadOptions};
use filestack_local::Service;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The connection's other end: the same for every request of one connection.
    pub(crate) peer: SocketAddr,
}

impl Received {
    /// The body as JSON; `null` when it is not JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header's text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A running service.
pub(crate) struct Scripted {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Scripted {
    /// Starts a service that answers with what `script` makes of a request, the own URL and the number of the
    /// request, counted from 0.
    pub(crate) async fn start<R: IntoResponse>(
        script: impl Fn(&Received, &str, usize) -> R + Clone + Send + Sync + 'static,
    ) -> Self {
        Self::start_hanging(script, |_, _| false).await
    }

    /// As [`Scripted::start`], but requests of which `hangs` says so are never answered.
    pub(crate) async fn start_hanging<R: IntoResponse>(
        script: impl Fn(&Received, &str, usize) -> R + Clone + Send + Sync + 'static,
        hangs: impl Fn(&Received, usize) -> bool + Clone + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let own_url = url.clone();
        let answer = move |State(received): State<Arc<Mutex<Vec<Received>>>>, request: Request| async move {
            let (head, body) = request.into_parts();
            let ConnectInfo(peer) = head.extensions.get().copied().unwrap();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
            let request =
                Received { method: head.method, target: head.uri.to_string(), headers: head.headers, body, peer };
            let number = {
                let mut received = received.lock().unwrap();
                received.push(request.clone());
                received.len() - 1
            };
            if hangs(&request, number) {
                std::future::pending::<()>().await;
            }
            script(&request, &own_url, number).into_response() as Response
        };
        let router = Router::new().fallback(answer).with_state(Arc::clone(&received));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { drop(axum::serve(listener, service).await) });
        Scripted { url, received, serving }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// How much the file of [`any_reply`] has.
pub(crate) const SIZE: usize = 6 * 1024 * 1024;

/// Answers every call of an upload, and others with the metadata of a file.
pub(crate) fn any_reply(request: &Received, url: &str) -> Response {
    match request.target.split('?').next().unwrap() {
        "/multipart/start" => {
            axum::Json(json!({"uri": "/u", "region": "r", "upload_id": "i", "location_url": url})).into_response()
        }
        "/multipart/upload" => axum::Json(json!({"url": format!("{url}/s3"), "headers": {}})).into_response(),
        "/s3" => ([("etag", "\"e\"")], "").into_response(),
        _ => axum::Json(json!({"handle": "H", "url": "u", "filename": "f", "size": SIZE})).into_response(),
    }
}

/// A client of the service at `url`, with credentials.
pub(crate) fn signed_client(url: &str) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.security = Some(Security::new("{\"expiry\":4102444800}", "secret").unwrap());
    Client::new(Some("K"), options).unwrap()
}

/// Options of a call that `operation` controls.
pub(crate) fn request_options(operation: &Operation) -> RequestOptions {
    RequestOptions { operation: Some(operation.clone()), ..RequestOptions::default() }
}

/// Options of an upload that `operation` controls.
pub(crate) fn upload_options(operation: &Operation) -> UploadOptions {
    let mut options = UploadOptions::default();
    options.operation = Some(operation.clone());
    options
}

/// Options of a client of `filestack-local` that does not wait long between its tries.
pub(crate) fn options_of(service: &Service) -> ClientOptions {
    let mut options = ClientOptions::new();
    options.set_base_url(service.url()).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(5)).unwrap();
    options
}

/// A client of `filestack-local`.
pub(crate) fn client_of(service: &Service) -> Client {
    Client::new(Some(service.api_key()), options_of(service)).unwrap()
}

/// Bytes that do not repeat with any power of two.
pub(crate) fn content(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(next).take(size / 8 + 1).flatten().collect();
    bytes.truncate(size);
    bytes
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files below `folder`, in all depths.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { vec![path] };
    entries.filter_map(|entry| Some(below(entry.ok()?.path()))).flatten().collect()
}
