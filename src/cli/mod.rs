//! The command line: one file a command, and what they share.

mod action;
pub mod arguments;
mod codes;
mod completions;
mod config;
mod context;
mod demo;
mod doctor;
mod failure;
mod log;
mod output;
mod screen;
pub(crate) mod session;
mod sim;
mod stack_file;
mod status;
mod stop;
mod table;

pub use failure::{Exit, Failure};

use std::{ffi::OsString, process::ExitCode};

use arguments::{Arguments, Command, ConfigCommand};
use clap::Parser;
use context::Context;
use output::Output;

/// Runs the program, and tells how its process ends. Nothing below here ends the process by itself, so that
/// whatever was begun is tidied up.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(told) => {
            // Help and version come this way too. Where nobody reads them, there is nobody to tell.
            let _ = told.print();
            let usage = told.exit_code() != 0;
            return ExitCode::from(if usage { Exit::Usage } else { Exit::Success }.code());
        }
    };
    let exit = run(arguments).unwrap_or_else(|failure| {
        output::tell(&failure.to_string());
        failure.exit
    });
    ExitCode::from(exit.code())
}

fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let Arguments { common, start, command } = arguments;
    let output = &mut Output::default();
    let context = || Context::load(&common);
    match command {
        None => screen::run(&context()?, start),
        Some(Command::Demo(arguments)) => demo::run(&context()?, &arguments),
        Some(Command::Sim(arguments)) => sim::run(arguments, &common, output),
        Some(Command::Status(arguments)) => status::run(&context()?, &arguments, output),
        Some(Command::Doctor(arguments)) => doctor::run(&context()?, &arguments, output),
        Some(Command::Plan(arguments)) => action::plan(&context()?, arguments, output),
        Some(Command::Switchover(act)) => action::act(&context()?, action::switchover(act.verb), act.consent, output),
        Some(Command::Failover(act)) => action::act(&context()?, action::failover(act.verb), act.consent, output),
        Some(Command::Failback(act)) => action::act(&context()?, action::failback(act.verb), act.consent, output),
        Some(Command::Restore(act)) => action::act(&context()?, action::restore(act.verb), act.consent, output),
        Some(Command::Recover(act)) => action::act(&context()?, action::recover(act.verb), act.consent, output),
        Some(Command::Drain(act)) => action::act(&context()?, action::drain(act.verb), act.consent, output),
        Some(Command::Undrain(act)) => action::act(&context()?, action::undrain(act.verb), act.consent, output),
        Some(Command::Runs(arguments)) => action::runs(&context()?, &arguments, output),
        Some(Command::Attach(arguments)) => action::attach(&context()?, arguments, output),
        Some(Command::Abort(arguments)) => action::abort(&context()?, arguments, output),
        Some(Command::Override(arguments)) => action::overriding(&context()?, arguments, output),
        Some(Command::Resume(arguments)) => action::resume(&context()?, arguments, output),
        Some(Command::HandOver(arguments)) => action::hand_over(&context()?, &arguments, output),
        Some(Command::Acknowledge(arguments)) => action::acknowledge(&context()?, &arguments, output),
        Some(Command::Runner(arguments)) => action::runner(&context()?, arguments),
        Some(Command::Config(ConfigCommand::Schema)) => config::schema(output),
        Some(Command::Config(command)) => config::run(&context()?, command, output),
        Some(Command::Codes(arguments)) => codes::run(&arguments, output),
        Some(Command::Completions { shell }) => completions::completions(shell, output),
        Some(Command::Man) => completions::manual(output),
    }
}
