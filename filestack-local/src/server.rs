//! The listener, its connections, and how both come to an end.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::connection::certificates;
use crate::connection::{Connection, Fate};
use crate::faults::Rule;
use crate::options::{DEFAULT_API_KEY, Options};
use crate::recording::RecordedRequest;
use crate::routes;
use crate::state::{self, Shared, State};

/// A client that has not sent a request's head by then is let go.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// Time for disk work under way when the service stops.
const BLOCKING_GRACE: Duration = Duration::from_secs(10);

/// A running service. It has threads of its own, so it can be started from plain and from asynchronous code alike;
/// dropping it cuts every connection and waits until the threads are gone.
///
/// ```
/// let service = filestack_local::Service::start(filestack_local::Options::default())?;
/// assert!(service.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Service {
    url: String,
    authority: Option<Authority>,
    data_dir: PathBuf,
    api_key: String,
    state: Shared,
    stop: Option<oneshot::Sender<Duration>>,
    thread: Option<JoinHandle<()>>,
    /// Removed last, after the threads that use it.
    _temporary: Option<tempfile::TempDir>,
}

/// The certificate authority of a service with TLS.
#[derive(Debug)]
struct Authority {
    pem: String,
    path: PathBuf,
}

impl Service {
    /// Starts a service and returns when it accepts connections.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or the data folder cannot be used.
    pub fn start(options: Options) -> io::Result<Self> {
        let temporary = match &options.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("filestack-local-").tempdir()?),
        };
        let root = options.data.clone().or_else(|| temporary.as_ref().map(|folder| folder.path().to_owned()));
        let root = root.unwrap_or_default();
        let wanted = SocketAddr::new(options.listen, options.port);
        let listener = std::net::TcpListener::bind(wanted).map_err(|error| state::about(wanted, &error))?;
        listener.set_nonblocking(true)?;
        let address = reachable(listener.local_addr()?);
        let certificates = if options.tls {
            Some(certificates::make(options.listen, &options.tls_names, options.tls_client_ca.as_deref())?)
        } else {
            None
        };
        let ca_pem = certificates.as_ref().map(|certificates| certificates.ca_pem.as_str());
        state::prepare(&root).map_err(|error| state::about(root.display(), &error))?;
        let shared = Arc::new(State::open(&options, &root, address.to_string(), ca_pem)?);
        let (tls, authority) = if let Some(certificates) = certificates {
            let path = std::path::absolute(root.join("ca.pem"))?;
            std::fs::write(&path, &certificates.ca_pem).map_err(|error| state::about(path.display(), &error))?;
            (Some(TlsAcceptor::from(certificates.server)), Some(Authority { pem: certificates.ca_pem, path }))
        } else {
            (None, None)
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("filestack-local")
            .enable_all()
            .build()?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let router = routes::router(Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("filestack-local".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, tls, router, stopped));
            runtime.shutdown_timeout(BLOCKING_GRACE);
        })?;
        Ok(Self {
            url: format!("{}://{address}", if authority.is_some() { "https" } else { "http" }),
            authority,
            data_dir: root,
            api_key: options.api_keys.first().cloned().unwrap_or_else(|| DEFAULT_API_KEY.to_owned()),
            state: shared,
            stop: Some(stop),
            thread: Some(thread),
            _temporary: temporary,
        })
    }

    /// The origin of the service, such as `http://127.0.0.1:40123`, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The PEM text of the certificate authority; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.pem.as_str())
    }

    /// The file that holds [`ca_pem`](Self::ca_pem).
    pub fn ca_path(&self) -> Option<&Path> {
        self.authority.as_ref().map(|authority| authority.path.as_path())
    }

    /// The folder with files and records.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// An API key that the service accepts.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Adds a fault rule after those that are there.
    pub fn add_fault(&self, rule: Rule) {
        self.state.faults.add(vec![rule]);
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.state.faults.clear();
    }

    /// The fault rules, each with the number of requests that matched its method and glob so far.
    pub fn faults(&self) -> Vec<(Rule, u64)> {
        self.state.faults.list()
    }

    /// The requests so far, oldest first; the latest [`Options::kept_requests`] are kept.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests.since(0)
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.state.requests.clear();
    }

    /// Stops listening, gives requests under way `grace` to finish, and returns when all threads are gone.
    pub fn stop(mut self, grace: Duration) {
        self.end(grace);
    }

    fn end(&mut self, grace: Duration) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself; then there is nobody to tell.
            let _ = stop.send(grace);
        }
        if let Some(thread) = self.thread.take() {
            // A panic there was reported when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.end(Duration::ZERO);
    }
}

/// An address that clients on this machine can use.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stopped: oneshot::Receiver<Duration>,
) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let grace = loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connect(stream, peer, tls.clone(), router.clone(), graceful.watcher()));
                }
                // Out of descriptors, most likely: those of other connections become free.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
            grace = &mut stopped => break grace.unwrap_or_default(),
        }
    };
    drop(listener);
    // What is not done by then is cut when the tasks are dropped with the runtime.
    let _ = tokio::time::timeout(grace, graceful.shutdown()).await;
}

async fn connect(stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, router: Router, watcher: Watcher) {
    // Replies are written in one go; waiting for more to send only costs time.
    let _ = stream.set_nodelay(true);
    let fate = Fate::new(peer);
    let connection = Connection::new(stream, fate.clone());
    match tls {
        None => speak(connection, fate, router, watcher).await,
        Some(tls) => {
            if let Ok(Ok(connection)) = tokio::time::timeout(HEAD_TIMEOUT, tls.accept(connection)).await {
                speak(connection, fate, router, watcher).await;
            }
        }
    }
}

/// Speaks HTTP/1.1 or HTTP/2 until either side has had enough.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    fate: Fate,
    router: Router,
    watcher: Watcher,
) {
    let fate_of_requests = fate.clone();
    let was_asked = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&was_asked);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(fate_of_requests.clone());
        router.clone().oneshot(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    // hyper waits without end for the bytes that tell which version of HTTP it is.
    let silence = async {
        tokio::time::sleep(HEAD_TIMEOUT).await;
        if was_asked.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        // A client that goes away in the middle is its own business.
        _ = watcher.watch(connection) => {}
        () = fate.sealed() => {}
        () = silence => {}
    }
}
