//! The program: a service in the foreground, or one around a command.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use clap::Parser as _;
use rustix::process::{Pid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::options::CommandLine;
use crate::server::Service;

/// The variables that have an accepted API key, and those that have the application's secret. Without LOCAL they are
/// Filestack's own, which may hold those of a real application: they are left alone.
const API_KEY_VARIABLES: [&str; 2] = ["FILESTACK_LOCAL_API_KEY", "FILESTACK_LOCAL_APIKEY"];
const SECRET_VARIABLES: [&str; 2] = ["FILESTACK_LOCAL_APP_SECRET", "FILESTACK_LOCAL_SECRET"];

/// Time for requests under way when the program is told to stop.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// Runs the program with the arguments of this process and returns its exit code.
pub fn run() -> ExitCode {
    let (options, command) = CommandLine::parse().into_parts();
    let secret = options.secret.clone();
    // The service has threads of its own; this runtime only waits for signals and for the command.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.and_then(|runtime| {
        runtime.block_on(async {
            // Before the service starts: a stop meanwhile must not leave its folder behind.
            let signals = Signals::catch()?;
            let service = Service::start(options)?;
            if command.is_empty() {
                wait_for_stop(service, signals).await
            } else {
                run_command(service, signals, secret.as_deref(), &command).await
            }
        })
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("filestack-local: {error}");
        ExitCode::FAILURE
    })
}

fn announce(service: &Service, mut to: impl Write) {
    // Whoever closed the stream does not want to know.
    let _ = writeln!(to, "filestack-local listening on {}", service.url());
    if let Some(path) = service.ca_path() {
        let _ = writeln!(to, "CA certificate: {}", path.display());
    }
    let _ = to.flush();
}

/// The signals that ask for an end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn catch() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }
}

async fn wait_for_stop(service: Service, mut signals: Signals) -> io::Result<ExitCode> {
    announce(&service, io::stdout());
    tokio::select! {
        _ = signals.interrupt.recv() => {}
        _ = signals.terminate.recv() => {}
    }
    service.stop(STOP_GRACE);
    Ok(ExitCode::SUCCESS)
}

/// Runs a command while the service is up; its exit code becomes ours.
///
/// The command starts with SIGPIPE at its default and an empty signal mask although this process ignores SIGPIPE,
/// as every Rust program does: `std::process::Command` resets both in the child between fork and exec, or through
/// the attributes of posix_spawn. `tests/program.rs` looks at a child's `/proc/self/status` to hold it to that.
async fn run_command(
    service: Service,
    mut signals: Signals,
    secret: Option<&str>,
    command: &[OsString],
) -> io::Result<ExitCode> {
    announce(&service, io::stderr());
    let Some((program, arguments)) = command.split_first() else { return Ok(ExitCode::FAILURE) };
    let mut prepared = tokio::process::Command::new(program);
    prepared.args(arguments).env("FILESTACK_LOCAL_URL", service.url());
    prepared.envs(API_KEY_VARIABLES.map(|name| (name, service.api_key())));
    // What an outer filestack-local has set must not describe this one.
    for name in SECRET_VARIABLES.into_iter().chain(["FILESTACK_LOCAL_CA"]) {
        prepared.env_remove(name);
    }
    prepared.envs(service.ca_path().map(|path| ("FILESTACK_LOCAL_CA", path)));
    prepared.envs(secret.into_iter().flat_map(|secret| SECRET_VARIABLES.map(|name| (name, secret))));
    let mut child = match prepared.spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("filestack-local: {}: {error}", program.display());
            // The codes that shells use.
            return Ok(ExitCode::from(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 }));
        }
    };
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            // The terminal sends Ctrl-C to the command as well: it decides, and this process waits for it.
            _ = signals.interrupt.recv() => {}
            _ = signals.terminate.recv() => {
                let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                if let Some(pid) = pid {
                    // It may have ended by itself in this very moment.
                    let _ = kill_process(pid, rustix::process::Signal::TERM);
                }
            }
        }
    };
    service.stop(STOP_GRACE);
    Ok(exit_code(status))
}

/// The command's exit code, or 128 and the signal that ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    ExitCode::from(u8::try_from(code & 0xff).unwrap_or(1))
}
