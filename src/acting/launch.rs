//! Starts the process of a run. It lives on by itself: the terminal that it was started from may go at any moment. Until
//! it is told to go it has begun nothing, and who goes before has begun nothing either.

use std::{path::Path, process::Stdio};

use evac_core::{guard::Refusal, run::RunId};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{ChildStdin, ChildStdout, Command},
};

use super::request::{DESPITE_ABORT, GO, RunRequest, Said};
use crate::cli::session::OpenStack;

/// Why no run was begun.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotLaunched {
    /// There is no consent.
    #[error("{}", .0.problems.join("; "))]
    Refused(Box<Refusal>),
    /// Something else, in a line for a person.
    #[error("{0}")]
    Failed(String),
}

/// A process that is about to begin a run, or to go on with one. As long as it was not told to go it does neither, and
/// gives up when this is dropped.
pub struct Ready {
    run: RunId,
    process: Dialogue,
}

impl Ready {
    /// Lets it go, and waits until it has: from here on it goes on by itself.
    ///
    /// # Errors
    /// What came between, after all.
    pub async fn go(mut self) -> Result<RunId, NotLaunched> {
        // One that has ended meanwhile says why, or nothing at all, below.
        let _ = self.process.tell(GO).await;
        loop {
            match self.process.hear().await? {
                Some(Said::Begun { run }) => return Ok(run),
                Some(Said::Refused { refusal }) => return Err(NotLaunched::Refused(refusal)),
                Some(Said::Failed { why, .. }) => return Err(NotLaunched::Failed(why)),
                // Another worker may have taken the place of the first.
                Some(Said::Waits { .. } | Said::Ready { .. }) => {}
                // Whoever was to say it may have been killed beside a worker that lives.
                None => {
                    let run = &self.run;
                    let why = format!("its process ended without a word: whether {run} goes on, `evac runs` tells");
                    return Err(self.process.failure(&why));
                }
            }
        }
    }
}

/// Starts a process that begins the run that is asked for, and waits until it is ready to. What it waits for is told.
pub(super) async fn begin(
    opened: &OpenStack,
    request: &RunRequest,
    waits: impl FnMut(&str) + Send,
) -> Result<Ready, NotLaunched> {
    let request = serde_json::to_string(request).map_err(|error| NotLaunched::Failed(error.to_string()))?;
    start(opened, &["begin"], Some(&request), waits).await
}

/// Starts a process that goes on with a run, and waits until it is ready to.
pub(super) async fn resume(
    opened: &OpenStack,
    run: &RunId,
    despite_abort: bool,
    waits: impl FnMut(&str) + Send,
) -> Result<Ready, NotLaunched> {
    let what = ["resume", run.as_str(), DESPITE_ABORT];
    start(opened, if despite_abort { &what } else { &what[..2] }, None, waits).await
}

async fn start(
    opened: &OpenStack,
    what: &[&str],
    request: Option<&str>,
    mut waits: impl FnMut(&str) + Send,
) -> Result<Ready, NotLaunched> {
    let mut process = Dialogue::begin(opened, what)?;
    if let Some(request) = request {
        // A process that ended at once says why, or nothing at all, below.
        let _ = process.tell(request).await;
    }
    loop {
        match process.hear().await? {
            Some(Said::Waits { on }) => waits(&on),
            Some(Said::Ready { run }) => return Ok(Ready { run, process }),
            Some(Said::Refused { refusal }) => return Err(NotLaunched::Refused(refusal)),
            Some(Said::Failed { why, .. }) => return Err(NotLaunched::Failed(why)),
            Some(Said::Begun { .. }) | None => {
                return Err(process.failure("its process ended without a word, and nothing was begun"));
            }
        }
    }
}

/// The talk with the process of a run.
struct Dialogue {
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    log: String,
}

impl Dialogue {
    fn begin(opened: &OpenStack, what: &[&str]) -> Result<Self, NotLaunched> {
        let failed =
            |error: std::io::Error| NotLaunched::Failed(format!("the process of the run cannot be started: {error}"));
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        let path = |path: &Path| path.as_os_str().to_owned();
        command.arg("runner").args(what);
        command.arg("--stack").arg(path(&opened.file));
        command.arg("--state").arg(path(opened.state())).arg("--cache").arg(path(opened.cache()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(failed)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let stdout = stdout.ok_or_else(|| failed(std::io::ErrorKind::BrokenPipe.into()))?;
        // It is waited for beside all else, so that no dead process is left beside a screen that lives for days.
        tokio::spawn(async move { child.wait().await });
        let log = opened.state().join("evac.log").display().to_string();
        Ok(Self { stdin, lines: BufReader::new(stdout).lines(), log })
    }

    async fn tell(&mut self, line: &str) -> std::io::Result<()> {
        let Some(stdin) = &mut self.stdin else { return Ok(()) };
        stdin.write_all(format!("{line}\n").as_bytes()).await?;
        stdin.flush().await
    }

    /// The next that it says; `None` when it says nothing more.
    async fn hear(&mut self) -> Result<Option<Said>, NotLaunched> {
        let line = self.lines.next_line().await.map_err(|error| NotLaunched::Failed(error.to_string()))?;
        Ok(line.and_then(|line| serde_json::from_str(&line).ok()))
    }

    fn failure(&self, why: &str) -> NotLaunched {
        NotLaunched::Failed(format!("{why}; its log is {}", self.log))
    }
}
