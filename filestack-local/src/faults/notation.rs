//! Rules and actions as text.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue, header};

use super::{Action, Rule};

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
            ("truncate", Some(value)) => number(value, "bytes").map(Self::Truncate),
            ("reset-body", Some(value)) => number(value, "bytes").map(Self::ResetBody),
            ("delay", Some(value)) => number(value, "milliseconds").map(Self::Delay),
            ("drip", Some(value)) => parse_drip(value),
            ("early", Some(value)) => parse_early(value),
            ("reset", None) => Ok(Self::Reset),
            ("reset-after", None) => Ok(Self::ResetAfter),
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

fn number<T: FromStr>(digits: &str, what: &str) -> Result<T, RuleError> {
    digits.parse().map_err(|_| RuleError(format!("'{digits}' is not a number of {what}")))
}

/// `BYTES/MILLISECONDS`
fn parse_drip(text: &str) -> Result<Action, RuleError> {
    let refusal = || RuleError(format!("'{text}' is not BYTES/MILLISECONDS"));
    let (bytes, millis) = text.split_once('/').ok_or_else(refusal)?;
    match (number(bytes, "bytes")?, number(millis, "milliseconds")?) {
        (0, _) => Err(refusal()),
        (bytes, millis) => Ok(Action::Drip { bytes, millis }),
    }
}

/// `CODE` of a failure
fn parse_early(text: &str) -> Result<Action, RuleError> {
    let code = text.parse().ok().filter(|code| (400..600).contains(code));
    code.map(Action::Early).ok_or_else(|| RuleError(format!("'{text}' is not a status from 400 to 599")))
}

const HEADER: &str = "header=";
const RETRY_AFTER: &str = "retry-after=";

/// `CODE[:BODY] [header=NAME:VALUE].. [retry-after=SECONDS]`
///
/// BODY may hold blanks and ends before the first option. A body that looks like an option or begins with a quote,
/// and a header with blanks, is written in quotes, in which a backslash stands before quotes and backslashes.
fn parse_status(text: &str) -> Result<Action, RuleError> {
    let end = text.find([':', ' ']).unwrap_or(text.len());
    let (code, rest) = text.split_at(end);
    let code = code.parse().ok().filter(|code| (200..600).contains(code));
    let code = code.ok_or_else(|| RuleError(format!("'{text}' does not begin with a status from 200 to 599")))?;
    let (body, mut rest) = match rest.strip_prefix(':') {
        None => (None, rest),
        Some(quoted) if quoted.starts_with('"') => read_quoted(quoted).map(|(body, rest)| (Some(body), rest))?,
        Some(plain) => {
            let (body, rest) = plain.split_at(options_start(plain));
            (Some(body.trim_end().to_owned()), rest)
        }
    };
    let (mut headers, mut retry_after) = (Vec::new(), None);
    while let Some(option) = Some(rest.trim_start()).filter(|option| !option.is_empty()) {
        let value;
        if let Some(given) = option.strip_prefix(HEADER) {
            (value, rest) = if given.starts_with('"') { read_quoted(given)? } else { read_word(given) };
            headers.push(parse_header(&value)?);
        } else if let Some(given) = option.strip_prefix(RETRY_AFTER) {
            (value, rest) = read_word(given);
            retry_after = Some(number(&value, "seconds")?);
        } else {
            return Err(RuleError(format!("'{option}' is not {HEADER}NAME:VALUE or {RETRY_AFTER}SECONDS")));
        }
    }
    Ok(Action::Status { code, body, headers, retry_after })
}

/// Where the options after a plain body begin.
fn options_start(text: &str) -> usize {
    let places = [HEADER, RETRY_AFTER].map(|name| text.find(&format!(" {name}")).unwrap_or(text.len()));
    places[0].min(places[1])
}

fn read_word(text: &str) -> (String, &str) {
    let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    (word.to_owned(), rest)
}

/// A text in quotes, and what follows it.
fn read_quoted(text: &str) -> Result<(String, &str), RuleError> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((position, letter)) = letters.next() {
        match letter {
            '"' => return Ok((value, &text[position + 1..])),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    Err(RuleError(format!("the quotes of '{text}' are not closed")))
}

fn write_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `NAME:VALUE`; blanks around the value do not belong to it.
fn parse_header(text: &str) -> Result<(String, String), RuleError> {
    let refusal = || RuleError(format!("'{text}' is not a header NAME:VALUE"));
    let (name, value) = text.split_once(':').ok_or_else(refusal)?;
    let (parsed, value) = (name.parse::<HeaderName>().map_err(|_| refusal())?, value.trim());
    HeaderValue::from_str(value).map_err(|_| refusal())?;
    if matches!(parsed, header::CONTENT_LENGTH | header::TRANSFER_ENCODING | header::CONNECTION) {
        return Err(RuleError(format!("{parsed} is the connection's business; see truncate and reset")));
    }
    Ok((name.to_owned(), value.to_owned()))
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
            Self::Status { code, body, headers, retry_after } => {
                write!(formatter, "status:{code}")?;
                if let Some(body) = body {
                    let is_plain =
                        !body.starts_with('"') && body.trim_end() == body && options_start(body) == body.len();
                    write!(formatter, ":{}", if is_plain { body.clone() } else { write_quoted(body) })?;
                }
                for (name, value) in headers {
                    let is_plain = !value.contains(char::is_whitespace);
                    let header = format!("{name}:{value}");
                    write!(formatter, " {HEADER}{}", if is_plain { header } else { write_quoted(&header) })?;
                }
                return retry_after.map_or(Ok(()), |seconds| write!(formatter, " {RETRY_AFTER}{seconds}"));
            }
            Self::Truncate(bytes) => return write!(formatter, "truncate:{bytes}"),
            Self::ResetBody(bytes) => return write!(formatter, "reset-body:{bytes}"),
            Self::Delay(millis) => return write!(formatter, "delay:{millis}"),
            Self::Drip { bytes, millis } => return write!(formatter, "drip:{bytes}/{millis}"),
            Self::Early(code) => return write!(formatter, "early:{code}"),
            Self::Reset => "reset",
            Self::ResetAfter => "reset-after",
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
            "POST * 1 status:401:no header=WWW-Authenticate:Basic header=X-A:b retry-after=1",
            "GET * 1 status:302 header=Location:http://127.0.0.1:1/a",
            "GET * 1 status:200:<p>hi</p> header=\"Content-Type:text/html; charset=\\\"utf-8\\\"\"",
            "GET * 1 status:400:\"a header=b \" header=X-A:b",
            "GET * 1 status:200:\"\\\"a \\\\ text\\\"\"",
            "* * 1 reset",
            "PUT /s3/* 1 reset-body:1000",
            "* * 1 reset-after",
            "GET /* 1 delay:250",
            "GET /* 1 drip:10/5",
            "GET /* 2-3 truncate:1000",
            "GET /* * reset-mid",
            "* * 1 garbage",
            "* * 1 notjson",
            "* * 1 endless",
            "PUT /s3/* 1 early:503",
            "* * 1 hang",
            "PUT /s3/* 1 skew",
            "PUT /s3/* 1 bad-digest",
            "PUT /s3/* 1 no-etag",
            "PUT /s3/* 1 wrong-etag",
        ] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        let rule: Rule = "  put   /a*   1   status:503   retry-after=7 ".parse().unwrap();
        assert_eq!(rule.action, Action::Status { code: 503, body: None, headers: Vec::new(), retry_after: Some(7) });
        let rule: Rule = "GET * 1 status:200:\"{}\"  header=\"X-A:  b c \"".parse().unwrap();
        let headers = vec![("X-A".to_owned(), "b c".to_owned())];
        assert_eq!(rule.action, Action::Status { code: 200, body: Some("{}".to_owned()), headers, retry_after: None });
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
            "PUT /a 1 status:503 header=x",
            "PUT /a 1 status:503 header=a b:c",
            "PUT /a 1 status:503 header=\"a:b",
            "PUT /a 1 status:503:\"no end",
            "PUT /a 1 status:503 header=Content-Length:3",
            "PUT /a 1 reset-body",
            "PUT /a 1 delay:-1",
            "PUT /a 1 drip:0/1",
            "PUT /a 1 drip:1",
            "PUT /a 1 early:200",
            "PUT /a 1 truncate:",
            "PUT /a 1 truncate:x",
        ] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
