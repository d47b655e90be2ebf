//! The program as a process of its own, and the wire contract spoken to it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use reqwest::{Body, Client};
use serde_json::{Value, json};

use super::{KEY, client, merge, read_json};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_filestack-local");

/// A running program; killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
    pub(crate) client: Client,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(Command::new(PROGRAM).args(arguments))
    }

    /// The program on a data folder.
    pub(crate) fn on(data: &Path) -> Self {
        Self::start(&["--data", data.to_str().unwrap()])
    }

    /// The program as a command that somebody has prepared.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("filestack-local listening on ").expect("one clear line").to_owned();
        Self { child, url, client: client(None) }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `HOST:PORT`
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) fn send_signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.wait();
    }

    pub(crate) async fn call(&self, path: &str, body: &Value) -> (u16, Value) {
        self.try_call(path, body).await.unwrap()
    }

    pub(crate) async fn try_call(&self, path: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Status and JSON of a GET.
    pub(crate) async fn ask(&self, path: &str) -> (u16, Value) {
        read_json(self.client.get(format!("{}{path}", self.url)).send().await.unwrap()).await
    }

    pub(crate) async fn download(&self, handle: &str) -> (u16, Vec<u8>) {
        let response = self.client.get(format!("{}/{handle}", self.url)).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// Begins an upload; what is returned are the members that every later call repeats.
    pub(crate) async fn begin(&self, size: u64, extra: Value) -> reqwest::Result<Value> {
        let mut members = json!({
            "apikey": KEY, "filename": "file.bin", "mimetype": "application/octet-stream", "size": size,
            "store": { "location": "s3" },
        });
        merge(&mut members, extra);
        let (status, reply) = self.try_call("/multipart/start", &members).await?;
        assert_eq!(status, 200, "{reply}");
        merge(&mut members, reply);
        Ok(members)
    }

    /// Sends a part and returns what completes its upload; `extra` may make it a chunk.
    pub(crate) async fn put(
        &self,
        upload: &Value,
        part: usize,
        size: u64,
        body: impl Into<Body>,
        extra: Value,
    ) -> reqwest::Result<Value> {
        let mut members = upload.clone();
        merge(&mut members, json!({ "part": part, "size": size }));
        merge(&mut members, extra);
        let (status, ticket) = self.try_call("/multipart/upload", &members).await?;
        assert_eq!(status, 200, "{ticket}");
        let mut request = self.client.put(ticket["url"].as_str().unwrap()).header("content-length", size);
        for (name, value) in ticket["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        let response = request.body(body).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        assert_eq!(status, 200, "{}", response.text().await?);
        Ok(json!({ "part_number": part, "etag": headers["etag"].to_str().unwrap() }))
    }

    /// Completes an upload and returns the reply.
    pub(crate) async fn complete(&self, upload: &Value, extra: Value) -> reqwest::Result<Value> {
        let mut members = upload.clone();
        merge(&mut members, extra);
        let (status, reply) = self.try_call("/multipart/complete", &members).await?;
        assert_eq!(status, 200, "{reply}");
        Ok(reply)
    }

    /// Uploads in one part and returns the handle.
    pub(crate) async fn store(&self, size: u64, body: impl Into<Body>, extra: Value) -> String {
        let upload = self.begin(size, extra).await.unwrap();
        let part = self.put(&upload, 1, size, body, json!({})).await.unwrap();
        let reply = self.complete(&upload, json!({ "parts": [part] })).await.unwrap();
        reply["handle"].as_str().unwrap().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
