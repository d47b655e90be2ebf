//! A small client of the wire contract, written against the contract and not against the service's code.

// Every test program uses its own part of this.
#![allow(dead_code)]

pub(crate) mod program;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use filestack_local::{Options, Service};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use reqwest::{Client, ClientBuilder, Method, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const KEY: &str = "ATestApplicationKey00z";
/// An expiry that is far away.
pub(crate) const FUTURE: u64 = 4_000_000_000;
pub(crate) const MIB: usize = 1024 * 1024;
pub(crate) const PART: usize = 5 * MIB;

/// A service and a client for it.
pub(crate) struct Fixture {
    pub(crate) service: Service,
    pub(crate) client: Client,
}

pub(crate) fn start(options: Options) -> Fixture {
    let service = Service::start(options).expect("the service starts");
    let client = client(service.ca_pem());
    Fixture { service, client }
}

/// A client that trusts only the given authority and speaks HTTP/2 where it can.
pub(crate) fn client(ca_pem: Option<&str>) -> Client {
    client_with(ca_pem, &["h2", "http/1.1"])
}

/// A client that speaks HTTP/1.1 only.
pub(crate) fn http1_client(ca_pem: Option<&str>) -> Client {
    client_with(ca_pem, &["http/1.1"])
}

/// A client that finds the service, which has TLS, under names that are not its own.
pub(crate) fn client_of_names(service: &Service, names: &[&str]) -> Client {
    let address = service.url().strip_prefix("https://").unwrap().parse().unwrap();
    let builder = client_builder(service.ca_pem(), &["h2", "http/1.1"]);
    names.iter().fold(builder, |builder, name| builder.resolve(name, address)).build().unwrap()
}

/// A client that shows a certificate of its own, whose key is PKCS#8.
pub(crate) fn client_with_certificate(ca_pem: &str, certificate: &CertificateDer<'_>, key: &[u8]) -> Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.to_vec().into());
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![certificate.clone().into_owned()], key)
        .unwrap();
    Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
}

fn client_with(ca_pem: Option<&str>, protocols: &[&str]) -> Client {
    client_builder(ca_pem, protocols).build().unwrap()
}

fn client_builder(ca_pem: Option<&str>, protocols: &[&str]) -> ClientBuilder {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = ca_pem {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    Client::builder().tls_backend_preconfigured(config).no_proxy()
}

/// Reproducible bytes without a pattern.
pub(crate) fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn md5_base64(bytes: &[u8]) -> String {
    STANDARD.encode(md5_of(bytes))
}

pub(crate) fn md5_of(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// A policy and its signature.
pub(crate) fn sign(secret: &str, policy: &Value) -> (String, String) {
    let policy = URL_SAFE.encode(policy.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(policy.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    (policy, signature)
}

/// The same as query items.
pub(crate) fn sign_query(secret: &str, policy: &Value) -> String {
    let (policy, signature) = sign(secret, policy);
    format!("policy={policy}&signature={signature}")
}

/// The same as a task of a CDN path.
pub(crate) fn sign_task(secret: &str, policy: &Value) -> String {
    let (policy, signature) = sign(secret, policy);
    format!("security=p:{policy},s:{signature}")
}

/// Status and JSON of a reply.
pub(crate) async fn read_json(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Status and text of a reply.
pub(crate) async fn read_text(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().await.unwrap())
}

impl Fixture {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.service.url())
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// The bytes of a file that must be there.
    pub(crate) async fn bytes(&self, path: &str) -> Vec<u8> {
        let response = self.get(path).await;
        let (status, bytes) = (response.status(), response.bytes().await.unwrap());
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
        bytes.to_vec()
    }

    /// Status and JSON of a GET.
    pub(crate) async fn ask(&self, path: &str) -> (u16, Value) {
        read_json(self.get(path).await).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.try_post(path, body).await.unwrap()
    }

    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        let request = self.client.post(self.url(path)).header("content-type", "application/json");
        request.body(body.to_string()).send().await
    }

    pub(crate) async fn call(&self, path: &str, body: &Value) -> (u16, Value) {
        read_json(self.post(path, body).await).await
    }

    /// Begins an upload.
    pub(crate) async fn begin(&self, size: usize, extra: Value) -> Upload<'_> {
        let mut start = json!({
            "apikey": KEY, "filename": "file.bin", "mimetype": "application/octet-stream", "size": size,
            "store": { "location": "s3" },
        });
        merge(&mut start, extra);
        let (status, reply) = self.call("/multipart/start", &start).await;
        assert_eq!(status, 200, "{reply}");
        Upload { fixture: self, start, reply }
    }

    /// Uploads in parts of 5 MiB and returns the reply of complete.
    pub(crate) async fn upload(&self, bytes: &[u8], extra: Value) -> Value {
        let upload = self.begin(bytes.len(), extra).await;
        let mut parts = Vec::new();
        for (number, part) in (1..).zip(bytes.chunks(PART)) {
            let etag = upload.put(number, part, None).await;
            parts.push(json!({ "part_number": number, "etag": etag }));
        }
        let (status, reply) = upload.complete(json!({ "parts": parts })).await;
        assert_eq!(status, 200, "{reply}");
        reply
    }

    /// Uploads a file and returns its handle.
    pub(crate) async fn store(&self, bytes: &[u8], filename: &str, mimetype: &str) -> String {
        let reply = self.upload(bytes, json!({ "filename": filename, "mimetype": mimetype })).await;
        reply["handle"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn merge(target: &mut Value, extra: Value) {
    if let Value::Object(extra) = extra {
        for (name, value) in extra {
            target[name] = value;
        }
    }
}

/// An upload under way.
pub(crate) struct Upload<'a> {
    pub(crate) fixture: &'a Fixture,
    pub(crate) start: Value,
    pub(crate) reply: Value,
}

impl Upload<'_> {
    /// The members that every call after start repeats.
    pub(crate) fn members(&self, extra: Value) -> Value {
        let mut members = json!({
            "apikey": self.start["apikey"],
            "uri": self.reply["uri"], "region": self.reply["region"], "upload_id": self.reply["upload_id"],
            "store": { "location": "s3" },
        });
        merge(&mut members, extra);
        members
    }

    /// Asks for a signed URL; `offset` makes it a chunk.
    pub(crate) async fn ticket(&self, part: usize, bytes: &[u8], offset: Option<usize>) -> Value {
        let mut members = self.members(json!({ "part": part, "size": bytes.len(), "md5": md5_base64(bytes) }));
        match offset {
            None => {}
            // As the Go SDK does.
            Some(0) => merge(&mut members, json!({ "fii": true })),
            Some(offset) => merge(&mut members, json!({ "fii": true, "offset": offset })),
        }
        let (status, reply) = self.fixture.call("/multipart/upload", &members).await;
        assert_eq!(status, 200, "{reply}");
        reply
    }

    /// Sends bytes to a signed URL.
    pub(crate) async fn send(&self, ticket: &Value, bytes: &[u8]) -> reqwest::Result<Response> {
        let mut request = self.fixture.client.request(Method::PUT, ticket["url"].as_str().unwrap());
        for (name, value) in ticket["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        request.body(bytes.to_vec()).send().await
    }

    /// Stores a part or chunk and returns its etag.
    pub(crate) async fn put(&self, part: usize, bytes: &[u8], offset: Option<usize>) -> String {
        let ticket = self.ticket(part, bytes, offset).await;
        let response = self.send(&ticket, bytes).await.unwrap();
        assert_eq!(response.status(), 200);
        response.headers()["etag"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn commit(&self, part: usize) -> (u16, Value) {
        let members = self.members(json!({ "part": part, "size": self.start["size"] }));
        self.fixture.call("/multipart/commit", &members).await
    }

    pub(crate) async fn complete(&self, extra: Value) -> (u16, Value) {
        let mut members = self.start.clone();
        merge(&mut members, self.reply.clone());
        merge(&mut members, extra);
        self.fixture.call("/multipart/complete", &members).await
    }
}
