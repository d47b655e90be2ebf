//! Connections with TLS. Records are decrypted where they were read to, and those that are to be thrown away are
//! counted only.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, UnbufferedStatus};

use crate::wire::{self, BUFFER_SIZE, Wire};

/// More than what the encryption adds to a buffer: some bytes to each of its records, and a message of the handshake.
const OVERHEAD: usize = 16 * 1024;

/// A connection, the records that have come on it, and what was in them.
pub(crate) struct Tls {
    stream: TcpStream,
    connection: UnbufferedServerConnection,
    records: Vec<u8>,
    start: usize,
    end: usize,
    outgoing: Vec<u8>,
    /// How much of `outgoing` is the handshake's and not sent yet: content may come in between.
    encoded: usize,
    content: Vec<u8>,
    /// How much of what comes next is thrown away.
    unwanted: u64,
}

/// What a step has led to.
enum Step {
    /// Some content came, or some of the handshake was done.
    Forward,
    /// Nothing more happens before more records have come. Content may be sent when the handshake is over.
    Waiting {
        may_send: bool,
    },
    Closed,
}

impl Tls {
    pub(crate) fn new(stream: TcpStream, server: Arc<ServerConfig>) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            connection: UnbufferedServerConnection::new(server).map_err(io::Error::other)?,
            records: vec![0; BUFFER_SIZE],
            start: 0,
            end: 0,
            outgoing: vec![0; BUFFER_SIZE + OVERHEAD],
            encoded: 0,
            content: Vec::new(),
            unwanted: 0,
        })
    }

    /// Does what can be done with the records that are here, up to the content of one, and sends `content` when that
    /// is possible without reading.
    fn step(&mut self, content: Option<&[u8]>) -> io::Result<Step> {
        loop {
            let records = &mut self.records[self.start..self.end];
            let UnbufferedStatus { discard, state } = self.connection.process_tls_records(records);
            let step = match state.map_err(io::Error::other)? {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let payload = record.map_err(io::Error::other)?.payload;
                        let unwanted = wire::share(self.unwanted, payload.len());
                        self.unwanted -= unwanted as u64;
                        self.content.extend_from_slice(&payload[unwanted..]);
                    }
                    Some(Step::Forward)
                }
                ConnectionState::EncodeTlsData(mut data) => {
                    self.encoded += data.encode(&mut self.outgoing[self.encoded..]).map_err(io::Error::other)?;
                    None
                }
                ConnectionState::TransmitTlsData(data) => {
                    self.stream.write_all(&self.outgoing[..self.encoded])?;
                    self.encoded = 0;
                    data.done();
                    None
                }
                ConnectionState::WriteTraffic(mut traffic) => {
                    if let Some(content) = content {
                        let size = traffic.encrypt(content, &mut self.outgoing).map_err(io::Error::other)?;
                        self.stream.write_all(&self.outgoing[..size])?;
                    }
                    Some(Step::Waiting { may_send: true })
                }
                ConnectionState::BlockedHandshake => Some(Step::Waiting { may_send: false }),
                _ => Some(Step::Closed),
            };
            self.start += discard;
            if let Some(step) = step {
                return Ok(step);
            }
        }
    }

    /// Waits for more records. Returns whether any came.
    fn read(&mut self) -> io::Result<bool> {
        self.records.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        let read = self.stream.read(&mut self.records[self.end..])?;
        self.end += read;
        Ok(read > 0)
    }

    /// Takes the content of one record. Returns whether there was one.
    fn receive(&mut self) -> io::Result<bool> {
        loop {
            match self.step(None)? {
                Step::Forward => return Ok(true),
                Step::Closed => return Ok(false),
                Step::Waiting { .. } => {
                    if !self.read()? {
                        return Ok(false);
                    }
                }
            }
        }
    }
}

impl Wire for Tls {
    fn buffered(&self) -> &[u8] {
        &self.content
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.receive()
    }

    fn consume(&mut self, count: usize) {
        self.content.drain(..count);
    }

    fn discard(&mut self, count: u64) -> io::Result<()> {
        let known = wire::share(count, self.content.len());
        self.consume(known);
        self.unwanted = count - known as u64;
        while self.unwanted > 0 {
            if !self.receive()? {
                return Err(wire::cut());
            }
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(BUFFER_SIZE) {
            loop {
                match self.step(Some(piece))? {
                    Step::Waiting { may_send: true } => break,
                    Step::Forward => {}
                    Step::Waiting { may_send: false } | Step::Closed => return Err(wire::cut()),
                }
            }
        }
        Ok(())
    }
}
