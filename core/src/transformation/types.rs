//! Checks one value against the type, range and words of its parameter.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::catalogue::{
    COLOR_NAMES, Kind, LOCATIONS, MAX_FACE, MAX_GRAY, MAX_OBJECTS, POSITION_COLUMNS, POSITION_ROWS, POSITIONS, Param,
    Shape,
};
use super::source::{is_alias, is_signed_handle, is_workflow};
use super::value::Literal;
use crate::error::{Error, ErrorKind, Result};
use crate::handle::is_handle;
use crate::suggestion::hint;
use crate::web_url::is_web_url;

/// The length of a list that is bounded only by what fits into a URL.
const SOME: RangeInclusive<usize> = 1..=usize::MAX;

const COLOR_RULE: &str =
    "a color: 3, 6 or 8 hexadecimal digits without '#', a name such as 'white', or gray0 to gray100";
const FILE_RULE: &str = "a handle, an http(s) URL, src://alias/path or wf://…";
const PAGES_RULE: &str = "a page number or a range such as '2-5', '7-' or '-3', counted from 1";

/// Gives the literal back in the form that is sent.
///
/// # Errors
///
/// [`ErrorKind::ParamType`] or [`ErrorKind::ParamRange`], with a message that names the value and what is allowed.
pub(super) fn accept(param: &Param, literal: Literal) -> Result<Literal> {
    match param.kind {
        Kind::Bool | Kind::Flag => check_bool(&literal)?,
        Kind::Int => {
            integer(&literal, param.min, param.max)?;
        }
        Kind::Number => check_number(param, &literal)?,
        Kind::String => {
            non_empty(&literal)?;
        }
        Kind::Enum => check_word(&literal, param.values)?,
        Kind::IntOrEnum => check_int_or_word(param, &literal)?,
        Kind::Color => check_color(&literal)?,
        Kind::Position => check_position(&literal)?,
        Kind::Faces => check_faces(&literal)?,
        Kind::Objects => return objects(param, literal),
        Kind::ListInt => check_numbers(param, &literal)?,
        Kind::StringList => check_texts(param, &literal)?,
        Kind::Handle => check_text(&literal, "a handle or wf://…", |text| is_handle(text) || is_workflow(text))?,
        Kind::HandleList => {
            each(list(&literal, SOME, "a list of one or more handles or URLs")?, |member| {
                check_text(member, FILE_RULE, is_file)
            })?;
        }
        Kind::Url => check_text(&literal, "an http(s) URL", is_web_url)?,
        Kind::HandleOrUrl => check_text(&literal, FILE_RULE, is_file)?,
        Kind::PageRanges => each(list(&literal, SOME, "a list of one or more page numbers and ranges")?, check_pages)?,
        Kind::Hms => check_text(&literal, "a time HH:MM:SS up to 23:59:59", is_hms)?,
        Kind::Location => return location(&literal),
    }
    Ok(literal)
}

/// The error for a value that is not what `expected` describes.
fn refuse(kind: ErrorKind, literal: &Literal, expected: impl Display) -> Error {
    Error::new(kind, format!("{} is not {expected}", literal.shown()))
}

fn wrong_type(literal: &Literal, expected: impl Display) -> Error {
    refuse(ErrorKind::ParamType, literal, expected)
}

fn not_allowed(literal: &Literal, expected: impl Display) -> Error {
    refuse(ErrorKind::ParamRange, literal, expected)
}

fn check_bool(literal: &Literal) -> Result<()> {
    match literal {
        Literal::Bool(_) => Ok(()),
        _ => Err(wrong_type(literal, "a boolean (true or false)")),
    }
}

/// `noun` and the range in words, such as "a whole number from 0 to 10000".
fn ranged(noun: &str, min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("{noun} equal to {min}"),
        (Some(min), Some(max)) => format!("{noun} from {min} to {max}"),
        (Some(min), None) => format!("{noun} of at least {min}"),
        (None, Some(max)) => format!("{noun} of at most {max}"),
        (None, None) => noun.to_owned(),
    }
}

fn in_range(number: f64, min: Option<f64>, max: Option<f64>) -> bool {
    min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
}

fn integer(literal: &Literal, min: Option<f64>, max: Option<f64>) -> Result<i64> {
    let expected = || ranged("a whole number", min, max);
    match literal {
        Literal::Int(number) if in_range(*number as f64, min, max) => Ok(*number),
        Literal::Int(_) => Err(not_allowed(literal, expected())),
        // A whole number that 64 bits do not hold: of the right type, but no parameter goes so far.
        Literal::Number(number) if number.fract() == 0.0 => Err(not_allowed(literal, expected())),
        _ => Err(wrong_type(literal, expected())),
    }
}

fn check_number(param: &Param, literal: &Literal) -> Result<()> {
    let number = match literal {
        Literal::Int(number) => *number as f64,
        Literal::Number(number) => *number,
        _ => return Err(wrong_type(literal, ranged("a number", param.min, param.max))),
    };
    if in_range(number, param.min, param.max) {
        Ok(())
    } else {
        Err(not_allowed(literal, ranged("a number", param.min, param.max)))
    }
}

fn text(literal: &Literal, expected: impl Display) -> Result<&str> {
    match literal {
        Literal::Text(text) => Ok(text),
        _ => Err(wrong_type(literal, expected)),
    }
}

fn non_empty(literal: &Literal) -> Result<&str> {
    const EXPECTED: &str = "a text that is not empty; leave the parameter out instead";
    let text = text(literal, EXPECTED)?;
    if text.is_empty() { Err(not_allowed(literal, EXPECTED)) } else { Ok(text) }
}

fn check_text(literal: &Literal, expected: &str, is_allowed: impl Fn(&str) -> bool) -> Result<()> {
    if is_allowed(text(literal, expected)?) { Ok(()) } else { Err(not_allowed(literal, expected)) }
}

fn one_of(words: &[&str]) -> String {
    match words {
        [word] => format!("'{word}'"),
        _ => format!("one of {}", words.join(", ")),
    }
}

fn check_word(literal: &Literal, words: &[&str]) -> Result<()> {
    let word = text(literal, one_of(words))?;
    if words.contains(&word) {
        return Ok(());
    }
    Err(not_allowed(literal, format_args!("{}{}", one_of(words), hint(word, words.iter().copied()))))
}

fn check_int_or_word(param: &Param, literal: &Literal) -> Result<()> {
    let expected = || format!("{} or {}", ranged("a whole number", param.min, param.max), one_of(param.values));
    match literal {
        Literal::Text(word) if param.values.contains(&word.as_str()) => Ok(()),
        // A number in quotes was meant as a number, not as a word.
        Literal::Text(word) if word.parse::<f64>().is_err() => {
            Err(not_allowed(literal, format_args!("{}{}", expected(), hint(word, param.values.iter().copied()))))
        }
        Literal::Int(number) if in_range(*number as f64, param.min, param.max) => Ok(()),
        Literal::Int(_) => Err(not_allowed(literal, expected())),
        _ => Err(wrong_type(literal, expected())),
    }
}

fn check_color(literal: &Literal) -> Result<()> {
    let color = text(literal, COLOR_RULE)?;
    let is_hexadecimal = matches!(color.len(), 3 | 6 | 8) && color.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_gray = || {
        let shade = color.strip_prefix("gray").or_else(|| color.strip_prefix("grey"))?;
        let shade = shade.bytes().all(|byte| byte.is_ascii_digit()).then_some(shade)?;
        shade.parse::<u32>().ok().filter(|&shade| shade <= MAX_GRAY)
    };
    if is_hexadecimal || COLOR_NAMES.contains(&color) || is_gray().is_some() {
        return Ok(());
    }
    Err(not_allowed(literal, format_args!("{COLOR_RULE}{}", hint(color, COLOR_NAMES.iter().copied()))))
}

fn check_position(literal: &Literal) -> Result<()> {
    let expected = || format!("{} or a pair such as [top,left]", one_of(POSITIONS));
    match literal {
        Literal::Text(word) if POSITIONS.contains(&word.as_str()) => Ok(()),
        Literal::Text(word) => {
            Err(not_allowed(literal, format_args!("{}{}", expected(), hint(word, POSITIONS.iter().copied()))))
        }
        Literal::List(pair) => {
            let [row, column] = pair.as_slice() else { return Err(not_allowed(literal, expected())) };
            check_word(row, POSITION_ROWS).map_err(|error| error.in_context("member 1"))?;
            check_word(column, POSITION_COLUMNS).map_err(|error| error.in_context("member 2"))
        }
        _ => Err(wrong_type(literal, expected())),
    }
}

fn check_faces(literal: &Literal) -> Result<()> {
    let expected = format!("'all', the number of a face from 1 to {MAX_FACE} or a list of such numbers");
    match literal {
        Literal::Text(word) if word == "all" => Ok(()),
        Literal::Text(word) if word.parse::<f64>().is_err() => Err(not_allowed(literal, expected)),
        Literal::Int(number) if (1..=i64::from(MAX_FACE)).contains(number) => Ok(()),
        Literal::Int(_) => Err(not_allowed(literal, expected)),
        Literal::List(_) => each(list(literal, SOME, expected)?, |member| {
            integer(member, Some(1.0), Some(f64::from(MAX_FACE))).map(drop)
        }),
        _ => Err(wrong_type(literal, expected)),
    }
}

/// The members of a list of a length that is allowed.
fn list(literal: &Literal, length: RangeInclusive<usize>, expected: impl Display) -> Result<&[Literal]> {
    match literal {
        Literal::List(members) if length.contains(&members.len()) => Ok(members),
        Literal::List(_) => Err(not_allowed(literal, expected)),
        _ => Err(wrong_type(literal, expected)),
    }
}

/// Checks every member; the message says which one was refused.
fn each(members: &[Literal], check: impl Fn(&Literal) -> Result<()>) -> Result<()> {
    members.iter().zip(1..).try_for_each(|(member, number)| {
        check(member).map_err(|error| error.in_context(format_args!("member {number}")))
    })
}

/// Boxes may come as one flat list of numbers, four for each: C has no lists of lists.
fn objects(param: &Param, literal: Literal) -> Result<Literal> {
    let expected = || format!("a list of 1 to {MAX_OBJECTS} boxes [x,y,width,height]");
    let boxes = match literal {
        Literal::List(numbers) if matches!(numbers.first(), Some(Literal::Int(_))) => {
            if !numbers.len().is_multiple_of(4) {
                return Err(not_allowed(&Literal::List(numbers), expected()));
            }
            Literal::List(numbers.chunks(4).map(|sides| Literal::List(sides.to_vec())).collect())
        }
        other => other,
    };
    each(list(&boxes, 1..=MAX_OBJECTS as usize, expected())?, |member| check_shape(Shape::Rectangle, param, member))?;
    Ok(boxes)
}

fn check_numbers(param: &Param, literal: &Literal) -> Result<()> {
    match param.shape {
        Some(shape) => check_shape(shape, param, literal),
        None => each(list(literal, SOME, "a list of one or more whole numbers")?, |member| {
            integer(member, param.min, param.max).map(drop)
        }),
    }
}

fn check_shape(shape: Shape, param: &Param, literal: &Literal) -> Result<()> {
    let (length, expected) = match shape {
        Shape::Rectangle => (4, "a list [x,y,width,height]"),
        Shape::Vector => (2, "a list [x,y]"),
        Shape::Interval => (2, "a list [start,end] with start not above end"),
    };
    let members = list(literal, length..=length, expected)?;
    let mut numbers = Vec::with_capacity(length);
    for (member, index) in members.iter().zip(0_u32..) {
        // A rectangle may start at 0, but one without a width or a height holds nothing.
        let is_extent = shape == Shape::Rectangle && index >= 2;
        let min = if is_extent { Some(param.min.map_or(1.0, |min| min.max(1.0))) } else { param.min };
        let number =
            integer(member, min, param.max).map_err(|error| error.in_context(format_args!("member {}", index + 1)))?;
        numbers.push(number);
    }
    if shape == Shape::Interval && !numbers.is_sorted() {
        return Err(not_allowed(literal, expected));
    }
    Ok(())
}

fn check_texts(param: &Param, literal: &Literal) -> Result<()> {
    let texts = match param.max_items {
        Some(most) => list(literal, 1..=most, format_args!("a list of 1 to {most} texts"))?,
        None => list(literal, SOME, "a list of one or more texts")?,
    };
    each(texts, |member| match param.values {
        [] => non_empty(member).map(drop),
        words => check_word(member, words),
    })
}

fn is_file(text: &str) -> bool {
    is_handle(text) || is_signed_handle(text) || is_web_url(text) || is_alias(text) || is_workflow(text)
}

fn check_pages(literal: &Literal) -> Result<()> {
    match literal {
        Literal::Int(page) if *page >= 1 => Ok(()),
        Literal::Int(_) => Err(not_allowed(literal, PAGES_RULE)),
        _ => check_text(literal, PAGES_RULE, is_page_range),
    }
}

/// `n`, `n-m`, `n-` or `-m`.
fn is_page_range(text: &str) -> bool {
    let is_page = |digits: &str| {
        digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u32>().is_ok_and(|page| page >= 1)
    };
    match text.split_once('-') {
        None => is_page(text),
        Some((first, "")) => is_page(first),
        Some(("", last)) => is_page(last),
        Some((first, last)) => is_page(first) && is_page(last),
    }
}

/// `HH:MM:SS` within one day.
fn is_hms(text: &str) -> bool {
    let is_part = |digits: &str, limit: u32| {
        digits.len() == 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u32>().is_ok_and(|number| number < limit)
    };
    let mut parts = text.split(':');
    [24, 60, 60].into_iter().all(|limit| parts.next().is_some_and(|part| is_part(part, limit)))
        && parts.next().is_none()
}

/// The service takes the locations in any case: the catalogue's spellings are sent as they are, others as its first.
fn location(literal: &Literal) -> Result<Literal> {
    let word = text(literal, one_of(LOCATIONS))?;
    LOCATIONS
        .iter()
        .find(|location| **location == word)
        .or_else(|| LOCATIONS.iter().find(|location| location.eq_ignore_ascii_case(word)))
        .map(|location| Literal::Text((*location).to_owned()))
        .ok_or_else(|| {
            not_allowed(literal, format_args!("{}{}", one_of(LOCATIONS), hint(word, LOCATIONS.iter().copied())))
        })
}

#[cfg(test)]
mod tests;
