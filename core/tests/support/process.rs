//! Other processes. This test program again, which can be killed: it runs one test, which finds its task in the
//! environment and has nothing to do without one. And programs of the C tests.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use filestack_local::Service;
use serde::Serialize;
use serde::de::DeserializeOwned;

const TASK: &str = "FILESTACK_TEST_TASK";

/// A process that runs the test `test` of this program. It is killed when this value goes.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    pub(crate) fn start(test: &str, task: &impl Serialize) -> Self {
        Process::start_by(Command::new(std::env::current_exe().unwrap()), test, task)
    }

    /// Starts it in a network of its own, which it may change, where the machine allows that.
    pub(crate) fn start_in_namespace(test: &str, task: &impl Serialize) -> Self {
        let mut command = in_namespace();
        command.arg(std::env::current_exe().unwrap());
        Process::start_by(command, test, task)
    }

    fn start_by(mut command: Command, test: &str, task: &impl Serialize) -> Self {
        command.args([test, "--exact", "--nocapture"]).env(TASK, serde_json::to_string(task).unwrap());
        Process(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Kills it, as the system does: it can do nothing about that. Whether it had not ended by itself.
    pub(crate) fn kill(&mut self) -> bool {
        let was_running = !self.has_ended();
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        was_running
    }

    /// Waits for its end, for at most this long, and returns whether its test has passed.
    ///
    /// # Errors
    /// That it hangs.
    pub(crate) fn end(&mut self, longest: Duration) -> Result<bool, String> {
        let started = Instant::now();
        loop {
            match self.0.try_wait().unwrap() {
                Some(status) => return Ok(status.success()),
                None if started.elapsed() > longest => return Err("the process hangs".to_owned()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Why there can be no network for a process alone; `None` when there can.
pub(crate) fn missing_for_namespace() -> Option<String> {
    match in_namespace().args(["ip", "link", "set", "lo", "up"]).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(cause) => Some(format!("`unshare`: {cause}")),
    }
}

/// What comes before a command to run it in a network of its own.
fn in_namespace() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net"]);
    command
}

/// What a program of the C tests says, against this service and with these settings, when its tests have passed.
/// `variable` names its path; `make soak` builds it and says so.
///
/// # Errors
/// That it is not there.
pub(crate) fn said_by_c_program(
    variable: &str,
    service: &Service,
    settings: &[(&str, String)],
) -> Result<String, String> {
    let program = std::env::var_os(variable).ok_or("it takes `make soak`")?;
    let mut command = Command::new(program);
    command.env("FILESTACK_LOCAL_URL", service.url()).env("FILESTACK_LOCAL_APIKEY", service.api_key());
    let output = command.envs(settings.iter().cloned()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    Ok(said)
}

/// What this process is to do, when it is one of those.
pub(crate) fn task<T: DeserializeOwned>() -> Option<T> {
    std::env::var(TASK).ok().map(|text| serde_json::from_str(&text).unwrap())
}
