//! The older dialect of upload calls: forms, whose fields become the members that the JSON dialect has.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::errors::{Result, ServiceError};

const MULTIPART: &str = "multipart/form-data";
const URLENCODED: &str = "application/x-www-form-urlencoded";
/// An empty file that PHP adds so that its HTTP client writes a multipart form at all.
const IGNORED: &str = "files";
/// What fields about storage start with.
const STORE_PREFIX: &str = "store_";

/// Whether a body of this type is a form.
pub(super) fn is_form(content_type: &str) -> bool {
    matches!(essence(content_type).as_str(), MULTIPART | URLENCODED)
}

/// The members that the fields of a form stand for.
pub(super) async fn read(content_type: &str, body: Bytes) -> Result<Map<String, Value>> {
    let fields = match essence(content_type).as_str() {
        MULTIPART => {
            let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
            multipart_fields(&boundary, body).await.map_err(malformed)?
        }
        _ => urlencoded_fields(&body).ok_or_else(ServiceError::parameters_are_invalid)?,
    };
    members(fields)
}

fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn malformed(_: multer::Error) -> ServiceError {
    ServiceError::parameters_are_invalid()
}

async fn multipart_fields(boundary: &str, body: Bytes) -> multer::Result<Vec<(String, String)>> {
    let mut form = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await? {
        if let Some(name) = field.name().filter(|name| *name != IGNORED).map(str::to_owned) {
            fields.push((name, field.text().await?));
        }
    }
    Ok(fields)
}

fn urlencoded_fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().map(|text| text.into_owned());
    let items = std::str::from_utf8(body).ok()?.split('&').filter(|item| !item.is_empty());
    let fields = items.map(|item| {
        let (name, value) = item.split_once('=').unwrap_or((item, ""));
        Some((decode(name).ok()?, decode(value).ok()?))
    });
    fields.filter(|field| field.as_ref().is_none_or(|(name, _)| name != IGNORED)).collect()
}

fn members(fields: Vec<(String, String)>) -> Result<Map<String, Value>> {
    let mut members = Map::new();
    let mut store = Map::new();
    let mut workflows = Vec::new();
    let mut tags = Map::new();
    // An empty field says as much as none.
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        if let Some(name) = name.strip_prefix(STORE_PREFIX) {
            store.insert(name.to_owned(), Value::from(value));
            continue;
        }
        match name.as_str() {
            // PHP writes true as 1.
            "multipart" => {
                members.insert("fii".to_owned(), Value::from(matches!(value.as_str(), "true" | "1")));
            }
            "parts" => {
                members.insert(name, read_parts(&value)?);
            }
            "workflows" | "workflows[]" => match serde_json::from_str(&value) {
                Ok(Value::Array(ids)) => workflows.extend(ids),
                _ => workflows.push(Value::from(value)),
            },
            "upload_tags" => match serde_json::from_str(&value) {
                Ok(Value::Object(given)) => tags.extend(given),
                _ => return Err(ServiceError::invalid_params("upload_tags")),
            },
            other => match other.strip_prefix("upload_tags[").and_then(|rest| rest.strip_suffix(']')) {
                Some(tag) => {
                    tags.insert(tag.to_owned(), Value::from(value));
                }
                None => {
                    members.insert(name, Value::from(value));
                }
            },
        }
    }
    if !workflows.is_empty() {
        store.insert("workflows".to_owned(), Value::from(workflows));
    }
    if !store.is_empty() {
        store.entry("location").or_insert_with(|| Value::from("s3"));
        members.insert("store".to_owned(), Value::from(store));
    }
    if !tags.is_empty() {
        members.insert("upload_tags".to_owned(), Value::from(tags));
    }
    Ok(members)
}

/// `1:etag;2:etag`
fn read_parts(text: &str) -> Result<Value> {
    let read = |item: &str| {
        let (number, etag) = item.split_once(':')?;
        Some(json!({ "part_number": number.trim().parse::<u64>().ok()?, "etag": etag.trim() }))
    };
    let items = text.split(';').filter(|item| !item.trim().is_empty());
    items.map(read).collect::<Option<Value>>().ok_or_else(|| ServiceError::invalid_params("parts"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn urlencoded(text: &'static str) -> Result<Value> {
        read(URLENCODED, Bytes::from(text)).await.map(Value::from)
    }

    #[tokio::test]
    async fn fields_become_members() {
        let text = "apikey=K&filename=a+b%2Bc.txt&size=3&store_location=S3&store_path=p%2F&multipart=true&offset=\
                    &workflows=w1&workflows=%5B%22w2%22%5D&upload_tags=%7B%22a%22%3A%22b%22%7D&upload_tags%5Bc%5D=d&files=x";
        let expected = json!({
            "apikey": "K", "filename": "a b+c.txt", "size": "3", "fii": true, "upload_tags": { "a": "b", "c": "d" },
            "store": { "location": "S3", "path": "p/", "workflows": ["w1", "w2"] },
        });
        assert_eq!(urlencoded(text).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn parts_are_numbers_and_etags() {
        let expected = json!({ "parts": [{ "part_number": 1, "etag": "\"a\"" }, { "part_number": 2, "etag": "b" }] });
        assert_eq!(urlencoded("parts=1:%22a%22;2:b;").await.unwrap(), expected);
        for bad in ["parts=1", "parts=x:a", "upload_tags=a", "upload_tags=[]", "a=%ff"] {
            assert!(urlencoded(bad).await.is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn multipart_forms_leave_the_file_out() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"apikey\"\r\n\r\nK\r\n\
                    --B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\nx\r\n--B--\r\n";
        let read_as = |content_type| read(content_type, Bytes::from(body));
        assert_eq!(Value::from(read_as("Multipart/form-data; boundary=B").await.unwrap()), json!({ "apikey": "K" }));
        assert!(read_as("multipart/form-data").await.is_err());
        assert!(read_as("multipart/form-data; boundary=C").await.is_err());
    }
}
