//! Faults on purpose: which requests meet one, and which.

pub(crate) mod injection;

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// What a request meets instead of, or on top of, its ordinary reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Answer with this status without carrying the request out.
    Status {
        /// The HTTP status.
        code: u16,
        /// The body; by default an error in the envelope of the endpoint.
        body: Option<String>,
        /// Seconds for a `Retry-After` header.
        retry_after: Option<u32>,
    },
    /// TCP reset before the body is read.
    Reset,
    /// TCP reset in the middle of the reply's body.
    ResetMid,
    /// Announce the whole reply and close the connection after so many bytes of its body.
    Truncate(u64),
    /// 200 with malformed JSON.
    Garbage,
    /// 200 with plain text.
    NotJson,
    /// 200 with a body that never ends.
    Endless,
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

/// Why a fault rule was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError(String);

impl fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for RuleError {}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let mut rest = text.trim();
        let mut word = |what: &str| {
            let (word, after) = rest
                .split_once(char::is_whitespace)
                .ok_or_else(|| RuleError(format!("{what} is missing; a rule is 'METHOD PATHGLOB NTH ACTION'")))?;
            rest = after.trim_start();
            Ok::<_, RuleError>(word)
        };
        let method = word("PATHGLOB")?;
        let glob = word("NTH")?;
        let (first, last) = parse_range(word("ACTION")?)?;
        let is_method = method == "*" || method.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_method {
            return Err(RuleError(format!("'{method}' is not an HTTP method or *")));
        }
        if !glob.starts_with(['/', '*']) {
            return Err(RuleError(format!("the glob '{glob}' can match nothing: paths begin with /")));
        }
        Ok(Self::new(method, glob, first, last, rest.parse()?))
    }
}

fn parse_range(text: &str) -> Result<(u64, Option<u64>), RuleError> {
    let number = |digits: &str| digits.parse::<u64>().ok().filter(|number| *number > 0);
    let range = match text.split_once('-') {
        _ if text == "*" => Some((1, None)),
        None => number(text).map(|only| (only, Some(only))),
        Some((first, "")) => number(first).map(|first| (first, None)),
        Some((first, last)) => number(first)
            .zip(number(last))
            .filter(|(first, last)| first <= last)
            .map(|(first, last)| (first, Some(last))),
    };
    range.ok_or_else(|| RuleError(format!("'{text}' is not 1, 2-3, 1- or *")))
}

impl FromStr for Action {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (name, value) = text.split_once(':').map_or((text, None), |(name, value)| (name, Some(value)));
        match (name, value) {
            ("status", Some(value)) => parse_status(value),
            ("truncate", Some(value)) => {
                value.parse().map(Self::Truncate).map_err(|_| RuleError(format!("'{value}' is not a number of bytes")))
            }
            ("reset", None) => Ok(Self::Reset),
            ("reset-mid", None) => Ok(Self::ResetMid),
            ("garbage", None) => Ok(Self::Garbage),
            ("notjson", None) => Ok(Self::NotJson),
            ("endless", None) => Ok(Self::Endless),
            ("hang", None) => Ok(Self::Hang),
            ("skew", None) => Ok(Self::Skew),
            ("bad-digest", None) => Ok(Self::BadDigest),
            ("no-etag", None) => Ok(Self::NoEtag),
            ("wrong-etag", None) => Ok(Self::WrongEtag),
            _ => Err(RuleError(format!("'{text}' is not an action"))),
        }
    }
}

/// `CODE[:BODY] [retry-after=SECONDS]`; the body may hold blanks.
fn parse_status(text: &str) -> Result<Action, RuleError> {
    let (text, retry_after) = match text.rsplit_once(" retry-after=") {
        None => (text, None),
        Some((before, seconds)) => {
            let seconds = seconds.parse().map_err(|_| RuleError(format!("'{seconds}' is not a number of seconds")))?;
            (before.trim_end(), Some(seconds))
        }
    };
    let (code, body) = text.split_once(':').map_or((text, None), |(code, body)| (code, Some(body.to_owned())));
    let code = code.parse().ok().filter(|code| (200..600).contains(code));
    let code = code.ok_or_else(|| RuleError(format!("'{text}' does not begin with a status from 200 to 599")))?;
    Ok(Action::Status { code, body, retry_after })
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ", self.method.as_deref().unwrap_or("*"), self.glob)?;
        match self.last {
            Some(last) if last == self.first => write!(formatter, "{last}")?,
            Some(last) => write!(formatter, "{}-{last}", self.first)?,
            None if self.first == 1 => write!(formatter, "*")?,
            None => write!(formatter, "{}-", self.first)?,
        }
        write!(formatter, " {}", self.action)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Status { code, body, retry_after } => {
                write!(formatter, "status:{code}")?;
                if let Some(body) = body {
                    write!(formatter, ":{body}")?;
                }
                return retry_after.map_or(Ok(()), |seconds| write!(formatter, " retry-after={seconds}"));
            }
            Self::Truncate(bytes) => return write!(formatter, "truncate:{bytes}"),
            Self::Reset => "reset",
            Self::ResetMid => "reset-mid",
            Self::Garbage => "garbage",
            Self::NotJson => "notjson",
            Self::Endless => "endless",
            Self::Hang => "hang",
            Self::Skew => "skew",
            Self::BadDigest => "bad-digest",
            Self::NoEtag => "no-etag",
            Self::WrongEtag => "wrong-etag",
        };
        formatter.write_str(name)
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
    fn rules_are_read_and_written_alike() {
        for text in [
            "PUT /s3/* 1 status:503",
            "* /multipart/complete 1-3 status:202",
            "POST /multipart/start 2- status:400:{\"error\": \"no: really\"}",
            "POST /multipart/start * status:429:slow down retry-after=2",
            "* * 1 reset",
            "GET /* 2-3 truncate:1000",
            "GET /* * reset-mid",
            "* * 1 garbage",
            "* * 1 notjson",
            "* * 1 endless",
            "* * 1 hang",
            "PUT /s3/* 1 skew",
            "PUT /s3/* 1 bad-digest",
            "PUT /s3/* 1 no-etag",
            "PUT /s3/* 1 wrong-etag",
        ] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        let rule: Rule = "  put   /a*   1   status:503   retry-after=7 ".parse().unwrap();
        assert_eq!(rule.action, Action::Status { code: 503, body: None, retry_after: Some(7) });
    }

    #[test]
    fn wrong_rules_are_refused() {
        for text in [
            "",
            "PUT",
            "PUT /a",
            "PUT /a 1",
            "PUT a 1 reset",
            "P-T /a 1 reset",
            "PUT /a 0 reset",
            "PUT /a 3-2 reset",
            "PUT /a x reset",
            "PUT /a 1 resett",
            "PUT /a 1 reset:1",
            "PUT /a 1 status",
            "PUT /a 1 status:99",
            "PUT /a 1 status:600",
            "PUT /a 1 status:503 retry-after=x",
            "PUT /a 1 truncate:",
            "PUT /a 1 truncate:x",
        ] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }

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
