//! Child processes that are waited for by what they say, and that end with the test.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

/// A process that serves until it is dropped.
pub struct Server {
    name: String,
    process: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Server {
    /// Starts a process. Everything it says is read, so that it never waits for a full pipe.
    pub fn start(name: &str, mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        let (sender, lines) = channel();
        let pipes: [Option<Box<dyn Read + Send>>; 2] = [
            process.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
            process.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        ];
        for pipe in pipes.into_iter().flatten() {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    // Nobody listens any more once the server is dropped; the pipe is read to its end all the same.
                    let _ = sender.send(line);
                }
            });
        }
        Self { name: name.to_owned(), process, lines, said: Vec::new() }
    }

    /// Waits until a line says what is looked for.
    pub fn wait_for<T>(&mut self, patience: Duration, look: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let found = look(&line);
                    self.said.push(line);
                    if let Some(found) = found {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("{} is not ready in time: {:#?}", self.name, self.said),
                Err(RecvTimeoutError::Disconnected) => panic!("{} ended: {:#?}", self.name, self.said),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a process said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a process to its end, or kills it when its time is over.
pub fn run(name: &str, command: Command, patience: Duration) -> Said {
    try_run(command, patience).unwrap_or_else(|reason| panic!("{name}: {reason}"))
}

/// Runs a process to its end, or says why it could not be.
pub fn try_run(mut command: Command, patience: Duration) -> Result<Said, String> {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut process = spawned.map_err(|error| format!("cannot be started: {error}"))?;
    let (stdout, stderr) = (whole(process.stdout.take()), whole(process.stderr.take()));
    let deadline = Instant::now() + patience;
    let wait = |end: &Receiver<String>| end.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok();
    let (stdout, stderr) = (wait(&stdout), wait(&stderr));
    let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
        let _ = process.kill();
        let _ = process.wait();
        return Err(format!("still running after {patience:?}"));
    };
    let status = process.wait().map_err(|error| format!("cannot be waited for: {error}"))?;
    Ok(Said { status, stdout, stderr })
}

/// All that comes out of a pipe, once it has ended.
fn whole(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, end) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is what there is to show.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    end
}
