//! Webhooks: signed messages to an endpoint of the user about new files.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::header;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Url};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::clock;
use crate::hex::hex;

/// Pauses before a message is sent once more. The real service takes hours for that; who tests does not.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends messages in the background.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    /// Without one, nobody is told anything.
    target: Option<Target>,
    count: AtomicU64,
}

#[derive(Debug, Clone)]
struct Target {
    client: Client,
    url: Url,
    secret: Option<Arc<str>>,
}

impl Webhooks {
    /// Messages go to `url`, signed when there is a secret.
    pub(crate) fn to(client: Client, url: &str, secret: Option<&str>) -> io::Result<Self> {
        let url = url.parse().map_err(|error| io::Error::other(format!("the webhook's URL {url}: {error}")))?;
        let target = Target { client, url, secret: secret.map(Arc::from) };
        Ok(Self { target: Some(target), count: AtomicU64::new(0) })
    }

    /// Sends what has happened; whether it arrives is not waited for.
    pub(crate) fn send(&self, action: &str, text: Value) {
        let Some(target) = self.target.clone() else { return };
        let id = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let timestamp = clock::now_seconds();
        let message = json!({ "id": id, "action": action, "timestamp": timestamp, "text": text });
        tokio::spawn(async move {
            let body = message.to_string();
            let mut pauses = PAUSES.into_iter();
            while !deliver(&target, &body).await {
                match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => {
                        eprintln!("filestack-local: the webhook {} did not take message {id}", target.url);
                        break;
                    }
                }
            }
        });
    }
}

/// Whether the endpoint has taken the message.
async fn deliver(target: &Target, body: &str) -> bool {
    let timestamp = clock::now_seconds().to_string();
    let mut request =
        target.client.post(target.url.clone()).timeout(TIMEOUT).header(header::CONTENT_TYPE, "application/json");
    if let Some(secret) = &target.secret {
        request = request.header("FS-Signature", sign(secret, &timestamp, body));
    }
    let sent = request.header("FS-Timestamp", timestamp).body(body.to_owned()).send().await;
    sent.is_ok_and(|response| matches!(response.status().as_u16(), 200 | 201 | 204))
}

/// HMAC-SHA256 over timestamp, dot and body.
fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    for piece in [timestamp, ".", body] {
        mac.update(piece.as_bytes());
    }
    hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_urls_are_refused() {
        let client = crate::content::fetch::Fetcher::new(None).client().unwrap();
        assert!(Webhooks::to(client, "nowhere", None).unwrap_err().to_string().contains("nowhere"));
    }

    #[test]
    fn golden_signatures() {
        for (secret, timestamp, body, signature) in [
            (
                "webhook-secret",
                "123456789999",
                r#"{"text": {"filename": "filename.jpg", "key": "kGaeljnga9wkysK6Z_filename.jpg"}}"#,
                "57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb",
            ),
            (
                "Y5cWb1rdRDSTSqEjF5pv",
                "1559199901",
                r#"{"id": 6844, "action": "fp.upload", "timestamp": 1559199901, "text": {"url": "http://cdn.filestackapi.dev/xK88QArxRiyVvFzo4p33", "client": "Computer", "data": {"filename": "01 (1).png", "type": "image/png", "size": 881855}}}"#,
                "14495b54b246e1352bb69cd91c5c1bfe2221f2d0330414b3df8f5fb2903db730",
            ),
        ] {
            assert_eq!(sign(secret, timestamp, body), signature);
        }
    }
}
