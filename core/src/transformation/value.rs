//! Values of parameters: as the caller gives them, and in the fewer forms that a URL can hold.

use std::fmt;

use serde_json::Value as Json;

use crate::error::{Error, ErrorKind, Result};
use crate::redaction::redact_reference;

/// How much of a value a message repeats, in characters.
const SHOWN_CHARACTERS: usize = 40;

/// A value as the caller gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number, which must be finite. Where a whole number is wanted, `3.0` is one.
    Number(f64),
    /// A text.
    String(String),
    /// A list of whole numbers.
    Ints(Vec<i64>),
    /// A list of texts.
    Strings(Vec<String>),
    /// Any JSON but an object. `null` is the same as not giving the parameter.
    Json(Json),
}

impl Value {
    /// The value in a form that can be written, `None` for the JSON `null`.
    pub(super) fn to_literal(&self) -> Result<Option<Literal>> {
        Ok(Some(match self {
            Value::Bool(value) => Literal::Bool(*value),
            Value::Int(value) => Literal::Int(*value),
            Value::Number(value) => Literal::from_number(*value)?,
            Value::String(value) => Literal::Text(value.clone()),
            Value::Ints(values) => Literal::List(values.iter().map(|value| Literal::Int(*value)).collect()),
            Value::Strings(values) => Literal::List(values.iter().cloned().map(Literal::Text).collect()),
            Value::Json(Json::Null) => return Ok(None),
            Value::Json(value) => Literal::from_json(value)?,
        }))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::String(value)
    }
}

impl From<Vec<i64>> for Value {
    fn from(values: Vec<i64>) -> Self {
        Value::Ints(values)
    }
}

impl From<Vec<String>> for Value {
    fn from(values: Vec<String>) -> Self {
        Value::Strings(values)
    }
}

impl From<Json> for Value {
    fn from(value: Json) -> Self {
        Value::Json(value)
    }
}

/// A value as a URL can hold it.
#[derive(Clone, PartialEq)]
pub enum Literal {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number that is not a whole number of 64 bits.
    Number(f64),
    /// A text.
    Text(String),
    /// A list, which may hold lists.
    List(Vec<Literal>),
}

impl Literal {
    /// Keeps whole numbers as such, so that `3.0` and `3` are one value and written alike.
    fn from_number(value: f64) -> Result<Self> {
        // The first whole number that an i64 cannot hold; exact as a double.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if !value.is_finite() {
            return Err(Error::new(ErrorKind::ParamRange, format!("{value} is not a finite number")));
        }
        Ok(if value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value) {
            Literal::Int(value as i64)
        } else {
            Literal::Number(value)
        })
    }

    fn from_json(value: &Json) -> Result<Self> {
        Ok(match value {
            Json::Bool(value) => Literal::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(value) => Literal::Int(value),
                None => Literal::from_number(number.as_f64().unwrap_or(f64::INFINITY))?,
            },
            Json::String(text) => Literal::Text(text.clone()),
            Json::Array(members) => Literal::List(members.iter().map(Literal::from_json).collect::<Result<_>>()?),
            Json::Null => return Err(Error::new(ErrorKind::ParamType, "null is not allowed inside a list")),
            Json::Object(_) => {
                return Err(Error::new(ErrorKind::ParamType, "a JSON object is not a value of any parameter"));
            }
        })
    }

    /// The same value as JSON, with numbers as [`Literal`] displays them.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Literal::Bool(value) => (*value).into(),
            Literal::Int(value) => (*value).into(),
            // From text, because JSON made from a double may have an exponent. A finite double is always valid.
            Literal::Number(value) => value.to_string().parse().map_or(Json::Null, Json::Number),
            Literal::Text(text) => text.as_str().into(),
            Literal::List(members) => members.iter().map(Literal::to_json).collect(),
        }
    }

    /// Whether `predicate` holds for any text in the value.
    pub(super) fn any_text(&self, predicate: &impl Fn(&str) -> bool) -> bool {
        match self {
            Literal::Text(text) => predicate(text),
            Literal::List(members) => members.iter().any(|member| member.any_text(predicate)),
            Literal::Bool(_) | Literal::Int(_) | Literal::Number(_) => false,
        }
    }

    /// The value for a message: on one line and shortened.
    pub(super) fn shown(&self) -> String {
        shorten(&self.to_string())
    }
}

/// Numbers are decimal, without an exponent and as short as they can be; texts stand in single quotes.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(value) => value.fmt(f),
            Literal::Int(value) => value.fmt(f),
            Literal::Number(value) => value.fmt(f),
            Literal::Text(text) => write!(f, "'{text}'"),
            Literal::List(members) => {
                f.write_str("[")?;
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(",")?;
                    }
                    member.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

/// A value may be a signed URL, so what is dumped is masked.
impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact_reference(&self.to_string()))
    }
}

/// The first characters of `text`, with control characters written out.
pub(super) fn shorten(text: &str) -> String {
    // Before the cut, which could take away what a secret is recognised by.
    let text = redact_reference(text);
    let mut characters = text.chars();
    let mut short = String::new();
    for c in characters.by_ref().take(SHOWN_CHARACTERS) {
        if c.is_control() { short.extend(c.escape_default()) } else { short.push(c) }
    }
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(value: impl Into<Value>) -> Literal {
        value.into().to_literal().unwrap().unwrap()
    }

    fn json(text: &str) -> Result<Option<Literal>> {
        Value::Json(serde_json::from_str(text).unwrap()).to_literal()
    }

    #[test]
    fn numbers_are_decimal_and_short() {
        for (number, text) in [
            (0.35, "0.35"),
            (3.0, "3"),
            (-0.0, "0"),
            (1e-7, "0.0000001"),
            (1e21, "1000000000000000000000"),
            (9_223_372_036_854_775_808.0, "9223372036854776000"),
            (-9_223_372_036_854_775_808.0, "-9223372036854775808"),
        ] {
            assert_eq!(literal(number).to_string(), text);
            assert_eq!(literal(number).to_json().to_string(), text);
        }
        assert_eq!(literal(3.0), Literal::Int(3));
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Value::Number(number).to_literal().unwrap_err().kind(), ErrorKind::ParamRange);
        }
        assert_eq!(json("1e400").unwrap_err().kind(), ErrorKind::ParamRange);
    }

    #[test]
    fn json_gives_the_same_literals_as_the_other_kinds() {
        assert_eq!(json("true").unwrap(), Some(literal(true)));
        assert_eq!(json("7").unwrap(), Some(literal(7)));
        assert_eq!(json("7.0").unwrap(), Some(literal(7)));
        assert_eq!(json("7e1").unwrap(), Some(literal(70)));
        assert_eq!(json("0.5").unwrap(), Some(literal(0.5)));
        assert_eq!(json("9223372036854775807").unwrap(), Some(literal(i64::MAX)));
        assert_eq!(json(r#""a""#).unwrap(), Some(literal("a")));
        assert_eq!(json("[1,2]").unwrap(), Some(literal(vec![1, 2])));
        assert_eq!(json(r#"["a"]"#).unwrap(), Some(literal(vec!["a".to_owned()])));
        assert_eq!(json("[[1],[2,3]]").unwrap().unwrap().to_string(), "[[1],[2,3]]");
        assert_eq!(json("null").unwrap(), None);
        for refused in ["{}", "[{}]", "[null]"] {
            assert_eq!(json(refused).unwrap_err().kind(), ErrorKind::ParamType, "{refused}");
        }
    }

    #[test]
    fn shown_values_are_short_single_lines() {
        assert_eq!(literal("a\nb").shown(), "'a\\nb'");
        let shown = literal("ü".repeat(100)).shown();
        assert_eq!(shown.chars().count(), SHOWN_CHARACTERS + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn secrets_are_masked_before_the_cut() {
        let shown = literal(format!("https://user:{}@example.com/", "x".repeat(100))).shown();
        assert!(!shown.contains("user") && !shown.contains("xx"), "{shown}");
    }

    #[test]
    fn dumps_hold_no_credentials() {
        let dump = format!("{:?}", literal("H?policy=eyJh&signature=0f0f"));
        assert!(!dump.contains("eyJh") && !dump.contains("0f0f"), "{dump}");
    }
}
