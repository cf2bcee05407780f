//! The program under test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{PATIENCE, child::Server, list, python::isolate, text};

/// A command that runs evac and finds nothing of the user's own.
pub fn evac(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evac"));
    isolate(&mut command, home);
    command
}

/// A simulated world that serves until it is dropped.
pub struct Simulator {
    server: Server,
    folder: tempfile::TempDir,
}

impl Simulator {
    /// Starts a world in which so many seconds pass each second, and waits until it serves.
    pub fn start(speed: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = evac(folder.path());
        command.args(["sim", "--seed", "1", "--speed", &speed.to_string(), "--dir"]).arg(folder.path().join("world"));
        let mut server = Server::start("evac sim", command);
        server.wait_for(PATIENCE, |line| (line.trim() == "ready").then_some(()));
        Self { server, folder }
    }

    /// An empty home folder for clients.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of a service in a region.
    pub fn endpoint(&self, service: &str, region: &str) -> String {
        let control: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(self.file("control.json")).unwrap()).unwrap();
        let mut endpoints = list(&control, "/endpoints").iter();
        let found = endpoints.find(|endpoint| endpoint["service"] == service && endpoint["region"] == region);
        text(found.unwrap_or_else(|| panic!("{service} in {region}: {control:#}")), "/url").to_owned()
    }

    /// The address of the control API.
    pub fn control(&self) -> String {
        let control: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(self.file("control.json")).unwrap()).unwrap();
        text(&control, "/address").to_owned()
    }

    /// A file that the simulator wrote.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("world").join(name)
    }
}
