//! What is masked, and what is not.

use axum::http::{HeaderMap, HeaderName};
use base64::engine::general_purpose::STANDARD;

use super::*;

/// Texts of this length that hold it are wrong.
const POLICY: &str = "eyJleHBpcnkiOjF9eyJleHBpcnkiOjF9";
const SIGNATURE: &str = "0f0f89f1325dca54";

fn shows_nothing(masked: &str) -> bool {
    let decoded = decode(masked);
    // Four letters are enough to know that something of it was left.
    let pieces =
        |secret: &str| (0..secret.len() - 3).map(|start| secret[start..start + 4].to_owned()).collect::<Vec<_>>();
    !pieces(POLICY).iter().chain(&pieces(SIGNATURE)).any(|piece| decoded.contains(piece.as_str()))
}

#[test]
fn targets_are_masked() {
    for (given, shown) in [
        ("/a/security=p:x,s:y/h?policy=p&dl=true&signature=s", "/a/security=***/h?policy=***&dl=true&signature=***"),
        ("/a/secur%69ty=p:x,s:y/h", "/a/secur%69ty=***/h"),
        ("/security=policy:a/b,signature:c/d/h", "/security=***/***/d/h"),
        ("/s3/k?X-Amz-Signature=abc&partNumber=1", "/s3/k?X-Amz-Signature=***&partNumber=1"),
        ("/h?polic%79=abc&Signature=abc", "/h?polic%79=***&Signature=***"),
        ("/resize=w:1/https://me:pass@x.io/a?b=c", "/resize=w:1/https://***@x.io/a?b=c"),
        ("/a/\"https://x.io/a?b=c\"/security=p:x,s:y/h", "/a/\"https://x.io/a?b=c\"/security=***/h"),
        ("/AKey/resize=width:10,fit:crop/HANDLE?dl=true", "/AKey/resize=width:10,fit:crop/HANDLE?dl=true"),
        ("/s3/k?X-Amz-Security-Token=t&uploadId=u", "/s3/k?X-Amz-Security-Token=***&uploadId=u"),
        ("/api/store/S3?key=AKey&filename=a%20b.txt", "/api/store/S3?key=AKey&filename=a%20b.txt"),
    ] {
        assert_eq!(target(given), shown);
        assert_eq!(target(shown), shown, "masking twice changes nothing");
    }
}

#[test]
fn encoded_sources_are_looked_into() {
    let inner = format!("https://cdn/security=p:{POLICY},s:{SIGNATURE}/H?policy={POLICY}");
    let mut outer = inner;
    for _ in 0..6 {
        outer = utf8_percent_encode(&outer, NON_ALPHANUMERIC).to_string();
        for whole in [format!("/resize=w:1/{outer}"), format!("/watermark=f:{outer}/h"), format!("/p?url={outer}")] {
            assert!(shows_nothing(&target(&whole)), "{}", target(&whole));
        }
    }
    assert_eq!(target("/f/https%3A%2F%2Fx.io%2Fa%3Fb"), "/f/https%3A%2F%2Fx.io%2Fa%3Fb");
    assert_eq!(target("/f/https%3A%2F%2Fx.io%2Fa%3Fpolicy%3Db"), "/f/https%3A%2F%2Fx.io%2Fa%3Fpolicy%3D***");
}

#[test]
fn base64_tasks_are_looked_into() {
    let tasks = format!(
        r#"[{{"Name":"resize","params":{{"width":1}}}},{{"Name":"security","params":{{"policy":"{POLICY}","signature":"{SIGNATURE}"}}}}]"#
    );
    for encoded in
        [URL_SAFE.encode(&tasks), STANDARD.encode(&tasks), URL_SAFE.encode(&tasks).trim_end_matches('=').to_owned()]
    {
        let masked = target(&format!("/AKey/b64/{encoded}/HANDLE"));
        let shown = masked.strip_prefix("/AKey/b64/").and_then(|rest| rest.strip_suffix("/HANDLE")).unwrap();
        let shown = String::from_utf8(grammar::decode_base64(shown).unwrap()).unwrap();
        assert_eq!(shown, tasks.replace(POLICY, "***").replace(SIGNATURE, "***"));
    }
    let short = URL_SAFE.encode(format!(r#"[{{"params":{{"s":"{SIGNATURE}","p":"{POLICY}"}},"name":"security"}}]"#));
    let masked = target(&format!("/b64/{short}/h"));
    let shown = masked.split('/').nth(2).unwrap();
    assert!(shows_nothing(&String::from_utf8(URL_SAFE.decode(shown).unwrap()).unwrap()));
    let harmless = format!("/b64/{}/h", URL_SAFE.encode(r#"[{"name":"flip"}]"#));
    assert_eq!(target(&harmless), harmless);
    assert_eq!(target("/b64/no!base64/rest/h"), "/b64/***/***/***");
    let source = format!("/resize=w:1/b64://{}", URL_SAFE.encode(format!("https://x.io/a?signature={SIGNATURE}")));
    let masked = target(&source);
    let shown = URL_SAFE.decode(masked.strip_prefix("/resize=w:1/b64://").unwrap()).unwrap();
    assert_eq!(String::from_utf8(shown).unwrap(), "https://x.io/a?signature=***");
}

#[test]
fn headers_are_masked() {
    for (name, value, shown) in [
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=a, Signature=abc",
            "AWS4-HMAC-SHA256 Credential=a, Signature=***",
        ),
        ("authorization", "Basic YXBwOnNlY3JldA==", "Basic ***"),
        ("authorization", "abc", "***"),
        ("proxy-authorization", "Bearer abc", "Bearer ***"),
        ("cookie", "a=b", "***"),
        ("fs-signature", "abc", "***"),
        ("x-amz-security-token", "abc", "***"),
        ("referer", "http://x/security=p:a,s:b/h?signature=c", "http://x/security=***/h?signature=***"),
        ("content-type", "multipart/form-data; boundary=abc", "multipart/form-data; boundary=abc"),
        ("user-agent", "filestack/1.0 (linux; x)", "filestack/1.0 (linux; x)"),
        ("x-amz-date", "20130524T000000Z", "20130524T000000Z"),
    ] {
        let mut map = HeaderMap::new();
        map.insert(HeaderName::from_static(name), value.parse().unwrap());
        assert_eq!(headers(&map), [(name.to_owned(), shown.to_owned())]);
    }
}

#[test]
fn json_keeps_its_form() {
    let json = |text: &str| body("application/json; charset=utf-8", text.as_bytes()).unwrap();
    for (given, shown) in [
        (
            r#"{ "apikey": "K", "policy" : "a","signature":"b", "size": 3 }"#,
            r#"{ "apikey": "K", "policy" : "***","signature":"***", "size": 3 }"#,
        ),
        (r#"{"polic\u0079":"a","x":[1,"é"]}"#, r#"{"polic\u0079":"***","x":[1,"é"]}"#),
        (r#"{"policy":{"a":["}",1]},"b":1}"#, r#"{"policy":"***","b":1}"#),
        (r#"{"secret":12,"b":null}"#, r#"{"secret":"***","b":null}"#),
        (r#"{"sources":["https://c/security=p:a,s:b/H"]}"#, r#"{"sources":["https://c/security=***/H"]}"#),
        (
            r#"{"source":"u","headers":{"Authorization":"Basic abc","X":"y"}}"#,
            r#"{"source":"u","headers":{"Authorization":"***","X":"y"}}"#,
        ),
        (r#"{"text":"{\"signature\":\"abc\"}"}"#, r#"{"text":"{\"signature\":\"***\"}"}"#),
        (r#"{"s":3,"p":"x"}"#, r#"{"s":3,"p":"***"}"#),
        ("policy=abc", "policy=***"),
        ("[]", "[]"),
    ] {
        assert_eq!(json(given), shown);
    }
}

#[test]
fn forms_are_masked() {
    let form =
        body("application/x-www-form-urlencoded", b"apikey=K&policy=a%2Bb(c&signature=x&url=https%3A%2F%2Fx").unwrap();
    assert_eq!(form, "apikey=K&policy=***&signature=***&url=https%3A%2F%2Fx");
    let parts = "--B\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\nabc\r\n--B\r\n\
                 Content-Disposition: form-data; name=signature\r\n\r\nabc\r\n--B\r\n\
                 Content-Disposition: form-data; name=\"filename\"\r\n\r\n17\r\n--B\r\n\
                 Content-Disposition: form-data; name=\"fileUpload\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nabc\r\n--B--\r\n";
    let masked = body("multipart/form-data; boundary=B", parts.as_bytes()).unwrap();
    assert!(!masked.contains("abc") && masked.contains("\r\n\r\n17\r\n") && masked.contains("(a file)"), "{masked}");
    assert_eq!(masked.matches("***").count(), 2);
    assert_eq!(body("multipart/form-data", b"abc").unwrap(), "***");
}

#[test]
fn free_text_is_masked_after_its_labels() {
    let plain = |text: &str| body("text/plain", text.as_bytes()).unwrap();
    for (given, shown) in [
        ("(signature: \"0f\")", "(signature: \"***\")"),
        ("Authorization: Basic abc def\nnext", "Authorization: *** *** ***\nnext"),
        ("see https://c/H?policy=a&signature=b now", "see https://c/H?policy=***&signature=*** now"),
        ("the signature does not match", "the signature does not match"),
        ("<a href=\"https://c/security=p:a,s:b/H\">x</a>", "<a href=\"https://c/security=***/H\">x</a>"),
        ("password = hunter2 x", "password = *** x"),
    ] {
        assert_eq!(plain(given), shown);
    }
    assert_eq!(body("", b"{\"policy\":\"a\"}").as_deref(), Some("{\"policy\":\"***\"}"));
    assert_eq!(body("", b"\x00\x01"), None);
    assert_eq!(body("image/png", b"policy=a"), None);
}

/// Wherever a body is cut, nothing of a secret is left in what is shown.
#[test]
fn no_cut_shows_a_secret() {
    let tasks = format!(r#"[{{"name":"security","params":{{"p":"{POLICY}","s":"{SIGNATURE}"}}}}]"#);
    let inner =
        format!("https://cdn/b64/{}/security=p:{POLICY},s:{SIGNATURE}/H?policy={POLICY}", URL_SAFE.encode(&tasks));
    let url = utf8_percent_encode(&inner, NON_ALPHANUMERIC).to_string();
    for (kind, whole) in [
        (
            "application/json",
            format!(r#"{{"policy": "{POLICY}","signature":"{SIGNATURE}","url":"{inner}","tasks":{tasks}}}"#),
        ),
        ("application/x-www-form-urlencoded", format!("policy={POLICY}&signature={SIGNATURE}&url={url}")),
        ("text/plain", format!("see {inner} with signature: '{SIGNATURE}' and policy={POLICY}")),
        (
            "multipart/form-data; boundary=BOUNDARY",
            format!(
                "--BOUNDARY\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\n{POLICY}\r\n--BOUNDARY\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\n{inner}\r\n--BOUNDARY--\r\n"
            ),
        ),
        ("", inner.clone()),
    ] {
        for end in 0..=whole.len() {
            let Some(masked) = body(kind, &whole.as_bytes()[..end]) else { continue };
            assert!(shows_nothing(&masked), "{kind}, {end} bytes: {masked}");
            // What is in base64 in it must not be readable either.
            for word in masked.split(['/', '"', '%']).filter(|word| word.len() > 20) {
                let decoded = grammar::decode_base64(word).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                assert!(decoded.is_ok_and(|decoded| shows_nothing(&decoded)) || !word.starts_with("W3"), "{masked}");
            }
        }
    }
}
