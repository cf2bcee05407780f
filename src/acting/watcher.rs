//! The process that waits beside the one that works, and has its run gone on with should it end before the run does, so
//! that what must be closed is closed although nobody is there.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use evac_core::run::RunId;
use evac_engine::run::{RunLock, RunStore};

use super::{
    asker::say,
    request::{DESPITE_ABORT, GO, Said},
    runner::Task,
};

/// How long it waits before it has a run gone on with once more: the first worker is replaced at once, and a world in which
/// none gets far is given time.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// See the module.
pub struct Watcher {
    arguments: Vec<OsString>,
    store: RunStore,
    /// Whether whoever asked waits to hear how it went.
    listening: bool,
    /// Whether they have let it go: from then on the run is in this process's care.
    went: Arc<AtomicBool>,
    /// The run, once it is named, and whether it has begun or was gone on with.
    run: Option<RunId>,
    begun: bool,
    lock: Option<RunLock>,
}

/// How a worker ended.
struct Ended {
    /// Its exit status; `None` when it was killed.
    status: Option<u8>,
    /// Whether it said that the run is in other hands, or over.
    over: bool,
}

impl Watcher {
    /// One that keeps the files of a stack in a folder, and whose workers are told so by these arguments.
    pub fn new(state: &Path, arguments: Vec<OsString>) -> Self {
        let (store, went) = (RunStore::new(state), Arc::default());
        Self { arguments, store, listening: true, went, run: None, begun: false, lock: None }
    }

    /// Has a worker do the task, and has the run gone on with until it is over, was handed over, or is in other hands. The
    /// exit status is that of the last worker.
    ///
    /// # Errors
    /// When no worker can be started.
    pub fn watch_over(mut self, task: &Task) -> Result<u8, String> {
        let (mut task, mut pause) = (task.clone(), Duration::ZERO);
        let mut asker = Some(self.went.clone());
        loop {
            let since = Instant::now();
            let ended = self.has_done(&task, asker.take());
            let ended = ended.map_err(|error| format!("the worker cannot be started: {error}"))?;
            // Whoever asked and was told why not, or hears no more, can ask again.
            let killed_in_care = ended.status.is_none() && self.went.load(Ordering::Acquire);
            let run = match &self.run {
                Some(run) if (self.begun || killed_in_care) && !ended.over && self.is_open(run) => run.clone(),
                _ => return Ok(ended.status.unwrap_or(1)),
            };
            if since.elapsed() > LONGEST_PAUSE {
                pause = Duration::ZERO;
            }
            tracing::warn!(%run, status = ?ended.status, ?pause, "the worker ended before its run: another goes on");
            sleep(pause);
            pause = (pause * 2).clamp(PAUSE, LONGEST_PAUSE);
            task = Task::Resume { run, again: true, despite_abort: false };
        }
    }

    /// Whether a run has begun and somebody on this machine has to go on with it.
    fn is_open(&self, run: &RunId) -> bool {
        let state = self.store.open(run.as_str()).map(|folder| folder.state());
        matches!(state, Ok(Ok(state)) if state.finished.is_none() && state.handed_over.is_none())
    }

    /// Starts a worker, hears what it says, and waits for its end. The first one is asked by who asked this process; the
    /// others go on at once.
    fn has_done(&mut self, task: &Task, asker: Option<Arc<AtomicBool>>) -> std::io::Result<Ended> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["runner", "--worker"]).args(words(task)).args(&self.arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        match (child.stdin.take(), asker) {
            (Some(stdin), Some(went)) => hand_on(stdin, went),
            // A worker that has ended already leaves it to its exit status.
            (Some(mut stdin), None) => drop(writeln!(stdin, "{GO}")),
            (None, _) => {}
        }
        let mut over = false;
        let said = child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
        for line in said.map_while(Result::ok) {
            if self.listening {
                say(&line);
            }
            match serde_json::from_str(&line) {
                Ok(Said::Ready { run }) => self.run = Some(run),
                Ok(Said::Begun { run }) => {
                    (self.listening, self.begun) = (false, true);
                    self.lock = self.lock.take().or_else(|| self.store.open(run.as_str()).ok()?.watch_over().ok()?);
                }
                Ok(Said::Refused { .. }) => self.listening = false,
                Ok(Said::Failed { over: is_over, .. }) => (self.listening, over) = (false, is_over),
                Ok(Said::Waits { .. }) | Err(_) => {}
            }
        }
        let status = child.wait()?.code().map(|code| u8::try_from(code).unwrap_or(1));
        Ok(Ended { status, over })
    }
}

/// Hands what is asked on to a worker, line by line, and that nobody asks any more, which it hears as the end of them.
fn hand_on(mut worker: ChildStdin, went: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if line == GO {
                went.store(true, Ordering::Release);
            }
            if writeln!(worker, "{line}").is_err() {
                return;
            }
        }
    });
}

fn words(task: &Task) -> Vec<&str> {
    match task {
        Task::Begin => vec!["begin"],
        Task::Resume { run, again, despite_abort } => {
            let flags = [(*again, "--again"), (*despite_abort, DESPITE_ABORT)];
            let flags = flags.into_iter().filter_map(|(is_set, flag)| is_set.then_some(flag));
            ["resume", run.as_str()].into_iter().chain(flags).collect()
        }
    }
}
