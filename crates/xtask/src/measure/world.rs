//! A simulated world in a process of its own.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::subject::Subject;

/// A running simulator. At speed 1 it is as calm as a real stack, and is asked as often as one.
pub(super) struct World {
    process: Child,
    directory: tempfile::TempDir,
    control: String,
}

impl World {
    pub(super) fn start(subject: &Subject) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut command = subject.command();
        command.args(["sim", "--speed", "1", "--seed", "1", "--dir"]).arg(directory.path());
        let mut process = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
        let mut said = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut said)?;
        ensure!(said.trim() == "ready", "the simulator said {said:?}");
        let control: Value = serde_json::from_str(&fs::read_to_string(directory.path().join("control.json"))?)?;
        let control = control.get("address").and_then(Value::as_str).context("no address of the control")?.to_owned();
        Ok(Self { process, directory, control })
    }

    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn stack(&self) -> PathBuf {
        self.directory().join("stack.toml")
    }

    /// Puts every endpoint out of order in one way, or with `None` in order again.
    pub(super) fn fault(&self, fault: Option<&str>) -> anyhow::Result<()> {
        match fault {
            Some(fault) => self.post("/faults", fault),
            None => self.post("/heal", ""),
        }
    }

    fn post(&self, path: &str, body: &str) -> anyhow::Result<()> {
        let mut stream = TcpStream::connect(&self.control)?;
        let (control, length) = (&self.control, body.len());
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {control}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.split(' ').nth(1) == Some("200"), "the simulator answered {answer:?}");
        Ok(())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
