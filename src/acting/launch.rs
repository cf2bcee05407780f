//! Starts the process of a run. It lives on by itself: the terminal that it was started from may go at any moment.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use evac_core::{guard::Refusal, run::RunId};

use super::request::{RunRequest, Said};
use crate::cli::session::OpenStack;

/// How the start of a run's process went.
#[derive(Debug, Clone, PartialEq)]
pub enum Launched {
    /// The run has begun, and its process goes on.
    Begun(RunId),
    /// There is no consent.
    Refused(Box<Refusal>),
}

/// Starts a process that begins the run that is asked for.
pub(super) fn begin(opened: &OpenStack, request: &RunRequest) -> Result<Launched, String> {
    let request = serde_json::to_string(request).map_err(|error| error.to_string())?;
    start(opened, &["begin"], &request)
}

/// Starts a process that goes on with a run.
pub(super) fn resume(opened: &OpenStack, run: &RunId) -> Result<Launched, String> {
    start(opened, &["resume", run.as_str()], "")
}

/// Blocks until the process has said how it went, which takes as long as a full picture of the stack.
fn start(opened: &OpenStack, what: &[&str], input: &str) -> Result<Launched, String> {
    let failed = |error: std::io::Error| format!("the process of the run cannot be started: {error}");
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    let path = |path: &Path| path.as_os_str().to_owned();
    command.arg("runner").args(what);
    command.arg("--stack").arg(path(&opened.file));
    command.arg("--state").arg(path(opened.state())).arg("--cache").arg(path(opened.cache()));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ended at once says why, or nothing at all, below.
        let _ = stdin.write_all(input.as_bytes());
    }
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
    }
    // It is waited for in a thread, so that no dead process is left beside a screen that lives for days.
    std::thread::spawn(move || child.wait());
    match serde_json::from_str(&line) {
        Ok(Said::Begun { run }) => Ok(Launched::Begun(run)),
        Ok(Said::Refused { refusal }) => Ok(Launched::Refused(refusal)),
        Ok(Said::Failed { why }) => Err(why),
        // Whoever was to say it may have been killed beside a worker that lives.
        Err(_) => Err(format!(
            "the process of the run ended without a word: whether the run has begun, `evac runs` tells; its log is {}",
            opened.state().join("evac.log").display()
        )),
    }
}
