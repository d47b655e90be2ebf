//! Writes a transformation as a URL: `{cdn}/[debug/][API key/]{task/}[security/]{source}`.
//!
//! There are two forms. The plain one is readable and what the documentation shows. The base64 one,
//! `b64/{tasks}/b64://{source}`, holds the same as JSON and is used when a text could be taken apart at the
//! wrong place on its way, or when the caller asks for it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::Value as Json;

use super::catalogue::SourceRule;
use super::order;
use super::source::Source;
use super::step::Step;
use super::value::{Literal, shorten};
use crate::error::{Error, Result};

/// What is encoded in texts and sources besides everything that is not ASCII. The separators `, : / [ ]` are not
/// among it: the service may split before or after it decodes, so only quotes keep them together.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'%')
    .add(b'?')
    .add(b'#')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^')
    .add(b'`');

/// What most URLs have room in.
const USUAL_LENGTH: usize = 256;

/// A text with one of these is written in quotes.
const QUOTED: [char; 6] = [',', ':', '/', '[', ']', ' '];

/// A double quote as it travels in a URL.
const QUOTE: &str = "%22";

/// All that a URL is made of.
pub(super) struct Address<'a> {
    /// The origin of the delivery network, with or without a final slash.
    pub(super) cdn: &'a str,
    pub(super) api_key: Option<&'a str>,
    /// The segment `security=p:…,s:…`, encoded already.
    pub(super) security: Option<&'a str>,
    /// Whether the service shall explain the request instead of running it.
    pub(super) debug: bool,
    /// Whether the base64 form is wanted where it is not needed.
    pub(super) base64: bool,
    pub(super) steps: &'a [Step],
    pub(super) sources: &'a [Source],
}

impl Address<'_> {
    /// # Errors
    ///
    /// [`crate::ErrorKind::Argument`] when there is no API key but the service needs it to know the application.
    pub(super) fn write(&self) -> Result<String> {
        let mut url = String::with_capacity(USUAL_LENGTH);
        url.push_str(self.cdn.trim_end_matches('/'));
        if self.debug {
            url.push_str("/debug");
        }
        write_segment(&mut url, self.api_key_segment()?);
        let base64 = self.base64 || self.is_ambiguous();
        if self.sources.is_empty() {
            // A task without a source is itself the last segment.
            write_segment(&mut url, self.security);
            self.write_tasks(&mut url, base64);
        } else {
            self.write_tasks(&mut url, base64);
            write_segment(&mut url, self.security);
            self.write_source(&mut url, if base64 { write_base64_source } else { write_plain_source });
        }
        Ok(url)
    }

    fn write_tasks(&self, url: &mut String, base64: bool) {
        if !base64 {
            self.steps.iter().for_each(|step| write_plain_task(url, step));
        } else if !self.steps.is_empty() {
            // Without tasks only the source is encoded.
            let tasks: Json = self.steps.iter().map(json_task).collect();
            url.push_str("/b64/");
            URL_SAFE.encode_string(tasks.to_string(), url);
        }
    }

    /// A handle tells the service the application; nothing else does.
    fn api_key_segment(&self) -> Result<Option<&str>> {
        match (self.wants_api_key(), self.api_key) {
            (None, _) => Ok(None),
            (Some(_), Some(key)) => Ok(Some(key)),
            (Some(wanting), None) => {
                Err(Error::argument(format!("{wanting} needs an API key, and the client has none")))
            }
        }
    }

    /// What the service cannot resolve without the API key: a source, a task without one, or a file in a parameter.
    fn wants_api_key(&self) -> Option<String> {
        if let Some(source) = self.sources.iter().find(|source| source.needs_api_key()) {
            return Some(format!("the source '{}'", shorten(source.as_str())));
        }
        if let Some(step) = self.steps.iter().find(|step| step.works_on(SourceRule::None)) {
            return Some(format!("task '{}'", step.name()));
        }
        self.steps.iter().find_map(|step| {
            let is_foreign = |text: &str| Source::parse(text).is_ok_and(|source| source.needs_api_key());
            // What a task does with its texts is not known when the catalogue does not have it: nothing is demanded then.
            let param = step.param_with_file(&is_foreign, self.api_key.is_some())?;
            Some(format!("the file in '{param}' of task '{}'", step.name()))
        })
    }

    fn is_list(&self) -> bool {
        self.sources.len() > 1 || order::takes_list(self.steps)
    }

    fn write_source(&self, url: &mut String, write: impl Fn(&mut String, &Source)) {
        let is_list = self.is_list();
        url.push_str(if is_list { "/[" } else { "/" });
        write_joined(url, self.sources, write);
        if is_list {
            url.push(']');
        }
    }

    /// Whether the plain form could reach the service as something else.
    fn is_ambiguous(&self) -> bool {
        let is_ambiguous_text = |text: &str| text.contains('"') || has_dot_segment(text);
        let mut literals = self.steps.iter().flat_map(|step| step.params()).map(|(_, literal)| literal);
        literals.any(|literal| literal.any_text(&is_ambiguous_text))
            || self.sources.iter().any(|source| {
                let text = source.as_str();
                text.contains(['?', '#', '"', '[', ']'])
                    || (self.is_list() && text.contains(','))
                    || has_dot_segment(text)
            })
    }
}

/// Whether HTTP clients would take a part of the text for a relative folder and remove it, with what stands before.
fn has_dot_segment(text: &str) -> bool {
    text.contains('/') && text.split('/').any(|segment| segment == "." || segment == "..")
}

/// Writes the members with commas between them.
fn write_joined<T>(out: &mut String, members: &[T], write: impl Fn(&mut String, &T)) {
    for (index, member) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, member);
    }
}

fn write_segment(url: &mut String, segment: Option<&str>) {
    if let Some(segment) = segment {
        url.push('/');
        url.push_str(segment);
    }
}

fn write_plain_task(url: &mut String, step: &Step) {
    write_segment(url, Some(step.name()));
    let mut separator = '=';
    for (name, literal) in step.params() {
        url.push(separator);
        url.push_str(name);
        if !step.is_flag(name) {
            url.push(':');
            write_literal(url, literal);
        }
        separator = ',';
    }
}

fn write_literal(out: &mut String, literal: &Literal) {
    match literal {
        Literal::Text(text) => {
            let quote = if text.contains(QUOTED) { QUOTE } else { "" };
            out.push_str(quote);
            out.extend(utf8_percent_encode(text, ENCODED));
            out.push_str(quote);
        }
        Literal::List(members) => {
            out.push('[');
            write_joined(out, members, write_literal);
            out.push(']');
        }
        Literal::Bool(_) | Literal::Int(_) | Literal::Number(_) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{literal}");
        }
    }
}

fn write_plain_source(url: &mut String, source: &Source) {
    url.extend(utf8_percent_encode(source.as_str(), ENCODED));
}

/// The JavaScript SDK encodes a list as one text, the Go SDK each member. The second way is the one in which a
/// source may hold a comma.
fn write_base64_source(url: &mut String, source: &Source) {
    url.push_str("b64://");
    URL_SAFE.encode_string(source.as_str(), url);
}

fn json_task(step: &Step) -> Json {
    let mut task = serde_json::Map::new();
    task.insert("name".to_owned(), step.name().into());
    if step.params().iter().any(|(name, _)| step.is_flag(name)) {
        // The JavaScript SDK's form of the only flag there is, `cache=false`.
        task.insert("params".to_owned(), false.into());
    } else if !step.params().is_empty() {
        let params = step.params().iter().map(|(name, literal)| (name.to_string(), literal.to_json())).collect();
        task.insert("params".to_owned(), Json::Object(params));
    }
    Json::Object(task)
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod round_trip;
