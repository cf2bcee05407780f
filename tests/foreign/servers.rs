//! The servers that nobody here wrote, each in a process of its own.

use std::{process::Command, time::Duration};

use serde_json::Value;
use tempfile::TempDir;

use super::{child::Server, python::Python};

/// How long a server may take to start: one loads ninety services, on a machine that may be busy with other things.
const STARTING: Duration = Duration::from_secs(10 * 60);

/// A server that serves until it is dropped.
pub struct Foreign {
    python: Python,
    home: TempDir,
    _server: Server,
    /// Where it serves everything.
    pub url: String,
}

impl Foreign {
    /// moto, empty.
    pub fn moto(python: Python) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = python.module("moto.server", home.path());
        command.args(["-H", "127.0.0.1", "-p", "0"]);
        Self::started("moto", python, home, command)
    }

    /// MiniStack, empty.
    pub fn ministack(python: Python) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = python.module("ministack", home.path());
        command
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", free_port().to_string())
            // It would start real databases where Docker runs, and listen for things and files.
            .env("DOCKER_HOST", "unix:///nonexistent")
            .env("IOT_MTLS_ENABLED", "false")
            .env("SFTP_ENABLED", "false");
        Self::started("MiniStack", python, home, command)
    }

    fn started(name: &str, python: Python, home: TempDir, command: Command) -> Self {
        let mut server = Server::start(name, command);
        let url = server.wait_for(STARTING, |line| {
            let (_, told) = line.split_once("Running on ")?;
            Some(told.split_whitespace().next()?.to_owned())
        });
        Self { python, home, _server: server, url }
    }

    /// Runs one of our scripts against the server, and reads the JSON that it prints.
    pub fn json(&self, script: &str, arguments: &[&str]) -> Value {
        self.python.json(script, self.home.path(), &[&[self.url.as_str()], arguments].concat())
    }

    /// A resolver of a region for a zone of the server, and its address.
    pub fn resolver(&self, zone: &str, region: &str) -> (Server, String) {
        let mut command = self.python.script("resolver.py", self.home.path());
        command.args([&self.url, zone, region]);
        let mut resolver = Server::start("resolver", command);
        let port = resolver.wait_for(STARTING, |line| line.strip_prefix("port ").map(str::to_owned));
        (resolver, format!("127.0.0.1:{port}"))
    }
}

/// A port that was free a moment ago. MiniStack takes none by itself.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
