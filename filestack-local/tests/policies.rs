//! Every call that a policy can allow, on every surface where it is made.

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use common::*;
use filestack_local::Options;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "TOP-SECRET";
const CALLS: [&str; 10] =
    ["pick", "read", "stat", "write", "writeUrl", "store", "convert", "remove", "exif", "runWorkflow"];
/// What a call without credentials gets to hear.
const NOTHING: &str =
    "application 1 policy error: proper credentials were not provided: (signature: \"\"; policy \"\")";

/// A policy and its signature.
type Given = (String, String);

/// Where a call is made, and which calls the policy must allow: one of each list.
struct Surface {
    name: &'static str,
    needs: &'static [&'static [&'static str]],
}

const fn surface(name: &'static str, needs: &'static [&'static [&'static str]]) -> Surface {
    Surface { name, needs }
}

const SURFACES: [Surface; 26] = [
    surface("upload", &[&["pick", "store"]]),
    surface("upload by form", &[&["pick", "store"]]),
    surface("rest store", &[&["pick", "store"]]),
    surface("rest store by url", &[&["pick", "store"]]),
    surface("rest store again", &[&["pick", "store"]]),
    surface("process url", &[&["pick", "store"]]),
    surface("process handle", &[&["convert"], &["store"]]),
    surface("store task", &[&["convert"], &["store"]]),
    surface("convert", &[&["convert"]]),
    surface("convert by query", &[&["convert"]]),
    surface("video", &[&["convert"]]),
    surface("tags", &[&["convert"]]),
    surface("sentiment", &[&["convert"]]),
    surface("download", &[&["read"]]),
    surface("download by query", &[&["read"]]),
    surface("api download", &[&["read"]]),
    surface("metadata", &[&["stat"]]),
    surface("cdn metadata", &[&["stat"]]),
    surface("file metadata", &[&["stat"]]),
    surface("metadata task", &[&["stat"]]),
    surface("exif", &[&["stat"], &["exif"]]),
    surface("overwrite", &[&["write"]]),
    surface("overwrite by url", &[&["writeUrl"]]),
    surface("delete", &[&["remove"]]),
    surface("remove", &[&["remove"]]),
    surface("workflow", &[&["runWorkflow"]]),
];

/// Surfaces that speak the upload host's envelope.
fn is_json(surface: &str) -> bool {
    surface.starts_with("upload") || surface.starts_with("process")
}

fn secured(options: Options) -> Fixture {
    start(Options { secret: Some(SECRET.to_owned()), ..options })
}

fn allowing(calls: &[&str]) -> Given {
    sign(SECRET, &json!({ "expiry": FUTURE, "call": calls }))
}

async fn stored(fixture: &Fixture) -> String {
    let (policy, signature) = allowing(&["store"]);
    let path = format!("/api/store/S3?key={KEY}&filename=a.txt&policy={policy}&signature={signature}");
    let (status, reply) = read_json(fixture.client.post(fixture.url(&path)).body("abc").send().await.unwrap()).await;
    assert_eq!(status, 200, "{reply}");
    reply["handle"].as_str().unwrap().to_owned()
}

/// Makes a call: status, and the text of a refusal without its envelope.
async fn call(fixture: &Fixture, surface: &str, handle: &str, given: Option<&Given>) -> (u16, String) {
    let query = given.map(|(policy, signature)| format!("policy={policy}&signature={signature}")).unwrap_or_default();
    let task = given.map(|(policy, signature)| format!("security=p:{policy},s:{signature}/")).unwrap_or_default();
    // A source that the service serves itself, so that no policy but the one given is asked for.
    let source = fixture.url(&format!("/{}{handle}", sign_task(SECRET, &json!({ "expiry": FUTURE })) + "/"));
    let encoded = source.replace(':', "%3A").replace('/', "%2F").replace('=', "%3D");
    let mut tasks = vec![json!({ "name": "store" })];
    let mut upload = json!({
        "apikey": KEY, "filename": "a", "mimetype": "b/c", "size": 3,
        "store": { "location": "s3", "path": "/in/", "container": "box" },
    });
    if let Some((policy, signature)) = given {
        tasks.push(json!({ "name": "security", "params": { "policy": policy, "signature": signature } }));
        upload["policy"] = json!(policy);
        upload["signature"] = json!(signature);
    }
    let form = "application/x-www-form-urlencoded";
    let text = "text/plain";
    let json_type = "application/json";
    let process = |source: &str| json!({ "apikey": KEY, "sources": [source], "tasks": tasks }).to_string();
    let (method, path, content_type, body) = match surface {
        "upload" => (Method::POST, "/multipart/start".to_owned(), json_type, upload.to_string()),
        "upload by form" => {
            let fields = format!(
                "apikey={KEY}&filename=a&mimetype=b/c&size=3&store_location=s3&store_path=/in/&store_container=box&{query}"
            );
            (Method::POST, "/multipart/start".to_owned(), form, fields)
        }
        "rest store" => {
            (Method::POST, format!("/api/store/S3?key={KEY}&path=/in/&container=box&{query}"), text, "abc".to_owned())
        }
        "rest store by url" => (
            Method::POST,
            format!("/api/store/S3?key={KEY}&path=/in/&container=box&{query}"),
            form,
            format!("url={encoded}"),
        ),
        "rest store again" => (
            Method::POST,
            format!("/api/store/S3/{handle}?key={KEY}&path=/in/&container=box&{query}"),
            text,
            String::new(),
        ),
        "process url" => (Method::POST, "/process".to_owned(), json_type, process(&source)),
        "process handle" => (Method::POST, "/process".to_owned(), json_type, process(handle)),
        "store task" => {
            (Method::POST, format!("/store=path:%22/in/%22,container:box/{task}{handle}"), text, String::new())
        }
        "convert" => (Method::GET, format!("/zip/{task}{handle}"), text, String::new()),
        "convert by query" => (Method::GET, format!("/zip/{handle}?{query}"), text, String::new()),
        "video" => (Method::GET, format!("/video_convert=preset:h264/{task}{handle}"), text, String::new()),
        "tags" => (Method::GET, format!("/tags/{task}{handle}"), text, String::new()),
        "sentiment" => (Method::GET, format!("/{task}text_sentiment=text:%22good%22/"), text, String::new()),
        "download" => (Method::GET, format!("/{task}{handle}"), text, String::new()),
        "download by query" => (Method::GET, format!("/{handle}?{query}"), text, String::new()),
        "api download" => (Method::GET, format!("/api/file/{handle}?{query}"), text, String::new()),
        "metadata" => (Method::GET, format!("/api/file/{handle}/metadata?{query}"), text, String::new()),
        "cdn metadata" => (Method::GET, format!("/{handle}/metadata?size=true&{query}"), text, String::new()),
        "file metadata" => (Method::GET, format!("/file/{handle}/metadata?{query}"), text, String::new()),
        "metadata task" => (Method::GET, format!("/{KEY}/{task}metadata/{handle}"), text, String::new()),
        "exif" => (Method::GET, format!("/api/file/{handle}/metadata?exif=true&{query}"), text, String::new()),
        "overwrite" => (Method::POST, format!("/api/file/{handle}?{query}"), text, "abc".to_owned()),
        "overwrite by url" => (Method::POST, format!("/api/file/{handle}?{query}"), form, format!("url={encoded}")),
        "delete" => (Method::DELETE, format!("/api/file/{handle}?key={KEY}&{query}"), text, String::new()),
        "remove" => (Method::POST, format!("/api/file/{handle}/remove?key={KEY}&{query}"), text, String::new()),
        "workflow" => (Method::GET, format!("/{task}run_workflow=id:w1/{handle}"), text, String::new()),
        other => panic!("there is no {other}"),
    };
    let request = fixture.client.request(method, fixture.url(&path)).header("content-type", content_type);
    let response = request.body(body).send().await.unwrap();
    if !is_json(surface) {
        let (status, bytes) = (response.status().as_u16(), response.bytes().await.unwrap());
        return (status, String::from_utf8_lossy(&bytes).into_owned());
    }
    let (status, reply) = read_json(response).await;
    assert!(status == 200 || reply["timestamp"].is_number(), "{surface}: {reply}");
    (status, reply["error"].as_str().unwrap_or_default().to_owned())
}

fn is_allowed(surface: &Surface, calls: &[&str]) -> bool {
    surface.needs.iter().all(|choice| choice.iter().any(|call| calls.contains(call)))
}

#[tokio::test]
async fn every_surface_wants_its_calls() {
    let fixture = secured(Options::default());
    for surface in &SURFACES {
        let needed: Vec<&str> = surface.needs.iter().map(|choice| choice[0]).collect();
        let mut policies: Vec<Vec<&str>> = CALLS.iter().map(|call| vec![*call]).collect();
        policies.push(needed.clone());
        // All calls but those of one list.
        for choice in surface.needs {
            policies.push(CALLS.into_iter().filter(|call| !choice.contains(call)).collect());
        }
        for calls in policies {
            let handle = stored(&fixture).await;
            let (status, text) = call(&fixture, surface.name, &handle, Some(&allowing(&calls))).await;
            if is_allowed(surface, &calls) {
                assert_eq!(status, 200, "{} with {calls:?}: {text}", surface.name);
            } else {
                assert_eq!(status, 403, "{} with {calls:?}: {text}", surface.name);
                let expected = "application 1 policy error: the policy does not allow the call ";
                assert!(text.starts_with(expected), "{} with {calls:?}: {text}", surface.name);
            }
        }
        let everything = sign(SECRET, &json!({ "expiry": FUTURE }));
        let (status, text) = call(&fixture, surface.name, &stored(&fixture).await, Some(&everything)).await;
        let expected = if surface.name == "exif" { 403 } else { 200 };
        assert_eq!(status, expected, "{}: {text}", surface.name);
    }
    let retired = allowing(&["revoke"]);
    assert_eq!(call(&fixture, "delete", &stored(&fixture).await, Some(&retired)).await.0, 200);
}

#[tokio::test]
async fn every_surface_judges_the_policy_itself() {
    let fixture = secured(Options::default());
    let whole = |extra: Value| {
        let mut policy = json!({ "expiry": FUTURE, "call": CALLS });
        for (name, value) in extra.as_object().unwrap() {
            policy[name] = value.clone();
        }
        sign(SECRET, &policy)
    };
    let mut padded = (1..4).map(|length| whole(json!({ "more": "a".repeat(length) })));
    let mut cut = padded.find(|(policy, _)| policy.ends_with('=')).unwrap();
    cut.0 = cut.0.trim_end_matches('=').to_owned();
    cut.1 = signature(&cut.0);
    let unsigned = (whole(json!({})).0, String::new());
    for surface in &SURFACES {
        let handle = stored(&fixture).await;
        let (status, text) = call(&fixture, surface.name, &handle, None).await;
        assert_eq!((status, text.as_str()), (403, NOTHING), "{}", surface.name);
        for (given, reason) in [
            (sign("wrong", &json!({ "expiry": FUTURE, "call": CALLS })), "proper credentials were not provided"),
            (unsigned.clone(), "proper credentials were not provided"),
            (whole(json!({ "expiry": 1 })), "the policy has expired"),
            (whole(json!({ "expiry": null })), "the policy has no expiry"),
            (cut.clone(), "the policy was not properly url-safe base64 encoded"),
        ] {
            let (status, text) = call(&fixture, surface.name, &handle, Some(&given)).await;
            let (policy, signature) = &given;
            let expected =
                format!("application 1 policy error: {reason}: (signature: \"{signature}\"; policy \"{policy}\")");
            assert_eq!((status, text), (403, expected), "{}", surface.name);
        }
    }
}

fn signature(policy: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(policy.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[tokio::test]
async fn every_surface_keeps_to_the_subject() {
    let fixture = secured(Options::default());
    const HANDLE: [&str; 18] = [
        "rest store again",
        "process handle",
        "store task",
        "convert",
        "convert by query",
        "video",
        "tags",
        "download",
        "download by query",
        "api download",
        "metadata",
        "cdn metadata",
        "file metadata",
        "metadata task",
        "exif",
        "overwrite",
        "delete",
        "workflow",
    ];
    const URL: [&str; 3] = ["rest store by url", "process url", "overwrite by url"];
    const SIZE: [&str; 10] = [
        "upload",
        "upload by form",
        "rest store",
        "rest store by url",
        "rest store again",
        "process url",
        "process handle",
        "store task",
        "overwrite",
        "overwrite by url",
    ];
    const PLACE: [&str; 6] =
        ["upload", "upload by form", "rest store", "rest store by url", "rest store again", "store task"];
    for (surfaces, bad, good, reason) in [
        (
            &HANDLE[..],
            json!({ "handle": "another" }),
            json!({ "handle": "HANDLE" }),
            "the policy is for another handle",
        ),
        (&URL[..], json!({ "url": "^https://" }), json!({ "url": "^http://" }), "invalid security policy url"),
        (&SIZE[..], json!({ "maxSize": 2 }), json!({ "maxSize": 3 }), "the file is larger than the policy's maxSize"),
        (&SIZE[..], json!({ "minSize": 4 }), json!({ "minSize": 3 }), "the file is smaller than the policy's minSize"),
        (&PLACE[..], json!({ "path": "^/out/" }), json!({ "path": "^/in/" }), "invalid security policy path"),
        (
            &PLACE[..],
            json!({ "container": "^bag$" }),
            json!({ "container": "^box$" }),
            "invalid security policy container",
        ),
    ] {
        for name in surfaces {
            for (limit, is_good) in [(&bad, false), (&good, true)] {
                let handle = stored(&fixture).await;
                let mut policy = json!({ "expiry": FUTURE, "call": CALLS });
                for (member, value) in limit.as_object().unwrap() {
                    policy[member] = if value == "HANDLE" { json!(handle) } else { value.clone() };
                }
                let (status, text) = call(&fixture, name, &handle, Some(&sign(SECRET, &policy))).await;
                match is_good {
                    true => assert_eq!(status, 200, "{name} {limit}: {text}"),
                    false => {
                        assert_eq!(status, 403, "{name} {limit}: {text}");
                        assert!(
                            text.starts_with(&format!("application 1 policy error: {reason}: (")),
                            "{name}: {text}"
                        );
                    }
                }
            }
        }
    }
}

/// What the real service wants credentials for even where security is off.
const GUARDED: [&str; 8] =
    ["tags", "sentiment", "exif", "overwrite", "overwrite by url", "delete", "remove", "workflow"];

#[tokio::test]
async fn open_applications_serve_strangers_but_not_everything() {
    let fixture = secured(Options { open: true, ..Options::default() });
    for surface in &SURFACES {
        let handle = stored(&fixture).await;
        let is_guarded = GUARDED.contains(&surface.name);
        let (status, text) = call(&fixture, surface.name, &handle, None).await;
        assert_eq!(status, if is_guarded { 403 } else { 200 }, "{}: {text}", surface.name);
        let wrong = sign("wrong", &json!({ "expiry": FUTURE, "call": CALLS }));
        let (status, _) = call(&fixture, surface.name, &handle, Some(&wrong)).await;
        assert_eq!(status, 403, "{}: what is given is checked", surface.name);
        let only_signature = (String::new(), "ab".to_owned());
        let (status, _) = call(&fixture, surface.name, &stored(&fixture).await, Some(&only_signature)).await;
        assert_eq!(status, 403, "{}: half of it as well", surface.name);
        let (status, text) = call(&fixture, surface.name, &stored(&fixture).await, Some(&allowing(&CALLS))).await;
        assert_eq!(status, 200, "{}: {text}", surface.name);
    }
}

#[tokio::test]
async fn policies_are_read_in_either_alphabet_unless_strictly_in_one() {
    // Both alphabets differ in this one, and the standard one has a slash.
    let policy = json!({ "expiry": FUTURE, "call": CALLS, "more": "???>>>~~~" }).to_string();
    let signed = |policy: String| {
        let signature = signature(&policy);
        (policy, signature)
    };
    let standard = signed(STANDARD.encode(&policy));
    assert!(standard.0.contains('/') && standard.0.contains('+'), "{}", standard.0);
    let (lenient, strict) =
        (secured(Options::default()), secured(Options { strict_base64: true, ..Options::default() }));
    for surface in &SURFACES {
        // In urlencoded forms a plus is a blank, whatever it was meant to be.
        let mut given = standard.clone();
        if surface.name == "upload by form" {
            given.0 = given.0.replace('+', "%2B");
        }
        let (status, text) = call(&lenient, surface.name, &stored(&lenient).await, Some(&given)).await;
        assert_eq!(status, 200, "{}: {text}", surface.name);
        let (status, text) = call(&strict, surface.name, &stored(&strict).await, Some(&given)).await;
        let expected = "application 1 policy error: the policy was not properly url-safe base64 encoded: (";
        assert!(status == 403 && text.starts_with(expected), "{}: {text}", surface.name);
        let url_safe = signed(URL_SAFE.encode(&policy));
        let (status, text) = call(&strict, surface.name, &stored(&strict).await, Some(&url_safe)).await;
        assert_eq!(status, 200, "{}: {text}", surface.name);
    }
    let handle = stored(&strict).await;
    let unpadded = signed(URL_SAFE_NO_PAD.encode(json!({ "expiry": FUTURE, "more": "a" }).to_string()));
    assert_ne!(unpadded.0.len() % 4, 0);
    assert_eq!(call(&strict, "download", &handle, Some(&unpadded)).await.0, 403);
    // JavaScript writes long names, Ruby the signature first.
    let (policy, signature) = &standard;
    for task in [
        format!("security=policy:{policy},signature:{signature}"),
        format!("security=signature:{signature},policy:{policy}"),
        format!("{KEY}/security=policy:%22{policy}%22,signature:{signature}"),
    ] {
        assert_eq!(lenient.bytes(&format!("/{task}/{}", stored(&lenient).await)).await, b"abc", "{task}");
    }
    let log: String = lenient.service.requests().iter().map(|request| request.path.clone()).collect();
    assert!(!log.contains(signature), "the log masks it wherever it stands");
}

#[tokio::test]
async fn the_api_takes_http_basic_instead() {
    let fixture = secured(Options::default());
    for (user, password, is_right) in [
        ("app", SECRET, true),
        ("app", "wrong", false),
        ("app", "", false),
        ("App", SECRET, false),
        (KEY, SECRET, false),
    ] {
        let handle = stored(&fixture).await;
        let url = fixture.url(&format!("/{}{handle}", sign_task(SECRET, &json!({ "expiry": FUTURE })) + "/"));
        for (method, path, content_type, body) in [
            (Method::GET, format!("/api/file/{handle}"), "text/plain", ""),
            (Method::GET, format!("/api/file/{handle}/metadata?exif=true"), "text/plain", ""),
            (Method::POST, format!("/api/file/{handle}"), "text/plain", "new"),
            (Method::POST, format!("/api/file/{handle}"), "application/x-www-form-urlencoded", &format!("url={url}")),
            (Method::POST, format!("/api/store/S3?key={KEY}"), "text/plain", "new"),
            (Method::POST, format!("/api/store/S3?key={KEY}"), "application/json", &json!({ "url": url }).to_string()),
            (Method::POST, format!("/api/store/S3/{handle}?key={KEY}"), "text/plain", ""),
            (Method::DELETE, format!("/api/file/{handle}?key={KEY}"), "text/plain", ""),
        ] {
            let request = fixture.client.request(method.clone(), fixture.url(&path)).basic_auth(user, Some(password));
            let request = request.header("content-type", content_type).body(body.to_owned());
            let (status, text) = read_text(request.send().await.unwrap()).await;
            assert_eq!(status, if is_right { 200 } else { 403 }, "{user}:{password} {method} {path}: {text}");
            assert!(is_right || text == NOTHING, "{text}");
        }
    }
    let handle = stored(&fixture).await;
    let request = fixture.client.get(fixture.url(&format!("/{handle}"))).basic_auth("app", Some(SECRET));
    assert_eq!(request.send().await.unwrap().status(), 403, "the CDN knows nothing of it");
    let log: String = fixture.service.requests().iter().map(|request| request.to_json().to_string()).collect();
    assert!(!log.contains(&STANDARD.encode(format!("app:{SECRET}"))));
}
