//! Faults on purpose: which requests get one, and which one.

pub(crate) mod injection;
mod notation;

use std::sync::{Mutex, PoisonError};

pub use notation::RuleError;

/// What a request meets instead of, or on top of, its ordinary reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Answer with this status without carrying the request out.
    Status {
        /// The HTTP status.
        code: u16,
        /// The body; by default an error in the envelope of the endpoint.
        body: Option<String>,
        /// Headers beside those that come with the body; one of the same name takes the place of the usual one.
        headers: Vec<(String, String)>,
        /// Seconds for a `Retry-After` header.
        retry_after: Option<u32>,
    },
    /// TCP reset before the request's body is read.
    Reset,
    /// TCP reset when so many bytes of the request's body have come, or all of a shorter one. Nothing is carried out.
    ResetBody(u64),
    /// Carry the request out, then TCP reset instead of a reply.
    ResetAfter,
    /// TCP reset in the middle of the reply's body.
    ResetMid,
    /// Announce the whole reply and close the connection after so many bytes of its body.
    Truncate(u64),
    /// Wait so many milliseconds, then carry the request out.
    Delay(u64),
    /// Carry the request out, but send the reply's body in pieces.
    Drip {
        /// Bytes of a piece, at least 1.
        bytes: u64,
        /// Milliseconds before every piece.
        millis: u64,
    },
    /// 200 with malformed JSON.
    Garbage,
    /// 200 with plain text.
    NotJson,
    /// 200 with a body that never ends.
    Endless,
    /// Answer with this status of a failure before any of the request's body is read, and close the connection.
    Early(u16),
    /// No answer at all.
    Hang,
    /// Storage's 403 for a signature that is too old.
    Skew,
    /// Storage's 400 for a body that does not match its MD5.
    BadDigest,
    /// Carry the request out, but leave the `ETag` header away.
    NoEtag,
    /// Carry the request out, but answer with another `ETag`.
    WrongEtag,
}

/// A fault and the requests that meet it: `METHOD PATHGLOB NTH ACTION`.
///
/// The glob is matched against the whole raw path with its query, and `*` stands for any text, slashes too.
/// NTH counts the requests that match method and glob, from 1: `1`, `2-3`, `1-` or `*`.
///
/// ```
/// let rule: filestack_local::Rule = "PUT /s3/* 2 status:503 retry-after=1".parse().unwrap();
/// assert_eq!(rule.to_string(), "PUT /s3/* 2 status:503 retry-after=1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `None` is any method.
    method: Option<String>,
    glob: String,
    first: u64,
    /// `None` is without end.
    last: Option<u64>,
    action: Action,
}

impl Rule {
    /// A rule for requests of `method` (`*` for all) whose path and query match `glob`, from the `first` to the
    /// `last` (`None`: without end), counted from 1.
    pub fn new(method: &str, glob: &str, first: u64, last: Option<u64>, action: Action) -> Self {
        let method = (method != "*").then(|| method.to_ascii_uppercase());
        Self { method, glob: glob.to_owned(), first, last, action }
    }

    fn matches(&self, method: &str, target: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method) && glob_matches(&self.glob, target)
    }

    fn is_due(&self, count: u64) -> bool {
        count >= self.first && self.last.is_none_or(|last| count <= last)
    }
}

/// Whether `glob` describes all of `text`.
fn glob_matches(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|start| text.strip_prefix(start)) else { return false };
    let Some(end) = pieces.next_back() else { return rest.is_empty() };
    // The leftmost place for every piece leaves the most for those that follow.
    for piece in pieces {
        let Some(position) = rest.find(piece) else { return false };
        rest = &rest[position + piece.len()..];
    }
    rest.ends_with(end)
}

/// The rules of a service and how often each has matched.
#[derive(Debug)]
pub(crate) struct Faults(Mutex<Vec<Counted>>);

#[derive(Debug)]
struct Counted {
    rule: Rule,
    count: u64,
}

impl Faults {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let faults = Self(Mutex::default());
        faults.add(rules);
        faults
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds rules after those that are there.
    pub(crate) fn add(&self, rules: Vec<Rule>) {
        self.rules().extend(rules.into_iter().map(|rule| Counted { rule, count: 0 }));
    }

    /// Removes all rules.
    pub(crate) fn clear(&self) {
        self.rules().clear();
    }

    /// The rules, each with the number of requests that matched its method and glob so far.
    pub(crate) fn list(&self) -> Vec<(Rule, u64)> {
        self.rules().iter().map(|counted| (counted.rule.clone(), counted.count)).collect()
    }

    /// Counts a request for every rule that it matches; the first of them that is due decides.
    pub(crate) fn next(&self, method: &str, target: &str) -> Option<Action> {
        let mut action = None;
        for counted in self.rules().iter_mut().filter(|counted| counted.rule.matches(method, target)) {
            counted.count += 1;
            if action.is_none() && counted.rule.is_due(counted.count) {
                action = Some(counted.rule.action.clone());
            }
        }
        action
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, text, matches) in [
            ("/a", "/a", true),
            ("/a", "/a?x", false),
            ("/a*", "/a?x=1", true),
            ("*", "/", true),
            ("/s3/*partNumber=2*", "/s3/x/y?partNumber=2&u=1", true),
            ("/s3/*partNumber=2*", "/s3/x/y?partNumber=3&u=1", false),
            ("/a*a", "/a", false),
            ("/*ab*ab", "/xab", false),
            ("/*ab*ab", "/abab", true),
        ] {
            assert_eq!(glob_matches(glob, text), matches, "{glob} {text}");
        }
    }

    #[test]
    fn every_matching_rule_counts_and_the_first_due_acts() {
        let faults = Faults::new(vec!["* /a 2 reset".parse().unwrap(), "PUT /* 1-2 hang".parse().unwrap()]);
        assert_eq!(faults.next("PUT", "/a"), Some(Action::Hang));
        assert_eq!(faults.next("PUT", "/a"), Some(Action::Reset));
        assert_eq!(faults.next("PUT", "/b"), None);
        assert_eq!(faults.next("GET", "/b"), None);
        assert_eq!(faults.list().iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 3]);
        faults.clear();
        assert_eq!(faults.next("PUT", "/a"), None);
    }
}
