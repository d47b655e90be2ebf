//! Multipart uploads and Intelligent Ingestion over real HTTP; what comes back is compared by hash.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

async fn content(fixture: &Fixture, reply: &Value) -> Vec<u8> {
    let response = fixture.client.get(reply["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_regular_upload_of_three_parts() {
    let fixture = start(Options::default());
    let bytes = noise(2 * PART + 12_345, 1);
    let extra = json!({ "filename": "näme.bin", "mimetype": "application/x-noise" });
    let reply = fixture.upload(&bytes, extra).await;
    assert_eq!(reply["size"], bytes.len());
    assert_eq!(reply["status"], "Stored");
    assert_eq!(reply["mimetype"], "application/x-noise");
    assert!(reply["key"].as_str().unwrap().ends_with("_näme.bin"));
    assert_eq!(reply["handle"].as_str().unwrap().len(), 20);
    assert_eq!(sha256(&content(&fixture, &reply).await), sha256(&bytes));
    let left: Vec<_> = std::fs::read_dir(fixture.service.data_dir().join("parts")).unwrap().collect();
    assert!(left.is_empty(), "parts are removed when they have become a file");
}

#[tokio::test]
async fn store_options_and_tags_come_back() {
    let fixture = start(Options::default());
    let store = json!({ "location": "GCS", "path": "folder/", "container": "bucket", "region": "eu-west-1", "access": "public",
        "workflows": ["w1"], "unknown": 1 });
    let upload = fixture.begin(3, json!({ "store": store, "unknown": [1] })).await;
    assert_eq!(upload.reply["region"], "eu-west-1");
    let etag = upload.put(1, b"abc", None).await;
    let parts = json!([{ "part_number": 1, "etag": etag.trim_matches('"') }]);
    let (status, reply) = upload.complete(json!({ "parts": parts, "upload_tags": { "a": "b" } })).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(reply["container"], "bucket");
    assert!(reply["key"].as_str().unwrap().starts_with("folder/"));
    assert_eq!(reply["upload_tags"], json!({ "a": "b" }));
    assert!(reply["workflows"]["w1"]["jobid"].is_string());
    let (_, again) = upload.complete(json!({ "parts": parts })).await;
    assert_eq!(again, reply, "a repeated complete call gives the same answer");
}

/// Clients repeat at the end what they said at the start, or only a part of it.
#[tokio::test]
async fn complete_adds_to_what_start_said() {
    let secured = start(Options { secret: Some("S".to_owned()), ..Options::default() });
    let (policy, signature) =
        sign("S", &json!({ "expiry": FUTURE, "call": ["pick"], "path": "^in/", "container": "^a$" }));
    let store = json!({ "location": "gcs", "path": "in/", "container": "a", "workflows": ["w1"] });
    let signed = json!({ "store": store, "policy": policy, "signature": signature });
    for (given, credentials, expected) in [
        (json!({ "location": "gcs" }), json!({}), Some("in/")),
        (json!({ "path": "in/b" }), signed.clone(), Some("in/b")),
        (json!({ "path": "in/b" }), json!({}), None),
        (json!({ "path": "out/b" }), signed.clone(), None),
        (json!({ "container": "b" }), signed.clone(), None),
    ] {
        let upload = secured.begin(3, signed.clone()).await;
        let etag = upload.put(1, b"abc", None).await;
        let mut members = upload.members(json!({ "store": given, "parts": [{ "part_number": 1, "etag": etag }] }));
        merge(&mut members, json!({ "policy": credentials["policy"], "signature": credentials["signature"] }));
        let (status, reply) = secured.call("/multipart/complete", &members).await;
        match expected {
            None => assert_eq!(status, 403, "{reply}"),
            Some(key) => {
                assert!(reply["key"].as_str().is_some_and(|text| text.starts_with(key)), "{reply}");
                assert_eq!((&reply["container"], reply["workflows"]["w1"].is_object()), (&json!("a"), true));
            }
        }
    }
}

/// Where the parts are cut says nothing about the base64 in them.
#[tokio::test]
async fn base64_is_decoded_when_the_store_options_say_so() {
    let fixture = start(Options::default());
    let bytes = noise(4 * MIB + 1, 7);
    let lines = |length: usize| -> Vec<u8> {
        let text = STANDARD.encode(&bytes).into_bytes();
        text.chunks(length).flat_map(|line| [line, b"\r\n"].concat()).collect()
    };
    for (encoded, flag) in [(STANDARD.encode(&bytes).into_bytes(), json!(true)), (lines(75), json!("true"))] {
        assert!(encoded.len() > PART && !PART.is_multiple_of(77));
        let store = json!({ "location": "s3", "base64decode": flag });
        let reply = fixture.upload(&encoded, json!({ "store": store })).await;
        assert_eq!(reply["size"], bytes.len());
        assert_eq!(sha256(&content(&fixture, &reply).await), sha256(&bytes));
        let path = format!("/{}/metadata?size=true&sha256=true", reply["handle"].as_str().unwrap());
        assert_eq!(fixture.ask(&path).await.1, json!({ "size": bytes.len(), "sha256": sha256(&bytes) }));
    }
    for flag in [json!(false), json!("false"), json!(null), json!("")] {
        let store = json!({ "location": "s3", "base64decode": flag });
        let reply = fixture.upload(b"Zmls", json!({ "store": store })).await;
        assert_eq!((&reply["size"], content(&fixture, &reply).await), (&json!(4), b"Zmls".to_vec()), "{flag}");
    }
}

#[tokio::test]
async fn base64_of_intelligent_uploads_is_decoded_as_well() {
    let fixture = start(Options::default());
    let bytes = noise(7 * MIB, 8);
    let encoded = STANDARD.encode(&bytes).into_bytes();
    let store = json!({ "location": "s3", "base64decode": true });
    let upload = fixture.begin(encoded.len(), json!({ "fii": true, "store": store })).await;
    for (number, part) in (1..).zip(encoded.chunks(8 * MIB)) {
        for (index, chunk) in part.chunks(3 * MIB + 1).enumerate() {
            upload.put(number, chunk, Some(index * (3 * MIB + 1))).await;
        }
        assert_eq!(upload.commit(number).await.0, 200);
    }
    // What start has said holds also where complete says nothing of it.
    let (status, reply) = upload.complete(json!({ "fii": true, "store": { "location": "s3" } })).await;
    assert_eq!((status, &reply["size"]), (200, &json!(bytes.len())), "{reply}");
    assert_eq!(sha256(&content(&fixture, &reply).await), sha256(&bytes));
}

#[tokio::test]
async fn an_upload_that_is_not_base64_stays_open() {
    let fixture = start(Options::default());
    let complete = async |bytes: &[u8], flag: Value| {
        let upload = fixture.begin(bytes.len(), json!({})).await;
        let etag = upload.put(1, bytes, None).await;
        let store = json!({ "location": "s3", "base64decode": flag });
        let parts = json!([{ "part_number": 1, "etag": etag }]);
        let refused = upload.complete(json!({ "parts": parts, "store": store })).await;
        (refused, upload.complete(json!({ "parts": parts })).await)
    };
    for bytes in [b"not base64!".as_slice(), b"ZmlsZ", b"Zm=s"] {
        let ((status, refused), (later, reply)) = complete(bytes, json!(true)).await;
        let text = refused["error"].as_str().unwrap_or_default();
        assert!(status == 400 && text.starts_with("the content is not base64: "), "{status} {refused}");
        assert_eq!(later, 200, "{reply}");
        assert_eq!(content(&fixture, &reply).await, bytes, "as it was sent, when complete no longer asks for more");
    }
    let ((status, refused), _) = complete(b"Zmls", json!(1)).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid params: base64decode")));
    let left: Vec<_> = std::fs::read_dir(fixture.service.data_dir().join("temporary")).unwrap().collect();
    assert!(left.is_empty(), "what was refused leaves nothing behind");
}

#[tokio::test]
async fn shuffled_and_overlapping_chunks() {
    let fixture = start(Options::default());
    let bytes = noise(8 * MIB + 100_000, 2);
    let upload = fixture.begin(bytes.len(), json!({ "fii": true })).await;
    assert_eq!(upload.reply["upload_type"], "intelligent_ingestion");
    let (first, second) = bytes.split_at(8 * MIB);

    let stale = noise(MIB, 99);
    upload.put(1, &stale, Some(3 * MIB)).await;
    for (start, end) in
        [(6 * MIB, 8 * MIB), (0, 3 * MIB), (2 * MIB, 5 * MIB), (4 * MIB + 7, 6 * MIB + 9), (0, 32 * 1024)]
    {
        upload.put(1, &first[start..end], Some(start)).await;
    }
    for start in (0..second.len()).step_by(40_000).rev() {
        upload.put(2, &second[start..second.len().min(start + 40_000)], Some(start)).await;
    }
    assert_eq!(upload.complete(json!({ "fii": true })).await.0, 206);
    assert_eq!(upload.commit(1).await.0, 200);
    assert_eq!(upload.complete(json!({ "fii": true })).await.0, 206);
    assert_eq!(upload.commit(2).await.0, 200);
    assert_eq!(upload.commit(2).await.0, 200, "a repeated commit is not an error");
    let (status, reply) = upload.complete(json!({ "fii": true })).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(sha256(&content(&fixture, &reply).await), sha256(&bytes));
}

#[tokio::test]
async fn a_fallback_to_chunks_in_the_middle() {
    let fixture = start(Options::default());
    let bytes = noise(8 * MIB + 1000, 3);
    let upload = fixture.begin(bytes.len(), json!({ "fii": true })).await;
    let etag = upload.put(1, &bytes[..8 * MIB], None).await;
    upload.put(2, &bytes[8 * MIB..], Some(0)).await;
    assert_eq!(upload.commit(2).await.0, 200);
    let parts = json!([{ "part_number": 1, "etag": etag }]);
    let (status, reply) = upload.complete(json!({ "fii": true, "parts": parts })).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(sha256(&content(&fixture, &reply).await), sha256(&bytes));
}

#[tokio::test]
async fn gaps_and_wrong_sizes_are_found_at_commit() {
    let fixture = start(Options::default());
    let upload = fixture.begin(100, json!({ "fii": true })).await;
    assert_eq!(upload.commit(1).await, (400, refusal(&upload.commit(1).await.1, "invalid params: part")));
    upload.put(1, &[1; 40], Some(60)).await;
    assert_eq!(upload.commit(1).await.0, 400);
    upload.put(1, &[1; 60], Some(0)).await;
    let members = upload.members(json!({ "part": 1, "size": 60 }));
    let (status, reply) = fixture.call("/multipart/commit", &members).await;
    assert_eq!((status, reply["error"].as_str()), (400, Some("invalid params: size")));
    assert_eq!(upload.commit(1).await.0, 200);
    assert_eq!(upload.complete(json!({ "fii": true })).await.0, 200);
}

/// The envelope of the upload host around a text.
fn refusal(reply: &Value, text: &str) -> Value {
    assert!(reply["timestamp"].is_number(), "{reply}");
    json!({ "error": text, "timestamp": reply["timestamp"] })
}

#[tokio::test]
async fn intelligent_ingestion_can_be_off() {
    let fixture = start(Options { intelligent_ingestion: false, ..Options::default() });
    let upload = fixture.begin(10, json!({ "fii": true })).await;
    assert!(upload.reply.get("upload_type").is_none());
    let members = upload.members(json!({ "part": 1, "size": 10, "fii": true }));
    assert_eq!(fixture.call("/multipart/upload", &members).await.0, 400);
}

#[tokio::test]
async fn wrong_starts_are_refused() {
    let fixture = start(Options { api_keys: vec![KEY.to_owned()], ..Options::default() });
    let good = json!({ "apikey": KEY, "filename": "a", "mimetype": "b/c", "size": 1, "store": { "location": "s3" } });
    assert_eq!(fixture.call("/multipart/start", &good).await.0, 200);
    for (name, value, status, text) in [
        ("apikey", Value::Null, 400, "Parameters are invalid"),
        ("apikey", json!("AUnknownKey"), 404, "application not found"),
        ("size", json!(0), 400, "invalid params: size"),
        ("size", json!(-1), 400, "invalid params: size"),
        ("size", Value::Null, 400, "invalid params: size"),
        ("filename", json!(""), 400, "invalid params: filename"),
        ("mimetype", Value::Null, 400, "invalid params: mimetype"),
        ("store", Value::Null, 400, "invalid params: store"),
        ("store", json!({ "location": "floppy" }), 400, "invalid params: location"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let (got, reply) = fixture.call("/multipart/start", &body).await;
        assert_eq!((got, &reply), (status, &refusal(&reply, text)));
    }
    let huge = json!({ "apikey": KEY, "filename": "x".repeat(MIB) });
    assert_eq!(fixture.call("/multipart/start", &huge).await.0, 413);
    let request = fixture.client.post(fixture.url("/multipart/start")).body("{not json");
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn other_methods_are_refused_in_the_envelope_of_the_path() {
    let fixture = start(Options::default());
    let (status, reply) = fixture.ask("/multipart/start").await;
    assert_eq!((status, &reply["error"]), (405, &json!("method not allowed")));
    let reply = fixture.get("/api/store/S3").await;
    assert_eq!(reply.headers()["allow"], "POST");
    assert_eq!(read_text(reply).await, (405, "method not allowed".to_owned()));
}

#[tokio::test]
async fn calls_must_belong_to_their_upload() {
    let fixture = start(Options::default());
    let upload = fixture.begin(10, json!({})).await;
    for (name, value) in [
        ("upload_id", json!("nosuch")),
        ("uri", json!("/other")),
        ("region", json!("mars")),
        ("part", json!(0)),
        ("part", json!(10_001)),
        ("size", json!(11)),
        ("md5", json!("short")),
    ] {
        let mut members = upload.members(json!({ "part": 1, "size": 10 }));
        members[name] = value;
        let (status, reply) = fixture.call("/multipart/upload", &members).await;
        assert_eq!((status, &reply), (400, &refusal(&reply, &format!("invalid params: {name}"))));
    }
    let stranger = upload.members(json!({ "apikey": "AStrangersKey", "part": 1, "size": 10 }));
    assert_eq!(fixture.call("/multipart/upload", &stranger).await.0, 404);
}

#[tokio::test]
async fn storage_insists_on_what_was_signed() {
    let fixture = start(Options::default());
    let bytes = noise(1000, 4);
    let upload = fixture.begin(bytes.len(), json!({})).await;
    let ticket = upload.ticket(1, &bytes, None).await;
    let refused = |response: reqwest::Response, status: u16, code: &'static str| async move {
        assert_eq!(response.headers()["content-type"], "application/xml");
        let (got, text) = read_text(response).await;
        assert_eq!(got, status, "{text}");
        assert!(text.contains(&format!("<Code>{code}</Code>")), "{text}");
    };

    refused(fixture.client.get(ticket["url"].as_str().unwrap()).send().await.unwrap(), 405, "MethodNotAllowed").await;
    let mut wrong = bytes.clone();
    wrong[0] ^= 1;
    refused(upload.send(&ticket, &wrong).await.unwrap(), 400, "BadDigest").await;
    refused(upload.send(&ticket, &bytes[1..]).await.unwrap(), 400, "InvalidRequest").await;

    let mut extra = ticket.clone();
    extra["headers"]["Filestack-Source"] = json!("Test-1");
    refused(upload.send(&extra, &bytes).await.unwrap(), 400, "InvalidRequest").await;

    for name in ticket["headers"].as_object().unwrap().keys() {
        let mut missing = ticket.clone();
        missing["headers"].as_object_mut().unwrap().remove(name);
        assert_eq!(upload.send(&missing, &bytes).await.unwrap().status(), 403, "{name} missing");
    }
    let mut other_part = ticket.clone();
    other_part["url"] = json!(ticket["url"].as_str().unwrap().replace("partNumber=1", "partNumber=2"));
    refused(upload.send(&other_part, &bytes).await.unwrap(), 403, "SignatureDoesNotMatch").await;

    assert_eq!(upload.send(&ticket, &bytes).await.unwrap().status(), 200);
    let etag = format!("\"{}\"", hex(&<md5::Md5 as md5::Digest>::digest(&bytes)));
    let parts = json!([{ "part_number": 1, "etag": etag }]);
    assert_eq!(upload.complete(json!({ "parts": parts })).await.0, 200);
    refused(upload.send(&ticket, &bytes).await.unwrap(), 404, "NoSuchUpload").await;
}

#[tokio::test]
async fn complete_judges_the_parts() {
    let fixture = start(Options::default());
    let bytes = noise(PART + 10, 5);
    let upload = fixture.begin(bytes.len(), json!({})).await;
    let first = json!({ "part_number": 1, "etag": upload.put(1, &bytes[..PART], None).await });
    let second = json!({ "part_number": 2, "etag": upload.put(2, &bytes[PART..], None).await });
    for (parts, text) in [
        (json!([]), "invalid params: parts"),
        (json!([first, { "part_number": 2, "etag": "0" }]), "invalid params: parts"),
        (json!([first, { "part_number": 2 }]), "invalid params: parts"),
        (json!([first, { "part_number": 3, "etag": second["etag"] }]), "invalid params: parts"),
        (json!([second, first]), "invalid params: parts"),
        (json!([first]), "invalid params: size"),
    ] {
        let (status, reply) = upload.complete(json!({ "parts": parts })).await;
        assert_eq!((status, reply["error"].as_str()), (400, Some(text)), "{parts}");
    }
    let (status, _) = upload.complete(json!({ "parts": [first, second] })).await;
    assert_eq!(status, 200);

    let upload = fixture.begin(20, json!({})).await;
    let first = json!({ "part_number": 1, "etag": upload.put(1, &bytes[..10], None).await });
    let second = json!({ "part_number": 2, "etag": upload.put(2, &bytes[10..20], None).await });
    let (status, reply) = upload.complete(json!({ "parts": [first, second] })).await;
    assert_eq!(status, 400, "parts but the last need 5 MiB");
    assert!(reply["error"].as_str().unwrap().starts_with("invalid params: parts"));
}

#[tokio::test]
async fn a_part_that_is_sent_again_replaces_the_first() {
    let fixture = start(Options::default());
    let upload = fixture.begin(4, json!({})).await;
    let old = upload.put(1, b"old!", None).await;
    let new = upload.put(1, b"new!", None).await;
    assert_eq!(upload.complete(json!({ "parts": [{ "part_number": 1, "etag": old }] })).await.0, 400);
    let (_, reply) = upload.complete(json!({ "parts": [{ "part_number": 1, "etag": new }] })).await;
    assert_eq!(content(&fixture, &reply).await, b"new!");
}

#[tokio::test]
async fn complete_can_be_pending() {
    let fixture = start(Options { complete_pending: 2, ..Options::default() });
    let upload = fixture.begin(3, json!({})).await;
    let parts = json!({ "parts": [{ "part_number": 1, "etag": upload.put(1, b"abc", None).await }] });
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(upload.complete(parts.clone()).await.0);
    }
    assert_eq!(statuses, [202, 202, 200, 200]);
}

#[tokio::test]
async fn simultaneous_completes_make_one_file() {
    let fixture = start(Options::default());
    let upload = fixture.begin(3, json!({})).await;
    let parts = json!({ "parts": [{ "part_number": 1, "etag": upload.put(1, b"abc", None).await }] });
    let calls = (0..8).map(|_| upload.complete(parts.clone()));
    let replies = futures_util::future::join_all(calls).await;
    assert!(replies.iter().all(|reply| reply.0 == 200 && *reply == replies[0]), "{replies:?}");
}

#[tokio::test]
async fn a_metahash_binds_name_and_type() {
    let fixture = start(Options { metahash: true, ..Options::default() });
    let upload = fixture.begin(3, json!({ "filename": "dir/a.txt", "mimetype": "text/plain" })).await;
    let metahash = upload.reply["metahash"].as_str().unwrap();
    let other = fixture.begin(3, json!({})).await.reply["metahash"].clone();
    let parts = json!([{ "part_number": 1, "etag": upload.put(1, b"abc", None).await }]);
    for (name, value, status, text) in [
        ("metahash", Value::Null, 400, "invalid params: metahash"),
        ("metahash", json!(metahash.to_uppercase()), 400, "invalid params: metahash"),
        ("metahash", other, 400, "invalid params: metahash"),
        ("filename", json!("b.txt"), 400, "invalid params: filename"),
        ("mimetype", json!("text/html"), 400, "invalid params: mimetype"),
        ("metahash", json!(metahash), 200, ""),
    ] {
        let (got, reply) = upload.complete(json!({ "parts": parts, name: value })).await;
        assert_eq!((got, reply["error"].as_str().unwrap_or_default()), (status, text), "{name}");
    }
    let plain = start(Options::default());
    let upload = plain.begin(3, json!({})).await;
    assert!(upload.reply.get("metahash").is_none());
    let parts = json!([{ "part_number": 1, "etag": upload.put(1, b"abc", None).await }]);
    let renamed = json!({ "parts": parts, "metahash": "anything", "filename": "b.txt" });
    let (status, reply) = upload.complete(renamed).await;
    assert_eq!((status, reply["filename"].as_str()), (200, Some("b.txt")), "{reply}");
}

#[tokio::test]
async fn part_urls_expire_and_can_be_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        |part_url_lifetime| Options { data: Some(folder.path().to_owned()), part_url_lifetime, ..Options::default() };
    let hasty = start(options(0));
    let upload = hasty.begin(3, json!({})).await;
    let ticket = upload.ticket(1, b"abc", None).await;
    assert!(ticket["url"].as_str().unwrap().contains("X-Amz-Expires=0"), "{ticket}");
    let response = upload.send(&ticket, b"abc").await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (403, &"application/xml".parse().unwrap())
    );
    let text = response.text().await.unwrap();
    assert!(text.contains("<Code>RequestTimeTooSkewed</Code>"), "{text}");
    let (begun, reply) = (upload.start.clone(), upload.reply.clone());
    drop(hasty);

    let patient = start(options(60));
    let upload = Upload { fixture: &patient, start: begun, reply };
    let etag = upload.put(1, b"abc", None).await;
    let (status, reply) = upload.complete(json!({ "parts": [{ "part_number": 1, "etag": etag }] })).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(content(&patient, &reply).await, b"abc");
}

#[tokio::test]
async fn bodies_that_are_too_large_or_too_deep_are_refused() {
    let fixture = start(Options::default());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let large = "x".repeat(MIB);
    for path in [
        "/multipart/start",
        "/multipart/upload",
        "/multipart/commit",
        "/multipart/complete",
        "/process",
        "/prefetch",
        "/folder/list",
        "/metadata",
    ] {
        for (body, status, text) in [
            (format!("{{\"apikey\":\"{KEY}\",\"store\":{deep}}}"), 400, "Parameters are invalid"),
            (format!("{{\"apikey\":\"{KEY}\",\"filename\":\"{large}\"}}"), 413, "request entity too large"),
        ] {
            let request = fixture.client.post(fixture.url(path)).header("content-type", "application/json");
            let (got, reply) = read_json(request.body(body).send().await.unwrap()).await;
            assert_eq!((got, reply["error"].as_str()), (status, Some(text)), "{path}");
            assert!(reply["timestamp"].is_number() || reply["t"].is_number(), "{path}: {reply}");
        }
    }
}
