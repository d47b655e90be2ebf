//! One connection: its requests, one after the other.

use std::io;
use std::time::Duration;

use crate::head::{self, Head};
use crate::replies;
use crate::wire::{self, BUFFER_SIZE, Wire};

/// What all files are made of.
static CONTENT: [u8; BUFFER_SIZE] = [b'b'; BUFFER_SIZE];

/// Of every part and every file.
const ETAG: &str = "\"d41d8cd98f00b204e9800998ecf8427e\"";

/// Answers the requests of a connection until the client ends it. Each takes so long.
pub(crate) fn serve(mut wire: impl Wire, service_time: Duration, scheme: &str) -> io::Result<()> {
    while let Some(head) = next_head(&mut wire)? {
        if !service_time.is_zero() {
            std::thread::sleep(service_time);
        }
        if head.expects_continue {
            wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        match head.method.as_str() {
            "POST" => call(&mut wire, &head, scheme)?,
            "PUT" => put(&mut wire, &head)?,
            "GET" | "HEAD" => get(&mut wire, &head)?,
            _ => {
                wire.discard(head.content_length)?;
                answer(&mut wire, "200 OK", "Content-Type: application/json\r\n", b"{}")?;
            }
        }
    }
    Ok(())
}

fn next_head(wire: &mut impl Wire) -> io::Result<Option<Head>> {
    loop {
        if let Some((head, length)) = head::parse(wire.buffered()) {
            wire.consume(length);
            return Ok(Some(head));
        }
        if !wire.fill()? {
            return Ok(None);
        }
    }
}

/// A call of the upload API.
fn call(wire: &mut impl Wire, head: &Head, scheme: &str) -> io::Result<()> {
    let length = usize::try_from(head.content_length).map_err(io::Error::other)?;
    while wire.buffered().len() < length {
        if !wire.fill()? {
            return Err(wire::cut());
        }
    }
    let body = &wire.buffered()[..length];
    if replies::stalls(&head.path, body) {
        return wait_for_the_end(wire);
    }
    let reply = replies::upload_call(&head.path, body, scheme, &head.host);
    wire.consume(length);
    match reply {
        Some(reply) => answer(wire, "200 OK", "Content-Type: application/json\r\n", reply.to_string().as_bytes()),
        None => answer(wire, "404 Not Found", "", b""),
    }
}

fn put(wire: &mut impl Wire, head: &Head) -> io::Result<()> {
    wire.discard(head.content_length)?;
    if replies::stalls(&head.path, b"") {
        return wait_for_the_end(wire);
    }
    answer(wire, "200 OK", &format!("ETag: {ETAG}\r\n"), b"")
}

/// A file, or the part of it that is asked for.
fn get(wire: &mut impl Wire, head: &Head) -> io::Result<()> {
    let Some(size) = replies::size(&head.path) else {
        return answer(wire, "404 Not Found", "", b"");
    };
    let first = head.range.as_ref().map_or(0, |range| *range.start());
    let end = head.range.as_ref().map_or(size, |range| range.end().saturating_add(1).min(size));
    if first > 0 && first >= end {
        return answer(wire, "416 Range Not Satisfiable", &format!("Content-Range: bytes */{size}\r\n"), b"");
    }
    let (status, range) = match &head.range {
        Some(_) => ("206 Partial Content", format!("Content-Range: bytes {first}-{}/{size}\r\n", end - 1)),
        None => ("200 OK", String::new()),
    };
    let mut left = end - first;
    wire.write(
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\nContent-Length: {left}\r\n{range}\
             Accept-Ranges: bytes\r\nETag: {ETAG}\r\n\r\n"
        )
        .as_bytes(),
    )?;
    while left > 0 && head.method == "GET" {
        let piece = wire::share(left, CONTENT.len());
        wire.write(&CONTENT[..piece])?;
        left -= piece as u64;
    }
    Ok(())
}

fn answer(wire: &mut impl Wire, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let mut reply = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    reply.extend_from_slice(body);
    wire.write(&reply)
}

/// Reads on until the client has ended the connection.
fn wait_for_the_end(wire: &mut impl Wire) -> io::Result<()> {
    while wire.fill()? {
        let known = wire.buffered().len();
        wire.consume(known);
    }
    Err(wire::cut())
}
