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
        post(&self.control, path, "application/json", body).map(drop)
    }

    /// What RDS tells in a region of what happened to its clusters, as it stands in the answer.
    pub(super) fn describe_events(&self, region: &str) -> anyhow::Result<String> {
        let state = get(&self.control, "/state")?;
        let state: Value = serde_json::from_str(&state)?;
        let endpoints = state.get("endpoints").and_then(Value::as_array).context("no endpoints")?;
        let is = |endpoint: &&Value| {
            let text = |name| endpoint.get(name).and_then(Value::as_str);
            (text("service"), text("region")) == (Some("rds"), Some(region))
        };
        let url = endpoints.iter().find(is).and_then(|endpoint| endpoint.get("url")?.as_str()).context("no RDS")?;
        let body = "Action=DescribeEvents&Version=2014-10-31&SourceType=db-cluster&Duration=60";
        post(url.trim_start_matches("http://"), "/", "application/x-www-form-urlencoded", body)
    }
}

fn get(address: &str, path: &str) -> anyhow::Result<String> {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
}

fn post(address: &str, path: &str, kind: &str, body: &str) -> anyhow::Result<String> {
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    exchange(address, &request)
}

/// The body of an answer.
fn exchange(address: &str, request: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.split(' ').nth(1) == Some("200"), "the simulator answered {answer:?}");
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

impl Drop for World {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
