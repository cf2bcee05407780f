//! Runs the binary away from the user's own files and settings.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

/// A home of its own for one test.
pub struct Home {
    folder: tempfile::TempDir,
}

/// What came of a run.
pub struct Run {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evac"));
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.path()).env("PATH", "/usr/bin:/bin").env("RUST_BACKTRACE", "0");
        command.env("TMPDIR", self.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(self.command(arguments))
    }

    /// Runs a command, and writes this home as HOME in what it says.
    pub fn finish(&self, mut command: Command) -> Run {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("only UTF-8 is written");
            assert!(!text.chars().any(|character| character.is_control() && !"\n\t".contains(character)), "{text:?}");
            text.replace(&self.path().display().to_string(), "HOME")
        };
        Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Starts a simulator in `sim` of this home, and waits until it is ready.
    pub fn simulator(&self, arguments: &[&str]) -> Simulator {
        let mut command = self.command(&["sim", "--dir", "sim"]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Simulator { child, stdout }
    }
}

/// A simulator that runs as a child.
pub struct Simulator {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Simulator {
    /// Asks it to end, and tells its exit status and the rest of what it said.
    pub fn stop(mut self) -> (Option<i32>, String) {
        signal("TERM", self.child.id());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Already gone when it was stopped; then this does nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal.
pub fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(status.success());
}
