//! The process that waits beside the one that works, and has its run gone on with should it be killed, so that what must
//! be closed is closed although nobody is there.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    asker::say,
    request::{GO, Said},
    runner::Task,
};

/// How often a worker that was killed is replaced.
const REPLACEMENTS: u32 = 5;

/// Has a worker do the task, and replaces it when it is killed. The exit status is that of the last worker.
pub fn watch_over(task: &Task, arguments: &[OsString]) -> Result<u8, String> {
    let failed = |error: std::io::Error| format!("the worker cannot be started: {error}");
    let program = std::env::current_exe().map_err(failed)?;
    let mut task = task.clone();
    // From when whoever asks has let it go, the run is in this process's care.
    let went = Arc::new(AtomicBool::new(false));
    // They listen until they have heard how it went.
    let mut listening = true;
    for turn in 0..=REPLACEMENTS {
        let mut command = Command::new(&program);
        command.args(["runner", "--worker"]).args(words(&task)).args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
        match child.stdin.take() {
            Some(stdin) if turn == 0 => hand_on(stdin, went.clone()),
            // A worker that has ended already leaves it to its exit status.
            Some(mut stdin) => drop(writeln!(stdin, "{GO}")),
            None => {}
        }
        let said = child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
        for line in said.map_while(Result::ok) {
            if listening {
                say(&line);
            }
            match serde_json::from_str(&line) {
                Ok(Said::Ready { run }) => task = Task::Resume(run),
                Ok(Said::Begun { .. } | Said::Refused { .. } | Said::Failed { .. }) => listening = false,
                Ok(Said::Waits { .. }) | Err(_) => {}
            }
        }
        let ended = child.wait().map_err(failed)?;
        match (ended.code(), &task) {
            (Some(code), _) => return Ok(u8::try_from(code).unwrap_or(1)),
            (None, Task::Resume(run)) if went.load(Ordering::Acquire) => {
                tracing::warn!(%run, "the worker was killed; the run goes on with another");
            }
            // Killed before it began anything: whoever asked hears no more, and can ask again.
            (None, _) => return Ok(1),
        }
    }
    Ok(1)
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

fn words(task: &Task) -> Vec<String> {
    match task {
        Task::Begin => vec!["begin".to_owned()],
        Task::Resume(run) => vec!["resume".to_owned(), run.as_str().to_owned()],
    }
}
