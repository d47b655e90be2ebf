//! The `filestack-local` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    filestack_local::run()
}
