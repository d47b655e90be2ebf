//! Security policies: decoding, signature, expiry and what they allow.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::clock;
use crate::errors::{Result, ServiceError};
use crate::options::Options;
use crate::security::credentials::Credentials;

/// Something that a policy may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Upload through the dialog or the upload host.
    Pick,
    /// Download.
    Read,
    /// Metadata.
    Stat,
    /// Upload or store.
    Store,
    /// Overwrite with bytes.
    Write,
    /// Overwrite from a URL.
    WriteUrl,
    /// Transformations.
    Convert,
    /// Delete.
    Remove,
    /// Workflows.
    RunWorkflow,
    /// EXIF data in metadata; the one call that a policy without a `call` member does not allow.
    Exif,
}

impl Call {
    fn name(self) -> &'static str {
        match self {
            Self::Pick => "pick",
            Self::Read => "read",
            Self::Stat => "stat",
            Self::Store => "store",
            Self::Write => "write",
            Self::WriteUrl => "writeUrl",
            Self::Convert => "convert",
            Self::Remove => "remove",
            Self::RunWorkflow => "runWorkflow",
            Self::Exif => "exif",
        }
    }

    /// Whether a policy means this call by `name`; `revoke` is what `remove` was once called.
    fn is_called(self, name: &str) -> bool {
        name == self.name() || (self == Self::Remove && name == "revoke")
    }
}

/// What a call is about; a policy may limit each of these.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Subject<'a> {
    /// The file's handle.
    pub(crate) handle: Option<&'a str>,
    /// The URL of a file elsewhere.
    pub(crate) url: Option<&'a str>,
    /// Size of the file that is being stored.
    pub(crate) size: Option<u64>,
    /// Path under which the file is being stored.
    pub(crate) path: Option<&'a str>,
    /// Container in which the file is being stored.
    pub(crate) container: Option<&'a str>,
}

/// Judges credentials against the application's secret.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    /// `None` is an application with security switched off: everything is allowed.
    secret: Option<Vec<u8>>,
    /// Calls without credentials are allowed where the real service does not always want some.
    is_open: bool,
    /// Only the URL-safe alphabet is read.
    is_strict: bool,
}

impl Guard {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            secret: options.secret.as_ref().map(|secret| secret.as_bytes().to_vec()),
            is_open: options.open,
            is_strict: options.strict_base64,
        }
    }

    /// Refuses the call unless the credentials allow one of `calls` on `subject`.
    pub(crate) fn check(&self, credentials: Option<&Credentials>, calls: &[Call], subject: Subject<'_>) -> Result<()> {
        // What a camera has written is not told to strangers, however open the application is.
        let is_public = self.is_open && !calls.contains(&Call::Exif);
        match &self.secret {
            None => Ok(()),
            Some(_) if is_public && credentials.is_none() => Ok(()),
            Some(secret) => self.verify(secret, credentials, calls, subject),
        }
    }

    /// Credentials for a policy; `None` where security is off.
    pub(crate) fn sign(&self, policy: &Value) -> Option<Credentials> {
        let secret = self.secret.as_deref()?;
        let policy = URL_SAFE.encode(policy.to_string());
        let signature = signature_of(secret, &policy);
        Credentials::new(Some(policy), Some(signature))
    }

    /// As [`check`](Self::check), for calls that need credentials even where security is off. There is no secret to
    /// judge them by then: any policy that can be read will do, with any signature.
    pub(crate) fn demand(&self, credentials: Option<&Credentials>, calls: &[Call], subject: Subject<'_>) -> Result<()> {
        if let Some(secret) = &self.secret {
            return self.verify(secret, credentials, calls, subject);
        }
        let nothing = Credentials::default();
        let credentials = credentials.unwrap_or(&nothing);
        let verdict = match &credentials.basic {
            Some(basic) if !credentials.has_policy() => {
                let is_app = basic.strip_prefix(BASIC_USER).is_some_and(|password| !password.is_empty());
                if is_app { Ok(()) } else { Err(NOT_PROVIDED.to_owned()) }
            }
            _ => self.check_alphabet(credentials).and_then(|()| read(credentials)).map(|_| ()),
        };
        verdict.map_err(|reason| refusal(&reason, credentials))
    }

    fn verify(
        &self,
        secret: &[u8],
        credentials: Option<&Credentials>,
        calls: &[Call],
        subject: Subject<'_>,
    ) -> Result<()> {
        let nothing = Credentials::default();
        let credentials = credentials.unwrap_or(&nothing);
        let verdict = self.check_alphabet(credentials);
        let verdict = verdict.and_then(|()| judge(secret, credentials, calls, subject, clock::now_seconds()));
        verdict.map_err(|reason| refusal(&reason, credentials))
    }

    fn check_alphabet(&self, credentials: &Credentials) -> std::result::Result<(), String> {
        match self.is_strict && URL_SAFE.decode(&credentials.policy).is_err() {
            true => Err(MALFORMED.to_owned()),
            false => Ok(()),
        }
    }
}

fn refusal(reason: &str, credentials: &Credentials) -> ServiceError {
    let text = format!(
        "application 1 policy error: {reason}: (signature: \"{}\"; policy \"{}\")",
        credentials.signature, credentials.policy
    );
    ServiceError::text(StatusCode::FORBIDDEN, text)
}

const NOT_PROVIDED: &str = "proper credentials were not provided";
const MALFORMED: &str = "the policy was not properly url-safe base64 encoded";
/// The user of HTTP Basic, with the colon before the password.
const BASIC_USER: &str = "app:";

/// The signature that belongs to an encoded policy.
fn signature_of(secret: &[u8], policy: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(policy.as_bytes());
    crate::hex::hex(&mac.finalize().into_bytes())
}

fn judge(
    secret: &[u8],
    credentials: &Credentials,
    calls: &[Call],
    subject: Subject<'_>,
    now: i64,
) -> std::result::Result<(), String> {
    if let Some(basic) = credentials.basic.as_ref().filter(|_| !credentials.has_policy()) {
        let expected = [BASIC_USER.as_bytes(), secret].concat();
        return if bool::from(expected.ct_eq(basic.as_bytes())) { Ok(()) } else { Err(NOT_PROVIDED.to_owned()) };
    }
    // Decoding comes first so that a policy with its padding cut off is told from one with a wrong signature.
    let policy = read(credentials)?;
    let expected = signature_of(secret, &credentials.policy);
    if !bool::from(expected.as_bytes().ct_eq(credentials.signature.as_bytes())) {
        return Err(NOT_PROVIDED.to_owned());
    }
    match policy.get("expiry").and_then(integer) {
        None => return Err("the policy has no expiry".to_owned()),
        Some(expiry) if expiry <= now => return Err("the policy has expired".to_owned()),
        Some(_) => {}
    }
    if !calls.iter().any(|call| allows(&policy, *call)) {
        let wanted = calls.iter().map(|call| call.name()).collect::<Vec<_>>().join(" or ");
        return Err(format!("the policy does not allow the call {wanted}"));
    }
    check_subject(&policy, subject)
}

/// The policy of credentials that are there and can be read.
fn read(credentials: &Credentials) -> std::result::Result<Value, String> {
    if credentials.policy.is_empty() || credentials.signature.is_empty() {
        return Err(NOT_PROVIDED.to_owned());
    }
    decode(&credentials.policy)
}

fn check_subject(policy: &Value, subject: Subject<'_>) -> std::result::Result<(), String> {
    if let (Some(wanted), Some(handle)) = (policy.get("handle").and_then(Value::as_str), subject.handle)
        && wanted != handle
    {
        return Err("the policy is for another handle".to_owned());
    }
    if let Some(size) = subject.size {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        if policy.get("maxSize").and_then(integer).is_some_and(|largest| size > largest) {
            return Err("the file is larger than the policy's maxSize".to_owned());
        }
        if policy.get("minSize").and_then(integer).is_some_and(|smallest| size < smallest) {
            return Err("the file is smaller than the policy's minSize".to_owned());
        }
    }
    for (member, value) in [("url", subject.url), ("path", subject.path), ("container", subject.container)] {
        if let (Some(pattern), Some(value)) = (policy.get(member).and_then(Value::as_str), value) {
            let matches = regex_lite::Regex::new(pattern).is_ok_and(|regex| regex.is_match(value));
            if !matches {
                return Err(format!("invalid security policy {member}"));
            }
        }
    }
    Ok(())
}

fn decode(text: &str) -> std::result::Result<Value, String> {
    let bytes = URL_SAFE.decode(text).or_else(|_| STANDARD.decode(text)).map_err(|_| MALFORMED.to_owned())?;
    let policy: Value = serde_json::from_slice(&bytes).map_err(|_| "the policy is not JSON".to_owned())?;
    if policy.is_object() { Ok(policy) } else { Err("the policy is not a JSON object".to_owned()) }
}

/// Whole numbers, also when they were written as `1e3` or `5.0`.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|number| number.is_finite()).map(|number| number as i64))
}

fn allows(policy: &Value, call: Call) -> bool {
    match policy.get("call") {
        None | Some(Value::Null) => call != Call::Exif,
        Some(Value::String(only)) => call.is_called(only),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(|name| call.is_called(name)),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderMap, header};

    /// Rows of the golden vectors: secret, encoded policy, signature.
    const VECTORS: &[(&str, &str, &str)] = &[
        (
            "SECURITY-SECRET",
            "eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxNTYyNzYzMTQ2fQ==",
            "89f1325dca54cfce976163fb692bb266f28129525b8c6bb0eeadf4b7d450e2f0",
        ),
        (
            "SECURITY-SECRET",
            "eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAyNTMzODE5NjQ0MTV9",
            "f61fa1effb0638ab5b6e208d5d2fd9343f8557d8a0bf529c6d8542935f77bb3c",
        ),
        (
            "secret",
            "eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==",
            "8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a",
        ),
        (
            "another-secret",
            "eyJjYWxsIjogWyJ3cml0ZSJdLCAiZXhwaXJ5IjogMTY1NTk5MjQzMn0=",
            "625cc5b9beab3e939fb53935f7795919c9f57f628d43adfc14566d2ad9a4ad47",
        ),
        (
            "MBVEKA6ARFGNDDTVY7IQDZ4HYU",
            "eyJleHBpcnkiOjE2MTcyMjgwMDB9",
            "8ff61ba46198ad2778933e578e62fdf37ca4e28193655e8cd04f775598165f90",
        ),
        (
            "RDOQO4WFRBFPRCFZOZFHJGZHW4",
            "eyJleHBpcnkiOjQ2NTM2NTE2MDB9",
            "ab1bea1b6ce36f77ff2a0a4da25651e64dfd9daeb0b2eacfe3836a13c96c022c",
        ),
        (
            "SECURITY-SECRET",
            "eyJjYWxsIjogWyJyZWFkIiwgImNvbnZlcnQiXSwgImV4cGlyeSI6IDE4OTM0NTYwMDAsICJ1cmwiOiAiPz8_In0=",
            "5a8e9b871c1280dd63bc526f746d09a15e224f3f479e1c2fc9698119cde47d1c",
        ),
    ];

    const SECRET: &[u8] = b"SECURITY-SECRET";
    const NOW: i64 = 1_700_000_000;

    fn sign(policy: &str) -> Credentials {
        let policy = URL_SAFE.encode(policy);
        let signature = signature_of(SECRET, &policy);
        Credentials { policy, signature, basic: None }
    }

    fn verdict(policy: &str, calls: &[Call], subject: Subject<'_>) -> std::result::Result<(), String> {
        judge(SECRET, &sign(policy), calls, subject, NOW)
    }

    #[test]
    fn golden_signatures() {
        for (secret, policy, signature) in VECTORS {
            assert_eq!(signature_of(secret.as_bytes(), policy), *signature);
            decode(policy).expect("golden policies decode");
        }
    }

    #[test]
    fn a_golden_policy_allows_what_it_names_until_it_expires() {
        let (_, policy, signature) = VECTORS[1];
        let credentials = Credentials { policy: policy.into(), signature: signature.into(), basic: None };
        assert_eq!(judge(SECRET, &credentials, &[Call::Read], Subject::default(), NOW), Ok(()));
        let refused = judge(SECRET, &credentials, &[Call::Stat], Subject::default(), NOW).unwrap_err();
        assert_eq!(refused, "the policy does not allow the call stat");
        let late = judge(SECRET, &credentials, &[Call::Read], Subject::default(), 253_381_964_415).unwrap_err();
        assert_eq!(late, "the policy has expired");
    }

    #[test]
    fn what_is_signed_here_is_accepted_here() {
        let policy = serde_json::json!({ "expiry": 4_000_000_000_u64, "call": ["read"], "handle": "H" });
        let guard = Guard::new(&Options { secret: Some("SECRET".to_owned()), ..Options::default() });
        let credentials = guard.sign(&policy);
        let subject = |handle| Subject { handle: Some(handle), ..Subject::default() };
        assert!(guard.check(credentials.as_ref(), &[Call::Read], subject("H")).is_ok());
        assert!(guard.check(credentials.as_ref(), &[Call::Read], subject("I")).is_err());
        assert_eq!(Guard::new(&Options::default()).sign(&policy), None);
    }

    #[test]
    fn wrong_signatures_and_secrets_are_refused() {
        let mut credentials = sign(r#"{"expiry":2000000000}"#);
        assert!(judge(SECRET, &credentials, &[Call::Read], Subject::default(), NOW).is_ok());
        assert_eq!(judge(b"other", &credentials, &[Call::Read], Subject::default(), NOW).unwrap_err(), NOT_PROVIDED);
        credentials.signature.replace_range(0..1, if credentials.signature.starts_with('0') { "1" } else { "0" });
        assert_eq!(judge(SECRET, &credentials, &[Call::Read], Subject::default(), NOW).unwrap_err(), NOT_PROVIDED);
        let empty = Credentials::default();
        assert_eq!(judge(SECRET, &empty, &[Call::Read], Subject::default(), NOW).unwrap_err(), NOT_PROVIDED);
    }

    #[test]
    fn cut_padding_has_its_own_text() {
        let mut credentials = sign(r#"{"expiry":20000000000}"#);
        assert!(credentials.policy.ends_with('='));
        credentials.policy = credentials.policy.trim_end_matches('=').to_owned();
        credentials.signature = signature_of(SECRET, &credentials.policy);
        let refused = judge(SECRET, &credentials, &[Call::Read], Subject::default(), NOW).unwrap_err();
        assert_eq!(refused, "the policy was not properly url-safe base64 encoded");
    }

    #[test]
    fn both_alphabets_are_read() {
        assert_eq!(decode("eyJ1cmwiOiI_Pz8-In0=").unwrap(), decode("eyJ1cmwiOiI/Pz8+In0=").unwrap());
    }

    #[test]
    fn absent_call_allows_all_but_exif() {
        let policy = r#"{"expiry":2000000000}"#;
        for call in [Call::Pick, Call::Read, Call::Stat, Call::Store, Call::Convert, Call::Remove, Call::RunWorkflow] {
            assert_eq!(verdict(policy, &[call], Subject::default()), Ok(()));
        }
        assert!(verdict(policy, &[Call::Exif], Subject::default()).is_err());
        assert_eq!(verdict(r#"{"expiry":2000000000,"call":"exif"}"#, &[Call::Exif], Subject::default()), Ok(()));
    }

    #[test]
    fn subjects_are_limited() {
        let policy = r#"{"expiry":2000000000,"handle":"H","maxSize":10,"minSize":5,"path":"^/a/","container":"^c$","url":"^https://x\\.io/"}"#;
        let good = Subject {
            handle: Some("H"),
            url: Some("https://x.io/a"),
            size: Some(7),
            path: Some("/a/b"),
            container: Some("c"),
        };
        assert_eq!(verdict(policy, &[Call::Store], good), Ok(()));
        for bad in [
            Subject { handle: Some("I"), ..good },
            Subject { url: Some("https://x-io/a"), ..good },
            Subject { size: Some(11), ..good },
            Subject { size: Some(4), ..good },
            Subject { path: Some("/b/a/"), ..good },
            Subject { container: Some("cc"), ..good },
        ] {
            assert!(verdict(policy, &[Call::Store], bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn remove_has_an_older_name() {
        let policy = r#"{"expiry":2000000000,"call":["revoke"]}"#;
        assert_eq!(verdict(policy, &[Call::Remove], Subject::default()), Ok(()));
        assert!(verdict(policy, &[Call::Write], Subject::default()).is_err());
    }

    #[test]
    fn some_calls_demand_credentials_without_a_secret() {
        let open = Guard::new(&Options::default());
        let demand = |policy: &str, signature: &str| {
            let given = Credentials { policy: policy.to_owned(), signature: signature.to_owned(), basic: None };
            open.demand(Some(&given), &[Call::Remove], Subject::default())
        };
        let policy = URL_SAFE.encode(r#"{"expiry":1,"call":["read"]}"#);
        assert!(demand(&policy, "ab").is_ok());
        for (policy, signature) in [("", "ab"), (policy.as_str(), ""), ("cA==", "ab"), ("!", "ab")] {
            assert!(demand(policy, signature).is_err(), "{policy} {signature}");
        }
        assert!(open.demand(None, &[Call::Convert], Subject::default()).is_err());
    }

    #[test]
    fn a_policy_without_expiry_is_refused() {
        assert_eq!(
            verdict(r#"{"expires":2000000000}"#, &[Call::Read], Subject::default()).unwrap_err(),
            "the policy has no expiry"
        );
    }

    #[test]
    fn basic_is_read_from_its_header_and_stands_for_every_policy() {
        let given = |text: &str| {
            let value = format!("bAsIc {}", STANDARD.encode(text));
            Credentials::from_basic(&HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]))
        };
        let secured = Guard::new(&Options { secret: Some("S:1".to_owned()), ..Options::default() });
        let open = Guard::new(&Options { secret: Some("S:1".to_owned()), open: true, ..Options::default() });
        let none = Guard::new(&Options::default());
        for (text, is_right, is_any) in [
            ("app:S:1", true, true),
            ("app:S:2", false, true),
            ("app:", false, false),
            ("App:S:1", false, false),
            ("S:1", false, false),
        ] {
            for guard in [&secured, &open] {
                let verdict = guard.check(given(text).as_ref(), &[Call::Exif], Subject::default());
                assert_eq!(verdict.is_ok(), is_right, "{text}");
            }
            let verdict = none.demand(given(text).as_ref(), &[Call::Remove], Subject::default());
            assert_eq!(verdict.is_ok(), is_any, "{text}");
        }
        let broken = HeaderMap::from_iter([(header::AUTHORIZATION, "Basic !".parse().unwrap())]);
        assert!(open.check(Credentials::from_basic(&broken).as_ref(), &[Call::Read], Subject::default()).is_err());
        let other = HeaderMap::from_iter([(header::AUTHORIZATION, "Bearer a".parse().unwrap())]);
        assert!(Credentials::from_basic(&other).is_none());
    }
}
