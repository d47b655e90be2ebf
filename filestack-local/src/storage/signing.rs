//! Signed part requests in the shape of AWS Signature Version 4.
//!
//! Nobody computes these but this service, so the string to sign is its own; what clients see of it - the header
//! names, their form, and that each must come back unchanged - is S3's.

use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::clock;
use crate::database::UploadRecord;
use crate::errors::{Result, ServiceError};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The prefix of storage URLs.
pub(crate) const PREFIX: &str = "/s3";

/// What one storage PUT may bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// The upload that it belongs to.
    pub(crate) upload_id: String,
    /// The part, from 1.
    pub(crate) part: u32,
    /// Where in the part it begins: chunks of Intelligent Ingestion only.
    pub(crate) offset: Option<u64>,
    /// Bytes of the body.
    pub(crate) size: u64,
}

/// Signs and verifies part requests.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    key: Vec<u8>,
    /// Seconds for which a signature is good.
    lifetime: u32,
}

impl Signer {
    /// `key` is random and belongs to the data folder, so that URLs survive a restart.
    pub(crate) fn new(key: Vec<u8>, lifetime: u32) -> Self {
        Self { key, lifetime }
    }

    /// What binds the name and the type of a file to its upload.
    pub(crate) fn metahash(&self, upload: &UploadRecord) -> String {
        self.hash(&["metahash", &upload.upload_id, &upload.filename, &upload.mimetype])
    }

    /// The path with query, and the headers that the PUT must carry.
    pub(crate) fn sign(
        &self,
        uri: &str,
        region: &str,
        ticket: &Ticket,
        md5: Option<&str>,
    ) -> (String, Vec<(&'static str, String)>) {
        let mut target = format!(
            "{PREFIX}{uri}?partNumber={}&uploadId={}&X-Amz-Expires={}&X-Amz-Part-Size={}",
            ticket.part, ticket.upload_id, self.lifetime, ticket.size
        );
        if let Some(offset) = ticket.offset {
            target.push_str(&format!("&X-Amz-Part-Offset={offset}"));
        }
        let date = clock::amz_date(clock::now_seconds());
        let signed = signed_headers(md5.is_some());
        let signature = self.signature(&target, md5, &date);
        let day = &date[..8];
        let authorization = format!(
            "{ALGORITHM} Credential=FILESTACKLOCAL/{day}/{region}/s3/aws4_request, SignedHeaders={signed}, Signature={signature}"
        );
        let mut headers =
            vec![("Authorization", authorization), ("x-amz-content-sha256", PAYLOAD.to_owned()), ("x-amz-date", date)];
        headers.extend(md5.map(|md5| ("Content-MD5", md5.to_owned())));
        (target, headers)
    }

    /// Reads the ticket of a PUT and refuses it unless every signed header came back as it was given.
    pub(crate) fn verify(&self, path: &str, query: &str, headers: &HeaderMap) -> Result<Ticket> {
        let (ticket, lifetime) = read_ticket(query)?;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let denied = |text: &str| ServiceError::xml(StatusCode::FORBIDDEN, "AccessDenied", text);
        let mismatch = |text: &str| ServiceError::xml(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", text);

        let authorization = header("authorization").ok_or_else(|| denied("the Authorization header is missing"))?;
        let date = header("x-amz-date").ok_or_else(|| denied("the x-amz-date header is missing"))?;
        if header("x-amz-content-sha256") != Some(PAYLOAD) {
            return Err(mismatch("the x-amz-content-sha256 header is missing or was changed"));
        }
        let (signed, signature) =
            read_authorization(authorization).ok_or_else(|| mismatch("the Authorization header was changed"))?;
        let md5 = match signed {
            signed if signed == signed_headers(true) => {
                Some(header("content-md5").ok_or_else(|| mismatch("the Content-MD5 header is missing"))?)
            }
            signed if signed == signed_headers(false) => None,
            _ => return Err(mismatch("the Authorization header was changed")),
        };
        let expected = self.signature(&format!("{path}?{query}"), md5, date);
        if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
            return Err(mismatch("the URL or a signed header was changed"));
        }
        let age = clock::parse_amz_date(date).map(|signed_at| clock::now_seconds() - signed_at);
        // What storage says of old headers, and clients answer by asking for fresh ones.
        if age.is_none_or(|age| age >= lifetime) {
            let text = "The difference between the request time and the current time is too large.";
            return Err(ServiceError::xml(StatusCode::FORBIDDEN, "RequestTimeTooSkewed", text));
        }
        Ok(ticket)
    }

    fn signature(&self, target: &str, md5: Option<&str>, date: &str) -> String {
        self.hash(&["PUT", target, md5.unwrap_or_default(), PAYLOAD, date])
    }

    fn hash(&self, pieces: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        for piece in pieces {
            mac.update(piece.as_bytes());
            mac.update(b"\n");
        }
        crate::hex::hex(&mac.finalize().into_bytes())
    }
}

fn signed_headers(with_md5: bool) -> &'static str {
    if with_md5 { "content-md5;x-amz-content-sha256;x-amz-date" } else { "x-amz-content-sha256;x-amz-date" }
}

fn read_authorization(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.strip_prefix(ALGORITHM)?.split_once("SignedHeaders=")?;
    rest.split_once(", Signature=")
}

/// The ticket, and the seconds for which it is good.
fn read_ticket(query: &str) -> Result<(Ticket, i64)> {
    let item = |name: &str| {
        query.split('&').filter_map(|item| item.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let number = |name: &str| item(name).and_then(|value| value.parse::<u64>().ok());
    let invalid = |name: &str| {
        ServiceError::xml(StatusCode::BAD_REQUEST, "InvalidArgument", format!("{name} is missing or invalid"))
    };
    let ticket = Ticket {
        upload_id: item("uploadId").filter(|id| !id.is_empty()).ok_or_else(|| invalid("uploadId"))?.to_owned(),
        part: number("partNumber").and_then(|part| u32::try_from(part).ok()).ok_or_else(|| invalid("partNumber"))?,
        offset: number("X-Amz-Part-Offset"),
        size: number("X-Amz-Part-Size").ok_or_else(|| invalid("X-Amz-Part-Size"))?,
    };
    let lifetime = number("X-Amz-Expires").and_then(|seconds| i64::try_from(seconds).ok());
    Ok((ticket, lifetime.ok_or_else(|| invalid("X-Amz-Expires"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(md5: Option<&str>, lifetime: u32) -> (Signer, String, String, HeaderMap) {
        let signer = Signer::new(b"key".to_vec(), lifetime);
        let ticket = Ticket { upload_id: "U".into(), part: 3, offset: Some(7), size: 11 };
        let (target, headers) = signer.sign("/filestack-uploads/a.bin", "us-east-1", &ticket, md5);
        let (path, query) = target.split_once('?').unwrap();
        let map = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        (signer, path.to_owned(), query.to_owned(), map)
    }

    #[test]
    fn what_comes_back_unchanged_is_accepted() {
        for md5 in [None, Some("kAFQmDzST7DWlj99KOF/cg==")] {
            let (signer, path, query, headers) = signed(md5, 60);
            let ticket = signer.verify(&path, &query, &headers).unwrap();
            assert_eq!(ticket, Ticket { upload_id: "U".into(), part: 3, offset: Some(7), size: 11 });
        }
    }

    #[test]
    fn every_change_is_noticed() {
        let (signer, path, query, headers) = signed(Some("kAFQmDzST7DWlj99KOF/cg=="), 60);
        for name in ["authorization", "x-amz-date", "x-amz-content-sha256", "content-md5"] {
            let mut missing = headers.clone();
            missing.remove(name);
            assert!(signer.verify(&path, &query, &missing).is_err(), "{name} missing");
            let mut changed = headers.clone();
            let value = format!("{}0", changed[name].to_str().unwrap());
            changed.insert(name.parse::<axum::http::HeaderName>().unwrap(), value.parse().unwrap());
            assert!(signer.verify(&path, &query, &changed).is_err(), "{name} changed");
        }
        assert!(signer.verify(&path, &query.replace("partNumber=3", "partNumber=4"), &headers).is_err());
        assert!(signer.verify("/s3/filestack-uploads/b.bin", &query, &headers).is_err());
        assert!(signer.verify(&path, &query.replace("Expires=60", "Expires=600"), &headers).is_err());
    }

    #[test]
    fn signatures_expire() {
        let (signer, path, query, headers) = signed(None, 0);
        let refused = signer.verify(&path, &query, &headers).unwrap_err();
        assert!(refused.message().starts_with("The difference between the request time"), "{refused:?}");
        // Every URL says for how long it is good, whatever is said to those after it.
        let later = Signer::new(b"key".to_vec(), 60);
        assert!(later.verify(&path, &query, &headers).is_err());
    }
}
