//! Proxies over HTTP and SOCKS: what passes through them, and what is said when they do not let a request through.

mod support;

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use filestack_core::{Client, ClientOptions, Error, ErrorKind, Operation, RequestOptions};
use support::{Scripted, request_options};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "hunter2";

/// A proxy that a test writes itself.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Runs `serve` for each connection.
    async fn start<F: Future<Output = ()> + Send + 'static>(
        serve: impl Fn(TcpStream) -> F + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(connection));
            }
        });
        Server { address, connections }
    }

    /// Answers every request head with the same bytes.
    async fn canned(answer: &'static str) -> Self {
        Server::start(move |mut connection| async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match connection.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => return,
                }
            }
            let _ = connection.write_all(answer.as_bytes()).await;
        })
        .await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn client(proxy: &str, url: &str) -> Client {
    let mut options = ClientOptions::new();
    options.set_base_url(url).unwrap();
    options.set_retry_delay(Duration::from_millis(1), Duration::from_millis(2)).unwrap();
    options.set_proxy(proxy).unwrap();
    Client::new(Some("K"), options).unwrap()
}

/// The outcome of one call, and how often it was tried again.
async fn get(proxy: &str, url: &str) -> (Result<Vec<u8>, Error>, u32) {
    let operation = Operation::new();
    let file = client(proxy, url).filelink("H", None).unwrap();
    let outcome = file.get_content(&request_options(&operation)).await;
    (outcome, operation.progress().retries)
}

/// The failure of a call, which names the proxy and shows no secret.
async fn failure(proxy: &str, url: &str) -> Error {
    let error = get(proxy, url).await.0.unwrap_err();
    let place = proxy.rsplit(['@', '/']).next().unwrap();
    assert!(error.message().contains(&format!("the proxy {place}")), "{error}");
    assert!(!error.message().contains(SECRET) && !error.message().contains("me:"), "{error}");
    error
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_is_the_same_error_for_http_and_https() {
    let proxy = Server::canned(
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 40\r\nConnection: close\r\n\r\n\
         Proxy-Authorization: Basic bWU6aHVudGVyMg",
    )
    .await;
    let with_password = format!("http://me:{SECRET}@{}", proxy.address);
    let without = format!("http://{}", proxy.address);
    let mut messages = Vec::new();
    for url in ["http://service.example:1", "https://service.example:1"] {
        for (proxy_url, words) in [(&with_password, "refuses the user or the password"), (&without, "demands a user")] {
            let before = proxy.connections();
            let (outcome, retries) = get(proxy_url, url).await;
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.http_status()), (ErrorKind::Auth, Some(407)), "{error}");
            assert!(!error.is_retryable() && error.service_text().is_none());
            assert_eq!((retries, proxy.connections() - before), (0, 1), "{url}");
            let message = error.message().to_owned();
            assert!(message.contains(&proxy.address.to_string()) && message.contains(words), "{message}");
            assert!(!message.contains("service.example") && !message.contains("bWU6"), "{message}");
            messages.push(message);
        }
    }
    assert_eq!(messages[..2], messages[2..], "the same for both");
}

#[tokio::test]
async fn a_407_of_the_service_itself_is_not_the_proxys() {
    let service = Server::canned("HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    let mut options = ClientOptions::new();
    options.set_base_url(&format!("http://{}", service.address)).unwrap();
    let file = Client::new(Some("K"), options).unwrap().filelink("H", None).unwrap();
    let error = file.get_content(&RequestOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Http, Some(407)));
}

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_named() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for scheme in ["http", "socks5", "socks5h", "socks4", "socks4a"] {
        for url in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
            let error = failure(&format!("{scheme}://me:{SECRET}@{closed}"), url).await;
            assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
            assert!(error.is_retryable());
            assert!(!error.message().contains("127.0.0.1:1 ") && !error.message().ends_with("127.0.0.1:1"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_proxys_name_that_is_unknown_is_named() {
    for url in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
        let error = failure(&format!("http://me:{SECRET}@no-such-proxy.invalid:3128"), url).await;
        assert_eq!(error.kind(), ErrorKind::Dns, "{error}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_connect_is_named() {
    for answer in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
        "",
    ] {
        let proxy = Server::canned(answer).await;
        let error = failure(&format!("http://me:{SECRET}@{}", proxy.address), "https://service.example:1").await;
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert!(error.message().contains("does not connect to service.example:1"), "{error}");
    }
}

/// Over HTTPS to the proxy: this one speaks plain HTTP, and another shows an unknown certificate.
#[tokio::test]
async fn a_proxy_whose_tls_fails_is_named() {
    let plain = Server::start(|mut connection| async move {
        let mut greeting = [0; 64];
        let _ = connection.read_exact(&mut greeting).await;
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = connection.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let options = filestack_local::Options { tls: true, ..filestack_local::Options::default() };
    let unknown = filestack_local::Service::start(options).unwrap();
    let unknown = unknown.url().strip_prefix("https://").unwrap();
    for (place, words) in [(plain.address.to_string(), "plain HTTP"), (unknown.to_owned(), "cannot be trusted")] {
        for url in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
            let error = failure(&format!("https://{place}"), url).await;
            assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
            assert!(error.message().contains(words), "{error}");
        }
    }
}

/// A tunnel that stands, and a service behind it that is not trusted.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_behind_a_proxy_names_both() {
    let options = filestack_local::Options { tls: true, ..filestack_local::Options::default() };
    let service = filestack_local::Service::start(options).unwrap();
    let host = service.url().strip_prefix("https://").unwrap().to_owned();
    let target = host.clone();
    let proxy = Server::start(move |mut connection| {
        let target = target.clone();
        async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(connection.read_u8().await.unwrap());
            }
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let mut service = TcpStream::connect(target).await.unwrap();
            let _ = copy_bidirectional(&mut connection, &mut service).await;
        }
    })
    .await;
    let error = failure(&format!("http://{}", proxy.address), service.url()).await;
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.message().contains(&format!("{host} through the proxy")), "{error}");
}

/// What a client has asked a SOCKS proxy for.
#[derive(Debug, PartialEq)]
enum Asked {
    Address(Vec<u8>),
    Name(String),
}

/// Reads the greeting of SOCKS 5 and what the client wants, connects to `target` and answers with `code`.
async fn serve_socks5(
    mut connection: TcpStream,
    target: String,
    code: u8,
    asked: Arc<Mutex<Vec<Asked>>>,
) -> std::io::Result<()> {
    let mut head = [0; 2];
    connection.read_exact(&mut head).await?;
    let mut methods = vec![0; usize::from(head[1])];
    connection.read_exact(&mut methods).await?;
    if methods.contains(&2) {
        connection.write_all(&[5, 2]).await?;
        let mut given = vec![connection.read_u8().await?];
        for _ in 0..2 {
            let mut word = vec![0; usize::from(connection.read_u8().await?)];
            connection.read_exact(&mut word).await?;
            given.extend(word);
        }
        let is_right = given == [b"\x01me".as_slice(), SECRET.as_bytes()].concat();
        connection.write_all(&[1, u8::from(!is_right)]).await?;
    } else {
        connection.write_all(&[5, 0]).await?;
    }
    let mut request = [0; 4];
    connection.read_exact(&mut request).await?;
    let size = match request[3] {
        1 => 4,
        4 => 16,
        _ => usize::from(connection.read_u8().await?),
    };
    let mut host = vec![0; size];
    connection.read_exact(&mut host).await?;
    let _port = connection.read_u16().await?;
    asked.lock().unwrap().push(match request[3] {
        3 => Asked::Name(String::from_utf8(host).unwrap()),
        _ => Asked::Address(host),
    });
    connection.write_all(&[5, code, 0, 1, 127, 0, 0, 1, 0, 1]).await?;
    if code == 0 {
        let mut service = TcpStream::connect(target).await?;
        copy_bidirectional(&mut connection, &mut service).await?;
    }
    Ok(())
}

/// A SOCKS 5 proxy whose every connection leads to `target`.
async fn socks5(target: &str, code: u8) -> (Server, Arc<Mutex<Vec<Asked>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (target, noted) = (target.to_owned(), Arc::clone(&asked));
    let server = Server::start(move |connection| {
        let (target, noted) = (target.clone(), Arc::clone(&noted));
        async move { drop(serve_socks5(connection, target, code, noted).await) }
    })
    .await;
    (server, asked)
}

#[tokio::test]
async fn everything_goes_through_a_socks_proxy() {
    let service = Scripted::start(|_, _, _| "content").await;
    let target = service.url.strip_prefix("http://").unwrap();
    let (proxy, asked) = socks5(target, 0).await;
    let place = proxy.address;
    for (proxy, url, expected) in [
        (format!("socks5://{place}"), "http://127.0.0.1:9", Asked::Address(vec![127, 0, 0, 1])),
        (format!("socks5://me:{SECRET}@{place}"), "http://127.0.0.1:9", Asked::Address(vec![127, 0, 0, 1])),
        (format!("socks5://{place}"), "http://[::1]:9", Asked::Address(Ipv6Addr::LOCALHOST.octets().to_vec())),
        (format!("socks5h://{place}"), "http://service.invalid:9", Asked::Name("service.invalid".into())),
        (format!("socks5h://me:{SECRET}@{place}"), "http://service.invalid", Asked::Name("service.invalid".into())),
    ] {
        assert_eq!(get(&proxy, url).await.0.unwrap(), b"content", "{proxy}");
        assert_eq!(asked.lock().unwrap().pop().unwrap(), expected, "{proxy}");
    }
    assert_eq!(proxy.connections(), 5);
}

#[tokio::test]
async fn a_socks_proxy_of_version_4_is_spoken_with() {
    let service = Scripted::start(|_, _, _| "content").await;
    let target = service.url.strip_prefix("http://").unwrap().to_owned();
    let proxy = Server::start(move |mut connection| {
        let target = target.clone();
        async move {
            let mut request = [0; 8];
            connection.read_exact(&mut request).await.unwrap();
            assert_eq!(request, [4, 1, 0, 9, 127, 0, 0, 1]);
            while connection.read_u8().await.unwrap() != 0 {}
            connection.write_all(&[0, 90, 0, 0, 0, 0, 0, 0]).await.unwrap();
            let mut service = TcpStream::connect(target).await.unwrap();
            let _ = copy_bidirectional(&mut connection, &mut service).await;
        }
    })
    .await;
    assert_eq!(get(&format!("socks4://{}", proxy.address), "http://127.0.0.1:9").await.0.unwrap(), b"content");
}

#[tokio::test]
async fn a_socks_proxy_that_refuses_is_named() {
    let (proxy, _) = socks5("127.0.0.1:1", 2).await;
    let error = failure(&format!("socks5h://me:{SECRET}@{}", proxy.address), "http://service.invalid:9").await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains("does not connect to service.invalid:9"), "{error}");

    let before = proxy.connections();
    let error = failure(&format!("socks5h://me:wrong@{}", proxy.address), "http://service.invalid:9").await;
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    assert!(!error.is_retryable() && error.message().contains("refuses the user or the password"), "{error}");
    assert_eq!(proxy.connections() - before, 1, "a wrong password is tried once");

    let strict = Server::start(|mut connection| async move {
        let mut greeting = [0; 3];
        let _ = connection.read_exact(&mut greeting).await;
        let _ = connection.write_all(&[5, 0xff]).await;
    })
    .await;
    let error = failure(&format!("socks5://{}", strict.address), "http://127.0.0.1:9").await;
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    assert!(error.message().contains("demands a user and a password"), "{error}");

    let odd = Server::start(|mut connection| async move {
        let mut greeting = [0; 3];
        let _ = connection.read_exact(&mut greeting).await;
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let error = failure(&format!("socks5://{}", odd.address), "http://127.0.0.1:9").await;
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
}

/// `socks5` looks names up here, so that an unknown one is not the proxy's fault.
#[tokio::test]
async fn a_name_that_is_looked_up_before_a_socks_proxy_is_the_services() {
    let (proxy, asked) = socks5("127.0.0.1:1", 0).await;
    let error = get(&format!("socks5://{}", proxy.address), "http://service.invalid:9").await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Dns, "{error}");
    assert!(error.message().contains("service.invalid:9 through the proxy"), "{error}");
    assert!(asked.lock().unwrap().is_empty());
}
