use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

const POLICY: &str = "eyJleHBpcnkiOiAxODkzNDU2MDAwfQ==";
const SIGNATURE: &str = "89f1325dca54cfce976163fb692bb266f28129525b8c6bb0eeadf4b7d450e2f0";

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[test]
fn secrets_of_urls_are_masked() {
    for (text, masked) in [
        (
            "https://cdn/resize=width:1/security=p:eyJh,s:0f0f/HANDLE failed",
            "https://cdn/resize=width:1/security=***/HANDLE failed",
        ),
        ("https://cdn/security=policy:eyJh,signature:0f/H", "https://cdn/security=***/H"),
        (
            "https://api/file/H?policy=eyJh%3D&signature=0f0f&dl=true",
            "https://api/file/H?policy=***&signature=***&dl=true",
        ),
        ("http://me:pass@proxy:3128/x@y", "http://***@proxy:3128/x@y"),
        ("see 'ftp://me:p@ss@host/' there", "see 'ftp://***@host/' there"),
        ("https://x/k?X-Amz-Signature=abc&partNumber=1", "https://x/k?X-Amz-Signature=***&partNumber=1"),
        ("'https://x/?password=p!SE'CRET' is old", "'https://x/?password=***' is old"),
        ("'https://x/a b?token=c d#access_token=e' is old", "'https://x/a b?token=***#access_token=***' is old"),
        ("(https://x/?sig=a%2Fb), too", "(https://x/?sig=***), too"),
        ("https://x.blob/y?sv=2024&se=2030&s%69g=abc%3D", "https://x.blob/y?sv=2024&se=2030&s%69g=***"),
        ("https://u:p/ss@host is wrong", "https://***@host is wrong"),
        ("0123456789abcdefghij?policy=eyJh&signature=0f", "0123456789abcdefghij?policy=***&signature=***"),
        (
            "https://cdn/watermark=file:https%3A%2F%2Fu%3Ap%40h%2F%3Fsig%3Dabc%26w%3D1/H",
            "https://cdn/watermark=file:https%3A%2F%2F***%40h%2F%3Fsig%3D***%26w%3D1/H",
        ),
    ] {
        assert_eq!(redact(text), masked);
        assert_eq!(redact(masked), masked, "masking twice changes nothing");
    }
}

#[test]
fn secret_members_and_refusals_are_masked() {
    for (text, masked) in [
        (
            "application 7 policy error: proper credentials were not provided: (signature: \"0f\"; policy \"eyJh\")",
            "application 7 policy error: proper credentials were not provided: (signature: \"***\"; policy \"***\")",
        ),
        (r#"{"policy":"eyJh","signature" : "0f", "a":"b"}"#, r#"{"policy":"***","signature" : "***", "a":"b"}"#),
        (r#"{\"policy\":\"eyJh\"}"#, r#"{\"policy\":\"***\"}"#),
        ("%7B%22policy%22%3A%22eyJh%22%7D", "%7B%22policy%22%3A%22***%22%7D"),
        (r#"{"token":"a\"b"}"#, r#"{"token":"***"}"#),
        (r#"{"token":"cut o"#, r#"{"token":"***"#),
    ] {
        assert_eq!(redact(text), masked);
    }
}

#[test]
fn known_secrets_are_masked_in_every_encoding() {
    let policy = Secret::new("eyJ0aGUgb25seSI6ICJvbmUifQ==");
    let odd = Secret::new("p%41\"ä\\ +&/ß?'");
    for secret in [&policy, &odd] {
        let plain = secret.expose();
        let json = serde_json::Value::from(plain).to_string();
        let debug = format!("{plain:?}");
        for text in [plain, &percent(plain), &percent(&percent(plain)), &json, &debug, &percent(&json)] {
            let masked = redact(&format!("the word {text} came back"));
            assert!(!masked.contains(text), "{masked}");
            assert!(masked.starts_with("the word ") && masked.ends_with(" came back"), "{masked}");
        }
    }
    let cut = redact(&format!("cut off: {}", &policy.expose()[..20]));
    assert_eq!(cut, "cut off: ***");
    let text = policy.expose().to_owned();
    drop((policy, odd));
    assert_eq!(redact(&text), text, "nobody uses it any more");
}

#[test]
fn clones_keep_a_secret_known() {
    let secret = Secret::new("correct horse battery");
    let clone = secret.clone();
    drop(secret);
    assert_eq!(redact("a correct horse battery staple"), "a *** staple");
    assert_eq!(format!("{clone:?}"), "***");
}

#[test]
fn other_texts_are_left_alone() {
    let _known = Secret::new(POLICY);
    for text in [
        "the policy's expiry must be an integer",
        "cannot read '/tmp/policy: final.pdf'",
        "cannot read 'authorization: x.pdf': no such file",
        "the signature does not match",
        "'/tmp/ü.png?' or 'a?b=c'",
        "secret=no.pdf, password: none, Signature: missing",
        "security=high.png",
        "'what?token=good.pdf'",
        "",
        "https://cdn/HANDLE?w=1",
        "write http:// or https://, as in 'https://example.com'",
        "100 % of C:\\new\\table",
        "{\"key\":\"folder/file.png\",\"design\":\"x\"}",
    ] {
        assert_eq!(redact(text), text);
    }
    assert_eq!(redact_line("two\r\nlines"), "two\\r\\nlines");
}

/// Names and messages of any characters, with pieces of what is looked for.
#[test]
fn arbitrary_texts_come_through() {
    let _known = [Secret::new(POLICY), Secret::new(SIGNATURE)];
    let pieces = [
        "policy",
        "signature: ",
        "authorization: ",
        "Bearer ",
        "secret",
        "token",
        "=",
        ":",
        "'",
        "\\",
        "%",
        "%2",
        "?",
        "&",
        "/",
        "security=",
        "password ",
        "sig=",
        "://",
        "ü",
        "文件",
        ".pdf",
        " ",
        "\"",
        "eyJ",
        "file",
        "{",
        "}",
        ",",
        "\u{7f}",
        "%C3",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..50_000 {
        let text: String = (0..random.usize(1..9)).map(|_| pieces[random.usize(..pieces.len())]).collect();
        let masked = redact(&text);
        // A URL, a member of JSON and the segment are what they look like, also in the name of a file.
        let is_field = ["://", "\"", "%22", "security="].iter().any(|field| text.contains(field));
        assert!(masked == text || is_field, "{text:?} became {masked:?}");
    }
    for _ in 0..20_000 {
        let length = random.usize(1..40);
        let text: String = (0..length).map(|_| random.char(..)).collect();
        assert_eq!(redact(&text), text);
    }
}

/// Whatever is decoded, nothing of a secret is left, and what stands around it stays.
#[test]
fn no_secret_survives_in_any_encoding() {
    let mut random = fastrand::Rng::with_seed(11);
    let alphabet: Vec<char> = "abcXYZ019+/=-_.~!$'()*,;:@%\"\\ üß&#?".chars().collect();
    for round in 0..3_000 {
        let value: String = (0..random.usize(8..40)).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
        let encoded = match round % 3 {
            0 => percent(&value),
            1 => percent(&percent(&value)),
            _ => percent(&URL_SAFE.encode(&value)),
        };
        let known = Secret::new(value.as_str());
        for text in [
            value.clone(),
            format!("{value:?}"),
            serde_json::json!({ "message": value }).to_string(),
            format!("https://x/{}", percent(&value)),
        ] {
            let masked = redact(&text);
            assert!(!masked.contains(&value) && masked.contains(MASK), "{value:?} in {text:?} became {masked:?}");
        }
        drop(known);
        for (text, left) in [
            (format!("'https://u:{encoded}@host/path' broke"), "'https://***@host/path' broke".to_owned()),
            (format!("'https://host/?sig={encoded}&w=1' broke"), "'https://host/?sig=***&w=1' broke".to_owned()),
            (format!("https://h/security=p:{encoded},s:{encoded}/H"), "https://h/security=***/H".to_owned()),
            (
                serde_json::json!({ "url": format!("https://h/?x-amz-signature={encoded}") }).to_string(),
                r#"{"url":"https://h/?x-amz-signature=***"}"#.to_owned(),
            ),
            (serde_json::json!({ "policy": value }).to_string(), r#"{"policy":"***"}"#.to_owned()),
        ] {
            assert_eq!(redact(&text), left, "{text}");
        }
    }
}
