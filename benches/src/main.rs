//! The service that `make bench` measures against. It speaks as much of the upload protocol as clients need, and
//! stores and checks nothing: what it does costs time of the processors that the clients run on.
//!
//! `filestack-bench-service ADDRESS FOLDER MILLISECONDS` writes its certificate authority to `FOLDER/ca.pem`, prints a
//! URL with and one without TLS, each on a line, and ends with its standard input. Every request takes it so many
//! milliseconds.

mod certificates;
mod connection;
mod head;
mod plain;
mod replies;
mod tls;
mod wire;

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::plain::Plain;
use crate::tls::Tls;
use crate::wire::Wire;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, folder, milliseconds] = &arguments[..] else {
        eprintln!("usage: filestack-bench-service ADDRESS FOLDER MILLISECONDS");
        return ExitCode::FAILURE;
    };
    match run(address, Path::new(folder), milliseconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("filestack-bench-service: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(address: &str, folder: &Path, milliseconds: &str) -> io::Result<()> {
    let service_time = Duration::from_millis(milliseconds.parse().map_err(io::Error::other)?);
    let address: IpAddr = address.parse().map_err(io::Error::other)?;
    let certificates = certificates::make(address)?;
    std::fs::write(folder.join("ca.pem"), &certificates.ca_pem)?;
    let server = certificates.server;
    let secure = listen(address, service_time, "https", move |stream| Tls::new(stream, Arc::clone(&server)))?;
    let plain = listen(address, service_time, "http", Plain::new)?;
    println!("{secure}\n{plain}");
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Serves each connection on a thread of its own, and returns the URL.
fn listen<W: Wire>(
    address: IpAddr,
    service_time: Duration,
    scheme: &'static str,
    wire: impl Fn(TcpStream) -> io::Result<W> + Clone + Send + 'static,
) -> io::Result<String> {
    let listener = TcpListener::bind((address, 0))?;
    let url = format!("{scheme}://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let wire = wire.clone();
            // A client that goes away ends its connection and nothing else.
            std::thread::spawn(move || wire(stream).and_then(|wire| connection::serve(wire, service_time, scheme)));
        }
    });
    Ok(url)
}
