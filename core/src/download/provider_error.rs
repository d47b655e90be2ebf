//! Errors that the service gives with status 200, as the text of what should have been a converted file:
//! `docs provider error: conversion was taking too long (idx 0)`.

use crate::error::{Error, Result};
use crate::transport::Reply;

/// What follows the name of the part of the service that failed.
const MARK: &str = " provider error: ";

/// How many bytes tell: the mark, and the longest name before it.
const BEGINNING: usize = 64;

/// How much of the text is read for the error's message.
const LONGEST_TEXT: usize = 4096;

/// The beginning of a converted file, as far as it had to be read to know that it is one.
///
/// # Errors
/// `Protocol` with the service's words when the type of the content and its text say that it is an error, and those of
/// [`Reply::chunk`].
pub(super) async fn refuse(reply: &mut Reply) -> Result<Vec<u8>> {
    let mut beginning = Vec::new();
    if !reply.header("content-type").is_some_and(is_text) {
        return Ok(beginning);
    }
    while beginning.len() < BEGINNING
        && let Some(chunk) = reply.chunk().await?
    {
        beginning.extend_from_slice(&chunk);
    }
    if !is_report(&beginning) {
        return Ok(beginning);
    }
    reply.read_error_text(&mut beginning, LONGEST_TEXT).await;
    Err(error(reply, &beginning))
}

fn error(reply: &Reply, text: &[u8]) -> Error {
    let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST_TEXT)]);
    reply.unexpected("is an error of the service and not the file", &text)
}

fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["text/plain", "text/html"].iter().any(|text| essence.eq_ignore_ascii_case(text))
}

/// Whether a text begins with one word and the mark.
fn is_report(text: &[u8]) -> bool {
    let beginning = String::from_utf8_lossy(&text[..text.len().min(BEGINNING)]);
    beginning.split_once(MARK).is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_text_together_tell() {
        for text in ["docs provider error: too long (idx 0)", "conv20 provider error: no", "a-b provider error: x"] {
            assert!(is_report(text.as_bytes()), "{text}");
        }
        for text in
            ["", "docs provider error", " provider error: x", "the docs provider error: x", "docs: x", "\u{fffd}"]
        {
            assert!(!is_report(text.as_bytes()), "{text}");
        }
        assert!(is_text("text/plain; charset=utf-8") && is_text("TEXT/HTML"));
        assert!(!is_text("image/png") && !is_text("text/plainer") && !is_text("application/json"));
    }
}
