//! The program itself: announcement, commands, signals, and what survives its end.

mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use common::*;
use filestack_local::{Options, Service};
use reqwest::Client;
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_filestack-local");

/// A running program; killed when dropped.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("filestack-local listening on ").expect("one clear line").to_owned();
        Self { child, output, url }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    fn signal(&mut self, name: &str) -> std::process::ExitStatus {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Uploads one small part to a program and returns the handle.
async fn upload(client: &Client, url: &str, bytes: &[u8]) -> String {
    let call = |path: &str, body: serde_json::Value| {
        let request = client.post(format!("{url}{path}")).body(body.to_string()).send();
        async move {
            let (status, reply) = read_json(request.await.unwrap()).await;
            assert_eq!(status, 200, "{reply}");
            reply
        }
    };
    let start = json!({ "apikey": KEY, "filename": "a", "mimetype": "b/c", "size": bytes.len(), "store": { "location": "s3" } });
    let mut members = start.clone();
    for (name, value) in call("/multipart/start", start).await.as_object().unwrap() {
        members[name] = value.clone();
    }
    members["part"] = json!(1);
    let ticket = call("/multipart/upload", members.clone()).await;
    let mut put = client.put(ticket["url"].as_str().unwrap()).body(bytes.to_vec());
    for (name, value) in ticket["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    let etag = put.send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned();
    members["parts"] = json!([{ "part_number": 1, "etag": etag }]);
    call("/multipart/complete", members).await["handle"].as_str().unwrap().to_owned()
}

async fn download(client: &Client, url: &str, handle: &str) -> (u16, Vec<u8>) {
    let response = client.get(format!("{url}/{handle}")).send().await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn completed_files_survive_kill_and_unfinished_uploads_can_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let client = client(None);
    let bytes = noise(3 * MIB, 1);
    let mut first = Running::start(&["--data", data]);
    let handle = upload(&client, &first.url, &bytes).await;
    assert_eq!(first.signal("-KILL").signal(), Some(9));

    let mut second = Running::start(&["--data", data]);
    let (status, got) = download(&client, &second.url, &handle).await;
    assert_eq!((status, sha256(&got)), (200, sha256(&bytes)));
    assert_eq!(second.signal("-TERM").code(), Some(0));

    let third = Running::start(&["--data", data]);
    let (code, _, said) = run(&["--data", data], &["true"]);
    assert_eq!(code, Some(1), "a folder serves one service at a time");
    assert!(said.contains("is in use"), "{said}");
    assert_eq!(download(&client, &third.url, &handle).await.0, 200);
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let bytes = noise(PART + 100, 2);
    let before = start(options.clone());
    let upload = before.begin(bytes.len(), json!({})).await;
    let first = upload.put(1, &bytes[..PART], None).await;
    let mut ticket = upload.ticket(2, &bytes[PART..], None).await;
    let (begun, reply) = (upload.start.clone(), upload.reply.clone());
    let old_url = before.service.url().to_owned();
    drop(before);

    let after = start(options);
    // The port has changed; what was signed has not.
    let url = ticket["url"].as_str().unwrap().replace(&old_url, after.service.url());
    ticket["url"] = json!(url);
    let upload = Upload { fixture: &after, start: begun, reply };
    let second = upload.send(&ticket, &bytes[PART..]).await.unwrap().headers()["etag"].to_str().unwrap().to_owned();
    let parts = json!([{ "part_number": 1, "etag": first }, { "part_number": 2, "etag": second }]);
    let (status, reply) = upload.complete(json!({ "parts": parts })).await;
    assert_eq!(status, 200, "{reply}");
    let got = after.get(&format!("/{}", reply["handle"].as_str().unwrap())).await.bytes().await.unwrap();
    assert_eq!(sha256(&got), sha256(&bytes));
}

#[tokio::test]
async fn tls_with_the_printed_authority() {
    let mut running = Running::start(&["--tls"]);
    assert!(running.url.starts_with("https://127.0.0.1:"));
    let path = running.line().trim().strip_prefix("CA certificate: ").unwrap().to_owned();
    let pem = std::fs::read_to_string(&path).unwrap();
    let client = client(Some(&pem));
    let bytes = noise(MIB, 3);
    let handle = upload(&client, &running.url, &bytes).await;
    for host in ["127.0.0.1", "localhost"] {
        let (status, got) = download(&client, &running.url.replace("127.0.0.1", host), &handle).await;
        assert_eq!((status, sha256(&got)), (200, sha256(&bytes)), "{host}");
    }
    let stranger = common::client(None).get(&running.url).send().await;
    assert!(stranger.is_err(), "nobody else trusts it");
    assert_eq!(running.signal("-INT").code(), Some(0));
    assert!(!Path::new(&path).exists(), "the temporary folder goes with the service");
}

#[tokio::test]
async fn clients_must_show_a_certificate_of_the_given_authority() {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    let mut running = Running::start(&["--tls", "--tls-client-ca", path.to_str().unwrap()]);
    let ca_path = running.line().trim().strip_prefix("CA certificate: ").unwrap().to_owned();
    let pem = std::fs::read_to_string(ca_path).unwrap();
    assert!(client(Some(&pem)).get(&running.url).send().await.is_err());
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(Vec::new()).unwrap().signed_by(&key, &authority).unwrap();
    let known = common::client_with_certificate(&pem, certificate.der(), &key.serialize_der());
    assert_eq!(known.get(&running.url).send().await.unwrap().status(), 200);

    let (code, _, said) = run(&["--tls", "--tls-client-ca", "/missing/ca.pem"], &["true"]);
    assert!(code != Some(0) && said.contains("/missing/ca.pem"), "{said}");
}

/// Runs a command inside of the program: exit code, its output, and what the program said.
fn run(arguments: &[&str], command: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(PROGRAM).args(arguments).arg("--").args(command).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn commands_get_an_environment_and_give_their_exit_code() {
    let print = "echo $FILESTACK_LOCAL_URL,$FILESTACK_LOCAL_APIKEY,$FILESTACK_LOCAL_SECRET,$FILESTACK_LOCAL_CA; exit 7";
    let (code, output, said) = run(&["--secret", "S", "--apikey", "AK1", "--apikey", "AK2"], &["sh", "-c", print]);
    assert_eq!(code, Some(7));
    let url = said.trim().strip_prefix("filestack-local listening on ").expect("the announcement is on stderr");
    assert_eq!(output.trim(), format!("{url},AK1,S,"));
    let (code, output, _) =
        run(&["--tls"], &["sh", "-c", "test -n \"$FILESTACK_LOCAL_APIKEY\" && head -1 \"$FILESTACK_LOCAL_CA\""]);
    assert_eq!((code, output.trim()), (Some(0), "-----BEGIN CERTIFICATE-----"));
}

/// The names that Filestack's own tools use may hold the credentials of a real application.
#[test]
fn commands_find_key_and_secret_by_local_names_only() {
    const PRINT: &str = "env | grep -E '^FILESTACK_(LOCAL_)?(API_?KEY|(APP_)?SECRET)=' | sort";
    let both = [
        "FILESTACK_LOCAL_APIKEY=AK1",
        "FILESTACK_LOCAL_API_KEY=AK1",
        "FILESTACK_LOCAL_APP_SECRET=S",
        "FILESTACK_LOCAL_SECRET=S",
    ];
    let service = |arguments: &[&str]| {
        let mut service = Command::new(PROGRAM);
        service.args(["--apikey", "AK1"]).args(arguments).args(["--", "sh", "-c", PRINT]);
        for name in ["FILESTACK_API_KEY", "FILESTACK_APP_SECRET"] {
            service.env_remove(name);
        }
        service
    };
    let printed = |service: &mut Command| {
        let output = String::from_utf8(service.output().unwrap().stdout).unwrap();
        output.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(printed(&mut service(&["--secret", "S"])), both);
    let real = [("FILESTACK_API_KEY", "real"), ("FILESTACK_APP_SECRET", "hidden")];
    let expected = [&["FILESTACK_API_KEY=real", "FILESTACK_APP_SECRET=hidden"], &both[..]].concat();
    assert_eq!(printed(service(&["--secret", "S"]).envs(real)), expected);
    // What an outer service has set says nothing of this one.
    let outer =
        [("FILESTACK_LOCAL_APP_SECRET", "O"), ("FILESTACK_LOCAL_SECRET", "O"), ("FILESTACK_LOCAL_API_KEY", "O")];
    assert_eq!(printed(service(&[]).envs(outer)), both[..2]);
}

#[test]
fn commands_that_die_or_do_not_exist() {
    assert_eq!(run(&[], &["sh", "-c", "kill -9 $$"]).0, Some(137));
    assert_eq!(run(&[], &["sh", "-c", "kill -TERM $$"]).0, Some(143));
    assert_eq!(run(&[], &["/nonexistent/program"]).0, Some(127));
    assert_eq!(run(&[], &["/"]).0, Some(126));
    assert_eq!(run(&["--fault", "nonsense"], &["true"]).0, Some(2));
}

/// The reply to a signal is the command's business; tests of the SDK depend on a child that starts like any other.
#[test]
fn commands_start_with_default_signals() {
    let (_, status, _) = run(&[], &["cat", "/proc/self/status"]);
    let mask = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    const SIGPIPE: u64 = 1 << 12;
    assert_eq!(mask("SigIgn:") & SIGPIPE, 0);
    assert_eq!(mask("SigBlk:") & SIGPIPE, 0);
    let own = std::fs::read_to_string("/proc/self/status").unwrap();
    assert!(
        own.lines().any(|line| line
            .strip_prefix("SigIgn:")
            .is_some_and(|mask| { u64::from_str_radix(mask.trim(), 16).unwrap() & SIGPIPE != 0 })),
        "this process, a Rust program as well, ignores it"
    );
}

#[test]
fn termination_is_passed_on_to_the_command() {
    let script = "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    let mut child = Command::new(PROGRAM).args(["--", "sh", "-c", script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "caught\n");
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[tokio::test]
async fn services_start_and_stop_inside_of_a_runtime() {
    let fixture = start(Options::default());
    let data = fixture.service.data_dir().to_owned();
    assert_eq!(fixture.get("/").await.status(), 200);
    let url = fixture.url("/");
    let client = fixture.client.clone();
    drop(fixture);
    assert!(client.get(url).send().await.is_err());
    assert!(!data.exists());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    assert!(Service::start(Options { port, ..Options::default() }).is_err());
}

#[tokio::test]
async fn aliases_are_folders_that_have_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "by its alias").unwrap();
    let running = Running::start(&["--alias", &format!("work={}", folder.path().display())]);
    let response = client(None).get(format!("{}/{KEY}/src://work/a.txt", running.url)).send().await.unwrap();
    assert_eq!(read_text(response).await, (200, "by its alias".to_owned()));
    let missing = format!("work={}", folder.path().join("nosuch").display());
    let refused = Command::new(PROGRAM).args(["--alias", &missing]).output().unwrap();
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("alias work: "), "{text}");
}
