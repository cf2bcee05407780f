//! The `evac` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    evac::cli::main(std::env::args_os())
}
