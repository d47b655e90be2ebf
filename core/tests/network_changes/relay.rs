//! A place on the way to a service, where it can be led elsewhere, cut, or made silent.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A place that leads elsewhere.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    way: watch::Sender<Way>,
    accepting: JoinHandle<()>,
}

/// Where new connections lead, and what became of those before.
#[derive(Clone, Copy)]
struct Way {
    target: SocketAddr,
    leaves_silent: bool,
}

impl Relay {
    /// Listens on `address`; a proxy waits for a CONNECT first.
    pub(crate) async fn start(address: SocketAddr, target: SocketAddr, is_proxy: bool) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = watch::channel(Way { target, leaves_silent: false });
        let accepting = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(relay(connection, receiver.clone(), is_proxy));
            }
        });
        Relay { address, way: sender, accepting }
    }

    /// Cuts all connections; new ones lead to `target`.
    pub(crate) fn lead_to(&self, target: SocketAddr) {
        self.way.send_replace(Way { target, leaves_silent: false });
    }

    /// Lets nothing pass any more on the connections that there are, which stay open; new ones work.
    pub(crate) fn silence(&self) {
        self.way.send_modify(|way| way.leaves_silent = true);
    }

    /// Cuts all connections and refuses new ones.
    pub(crate) async fn stop(self) -> SocketAddr {
        self.accepting.abort();
        let _ = self.accepting.await;
        self.address
    }
}

async fn relay(mut connection: TcpStream, mut way: watch::Receiver<Way>, is_proxy: bool) {
    if is_proxy {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = connection.read_u8().await else { return };
            head.push(byte);
        }
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    }
    let target = way.borrow_and_update().target;
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut connection, &mut far) => return,
        // Also when the relay has gone.
        _ = way.changed() => {}
    }
    if way.borrow_and_update().leaves_silent {
        while way.changed().await.is_ok() {}
    }
}
