//! An operator at a machine: a home folder, and the program.

use std::{fs, path::PathBuf, process::Command};

use serde_json::Value;

use crate::{
    foreign::{
        PATIENCE,
        child::{Said, run},
        evac::evac,
        text,
    },
    world::{HURRY, World},
};

/// See the module.
pub struct Desk<'a> {
    world: &'a World,
    home: tempfile::TempDir,
}

/// A plan that was made at a desk.
pub struct Planned {
    verb: Vec<String>,
    /// The plan with its notes, as `--json` writes it.
    pub document: Value,
}

impl Planned {
    /// Its hash.
    pub fn hash(&self) -> &str {
        text(&self.document, "/hash")
    }

    /// The codes of the notes that block it.
    pub fn blockers(&self) -> Vec<&str> {
        let notes = self.document["notes"].as_array().unwrap().iter();
        notes.filter(|note| note["severity"] == "block").map(|note| text(note, "/code")).collect()
    }
}

impl<'a> Desk<'a> {
    /// A desk on a machine that has seen nothing yet.
    pub fn new(world: &'a World) -> Self {
        Self { world, home: tempfile::tempdir().unwrap() }
    }

    /// The program, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = evac(self.home.path());
        command.env("EVAC_STACK", self.world.file("stack.toml")).env("LOGNAME", "ada").args(arguments);
        command
    }

    /// Runs the program to its end.
    pub fn evac(&self, arguments: &[&str]) -> Said {
        run(&format!("evac {}", arguments.join(" ")), self.command(arguments), PATIENCE)
    }

    /// Runs the program, which must end well, and gives what it wrote.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> String {
        let said = self.evac(arguments);
        assert!(said.status.success(), "evac {}: {said:#?}\n{}", arguments.join(" "), self.log());
        said.stdout
    }

    /// Makes a plan. Its notes are looked at by whoever cares.
    #[track_caller]
    pub fn plan(&self, verb: &[&str]) -> Planned {
        let said = self.evac(&[&["plan", "--json"], verb].concat());
        let document = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:#?}"));
        Planned { verb: verb.iter().map(|word| (*word).to_owned()).collect(), document }
    }

    /// The words that consent to a plan and carry it out.
    pub fn consent<'p>(&self, planned: &'p Planned) -> Vec<&'p str> {
        let mut words: Vec<_> = planned.verb.iter().map(String::as_str).collect();
        words.extend(["--plan", planned.hash(), "--confirm"]);
        let confirm = planned.document["confirm"].as_array().unwrap();
        words.push(confirm.first().map_or("", |name| name.as_str().unwrap()));
        if planned.document["plan"]["loss"]["loss"] != "nothing" {
            // More than what is stated, for the statement grows while it is read.
            words.extend(["--accept-loss", "15m"]);
        }
        words
    }

    /// Plans, consents, and leaves the run to itself. From here on the world hurries.
    #[track_caller]
    pub fn begin(&self, verb: &[&str]) -> String {
        let planned = self.plan(verb);
        let run = self.done(&[&self.consent(&planned)[..], &["--detach"]].concat());
        self.world.speed(HURRY);
        run.trim().to_owned()
    }

    /// Plans, consents, and sees the run end well. What was written of it is given back.
    #[track_caller]
    pub fn carry_out(&self, verb: &[&str]) -> String {
        let run = self.begin(verb);
        let told = self.done(&["attach", &run]);
        self.world.speed(crate::world::PACE);
        told
    }

    /// The list of runs, newest first.
    #[track_caller]
    pub fn runs(&self) -> Vec<Value> {
        serde_json::from_str(&self.done(&["runs", "--json"])).unwrap()
    }

    /// The folder of the stack's files.
    pub fn state(&self) -> PathBuf {
        let folder = self.home.path().join(".local/state/evac");
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        let [only] = &folders[..] else { panic!("{folders:?}") };
        only.clone()
    }

    /// The log, for the message of a test that failed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.state().join("evac.log")).unwrap_or_default()
    }
}
