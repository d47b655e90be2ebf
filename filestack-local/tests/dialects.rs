//! Upload calls as forms, as older SDKs send them.

mod common;

use common::*;
use filestack_local::Options;
use serde_json::Value;

/// How a form is written.
#[derive(Debug, Clone, Copy)]
enum Form {
    Multipart,
    Urlencoded,
}

impl Form {
    fn write(self, fields: &[(&str, &str)]) -> (&'static str, String) {
        match self {
            Self::Multipart => {
                let disposition = |name: &str| match name {
                    "files" => "form-data; name=\"files\"; filename=\"a.bin\"".to_owned(),
                    other => format!("form-data; name=\"{other}\""),
                };
                let part = |(name, value): &(&str, &str)| {
                    format!("--XX\r\nContent-Disposition: {}\r\n\r\n{value}\r\n", disposition(name))
                };
                let parts: String = fields.iter().map(part).collect();
                ("multipart/form-data; boundary=XX", format!("{parts}--XX--\r\n"))
            }
            Self::Urlencoded => {
                let escape = |value: &str| value.replace('%', "%25").replace('&', "%26").replace('+', "%2B");
                let items = fields.iter().map(|(name, value)| format!("{name}={}", escape(value).replace(' ', "+")));
                ("application/x-www-form-urlencoded", items.collect::<Vec<_>>().join("&"))
            }
        }
    }

    async fn send(self, fixture: &Fixture, call: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let (content_type, body) = self.write(fields);
        let request = fixture.client.post(fixture.url(&format!("/multipart/{call}")));
        read_json(request.header("content-type", content_type).body(body).send().await.unwrap()).await
    }
}

/// Begins an upload, and returns the fields that the other calls repeat.
async fn begin<'a>(
    fixture: &Fixture,
    form: Form,
    reply: &'a mut Value,
    more: &[(&str, &str)],
) -> Vec<(&'a str, &'a str)> {
    let fields =
        [&[("apikey", KEY), ("filename", "my file.bin"), ("mimetype", "application/x-noise"), ("files", "")], more];
    let (status, started) = form.send(fixture, "start", &fields.concat()).await;
    assert_eq!(status, 200, "{form:?}: {started}");
    *reply = started;
    let echoed = |name: &'static str| (name, reply[name].as_str().unwrap());
    vec![("apikey", KEY), echoed("uri"), echoed("region"), echoed("upload_id"), ("files", "")]
}

/// Asks for a signed URL, sends the bytes there and returns the etag.
async fn put(fixture: &Fixture, form: Form, fields: &[(&str, &str)], bytes: &[u8]) -> String {
    let (size, md5) = (bytes.len().to_string(), md5_base64(bytes));
    let fields = [fields, &[("size", size.as_str()), ("md5", md5.as_str())]].concat();
    let (status, ticket) = form.send(fixture, "upload", &fields).await;
    assert_eq!(status, 200, "{form:?}: {ticket}");
    let mut request = fixture.client.put(ticket["url"].as_str().unwrap()).body(bytes.to_vec());
    for (name, value) in ticket["headers"].as_object().unwrap() {
        request = request.header(name, value.as_str().unwrap());
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.headers()["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn regular_uploads_by_forms() {
    let fixture = start(Options::default());
    for form in [Form::Multipart, Form::Urlencoded] {
        let bytes = noise(PART + 5000, 1);
        let size = bytes.len().to_string();
        let store = [("store_location", "gcs"), ("store_container", "bucket"), ("store_path", "in/")];
        let mut reply = Value::Null;
        let echoed = begin(&fixture, form, &mut reply, &[&[("size", size.as_str())], &store[..]].concat()).await;
        let first = put(&fixture, form, &[&echoed[..], &[("part", "1")]].concat(), &bytes[..PART]).await;
        let second = put(&fixture, form, &[&echoed[..], &[("part", "2")]].concat(), &bytes[PART..]).await;
        let parts = format!("1:{first};2:{second}");
        let rest =
            [("size", size.as_str()), ("parts", parts.as_str()), ("upload_tags", "{\"a\":\"b\"}"), ("workflows", "w1")];
        let fields = [&echoed[..], &store[..], &rest[..]].concat();
        let wrong = parts.replace(";2:", ";3:");
        let mistaken: Vec<_> =
            fields.iter().map(|field| if field.0 == "parts" { ("parts", wrong.as_str()) } else { *field }).collect();
        let (status, refused) = form.send(&fixture, "complete", &mistaken).await;
        assert_eq!((status, refused["error"].as_str()), (400, Some("invalid params: parts")), "{form:?}");
        let (status, file) = form.send(&fixture, "complete", &fields).await;
        assert_eq!(status, 200, "{form:?}: {file}");
        assert_eq!((file["filename"].as_str(), file["container"].as_str()), (Some("my file.bin"), Some("bucket")));
        assert!(file["key"].as_str().unwrap().starts_with("in/"), "{file}");
        assert_eq!((&file["mimetype"], &file["upload_tags"]["a"]), (&"application/x-noise".into(), &"b".into()));
        assert!(file["workflows"]["w1"]["jobid"].is_string(), "{file}");
        let handle = file["handle"].as_str().unwrap();
        assert_eq!(sha256(&fixture.bytes(&format!("/{handle}")).await), sha256(&bytes), "{form:?}");
    }
}

#[tokio::test]
async fn base64_is_decoded_when_a_form_says_so() {
    let fixture = start(Options::default());
    for form in [Form::Multipart, Form::Urlencoded] {
        for (flag, expected) in [("true", "filestack"), ("false", "ZmlsZXN0YWNr"), ("", "ZmlsZXN0YWNr")] {
            let asked = [("size", "12"), ("store_location", "s3"), ("store_base64decode", flag)];
            let mut reply = Value::Null;
            let echoed = begin(&fixture, form, &mut reply, &asked).await;
            let etag = put(&fixture, form, &[&echoed[..], &[("part", "1")]].concat(), b"ZmlsZXN0YWNr").await;
            let parts = format!("1:{etag}");
            let fields = [&echoed[..], &asked, &[("parts", parts.as_str())]].concat();
            let (status, file) = form.send(&fixture, "complete", &fields).await;
            assert_eq!((status, &file["size"]), (200, &expected.len().into()), "{form:?} {flag}: {file}");
            let handle = file["handle"].as_str().unwrap();
            assert_eq!(fixture.bytes(&format!("/{handle}")).await, expected.as_bytes(), "{form:?} {flag}");
        }
    }
}

#[tokio::test]
async fn intelligent_ingestion_by_forms() {
    let fixture = start(Options::default());
    // Java says the size of the file to commit, PHP that of the part, and true as 1.
    for (form, asks, is_php) in [(Form::Multipart, "1", true), (Form::Urlencoded, "true", false)] {
        let bytes = noise(8 * MIB + 3 * MIB, 2);
        let size = bytes.len().to_string();
        let asked = [("size", size.as_str()), ("multipart", asks), ("store_location", "s3")];
        let mut reply = Value::Null;
        let echoed = begin(&fixture, form, &mut reply, &asked).await;
        for (number, part) in ["1", "2"].into_iter().zip(bytes.chunks(8 * MIB)) {
            for (index, chunk) in part.chunks(2 * MIB).enumerate() {
                let offset = (index * 2 * MIB).to_string();
                let fields = [("part", number), ("multipart", asks), ("offset", offset.as_str())];
                put(&fixture, form, &[&echoed[..], &fields].concat(), chunk).await;
            }
            let wrong = [&echoed[..], &[("part", number), ("size", "77")]].concat();
            assert_eq!(form.send(&fixture, "commit", &wrong).await.0, 400);
            let said = if is_php { part.len().to_string() } else { size.clone() };
            let fields = [&echoed[..], &[("part", number), ("size", said.as_str())]].concat();
            let (status, text) = form.send(&fixture, "commit", &fields).await;
            assert_eq!(status, 200, "{form:?}: {text}");
        }
        let (status, file) = form.send(&fixture, "complete", &[&echoed[..], &asked].concat()).await;
        assert_eq!(status, 200, "{form:?}: {file}");
        let handle = file["handle"].as_str().unwrap();
        assert_eq!(sha256(&fixture.bytes(&format!("/{handle}")).await), sha256(&bytes), "{form:?}");
    }
}

#[tokio::test]
async fn forms_have_the_limits_and_refusals_of_json() {
    let fixture = start(Options { api_keys: vec![KEY.to_owned()], ..Options::default() });
    let huge = "x".repeat(MIB);
    for form in [Form::Multipart, Form::Urlencoded] {
        let good = [("apikey", KEY), ("filename", "a"), ("mimetype", "b/c"), ("size", "3"), ("store_location", "s3")];
        assert_eq!(form.send(&fixture, "start", &good).await.0, 200);
        for (name, value, status, text) in [
            ("apikey", "", 400, "Parameters are invalid"),
            ("apikey", "other", 404, "application not found"),
            ("filename", "", 400, "invalid params: filename"),
            ("filename", huge.as_str(), 413, "request entity too large"),
            ("size", "0", 400, "invalid params: size"),
            ("size", "many", 400, "invalid params: size"),
            ("store_location", "", 400, "invalid params: store"),
            ("store_location", "floppy", 400, "invalid params: location"),
        ] {
            let fields: Vec<_> =
                good.iter().map(|field| if field.0 == name { (name, value) } else { *field }).collect();
            let (got, reply) = form.send(&fixture, "start", &fields).await;
            assert_eq!((got, reply["error"].as_str()), (status, Some(text)), "{form:?} {name}");
            assert!(reply["timestamp"].is_number(), "{reply}");
        }
    }
    let request = fixture.client.post(fixture.url("/multipart/start")).header("content-type", "multipart/form-data");
    let (status, reply) = read_json(request.body("no form").send().await.unwrap()).await;
    assert_eq!((status, reply["error"].as_str()), (400, Some("Parameters are invalid")));
}
